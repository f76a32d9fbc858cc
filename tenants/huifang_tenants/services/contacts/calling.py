"""Calls through the telephone system: asked for, followed as it tells of them, and recorded (LN-4a, GEN-2).

Nothing here speaks to it: services say what is to be done and the switchboard does it, outside any scope. The number goes from here to
the telephone system and to nobody else.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.calls import Action, Call, CallEvent, advance, hung_up
from huifang_core.calls import Refused as NotAllowed
from huifang_core.catalogue import Catalogue

from huifang_tenants import outbox
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.starting import dial
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import calls, queue
from huifang_tenants.stores.alarms import raise_alarm
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.telephone import dialable, is_plain

STALE: Final = timedelta(minutes=3)
"""After how long a call that was asked for and never rang the customer counts as failed: no telephone rings for so long; wall time."""

FETCH_RECORDING: Final = "call.recording"
"""Kind of the job that fetches the recording of a call."""

TELEPHONE: Final = Actor("system:telephone")
"""What the telephone system's news act as."""


class Placed(msgspec.Struct, frozen=True):
    """A call to be placed: the caller's telephone is rung first."""

    contact_id: UUID
    number: int
    staff_no: str
    extension: str | None


class Happened(msgspec.Struct, frozen=True):
    """A call after an event, and what is to be done about it; `to_dial` is the number where the customer is to be rung."""

    call: Call
    actions: tuple[Action, ...]
    to_dial: str | None = None


async def place(scope: Scope, catalogue: Catalogue, contact_id: UUID, actor: Actor) -> Placed | None:
    """Let a contact's number be dialled by the telephone system; return the call to place, None where one is under way.

    It is an attempt once the customer's telephone rings, and not before. What would refuse that then refuses already now. Refuses
    `not_found`, `contact.not_in_progress`, `call.over` where somebody was rung or answered before, `call.not_dialable`, and what `dial`
    refuses.
    """
    stored = await calls.lock(scope, contact_id)
    if stored is None:
        raise Refused("not_found", kind="contact")
    if stored.status != "in_progress":
        raise Refused("contact.not_in_progress", status=stored.status)
    before = stored.call
    if before is not None and before.is_live and not _is_stale(before, scope.wall_now):
        return None
    if stored.answered or (before is not None and before.state == "ended"):
        raise Refused("call.over")
    if stored.number is None or dialable(stored.number) is None:
        raise Refused("call.not_dialable", what="number")
    if not is_plain(stored.staff_no):
        raise Refused("call.not_dialable", what="staff number")
    await _try_to_dial(scope, catalogue, contact_id, actor)
    number = 1 if before is None else before.number + 1
    await calls.save(scope, contact_id, Call(number, "requested", scope.wall_now))
    details = {"call": number}
    await record(scope, actor, "call.requested", "contact", contact_id, details, details=details)
    return Placed(contact_id, number, stored.staff_no, dialable(stored.extension or ""))


async def happened(
    scope: Scope, catalogue: Catalogue, contact_id: UUID, number: int, event: CallEvent
) -> Happened | None:
    """Take in what the telephone system tells of a contact's call; None where there is no such call.

    What was told before, or comes too late, changes nothing. When the customer is to be rung the number counts as dialled; where that
    is refused by now, the call ends instead.
    """
    stored = await calls.lock(scope, contact_id)
    if stored is None or stored.call is None or stored.call.number != number:
        return None
    before, now = stored.call, scope.wall_now
    after, actions = advance(before, event, now)
    to_dial: str | None = None
    if "ring_customer" in actions:
        to_dial = dialable(stored.number or "")
        refusal = await _dialled(scope, catalogue, contact_id) if to_dial is not None else "call.not_dialable"
        if refusal is not None:
            to_dial = None
            after, actions = advance(before, NotAllowed(refusal), now)
    await _save(scope, contact_id, before, after, actions, TELEPHONE)
    return Happened(after, actions, to_dial)


async def not_placed(scope: Scope, catalogue: Catalogue, contact_id: UUID, number: int, problem: str) -> None:
    """Note that the telephone system did not take a call; it was no attempt."""
    await happened(scope, catalogue, contact_id, number, NotAllowed(problem))


