"""Times agreed with customers: whoever agreed on one is reminded, and what nobody kept goes back to making a new one (HI-2)."""

from typing import Any, Final

import msgspec
from huifang_core.appointments import MISSED_AFTER, Appointment
from huifang_core.texts import Text, text

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.words import deadline_in_words
from huifang_tenants.stores import appointments
from huifang_tenants.stores.ledger import SYSTEM, record
from huifang_tenants.stores.organisation import staff_by_number

_BATCH: Final = 500


async def watch_appointments(scope: Scope) -> bool:
    """Remind of appointments that are near, and put those back that nobody kept; tell whether there may be more.

    Whoever agreed on a time is reminded of it, team leaders hear of one that was missed.
    """
    rows = await appointments.watched(scope, _BATCH)
    for row in rows:
        at = row["appointment_at"]
        if at > scope.now:
            await _remind(scope, row)
            await appointments.reminded(scope, row["id"], at)
        elif at + MISSED_AFTER > scope.now:
            await appointments.reminded(scope, row["id"], at)
        else:
            await _missed(scope, row)
    return len(rows) == _BATCH


async def _remind(scope: Scope, row: Any) -> None:
    by, title = deadline_in_words(row["appointment_at"]), msgspec.convert(row["title"], Text)
    message = text(f"与客户约定于{by}进行{title.zh_cn}", f"Agreed with the customer for {by}: {title.en}")
    agreed_by = appointments.of_row(row).agreed_by
    staff = await staff_by_number(scope, agreed_by) if agreed_by is not None else None
    role, staff_id = ("team_leader", None) if staff is None else (None, staff.id)
    await notify(
        scope, role, row["unit"], "appointment_near", "obligation", row["id"], message, staff_id=staff_id
    )


async def _missed(scope: Scope, row: Any) -> None:
    at, title = row["appointment_at"], msgspec.convert(row["title"], Text)
    missed = (*appointments.of_row(row).missed, at)
    await appointments.clear_time(scope, row["id"], Appointment(missed=missed), callable_from=scope.now)
    by = deadline_in_words(at)
    message = text(
        f"与客户约定于{by}的{title.zh_cn}未按时进行，须重新约定",
        f"Nobody kept the appointment for {by}, {title.en}; a new one has to be made",
    )
    await notify(scope, "team_leader", row["unit"], "appointment_missed", "obligation", row["id"], message)
    details = {"at": at.isoformat(), "missed": len(missed)}
    await record(scope, SYSTEM, "appointment.missed", "obligation", row["id"], details, details=details)
