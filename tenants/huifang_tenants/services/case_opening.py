"""Opening a case by hand: what a contact did not bring to light, but somebody knows of."""

from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.cases import OTHER, CaseClass
from huifang_core.catalogue import Catalogue
from huifang_core.windows import day_of, end_of_day
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_here
from huifang_tenants.services.cases import open_case
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor

_ORDINARY = 2


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """A case to open. With `plugin`, `case_class` is one of its classes, which says how severe it is and when it is due; without, `OTHER`.

    `subject` is shown in lists, so it holds no personal data.
    """

    case_class: str
    unit: str
    subject: str
    plugin: str | None = None
    severity: int | None = None
    due_by: datetime | None = None
    contract_no: str | None = None
    customer_id: UUID | None = None
    obligation_id: UUID | None = None
    contact_id: UUID | None = None


async def open_by_hand(
    scope: Scope, catalogue: Catalogue, calendar: WorkingCalendar, given: ByHand, actor: Actor
) -> UUID:
    """Open a case and return its id.

    Refuses `not_found` for whatever it names that is not there, `case.class_unknown`, and people who have left.
    """
    await check_here(scope, actor)
    known = _class_of(catalogue, given)
    due_by = given.due_by
    if due_by is None and known is not None:
        due_by = end_of_day(calendar.after(day_of(scope.now), known.solve_within_working_days).day)
    await _check(scope, "unit", "SELECT 1 FROM unit WHERE code = $1", given.unit)
    await _check(scope, "customer", "SELECT 1 FROM customer WHERE id = $1", given.customer_id)
    await _check(scope, "obligation", "SELECT 1 FROM obligation WHERE id = $1", given.obligation_id)
    await _check(scope, "contact", "SELECT 1 FROM contact WHERE id = $1", given.contact_id)
    contract_id = None
    if given.contract_no is not None:
        contract_id = await scope.connection.fetchval(
            "SELECT id FROM contract WHERE contract_no = $1", given.contract_no
        )
        if contract_id is None:
            raise Refused("not_found", kind="contract")
    return await open_case(
        scope,
        actor,
        case_class=given.case_class,
        severity=given.severity or (known.severity if known else _ORDINARY),
        unit=given.unit,
        subject=given.subject,
        plugin=given.plugin,
        contract_id=contract_id,
        customer_id=given.customer_id,
        obligation_id=given.obligation_id,
        contact_id=given.contact_id,
        due_by=due_by,
    )


def _class_of(catalogue: Catalogue, given: ByHand) -> CaseClass | None:
    if given.plugin is None:
        if given.case_class != OTHER:
            raise Refused("case.class_unknown", field="/case_class", known=[OTHER])
        return None
    plugin = catalogue.plugins.get(given.plugin)
    if plugin is None:
        raise Refused("not_found", kind="plugin")
    known = plugin.case_class(given.case_class)
    if known is None:
        classes = [found.id for found in plugin.case_classes]
        raise Refused("case.class_unknown", field="/case_class", known=classes)
    return known


async def _check(scope: Scope, kind: str, sql: str, value: object) -> None:
    if value is not None and await scope.connection.fetchval(sql, value) is None:
        raise Refused("not_found", kind=kind)
