"""Cases that rules want opened: opened once with the class's severity, unit and deadline, and flagged when no longer wanted."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from huifang_core.case_books import CaseChange, OpenCase, RestoreCase, WithdrawCase
from huifang_core.catalogue import Catalogue
from huifang_core.derive import DesiredCase
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.plugin_host import Document
from huifang_tenants.scope import Scope
from huifang_tenants.services.case_opening import Ground, ground, place
from huifang_tenants.services.cases import ByRule, open_case, restore, withdraw
from huifang_tenants.stores.ledger import Actor


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
    """Open, flag and restore cases, each with its entry and a row in the ledger.

    What a rule opens it follows up itself, as with the reply to feedback: the class's second callback is for what comes up otherwise.
    """
    places = Ground({}, frozenset())
    if any(isinstance(change, OpenCase) for one in work for change in one.changes):
        places = await ground(scope)
    for one in work:
        for change in one.changes:
            match change:
                case OpenCase(desired=desired):
                    await _open(scope, desk, places, one, desired, actor)
                case WithdrawCase(id=id):
                    await withdraw(scope, UUID(id), actor)
                case RestoreCase(id=id):
                    await restore(scope, UUID(id), actor)


async def _open(
    scope: Scope,
    desk: Desk,
    places: Ground,
    work: CaseWork,
    desired: DesiredCase,
    actor: Actor,
) -> None:
    draft = desired.draft
    # The plugin host has made sure that the plugin has the class.
    known = desk.catalogue.plugins[desired.plugin].case_class(draft.case_class)
    if known is None:
        raise LookupError(f"{desired.plugin} has no class of cases {draft.case_class}")
    placed = place(
        places,
        desk.calendar,
        known,
        work.unit,
        scope.now,
        severity=draft.severity,
        level=draft.level,
        due_by=draft.due_by,
    )
    await open_case(
        scope,
        actor,
        case_class=draft.case_class,
        severity=placed.severity,
        unit=placed.unit,
        origin=work.unit,
        subject=draft.subject.zh_cn,
        plugin=desired.plugin,
        contract_id=work.contract_id,
        customer_id=work.customer_id,
        due_by=placed.due_by,
        counted_in=placed.counted_in,
        kind=placed.kind,
        by_rule=ByRule(
            key=desired.key,
            rule=desired.rule,
            event_id=work.events[desired.source, desired.event_id],
            root_event_id=desired.root_event_id,
            input_hash=desired.input_hash,
            trace=work.documents[desired.key].trace,
        ),
    )
