"""Populations: which events of a contract a plan counts in, and why others are left out (CI-1, HT-5)."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from huifang_core.derive import RulePlugin, SettingsVersion, Subject, current_contract, settings_on
from huifang_core.events import effective
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Membership, Plan
from huifang_core.trace import Trace, TraceStep
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar


class Candidate(msgspec.Struct, frozen=True):
    """An event a plan looked at: its membership, or None with the reason in `steps`; `error` where `select` raised.

    `member` names it in the draw: the id of the event it goes back to, which a correction leaves as it was, after its source.
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
    roots = effective(subject.events)
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
                settings=msgspec.convert(version.settings, plugin.settings_type),
                calendar=calendar,
                history=tuple(e for e in standing if e.type in plan.needs and e is not event),
                trace=trace,
            )
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}".replace("\n", " ")[:500]
        found.append(
            Candidate(
                member=f"{event.source}/{root}",
                contract_no=contract.contract_no,
                claim_no=event.claim_no,
                happened_at=event.time,
                membership=membership,
                steps=trace.steps,
                error=error,
            )
        )
    return tuple(found)
