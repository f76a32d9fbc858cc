"""Visits: a visitor's round for a day, the sheet for each door, and what is recorded once a visit was made (LN-4b, DEC-7)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.texts import Language
from huifang_core.windows import day_of, end_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import claim_next
from huifang_tenants.services.contacts.climbing import NO_ADDRESS, go_on_without_number
from huifang_tenants.services.contacts.people import channels_of, known_staff, worker
from huifang_tenants.services.contacts.starting import Opening, record_attempt, start
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.papers.forms import PaperForm, form_of
from huifang_tenants.stores import letters, queue, visits
from huifang_tenants.stores.ledger import Actor, record

ENTER_WITHIN: Final = timedelta(days=7)
"""How long after its day a visit is kept for its visitor, so that it can be entered; wall time."""

_LOOKED_THROUGH: Final = 100
_PLAN_AHEAD: Final = timedelta(days=60)


class Round(msgspec.Struct, frozen=True):
    """One visit to be planned in a visitor's round: by whom, on which day, in which language, through which client."""

    staff_no: str
    day: date
    language: Language = "zh-CN"
    client: str | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One door of a round: its paper, who goes there, by when the callback is due, and whether it is sales' own visit (DEC-7).

    It holds personal data in full.
    """

    form: PaperForm
    visitor_name: str
    day: date
    due_by: datetime
    seller_may_visit: bool


async def plan(scope: Scope, catalogue: Catalogue, wanted: Round, actor: Actor) -> UUID | None:
    """Claim the most pressing callback by visit for a day's round; return its contact, or None when there is none to make.

    Nothing is tried before it is made. Whoever has no address on file goes on to the next rung, with the reason on record. Refuses
    `visit.day_invalid` for a day that is past or more than two months ahead.
    """
    if not day_of(scope.now) <= wanted.day <= day_of(scope.now + _PLAN_AHEAD):
        raise Refused("visit.day_invalid", day=wanted.day.isoformat())
    for _ in range(_LOOKED_THROUGH):
        claimed = await claim_next(scope, catalogue, wanted.staff_no, actor, "on_site")
        if claimed is None:
            return None
        if not await letters.has_address(scope, claimed.called.record):
            for id in claimed.obligation_ids:
                await go_on_without_number(scope, id, actor, action=NO_ADDRESS)
            continue
        opening = Opening(
            claimed.obligation_ids[0],
            wanted.staff_no,
            language=wanted.language,
            dialled=False,
            client=wanted.client,
        )
        contact_id = await start(scope, catalogue, opening, actor)
        await visits.save(scope, contact_id, visits.Visit(wanted.day))
        until = scope.wall_now + (end_of_day(wanted.day) - scope.now) + ENTER_WITHIN
        await queue.extend(scope, contact_id, until)
        details = {"day": wanted.day.isoformat()}
        await record(scope, actor, "visit.planned", "contact", contact_id, details, details=details)
        return contact_id
    return None


async def make(
    scope: Scope,
    contact_id: UUID,
    made_at: datetime,
    actor: Actor,
    *,
    visitor: str | None = None,
    companions: Sequence[str] = (),
) -> None:
    """Record that a visit was made: from here on it is an attempt. `visitor` is who went, where it was not who had planned it.

    A salesperson may come along and is recorded; the visit is never the seller's own, but where sales' own visits are meant (DEC-7).
    Refuses `not_found`, `contact.not_in_progress`, `visit.time_invalid` (before it was planned, or to come), `visit.by_seller`, and staff
    who are unknown, untrained or no visitors.
    """
    planned = await visits.lock(scope, contact_id)
    if planned is None:
        raise Refused("not_found", kind="visit")
    if planned.status != "in_progress":
        raise Refused("contact.not_in_progress", status=planned.status)
    if not planned.started_at <= made_at <= scope.now:
        raise Refused("visit.time_invalid")
    went = visitor or planned.staff_no
    if went != planned.staff_no:
        await _hand_over(scope, planned, went)
    for companion in companions:
        await known_staff(scope, companion)
    sellers = await visits.sellers_of(scope, contact_id)
    made = msgspec.structs.replace(
        planned.visit,
        made_at=made_at,
        companions=tuple(dict.fromkeys(companions)),
        with_seller=bool(sellers & set(companions)),
    )
    await visits.save(scope, contact_id, made)
    await record_attempt(scope, contact_id, actor)
    details = {"visitor": went, "companions": list(made.companions), "with_seller": made.with_seller}
    await record(
        scope, actor, "visit.made", "contact", contact_id, [made_at.isoformat(), details], details=details
    )


async def stop_of(scope: Scope, contact_id: UUID) -> Stop:
    """Return what a visitor needs at one door. Refuses `not_found`."""
    planned = await visits.lock(scope, contact_id)
    if planned is None:
        raise Refused("not_found", kind="visit")
    return Stop(
        form=await form_of(scope, contact_id),
        visitor_name=planned.visitor_name,
        day=planned.visit.day,
        due_by=planned.due_by,
        seller_may_visit=planned.seller_may_visit,
    )


async def printed(scope: Scope, contact_ids: Sequence[UUID], actor: Actor) -> None:
    """Record that sheets were made to be printed, and so that names and addresses left the system."""
    for contact_id in contact_ids:
        await record(scope, actor, "visit.printed", "contact", contact_id, None)


async def _hand_over(scope: Scope, planned: visits.PlannedVisit, staff_no: str) -> None:
    """Let somebody else have made the visit, who could have claimed it."""
    staff = await worker(scope, staff_no, day_of(scope.now))
    if "on_site" not in channels_of(staff):
        raise Refused("staff.not_permitted", staff_no=staff_no)
    is_seller = staff_no in await visits.sellers_of(scope, planned.contact_id)
    if is_seller and not planned.seller_may_visit:
        raise Refused("visit.by_seller", staff_no=staff_no)
    await visits.hand_over(scope, planned.contact_id, staff.id, visitor_is_seller=is_seller)
