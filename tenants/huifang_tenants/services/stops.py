"""The stop button (暂停): work of a tenant, plugin, script or channel is not given out or begun until somebody lifts the stop.

A contact under way may be finished; one prepared and not dialled yet is not dialled. What is held back is counted and as overdue as
ever (DEC-2), and an alarm stands as long as the stop does. Whatever contacts customers by itself asks `stopped` first.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.units import Role

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import permitted
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import queue, stops
from huifang_tenants.stores.alarms import clear_alarm, raise_alarm
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.stops import Stopped, Target

MAY_STOP: Final[frozenset[Role]] = frozenset({"tenant_admin", "compliance_officer", "team_leader"})
"""Roles whose holders may stop work, and let it go on."""

_ALARM: Final = "work_stopped"


async def stop(scope: Scope, catalogue: Catalogue, target: Target, reason: str, actor: Actor) -> UUID:
    """Stop work at once; return the stop's id.

    Refuses `not_found` (plugin, script) for what is not installed, and `staff.not_permitted`.
    """
    await permitted(scope, actor, MAY_STOP)
    if target.plugin is not None:
        entry = catalogue.plugins.get(target.plugin)
        if entry is None:
            raise Refused("not_found", kind="plugin")
        if target.script is not None and entry.script(target.script) is None:
            raise Refused("not_found", kind="script")
    elif target.script is not None:
        raise Refused("not_found", kind="plugin")
    who = actor.on_behalf_of or actor.name
    id = await stops.insert(scope, target, reason, who)
    details = msgspec.to_builtins(target)
    await raise_alarm(scope, _ALARM, str(id), {**details, "reason": reason, "stopped_by": who})
    await record(scope, actor, "work.stopped", "stop", id, details, reason=reason, details=details)
    return id


async def lift(scope: Scope, id: UUID, reason: str, actor: Actor) -> None:
    """Let work go on that was stopped; refuses `not_found` (stop), `staff.not_permitted`, and `state.conflict` for one lifted before."""
    await permitted(scope, actor, MAY_STOP)
    row = await stops.lock(scope, id)
    if row is None:
        raise Refused("not_found", kind="stop")
    if row["lifted_at"] is not None:
        raise Refused("state.conflict", current="lifted", wanted="lifted")
    await stops.lift(scope, id, reason, actor.on_behalf_of or actor.name)
    await clear_alarm(scope, _ALARM, str(id))
    await record(scope, actor, "work.resumed", "stop", id, None, reason=reason)


async def stopped(scope: Scope, obligation_ids: Sequence[UUID]) -> dict[UUID, Stopped]:
    """Return of these obligations those that must not be begun, with the stop."""
    return await stops.of_obligations(scope, obligation_ids)


async def not_stopped(scope: Scope, leased: Sequence[Any]) -> list[Any]:
    """Return what may be begun of what was leased together, and put the rest back; refuses `contact.stopped` where that is all of it."""
    held = await stopped(scope, [row["id"] for row in leased])
    if not held:
        return list(leased)
    if len(held) == len(leased):
        raise _refused(held[leased[0]["id"]])
    await queue.put_back(scope, list(held))
    return [row for row in leased if row["id"] not in held]


async def check_dialling(scope: Scope, contact_id: UUID) -> None:
    """Refuse `contact.stopped` for a contact whose work was stopped since it was prepared."""
    found = await stops.of_contact(scope, contact_id)
    if found is not None:
        raise _refused(found)


def _refused(found: Stopped) -> Refused:
    return Refused("contact.stopped", stop=str(found.id), reason=found.reason)
