"""The agenda: a look ahead at all attempts that are left, within calling hours, budgets and deadlines."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from huifang_core.agenda import Agenda, Pending, Shortfall, load_curve, make_agenda
from huifang_core.calling_hours import CallingHours
from huifang_core.ladder import Position
from huifang_core.obligations import Rung
from huifang_core.windows import day_of
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""

HOURS = CallingHours()
LADDER = (Rung("phone", 3, 120), Rung("on_site", 1, lead_days=2), Rung("letter", 1))


def pending(id: str, person: str = "p1", **fields: object) -> Pending:
    known = {"ladder": LADDER, "callable_from": NOW, "due_by": NOW + timedelta(days=6)}
    return Pending(id, person, **{**known, **fields})  # type: ignore[arg-type]


def agenda(*given_: Pending, calls_a_day: int = 3) -> Agenda:
    return make_agenda(given_, now=NOW, hours=HOURS, calls_a_day=calls_a_day)


def test_the_ladder_is_climbed_as_if_nobody_answered() -> None:
    made = agenda(pending("o1"))
    assert [attempt.channel for attempt in made.attempts] == ["phone", "phone", "phone", "on_site", "letter"]
    assert made.attempts[0].at == NOW
    assert made.shortfalls == ()


def test_dec_5_what_can_be_asked_in_one_call_is_one_attempt() -> None:
    made = agenda(pending("o1"), pending("o2"))
    assert {attempt.obligations for attempt in made.attempts} == {("o1", "o2")}


def test_a_person_is_rung_only_so_often_a_day_whatever_for() -> None:
    """Three things to ask that open one after the other, and a budget of one call a day."""
    hour = timedelta(hours=1)
    made = agenda(
        *(pending(f"o{n}", callable_from=NOW + n * hour, ladder=(Rung("phone", 1),)) for n in range(3)),
        calls_a_day=1,
    )
    assert [(day_of(a.at).day, a.obligations) for a in made.attempts] == [(10, ("o0",)), (11, ("o1", "o2"))]


def test_calls_made_today_are_used_up_already() -> None:
    made = make_agenda(
        [pending("o1"), pending("o2", "p2")], now=NOW, hours=HOURS, calls_a_day=3, rung_today={"p1": 3}
    )
    first = {attempt.person: day_of(attempt.at).day for attempt in reversed(made.attempts)}
    assert first == {"p1": 11, "p2": 10}


def test_a_shorter_look_ahead_is_the_beginning_of_a_longer_one() -> None:
    until = NOW + timedelta(days=1)
    work = [pending("o1"), pending("o2", "p2", priority=90)]
    short = make_agenda(work, now=NOW, hours=HOURS, calls_a_day=3, until=until)
    whole = agenda(*work)
    assert short.attempts == tuple(attempt for attempt in whole.attempts if attempt.at < until)
    assert short.attempts


def test_what_no_call_can_reach_in_time_is_said() -> None:
    night = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
    made = agenda(pending("o1", callable_from=night, due_by=night + timedelta(hours=2)))
    assert made.attempts == ()
    assert made.shortfalls == (Shortfall("o1", "no_calling_time"),)


def test_a_budget_that_is_used_up_until_the_deadline_is_said() -> None:
    made = agenda(
        pending("o1", priority=90, ladder=(Rung("phone", 1),)),
        pending(
            "o2",
            callable_from=NOW + timedelta(hours=1),
            due_by=NOW + timedelta(hours=5),
            ladder=(Rung("phone", 1),),
        ),
        calls_a_day=1,
    )
    assert made.shortfalls == (Shortfall("o2", "person_used_up"),)


def test_ms_1_around_the_clock_neither_hours_nor_the_budget_hold() -> None:
    night = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    made = agenda(
        pending(
            "survey",
            callable_from=night,
            due_by=night + timedelta(minutes=20),
            ladder=(Rung("phone", 2, 5),),
            around_the_clock=True,
        ),
        calls_a_day=0,
    )
    assert [attempt.at - night for attempt in made.attempts] == [timedelta(0), timedelta(minutes=10)]


def test_the_curve_counts_attempts_by_the_hour() -> None:
    made = agenda(*(pending(f"o{n}", person=f"p{n}", ladder=(Rung("phone", 1),)) for n in range(5)))
    (load,) = load_curve(made)
    assert (load.at, load.channel, load.attempts) == (NOW, "phone", 5)


SPANS = st.integers(-600, 20_000).map(lambda minutes: timedelta(minutes=minutes))
PENDING = st.lists(
    st.builds(
        lambda person, start, length, priority, phone, position, clock: (
            person,
            {
                "callable_from": NOW + start,
                "due_by": NOW + start + abs(length),
                "priority": priority,
                "ladder": (Rung("phone", phone, 60), Rung("on_site", 1, lead_days=1)),
                "position": Position(0, min(position, phone - 1), position),
                "around_the_clock": clock,
            },
        ),
        st.sampled_from(("p1", "p2", "p3")),
        SPANS,
        SPANS,
        st.integers(0, 100),
        st.integers(1, 4),
        st.integers(0, 3),
        st.sampled_from((False, False, False, True)),
    ),
    max_size=12,
)


@given(PENDING, st.integers(1, 3))
def test_every_cap_and_every_hour_is_kept_and_nothing_is_forgotten(
    given_: list[tuple[str, dict[str, object]]], calls_a_day: int
) -> None:
    wanted = {f"o{n}": pending(f"o{n}", person, **fields) for n, (person, fields) in enumerate(given_)}
    made = agenda(*wanted.values(), calls_a_day=calls_a_day)
    calls: Counter[object] = Counter()
    tried: Counter[str] = Counter()
    for attempt in made.attempts:
        served = [wanted[id] for id in attempt.obligations]
        assert {one.person for one in served} == {attempt.person}
        assert all(one.callable_from <= attempt.at < one.due_by and attempt.at >= NOW for one in served)
        if attempt.channel == "phone" and not served[0].around_the_clock:
            assert HOURS.allow(attempt.at)
            calls[attempt.person, day_of(attempt.at)] += 1
        tried.update((one.id, attempt.channel) for one in served)  # type: ignore[misc]
    assert max(calls.values(), default=0) <= calls_a_day
    short = {shortfall.obligation for shortfall in made.shortfalls}
    for id, one in wanted.items():
        phone = tried[id, "phone"]  # type: ignore[index]
        assert phone + one.position.rung_attempts <= one.ladder[0].attempts
        ahead = one.due_by > NOW
        reached_the_top = tried[id, "on_site"] == 1  # type: ignore[index]
        assert (id in short or reached_the_top) if ahead else (id not in short and not phone)
    assert list(made.attempts) == sorted(made.attempts, key=lambda a: (a.at, a.person))
