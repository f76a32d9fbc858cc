"""Populations: which events of a contract a plan counts in, why others are left out, and how many are drawn (CI-1, HT-5)."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import msgspec

from huifang_core.derive import RulePlugin, SettingsVersion, Subject, current_contract, settings_on
from huifang_core.events import effective
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Full, Membership, Plan
from huifang_core.sampling import Amount, AmountKind
from huifang_core.setting_changes import upgraded
from huifang_core.trace import Trace, TraceStep
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar


class Candidate(msgspec.Struct, frozen=True):
    """An event a plan looked at: its membership, or None with the reason in `steps`; `error` where `select` raised.

    `member` names it in the draw: the id of the event it goes back to, which a correction leaves as it was, after its source. An
    event that concerns many contracts, such as a seller's departure, makes one member of each, with the contract number at its end.
    """

    member: str
    contract_no: str
    claim_no: str | None
    happened_at: datetime
    membership: Membership | None
    steps: tuple[TraceStep, ...]
    error: str | None = None


def population(
    subject: Subject,
    plugin: RulePlugin,
    plan: Plan,
    settings: Iterable[SettingsVersion],
    calendar: WorkingCalendar,
    first: date,
    last: date,
) -> tuple[Candidate, ...]:
    """Return every event of a contract that a plan looks at in `[first, last]`, days in Asia/Shanghai, oldest first.

    Events taken back are not there, corrected ones as corrected. Nothing comes of a plugin that was off.
    """
    versions = tuple(settings)
    roots = effective(subject.events, subject.contract.contract_no)
    standing = tuple(event for event, _ in roots)
    contract = current_contract(subject.contract, standing, subject.as_of)
    found: list[Candidate] = []
    for event, root in roots:
        day = day_of(event.time)
        version = settings_on(versions, plugin.id, day)
        if event.type not in plan.events or not first <= day <= last or version is None:
            continue
        trace = Trace()
        membership, error = None, None
        try:
            membership = plan.member(
                event=event,
                contract=contract,
                customer=subject.policyholder,
                unit=subject.unit,
                parameters=ParametersAt(plugin.parameters, day, version.parameters, trace),
                settings=msgspec.convert(
                    upgraded(version.settings, plugin.setting_changes), plugin.settings_type
                ),
                calendar=calendar,
                history=tuple(e for e in standing if e.type in plan.needs and e is not event),
                trace=trace,
            )
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}".replace("\n", " ")[:500]
        found.append(
            Candidate(
                member=f"{event.source}/{root}"
                + ("" if event.contract_no is not None else f"/{contract.contract_no}"),
                contract_no=contract.contract_no,
                claim_no=event.claim_no,
                happened_at=event.time,
                membership=membership,
                steps=trace.steps,
                error=error,
            )
        )
    return tuple(found)


class AmountWanted(msgspec.Struct, frozen=True):
    """How many a plan draws in a period, and in `steps` the parameter that says so."""

    amount: Amount
    steps: tuple[TraceStep, ...]


def amount_wanted(
    plugin: RulePlugin, plan: Plan, settings: Iterable[SettingsVersion], first: date
) -> AmountWanted:
    """Return how many a plan draws in the period that begins on day `first`.

    The parameter counts as it stood that day: nobody can set it in view of the population (DEC-14). Raises KeyError where it
    has no value then, or the plugin is off.
    """
    kind: AmountKind = plan.size.__struct_config__.tag  # type: ignore[assignment]
    if isinstance(plan.size, Full):
        return AmountWanted(Amount(kind), ())
    version = settings_on(settings, plugin.id, first)
    if version is None:
        raise KeyError(f"{plugin.id} is off")
    trace = Trace()
    value = ParametersAt(plugin.parameters, first, version.parameters, trace)[plan.size.parameter]
    return AmountWanted(Amount(kind, Decimal(value)), trace.steps)
