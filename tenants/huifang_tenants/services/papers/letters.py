"""Letters: prepared in batches, posted, answered or returned, and given up when no answer comes (LN-4c)."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Outcome
from huifang_core.texts import Language
from huifang_core.windows import day_of, end_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import claim_next
from huifang_tenants.services.contacts.climbing import NO_ADDRESS, go_on_without_number
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.services.contacts.starting import Opening, record_attempt, start
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.papers.forms import sections_of
from huifang_tenants.stores import contacts, letters, queue
from huifang_tenants.stores.ledger import SYSTEM, Actor, record
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import settings_of

ReturnReason = Literal["moved", "unknown", "no_such_address", "unclaimed", "refused"]
"""Why the post brought a letter back."""

POST_WITHIN: Final = timedelta(days=14)
"""How long a prepared letter is kept to be posted, wall time; then its callback is free again."""

ENTER_WITHIN: Final = timedelta(days=30)
"""How much longer than for the answer the callback of a letter is kept, so that what came back can be entered; wall time."""

_LOOKED_THROUGH: Final = 100
_AT_ONCE: Final = 100


class Order(msgspec.Struct, frozen=True):
    """One letter to be prepared in a batch: by whom, in which language, and through which client."""

    batch_id: UUID
    staff_no: str
    language: Language = "zh-CN"
    client: str | None = None


def reply_days(tenant: Tenant) -> int:
    """Return how many days an answer to a letter is waited for."""
    return settings_of(tenant).letter_reply_days


async def prepare(scope: Scope, catalogue: Catalogue, order: Order, actor: Actor) -> UUID | None:
    """Claim the most pressing callback by letter and prepare its letter; return the contact, or None when there is none to write.

    Nothing is tried before it is posted. Whoever has no address on file goes on to the next rung, with the reason on record.
    """
    for _ in range(_LOOKED_THROUGH):
        claimed = await claim_next(scope, catalogue, order.staff_no, actor, "letter")
        if claimed is None:
            return None
        if not await letters.has_address(scope, claimed.called.record):
            for id in claimed.obligation_ids:
                await go_on_without_number(scope, id, actor, action=NO_ADDRESS)
            continue
        opening = Opening(
            claimed.obligation_ids[0],
            order.staff_no,
            language=order.language,
            dialled=False,
            client=order.client,
        )
        contact_id = await start(scope, catalogue, opening, actor)
        contact = await contacts.load(scope, contact_id)
        sections = () if contact is None else await sections_of(scope, contact)
        missing = list(dict.fromkeys(fact for section in sections for fact in section.missing))
        await letters.insert(scope, contact_id, order.batch_id, missing)
        await queue.extend(scope, contact_id, scope.wall_now + POST_WITHIN)
        await record(
            scope,
            actor,
            "letter.prepared",
            "contact",
            contact_id,
            [str(order.batch_id), missing],
            details={"batch": str(order.batch_id), "missing": missing},
        )
        return contact_id
    return None


async def post(
    scope: Scope, contact_id: UUID, posted_on: date, actor: Actor, *, posting_no: str | None = None
) -> datetime:
    """Record that a letter went into the post: from here on it is an attempt. Return until when an answer is waited for, business time.

    Again with another day or number corrects it. Refuses `not_found`, `contact.not_in_progress`, `letter.day_invalid` (before it was
    prepared, or to come).
    """
    letter = await _open(scope, contact_id)
    if not day_of(letter.prepared_at) <= posted_on <= day_of(scope.now):
        raise Refused("letter.day_invalid", day=posted_on.isoformat())
    await record_attempt(scope, contact_id, actor)
    reply_by = end_of_day(posted_on + timedelta(days=reply_days(scope.tenant)))
    number = posting_no if posting_no is not None else letter.posting_no
    await letters.set_posted(scope, contact_id, posted_on, number, reply_by)
    await queue.extend(scope, contact_id, scope.wall_now + (reply_by - scope.now) + ENTER_WITHIN)
    details = {"posted_on": posted_on.isoformat(), "posting_no": number}
    await record(scope, actor, "letter.posted", "contact", contact_id, details, details=details)
    return reply_by


async def send_back(
    scope: Scope, contact_id: UUID, returned_on: date, reason: ReturnReason, actor: Actor
) -> Outcome:
    """Record that the post brought a letter back, which ends its contact; return the outcome.

    Where delivery was refused the customer is taken to have refused; otherwise nobody was reached. Refuses `not_found`,
    `contact.not_in_progress`, `letter.not_posted`, `letter.day_invalid` (before it was posted, or to come).
    """
    letter = await _open(scope, contact_id)
    if letter.posted_on is None:
        raise Refused("letter.not_posted")
    if not letter.posted_on <= returned_on <= day_of(scope.now):
        raise Refused("letter.day_invalid", day=returned_on.isoformat())
    await letters.set_returned(scope, contact_id, returned_on, reason)
    details = {"returned_on": returned_on.isoformat(), "reason": reason}
    await record(
        scope, actor, "letter.returned", "contact", contact_id, details, reason=reason, details=details
    )
    outcome: Outcome = "refused" if reason == "refused" else "no_answer"
    await conclude(scope, contact_id, Conclusion(outcome), actor)
    return outcome


async def give_up_waiting(scope: Scope) -> bool:
    """End the contacts of letters whose time for an answer is over without one; tell whether there may be more.

    One whose signed receipt has come in is left for whoever enters the answers.
    """
    unanswered = await letters.unanswered(scope, _AT_ONCE)
    for contact_id in unanswered:
        await record(
            scope, SYSTEM, "letter.unanswered", "contact", contact_id, None, reason="no_answer_in_time"
        )
        await conclude(scope, contact_id, Conclusion("no_answer"), SYSTEM)
    return len(unanswered) == _AT_ONCE


async def printed(scope: Scope, contact_ids: list[UUID], actor: Actor) -> None:
    """Record that letters were made to be printed, and so that names and addresses left the system."""
    await letters.set_printed(scope, contact_ids)
    for contact_id in contact_ids:
        await record(scope, actor, "letter.printed", "contact", contact_id, None)


async def _open(scope: Scope, contact_id: UUID) -> letters.StoredLetter:
    letter = await letters.lock(scope, contact_id)
    if letter is None:
        raise Refused("not_found", kind="letter")
    if letter.status != "in_progress":
        raise Refused("contact.not_in_progress", status=letter.status)
    return letter
