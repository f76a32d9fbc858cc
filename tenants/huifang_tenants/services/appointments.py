"""Appointments (预约, HI-2): agreeing with the customer on a time first, and taking that back."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.appointments import Appointment, Fault, fault_of
from huifang_core.obligations import ContactChannel, ObligationDraft
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import worker
from huifang_tenants.services.contacts.promised import agree, bounds_of
from huifang_tenants.services.errors import RefusalCode, Refused
from huifang_tenants.stores import appointments
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant_settings import settings_of

_FAULTS: Final[dict[Fault, RefusalCode]] = {
    "in_the_past": "appointment.in_the_past",
    "outside_window": "appointment.outside_window",
    "outside_hours": "appointment.outside_hours",
}


async def make_appointment(
    scope: Scope, obligation_id: UUID, at: datetime, through: ContactChannel, staff_no: str, actor: Actor
) -> None:
    """Put on record that a member of staff and the customer agreed on a time; the obligation is given out from then on.

    Another time may be agreed later. Refuses staff who are unknown, untrained or no longer here, `not_found` (obligation),
    `appointment.not_wanted`, a time in the past, outside the window or the calling hours, and `state.conflict` for what is not open,
    in a contact, or held by or given to somebody else.
    """
    staff = await worker(scope, staff_no, day_of(scope.now))
    row = await _open(scope, obligation_id, staff.id)
    if not msgspec.convert(row["draft"], ObligationDraft).appointment:
        raise Refused("appointment.not_wanted")
    bounds = bounds_of(row, settings_of(scope.tenant).calling_hours)
    fault = fault_of(at, scope.now, bounds)
    if fault is not None:
        raise Refused(
            _FAULTS[fault],
            at=at.isoformat(),
            due_from=bounds.due_from.isoformat(),
            due_by=bounds.due_by.isoformat(),
            opens=str(bounds.hours.opens),
            closes=str(bounds.hours.closes),
        )
    await agree(scope, obligation_id, row, at, through, actor)


async def cancel_appointment(
    scope: Scope, obligation_id: UUID, staff_no: str, reason: str, actor: Actor
) -> None:
    """Put on record that a time agreed no longer holds; a new one can be made at once.

    Refuses as `make_appointment` does, and `appointment.none` where none is agreed.
    """
    staff = await worker(scope, staff_no, day_of(scope.now))
    row = await _open(scope, obligation_id, staff.id)
    if row["appointment_at"] is None:
        raise Refused("appointment.none")
    await _drop(scope, obligation_id, row, Appointment(missed=appointments.of_row(row).missed))
    await record(scope, actor, "appointment.cancelled", "obligation", obligation_id, None, reason=reason)


async def _open(scope: Scope, obligation_id: UUID, staff_id: UUID) -> Any:
    row = await appointments.lock(scope, obligation_id)
    if row is None:
        raise Refused("not_found", kind="obligation")
    if row["listed"] and row["assignee"] != staff_id:
        raise Refused("queue.not_assigned")
    if row["status"] != "open":
        raise Refused("state.conflict", current=row["status"], wanted="open")
    held = row["lease_until"] is not None and row["lease_until"] > scope.wall_now
    if held and row["lease_contact"] is not None:
        raise Refused("state.conflict", current="in_progress", wanted="open")
    if held and row["lease_staff"] != staff_id:
        raise Refused("queue.not_leased")
    return row


async def _drop(scope: Scope, obligation_id: UUID, row: Any, appointment: Appointment) -> None:
    now = max(scope.now, row["due_from"])
    await appointments.clear_time(scope, obligation_id, appointment, callable_from=now)
