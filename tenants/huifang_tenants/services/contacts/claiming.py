"""Taking work from the queue (DEC-8), and giving it back."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.called import Called
from huifang_core.catalogue import Catalogue
from huifang_core.obligations import ContactChannel
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import shares
from huifang_tenants.services.contacts.called import whom_to_call
from huifang_tenants.services.contacts.climbing import go_on_without_number
from huifang_tenants.services.contacts.people import channels_of, known_staff, worker
from huifang_tenants.services.contacts.playable import stage
from huifang_tenants.services.contacts.restraints import free_at, may_be_rung, restraints_now
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import queue
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import StoredStaff
from huifang_tenants.tenant_settings import settings_of

LEASE: Final = timedelta(minutes=30)
"""How long work claimed, or a contact without an answer, is kept for its holder; wall time."""

_MOST_WITHOUT_NUMBER: Final = 50


class Claimed(msgspec.Struct, frozen=True):
    """Obligations leased together: one contact with `called` serves them all (DEC-5)."""

    obligation_ids: tuple[UUID, ...]
    lease_until: datetime
    called: Called


class HeldByShare(msgspec.Struct, frozen=True):
    """How much work waits for a share of channels, that share as it stands, and what it may come to."""

    plugin: str
    limit: str
    waiting: int
    figure: Decimal
    at_most: Decimal


class HeldBack(msgspec.Struct, frozen=True):
    """Work that could be given out but for one thing, counted.

    `waiting` is phone work that only the calling hours hold back, `due_before_opening` how much of it is due before they open at
    `opens_at` (REG-7). `without_script` is work by any channel that can't be played, since a plugin or its script is not
    there, `overdue_without_script` how much of that is overdue, and `script_not_filed` how much of it waits for the script to be
    filed (LN-6). `stopped` is work that somebody stopped, `not_given_out` what a team leader has to give to somebody first (DEC-8);
    `overdue_stopped` and `overdue_not_given_out` are how much of them is overdue. `not_wanted` is what people don't want (DEC-6), `too_often` what they
    were contacted for often enough (CARE-2), and `calls_used_up` what waits until `free_at`, as they were rung often enough today.
    `shares` are those of channels into which nothing more fits (LN-5). `waiting_for_case` is what there is nothing to tell about yet,
    as its case is not solved (PF-4), `not_contactable` what is owed to people who have died or can't answer any more.
    """

    opens_at: datetime | None = None
    waiting: int = 0
    due_before_opening: int = 0
    without_script: int = 0
    overdue_without_script: int = 0
    script_not_filed: int = 0
    stopped: int = 0
    overdue_stopped: int = 0
    not_given_out: int = 0
    overdue_not_given_out: int = 0
    not_wanted: int = 0
    too_often: int = 0
    calls_used_up: int = 0
    free_at: datetime | None = None
    shares: tuple[HeldByShare, ...] = ()
    waiting_for_case: int = 0
    not_contactable: int = 0


async def claim_next(
    scope: Scope,
    catalogue: Catalogue,
    staff_no: str,
    actor: Actor,
    channel: ContactChannel | None = None,
) -> Claimed | None:
    """Lease the most pressing work this member of staff may do, or return None when there is none.

    Outside calling hours no phone work is given out, mandatory or not (REG-7), but for what is called around the clock (MS-1, DEC-6).
    What can't be played never is; `held_back` says what that leaves lying. Where nobody whom the rule names has a number to dial, the
    obligation goes on to its next rung instead, with the reason on record; where that is so of very many, the rest is left to the
    next claim. What another person is to be asked is left for a contact of its own. What a limit, a wish or the calls of the day hold back
    is passed over. Refuses staff who are unknown, untrained, or without a fitting role.
    """
    staff = await worker(scope, staff_no, day_of(scope.now))
    channels = channels_of(staff)
    if channel is not None:
        if channel not in channels:
            raise Refused("staff.not_permitted", staff_no=staff_no)
        channels = (channel,)
    calling = settings_of(scope.tenant).calling_hours.allow(scope.now)
    until = scope.wall_now + LEASE
    claimer = await worker_of(scope, catalogue, staff)
    passed_over: list[UUID] = []
    for _ in range(_MOST_WITHOUT_NUMBER):
        found = await queue.claim(scope, claimer, channels, until, calling=calling, passed_over=passed_over)
        if found is None:
            return None
        targets = await whom_to_call(scope, found.ids, found.channel)
        for id in found.ids:
            if id not in targets:
                await go_on_without_number(scope, id, actor)
        reachable = [id for id in found.ids if id in targets]
        if not reachable:
            continue
        target = targets[reachable[0]]
        ids = [id for id in reachable if targets[id].is_same_person(target)]
        if target.called.record != found.customer_id and not await _is_free(
            scope, target.called.record, claimer, found
        ):
            await queue.put_back(scope, reachable)
            passed_over.append(found.customer_id)
            continue
        ids = await shares.give_out(scope, catalogue, found.channel, ids, actor)
        await queue.put_back(scope, [id for id in reachable if id not in ids])
        if not ids:
            restraints, _ = await shares.shut(scope, catalogue, claimer.restraints)
            claimer = msgspec.structs.replace(claimer, restraints=restraints)
            continue
        details = {"obligations": [str(id) for id in ids], "called": target.called.party}
        await record(scope, actor, "obligation.claimed", "obligation", ids[0], details, details=details)
        return Claimed(tuple(ids), until, target.called)
    return None


async def held_back(scope: Scope, catalogue: Catalogue, staff_no: str) -> HeldBack:
    """Return the work a member of staff could claim but for the calling hours, or but that it can't be played."""
    staff = await worker(scope, staff_no, day_of(scope.now))
    channels = channels_of(staff)
    claimer = await worker_of(scope, catalogue, staff)
    without_script, overdue, not_filed = await queue.without_script(scope, claimer, channels)
    stopped, overdue_stopped = await queue.stopped(scope, claimer, channels)
    not_given_out, overdue_not_given_out = await queue.not_given_out(scope, claimer, channels)
    restraints, full = await shares.shut(scope, catalogue, claimer.restraints)
    claimer = msgspec.structs.replace(claimer, restraints=restraints)
    held = await queue.restrained(scope, claimer, channels)
    waiting_for_case, not_contactable = await queue.standing_still(scope, claimer, channels)
    calls_used_up = sum(causes["calls_used_up"] for causes in held.values())
    found = HeldBack(
        without_script=without_script,
        overdue_without_script=overdue,
        script_not_filed=not_filed,
        stopped=stopped,
        overdue_stopped=overdue_stopped,
        not_given_out=not_given_out,
        overdue_not_given_out=overdue_not_given_out,
        waiting_for_case=waiting_for_case,
        not_contactable=not_contactable,
        not_wanted=sum(causes["wish"] for causes in held.values()),
        too_often=sum(causes["too_often"] for causes in held.values()),
        calls_used_up=calls_used_up,
        free_at=free_at(scope) if calls_used_up else None,
        shares=tuple(
            HeldByShare(
                one.declared.plugin,
                one.declared.limit.id,
                held[one.declared.plugin]["share"],
                one.share.figure,
                one.declared.bounds.at_most,
            )
            for one in full
            if held.get(one.declared.plugin, {}).get("share")
        ),
    )
    hours = settings_of(scope.tenant).calling_hours
    if hours.allow(scope.now) or "phone" not in channels:
        return found
    opens_at = hours.next(scope.now)
    waiting, due_before = await queue.held_back(scope, claimer, "phone", opens_at)
    if not waiting:
        return found
    return msgspec.structs.replace(found, opens_at=opens_at, waiting=waiting, due_before_opening=due_before)


async def give_back(scope: Scope, staff_no: str, actor: Actor) -> int:
    """Put back what a member of staff claimed and did not start; return how many obligations that were.

    Whoever is no longer trained can still do so.
    """
    staff = await known_staff(scope, staff_no)
    count = await queue.give_back(scope, staff.id)
    if count:
        await record(scope, actor, "obligation.given_back", "staff", staff.id, count)
    return count


async def worker_of(scope: Scope, catalogue: Catalogue, staff: StoredStaff) -> queue.Worker:
    """Return a member of staff as the queue asks for one."""
    playable = (await stage(scope, catalogue)).playable()
    restraints = await restraints_now(scope, catalogue)
    return queue.Worker(staff.id, staff.staff_no, staff.unit, scope.wall_now - LEASE, playable, restraints)


async def _is_free(scope: Scope, customer_id: UUID, claimer: queue.Worker, found: queue.Leased) -> bool:
    """Whether another person than the policyholder can be contacted now: nobody else does, and calls are left for today."""
    if not await queue.take_alone(scope, customer_id, claimer.id, claimer.quiet_since):
        return False
    return (
        found.channel != "phone"
        or found.around_the_clock
        or await may_be_rung(scope, customer_id, claimer.restraints)
    )
