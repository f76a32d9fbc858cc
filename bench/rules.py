"""What the kernel makes of events: with every plugin there is, with twice and four times as many, and how long a proof of a large script takes.

All of it happens in this process without waiting, so its processor time is measured, which others on the machine don't change.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from huifang_api.runtime import Runtime
from huifang_core.conditions import FactIs, FactSpec
from huifang_core.content import ContentItem
from huifang_core.contracts import Contract, Line, Premium
from huifang_core.customers import Party
from huifang_core.derive import RulePlugin, SettingsVersion, Subject, derive
from huifang_core.events import (
    AnyPayload,
    BusinessEvent,
    ClaimClosed,
    ClaimRegistered,
    ClaimReported,
    ClaimSettled,
    ContractDelivered,
    ContractIssued,
    ContractLapsed,
    ContractReinstated,
    GraceEntered,
    PremiumDue,
    PremiumPaid,
    Reporter,
)
from huifang_core.registry import load_registry
from huifang_core.rules import UnitView
from huifang_core.scripts import Ask, Choice, ChoiceAnswer, End, Say, Script, check
from huifang_core.texts import text
from huifang_core.workdays import WorkingCalendar

from bench.progress import Progress
from bench.results import BenchError, Result
from bench.world import World

_EVENTS_OF_A_CONTRACT = 10
_GROWTH = (1, 2, 4)
_GROWTH_SHARE = 50
"""One in so many contracts is derived again for the growth with plugins."""
_STEPS, _FACTS = 300, 12
_NAME = text("话", "Words")
_CALENDAR = WorkingCalendar()


async def bench_rules(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Derive so many contracts of ten events each in this process, then some of them with more plugins; nothing is stored."""
    plugins = tuple(load_registry().plugins.values())
    versions = tuple(SettingsVersion(plugin.id, 1) for plugin in plugins)
    progress.say(f"rules: {contracts * _EVENTS_OF_A_CONTRACT:,} events, {len(plugins)} plugins")
    seconds, looked, made = _derive(_subjects(contracts), plugins, versions)
    if not made:
        raise BenchError("no rule made anything of any event")
    events = contracts * _EVENTS_OF_A_CONTRACT
    return [
        Result("rules.events_per_second", events / seconds, "events/s, all plugins on"),
        Result("rules.microseconds_per_rule", seconds / looked * 1e6, "µs per look of a rule at an event"),
        *_growth(plugins, max(contracts // _GROWTH_SHARE, 200), repeats, progress),
        _proof(repeats, progress),
    ]


def _derive(
    subjects: Iterator[Subject], plugins: Sequence[RulePlugin], versions: tuple[SettingsVersion, ...]
) -> tuple[float, int, int]:
    """How long it took, at how many events rules looked, and how much came of it."""
    by_type: dict[str, int] = {}
    for plugin in plugins:
        for rule in plugin.rules:
            for kind in rule.events:
                by_type[kind] = by_type.get(kind, 0) + 1
    seconds, looked, made = 0.0, 0, 0
    for subject in subjects:
        started = time.process_time()
        derivation = derive(subject, plugins, versions, _CALENDAR)
        seconds += time.process_time() - started
        if derivation.failures:
            raise BenchError(f"a rule failed: {derivation.failures[0].error}")
        looked += sum(by_type.get(event.type, 0) for event in subject.events)
        made += len(derivation.desired)
    return seconds, looked, made


def _growth(plugins: tuple[Any, ...], contracts: int, repeats: int, progress: Progress) -> list[Result]:
    """The time with all plugins twice and four times over, each copy on, against so many times that with them once."""
    rounds: list[list[float]] = []
    for number in range(repeats):
        progress.say(f"rules: growth, round {number + 1} of {repeats}")
        taken = []
        for times in _GROWTH:
            copies = tuple(_Copy(plugin, n) for n in range(times) for plugin in plugins)
            versions = tuple(SettingsVersion(copy.id, 1) for copy in copies)
            taken.append(_derive(_subjects(contracts), copies, versions)[0])
        rounds.append(taken)
    results = []
    for place, times in enumerate(_GROWTH[1:], 1):
        ratio = median(taken[place] / (times * taken[0]) for taken in rounds)
        results.append(
            Result(
                f"rules.growth_x{times}", median(taken[place] for taken in rounds), "s", ratio,
                f"{times} times the time with each plugin once", "<= 1.1", ratio <= 1.1,
            )
        )  # fmt: skip
    return results


class _Copy:
    """A plugin under another id."""

    def __init__(self, plugin: RulePlugin, number: int) -> None:
        self.id = f"{plugin.id}_{number}"
        self.version = plugin.version
        self.rules = plugin.rules
        self.parameters = plugin.parameters
        self.settings_type = plugin.settings_type
        self.setting_changes = plugin.setting_changes


def _proof(repeats: int, progress: Progress) -> Result:
    """How long it takes to prove a large script, whose last step alone covers what every contract must be told."""
    progress.say(f"rules: proof of a script of {_STEPS} steps over {_FACTS} facts")
    script, items, facts = _large_script()
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        found = check(script, items, facts)
        taken.append(time.process_time() - started)
        if found:
            raise BenchError(f"the script should be proven: {found[0].message.en}")
    return Result(
        "rules.proof_of_a_large_script", median(taken) * 1e3, "ms", None, None, "< 1000", median(taken) < 1
    )


def _large_script() -> tuple[Script, list[ContentItem], list[FactSpec]]:
    """Steps one after the other: questions that lead on or leave some steps out, and items told where their fact holds."""
    facts = [FactSpec(f"contract.fact_{n}", "boolean", _NAME) for n in range(_FACTS)]
    items = [
        ContentItem(f"item_{n}", ("SD-5",), _NAME, "tell", applies=FactIs(fact.id, True))
        for n, fact in enumerate(facts)
    ]
    steps: dict[str, Any] = {}
    for n in range(_STEPS - 1):
        following = f"s{n + 1}" if n < _STEPS - 2 else "end"
        place, rest = divmod(n, (_STEPS - 1) // _FACTS)
        if rest == 0 and place < _FACTS:
            steps[f"s{n}"] = Say(
                text=_NAME, next=following, covers=f"item_{place}", when=FactIs(facts[place].id, True)
            )
        elif n % 3 == 1 and (n + 2) % ((_STEPS - 1) // _FACTS) > 1 and n < _STEPS - 4:
            choices = (Choice("on", _NAME, next=following), Choice("past", _NAME, next=f"s{n + 2}"))
            steps[f"s{n}"] = Ask(text=_NAME, answer=ChoiceAnswer(choices))
        else:
            steps[f"s{n}"] = Say(text=_NAME, next=following)
    steps["end"] = End(result="completed", text=_NAME)
    script = Script(
        id="bench", version=1, title=_NAME, purpose="bench", start="s0", steps=steps, identity="not_needed"
    )
    return script, items, facts


_DAY = date(2026, 3, 2)
_LIFE: tuple[AnyPayload, ...] = (
    ContractIssued(),
    ContractDelivered(_DAY),
    PremiumDue(_DAY),
    GraceEntered(_DAY + timedelta(60), True),
    PremiumPaid(_DAY + timedelta(30), _DAY),
    PremiumDue(_DAY + timedelta(365)),
    GraceEntered(_DAY + timedelta(425), True),
    PremiumPaid(_DAY + timedelta(395), _DAY + timedelta(365)),
    ContractLapsed(_DAY + timedelta(500)),
    ContractReinstated(_DAY + timedelta(510)),
)


def _motor(number: int) -> tuple[AnyPayload, ...]:
    first, second = f"K{number}-1", f"K{number}-2"
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    return (
        ContractIssued(),
        ContractDelivered(_DAY),
        ClaimReported(first, at, Reporter("insured"), "370102", "urban"),
        ClaimRegistered(first, at, "A1"),
        ClaimSettled(first, "paid", Decimal("1200.00"), _DAY),
        ClaimClosed(first, _DAY),
        ClaimReported(second, at, Reporter("driver"), "210102", "county"),
        ClaimRegistered(second, at, "A2"),
        ClaimSettled(second, "declined"),
        ClaimClosed(second, _DAY),
    )


def _subjects(contracts: int) -> Iterator[Subject]:
    """Contracts of every other line with their histories, each another one."""
    lines: tuple[Line, ...] = ("life", "motor", "health", "property")
    for number in range(contracts):
        line = lines[number % len(lines)]
        payloads = _LIFE if line in ("life", "health") else _motor(number)
        contract = Contract(
            contract_no=f"C{number}",
            line=line,
            unit="3701",
            policyholder=f"P{number}",
            product_class="participating" if line == "life" else None,
            channel="bank" if number % 3 else "agent",
            seller_no="S1",
            effective_on=_DAY,
            issued_on=_DAY,
            expires_on=_DAY + timedelta(7300 if line in ("life", "health") else 364),
            premium=Premium("regular", Decimal("1200.00"), 12, 20),
            cooling_off_days=15,
            region="370102",
        )
        start = datetime(2026, 3, 2, 2, tzinfo=UTC) + timedelta(minutes=number % 1000)
        events = tuple(
            BusinessEvent(
                source="core",
                event_id=f"{number}-{place}",
                type=str(payload.__struct_config__.tag),
                time=start + timedelta(hours=place),
                received_at=start + timedelta(hours=place),
                payload=payload,
                contract_no=contract.contract_no,
                claim_no=getattr(payload, "claim_no", None),
            )
            for place, payload in enumerate(payloads)
        )
        yield Subject(
            contract,
            Party(f"P{number}", "individual", date(1990, 5, 20)),
            UnitView("3701", "city", "shandong"),
            events,
        )
