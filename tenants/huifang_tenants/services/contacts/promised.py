"""What an attempt makes of a time agreed with the customer (HI-2): it keeps it, and another that is wished for takes its place."""

from datetime import datetime
from typing import Any
from uuid import UUID

from huifang_core.appointments import Appointment, Bounds, fault_of
from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.obligations import ContactChannel

from huifang_tenants.scope import Scope
from huifang_tenants.stores import appointments
from huifang_tenants.stores.ledger import Actor, record


def bounds_of(row: Any, hours: CallingHours) -> Bounds:
    """Return what a time for this obligation must keep."""
    around_the_clock = row["around_the_clock"]
    return Bounds(
        row["due_from"],
        row["due_by"],
        row["after_due"],
        row["channel"],
        AROUND_THE_CLOCK if around_the_clock else hours,
    )


async def settle_appointment(
    scope: Scope, obligation_id: UUID, wished: datetime | None, hours: CallingHours, actor: Actor
) -> None:
    """After an attempt that did not complete an obligation whose time is agreed beforehand, agree on `wished`, or on none.

    A wish that the window or the calling hours don't allow is a call-back like any other.
    """
    row = await appointments.lock(scope, obligation_id)
    if row is None or row["status"] != "open":
        return
    if wished is not None and fault_of(wished, scope.now, bounds_of(row, hours)) is None:
        await agree(scope, obligation_id, row, wished, row["channel"], actor)
    elif row["appointment_at"] is not None:
        missed = appointments.of_row(row).missed
        await appointments.clear_time(scope, obligation_id, Appointment(missed=missed))


async def agree(
    scope: Scope, obligation_id: UUID, row: Any, at: datetime, through: ContactChannel, actor: Actor
) -> None:
    """Put a time on record, in place of the one before."""
    who = actor.on_behalf_of or actor.name
    missed = appointments.of_row(row).missed
    await appointments.set_time(scope, obligation_id, at, Appointment(through, who, scope.now, missed))
    before = row["appointment_at"]
    details = {
        "at": at.isoformat(),
        "through": through,
        "instead_of": before.isoformat() if before is not None else None,
    }
    await record(scope, actor, "appointment.agreed", "obligation", obligation_id, details, details=details)
