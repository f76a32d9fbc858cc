"""Where a case goes and when it is due, by its class; and opening one by hand: what no contact brought to light, but somebody knows of."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.case_deadlines import Counted, counted_in, deadline
from huifang_core.case_routing import destination, solving_level
from huifang_core.cases import ENDING_CLASSES, OTHER, CaseClass, CaseKind
from huifang_core.catalogue import Catalogue
from huifang_core.units import CASE_ROLES, Level, Unit
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_here
from huifang_tenants.services.cases import open_case
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import load_units, units_with

ORDINARY: Final = 2
"""How severe a case of no known class is."""


class Ground(msgspec.Struct, frozen=True):
    """The units that cases can go to, and in which of them somebody handles cases."""

    units: dict[str, Unit]
    staffed: frozenset[str]


class Place(msgspec.Struct, frozen=True):
    """Where a case goes, how severe it is, when it is due, what kind of case it is, and whether the customer is asked afterwards."""

    unit: str
    severity: int
    due_by: datetime | None
    counted_in: Counted
    kind: CaseKind
    second_callback: bool


async def ground(scope: Scope) -> Ground:
    """Return the units as they are."""
    return Ground(await load_units(scope), await units_with(scope, CASE_ROLES, day_of(scope.now)))


def place(
    ground: Ground,
    calendar: WorkingCalendar,
    known: CaseClass | None,
    origin: str,
    now: datetime,
    *,
    severity: int | None = None,
    level: Level | None = None,
    due_by: datetime | None = None,
) -> Place:
    """Say where a case that belongs to `origin` goes and when it is due: as its class says, but for what is given (SD-2, CI-4).

    One of no known class stays where it belongs, unless it is given a level.
    """
    severe = severity or (known.severity if known else ORDINARY)
    wanted = level or (known.solved_at if known else None)
    unit = origin
    if wanted is not None:
        unit = destination(origin, solving_level(wanted, severe), ground.staffed, ground.units)
    kind: CaseKind = known.kind if known else "problem"
    asked = known is not None and known.second_callback
    if due_by is not None or known is None:
        return Place(unit, severe, due_by, "given", kind, asked)
    return Place(unit, severe, deadline(known, now, calendar), counted_in(known), kind, asked)


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """A case to open, about something of `unit`.

    With `plugin`, `case_class` is one of its classes, which says how severe it is, which unit above solves it and until when; so a county
    puts to its province what is the province's to do (CI-6). Without, it is `OTHER`.

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
    known = class_of(catalogue, given.plugin, given.case_class)
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
    placed = place(
        await ground(scope),
        calendar,
        known,
        given.unit,
        scope.now,
        severity=given.severity,
        due_by=given.due_by,
    )
    return await open_case(
        scope,
        actor,
        case_class=given.case_class,
        severity=placed.severity,
        unit=placed.unit,
        origin=given.unit,
        subject=given.subject,
        plugin=given.plugin,
        contract_id=contract_id,
        customer_id=given.customer_id,
        obligation_id=given.obligation_id,
        contact_id=given.contact_id,
        due_by=placed.due_by,
        counted_in=placed.counted_in,
        kind=placed.kind,
        second_callback=placed.second_callback,
    )


def class_of(catalogue: Catalogue, plugin: str | None, case_class: str) -> CaseClass | None:
    """Return a class of cases of a plugin, or one of the platform's own; None for the one that says nothing.

    Refuses `case.class_unknown`, and `not_found` for a plugin that is not there.
    """
    if plugin is None:
        if case_class == OTHER:
            return None
        own = next((found for found in ENDING_CLASSES if found.id == case_class), None)
        if own is None:
            known = [OTHER, *(found.id for found in ENDING_CLASSES)]
            raise Refused("case.class_unknown", field="/case_class", known=known)
        return own
    entry = catalogue.plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")
    found_class = entry.case_class(case_class)
    if found_class is None:
        classes = [found.id for found in entry.case_classes]
        raise Refused("case.class_unknown", field="/case_class", known=classes)
    return found_class


async def _check(scope: Scope, kind: str, sql: str, value: object) -> None:
    if value is not None and await scope.connection.fetchval(sql, value) is None:
        raise Refused("not_found", kind=kind)