async def hang_up(scope: Scope, contact_id: UUID, actor: Actor) -> Happened:
    """End a contact's call, whatever stage it is in. Refuses `not_found` where there is none."""
    stored = await calls.lock(scope, contact_id)
    if stored is None or stored.call is None:
        raise Refused("not_found", kind="call")
    after, actions = hung_up(stored.call, scope.wall_now)
    await _save(scope, contact_id, stored.call, after, actions, actor)
    return Happened(after, actions)


async def call_of(scope: Scope, contact_id: UUID) -> Call:
    """Return the call of a contact as it stands. Refuses `not_found`."""
    there, call = await calls.load(scope, contact_id)
    if call is None:
        raise Refused("not_found", kind="call" if there else "contact")
    return call


async def recording_kept(scope: Scope, contact_id: UUID, number: int) -> None:
    """Note that the recording of a call has come in as evidence."""
    await _settle_recording(scope, contact_id, number, kept=True)


async def recording_missing(scope: Scope, contact_id: UUID, number: int) -> None:
    """Note that the recording of a call can't be had any more, which is an alarm: the callback has no proof without it (REG-3)."""
    if await _settle_recording(scope, contact_id, number, kept=False):
        await _alarm(scope, contact_id, number)


def _is_stale(call: Call, now: datetime) -> bool:
    return call.state == "requested" and now - call.requested_at > STALE


async def _alarm(scope: Scope, contact_id: UUID, number: int) -> None:
    details = {"contact": str(contact_id), "call": number}
    await raise_alarm(scope, "recording_missing", str(contact_id), details)


async def _settle_recording(scope: Scope, contact_id: UUID, number: int, *, kept: bool) -> bool:
    stored = await calls.lock(scope, contact_id)
    wanted: bool = stored is not None and stored.call is not None and stored.call.number == number
    if not wanted or stored is None or stored.call is None or stored.call.recording in ("kept", "missing"):
        return False
    state = "kept" if kept else "missing"
    await calls.save(scope, contact_id, msgspec.structs.replace(stored.call, recording=state))
    details = {"call": number, "recording": state}
    await record(scope, TELEPHONE, f"call.recording_{state}", "contact", contact_id, details, details=details)
    return True


async def _save(
    scope: Scope, contact_id: UUID, before: Call, after: Call, actions: tuple[Action, ...], actor: Actor
) -> None:
    if after != before:
        await calls.save(scope, contact_id, after)
    if after.state != before.state:
        # A long talk before the first answer keeps its work.
        await queue.extend(scope, contact_id, scope.wall_now + LEASE)
        details = {
            "call": after.number,
            "ended_by": after.ended_by,
            "cause": after.cause,
            "problem": after.problem,
        }
        told = {name: value for name, value in details.items() if value is not None}
        await record(scope, actor, f"call.{after.state}", "contact", contact_id, told, details=told)
    if after.recording == "missing" != before.recording:
        await _alarm(scope, contact_id, after.number)
    if "fetch_recording" in actions:
        payload = {"contact": str(contact_id), "call": after.number, "try": 0}
        await outbox.enqueue(
            scope, FETCH_RECORDING, payload, urgency=1, dedupe=f"{contact_id}/{after.number}"
        )


async def _try_to_dial(scope: Scope, catalogue: Catalogue, contact_id: UUID, actor: Actor) -> None:
    """Refuse what dialling would be refused for, and dial nothing."""
    try:
        async with scope.savepoint():
            await dial(scope, catalogue, contact_id, actor)
            raise _OnlyTried
    except _OnlyTried:
        pass


async def _dialled(scope: Scope, catalogue: Catalogue, contact_id: UUID) -> str | None:
    """Count the number as dialled; return the code of the refusal where it may not be."""
    try:
        async with scope.savepoint():
            await dial(scope, catalogue, contact_id, TELEPHONE)
    except Refused as refusal:
        return refusal.code
    return None


class _OnlyTried(Exception):
    """What undoes a trial."""
