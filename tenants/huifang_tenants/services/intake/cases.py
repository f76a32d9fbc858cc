"""Cases that rules want opened: opened once with the class's severity, unit and deadline, and flagged when no longer wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.case_books import CaseChange, OpenCase, RestoreCase, WithdrawCase
from huifang_core.catalogue import Catalogue
from huifang_core.derive import DesiredCase
from huifang_core.units import Unit, unit_at_level
from huifang_core.windows import day_of, end_of_day
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.plugin_host import Document
from huifang_tenants.scope import Scope
from huifang_tenants.services.cases import ByRule, open_case, restore, withdraw
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import load_units


class Desk(msgspec.Struct, frozen=True):
    """What it takes to open a case: the classes that plugins declare, and the calendar by which they are due."""

    catalogue: Catalogue
    calendar: WorkingCalendar


class CaseWork(msgspec.Struct, frozen=True):
    """What changes about the cases of one contract; `events` are the row ids of its events by source and id."""

    contract_id: UUID
    customer_id: UUID | None
    unit: str
    changes: Sequence[CaseChange]
    documents: Mapping[str, Document]
    events: Mapping[tuple[str, str], UUID]


async def save_cases(scope: Scope, desk: Desk, work: Sequence[CaseWork], actor: Actor) -> None:
    """Open, flag and restore cases, each with its entry and a row in the ledger."""
    units: dict[str, Unit] = {}
    if any(isinstance(change, OpenCase) for one in work for change in one.changes):
        units = await load_units(scope)
    for one in work:
        for change in one.changes:
            match change:
                case OpenCase(desired=desired):
                    await _open(scope, desk, units, one, desired, actor)
                case WithdrawCase(id=id):
                    await withdraw(scope, UUID(id), actor)
                case RestoreCase(id=id):
                    await restore(scope, UUID(id), actor)


async def _open(
    scope: Scope,
    desk: Desk,
    units: Mapping[str, Unit],
    work: CaseWork,
    desired: DesiredCase,
    actor: Actor,
) -> None:
    draft = desired.draft
    # The plugin host has made sure that the plugin has the class.
    known = desk.catalogue.plugins[desired.plugin].case_class(draft.case_class)
    if known is None:
        raise LookupError(f"{desired.plugin} has no class of cases {draft.case_class}")
    due_by: datetime | None = draft.due_by
    if due_by is None:
        due_by = end_of_day(desk.calendar.after(day_of(scope.now), known.solve_within_working_days).day)
    await open_case(
        scope,
        actor,
        case_class=draft.case_class,
        severity=draft.severity or known.severity,
        unit=unit_at_level(work.unit, draft.level or known.solved_at, units) or work.unit,
        subject=draft.subject.zh_cn,
        plugin=desired.plugin,
        contract_id=work.contract_id,
        customer_id=work.customer_id,
        due_by=due_by,
        by_rule=ByRule(
            key=desired.key,
            rule=desired.rule,
            event_id=work.events[desired.source, desired.event_id],
            root_event_id=desired.root_event_id,
            input_hash=desired.input_hash,
            trace=work.documents[desired.key].trace,
        ),
    )
