"""The bench of the planner: the agenda of very many open obligations, checked against every cap and every hour."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from huifang_api.runtime import Runtime
from huifang_core.agenda import Agenda, Pending, make_agenda
from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.ladder import Exhausted, NextAttempt, Position, after_attempt
from huifang_core.obligations import Rung
from huifang_core.windows import day_of

from bench.progress import Progress
from bench.results import BenchError, Result
from bench.world import World

_MOST_SECONDS = 10.0
_FOR_OPEN = 100_000
_CALLS_A_DAY = 3
_NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
_HOURS = CallingHours()
_LADDERS = (
    (Rung("phone", 3, 120), Rung("on_site", 1, lead_days=3), Rung("letter", 1, lead_days=5)),
    (Rung("phone", 5, 240),),
    (Rung("phone", 2, 30), Rung("sms", 2, 1440)),
)


async def bench_planner(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Make the agenda of as many open obligations as there are `contracts`, beside climbing each ladder by itself, in turns."""
    progress.say(f"planner: the agenda of {contracts:,} open obligations")
    pending = _open_obligations(contracts)
    pairs = []
    for _ in range(max(1, repeats)):
        started = time.process_time()
        agenda = make_agenda(pending, now=_NOW, hours=_HOURS, calls_a_day=_CALLS_A_DAY)
        made = time.process_time()
        climbed = _climb_each(pending)
        pairs.append((made - started, time.process_time() - made))
    _check(agenda, pending)
    seconds = median(planned for planned, _ in pairs)
    ratio = median(planned / alone for planned, alone in pairs)
    most = _MOST_SECONDS * contracts / _FOR_OPEN
    return [
        Result(
            "planner",
            seconds,
            "s of a processor",
            ratio,
            f"each ladder by itself, {median(alone for _, alone in pairs):.1f} s",
            f"≤ {_MOST_SECONDS:g} s for {_FOR_OPEN:,} open",
            seconds <= most,
        ),
        Result("planner.attempts", len(agenda.attempts), f"planned, of {climbed} without sharing contacts"),
    ]


def _open_obligations(number: int) -> list[Pending]:
    """Obligations of three in five as many people, from the same seed each time."""
    dice = random.Random(20_126)
    people = max(1, number * 3 // 5)
    return [
        Pending(
            id=str(n),
            person=str(dice.randrange(people)),
            ladder=dice.choice(_LADDERS),
            callable_from=_NOW + timedelta(minutes=dice.randrange(6000)),
            due_by=_NOW + timedelta(minutes=dice.randrange(600, 40_000)),
            priority=dice.choice((20, 50, 70, 90)),
            around_the_clock=dice.random() < 0.02,
        )
        for n in range(number)
    ]


def _climb_each(pending: Sequence[Pending]) -> int:
    """Climb each ladder to its end or its deadline as if it were the only one; return how many attempts that is."""
    attempts = 0
    for one in pending:
        hours = AROUND_THE_CLOCK if one.around_the_clock else _HOURS
        following: NextAttempt | Exhausted = NextAttempt(
            Position(), one.ladder[0].channel, hours.next(one.callable_from)
        )
        while isinstance(following, NextAttempt) and following.callable_from < one.due_by:
            attempts += 1
            following = after_attempt(
                one.ladder,
                following.position,
                "no_answer",
                following.callable_from,
                hours=hours,
                due_by=one.due_by,
            )
    return attempts


def _check(agenda: Agenda, pending: Sequence[Pending]) -> None:
    """Hold the agenda against every cap and every hour; raises BenchError where it breaks one."""
    known = {one.id: one for one in pending}
    calls: Counter[tuple[str, date]] = Counter()
    tried: Counter[str] = Counter()
    for attempt in agenda.attempts:
        served = [known[id] for id in attempt.obligations]
        tried.update(attempt.obligations)
        if any(one.person != attempt.person for one in served):
            raise BenchError(f"an attempt at {attempt.at} serves several people")
        if any(not one.callable_from <= attempt.at < one.due_by for one in served):
            raise BenchError(f"an attempt at {attempt.at} lies outside a window")
        if attempt.channel == "phone" and not served[0].around_the_clock:
            calls[attempt.person, day_of(attempt.at)] += 1
            if not _HOURS.allow(attempt.at):
                raise BenchError(f"a call at {attempt.at} lies outside calling hours")
    if calls and max(calls.values()) > _CALLS_A_DAY:
        raise BenchError(f"somebody is rung {max(calls.values())} times a day")
    short = {shortfall.obligation for shortfall in agenda.shortfalls}
    for one in pending:
        most = sum(rung.attempts for rung in one.ladder)
        if tried[one.id] > most or (not tried[one.id] and one.id not in short):
            raise BenchError(
                f"an obligation is tried {tried[one.id]} times, of {most}, and nothing is said of it"
            )
