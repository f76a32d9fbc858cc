"""What goes out to a customer and what becomes of it: first messages, further questions, delivery reports.

A message is written in the scope that causes it, with a job that brings it out afterwards. The mail server or gateway is told its id, so
that one sent twice after a crash can be known as the same.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.texts import Language, Text

from huifang_tenants.outbox import enqueue
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts import answering
from huifang_tenants.services.contacts.climbing import go_on_without_address
from huifang_tenants.services.contacts.concluding import Conclusion, abandon, conclude
from huifang_tenants.services.context import Services
from huifang_tenants.services.written import acting, wording
from huifang_tenants.services.written.opening import Carrier, Opened, open_next
from huifang_tenants.stores import contacts, messages
from huifang_tenants.stores.contacts import StoredContact
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import insurer_name, settings_of
from huifang_tenants.written_channels import OnlineSettings, Ways, ways_of

WRITE: Final = "contacts.write"
"""Kind of the job that opens contacts with those who are to be written to."""

SEND: Final = "messages.send"
"""Kind of the job that brings one message out."""

UNDELIVERABLE: Final = "undeliverable"
"""Why a message failed whose number or address does not exist: it is not written to again."""

_AT_A_TIME: Final = 50
_URGENT: Final = 1


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way out. An e-mail has a `subject`; `code` is what a reply names its contact by."""

    id: UUID
    channel: Carrier
    to: str
    text: str
    subject: str | None = None
    code: str
    language: Language


async def write_due(services: Services, tenant: Tenant) -> bool:
    """Open contacts with those who are to be written to; tell whether there may be more. Not inside a scope."""
    catalogue = await services.catalogue()

    async def once(scope: Scope) -> bool:
        return await write_next(scope, catalogue)

    for _ in range(_AT_A_TIME):
        if not await in_scope(services.db, tenant, once):
            return False
    return True


async def write_next(scope: Scope, catalogue: Catalogue) -> bool:
    """Open a contact with whoever is to be written to most urgently, its first message on the way; False when there is nobody."""
    opened = await open_next(scope, catalogue)
    if opened is None:
        return False
    assert opened.carrier is not None
    ways, language = ways_of(scope.tenant), opened.language
    own = _own_texts(ways, opened.carrier)
    words = {
        "insurer": insurer_name(scope.tenant),
        "title": opened.title.in_language(language),
        "until": wording.until(opened.answer_by, language),
        "code": opened.code,
    }
    if opened.token is not None and ways.online is not None:
        link = link_of(ways.online, opened.token)
        text = wording.said(opened.carrier, "invitation", own, language, link=link, **words)
    else:
        standing = await answering.standing(scope, opened.contact_id)
        assert standing.prompt is not None
        intro = wording.said(opened.carrier, "question", own, language, **words)
        text = f"{intro}\n{wording.asked(standing.prompt, language)}"
    if opened.carrier == "sms" and not opened.mandatory:
        text = f"{text} {wording.said('sms', 'leave', own, language)}"
    subject = wording.said("email", "subject", own, language, **words) if opened.carrier == "email" else None
    await _put(scope, opened, text, subject)
    return True


async def send_further(scope: Scope, contact: StoredContact, text: str) -> None:
    """Send something more in a contact that is carried on in messages, to where its first one went, under the same subject."""
    first = await messages.first_sent(scope, contact.id)
    if first is None:
        return
    content = {**first.content, "text": text}
    id = await messages.keep(scope, contact.id, first.channel, "sent", content, status="waiting")
    await enqueue(scope, SEND, {"message": str(id)}, urgency=_URGENT)


def link_of(settings: OnlineSettings, token: str) -> str:
    """Return the address of a questionnaire."""
    return f"{settings.address}/q/{token}"


async def outgoing(scope: Scope, message_id: UUID) -> Outgoing | None:
    """Return a message that is still to be sent; None for one that was, or whose contact has ended meanwhile."""
    found = await messages.load(scope, message_id)
    if found is None or found.status != "waiting" or found.contact_id is None:
        return None
    contact = await contacts.load(scope, found.contact_id)
    if contact is None or contact.status != "in_progress":
        await messages.settle(scope, message_id, "failed", reason="contact_ended")
        return None
    channel: Any = found.channel
    return Outgoing(
        id=message_id,
        channel=channel,
        to=found.content["to"],
        text=found.content["text"],
        subject=found.content.get("subject"),
        code=found.content["code"],
        language=contact.language,
    )


async def sent(scope: Scope, message_id: UUID, reference: str | None) -> None:
    """Note that a message has been taken for delivery, under this reference. From now on it is an attempt."""
    found = await messages.load(scope, message_id)
    if found is None or found.status != "waiting":
        return
    await messages.settle(scope, message_id, "sent", reference=reference)
    if found.contact_id is not None:
        await messages.note_attempt(scope, found.contact_id)
    actor = acting(found.channel)
    await record(scope, actor, "message.sent", "contact", found.contact_id, found.content["text"])


async def not_sent(scope: Scope, message_id: UUID, reason: str) -> None:
    """Note that a message could not be sent at all; where it was the first, its contact ends and is no attempt (ASK)."""
    found = await messages.load(scope, message_id)
    if found is None or found.status != "waiting":
        return
    await messages.settle(scope, message_id, "failed", reason=reason)
    await _end_unreached(scope, found.contact_id, reason, acting(found.channel))


async def delivered(scope: Scope, message_id: UUID) -> None:
    """Note that a message has arrived."""
    found = await messages.load(scope, message_id)
    if found is not None and found.status in ("waiting", "sent"):
        await messages.settle(scope, message_id, "delivered")
        await record(scope, acting(found.channel), "message.delivered", "contact", found.contact_id, None)


async def came_back(scope: Scope, message_id: UUID, reason: str) -> None:
    """Note that a message could not be delivered: an attempt that reached nobody, and the ladder goes on at once.

    A report that comes after the customer has answered changes nothing but the message.
    """
    found = await messages.load(scope, message_id)
    if found is None or found.status == "failed" or found.contact_id is None:
        return
    await messages.settle(scope, message_id, "failed", reason=reason)
    actor = acting(found.channel)
    await record(scope, actor, "message.came_back", "contact", found.contact_id, reason, reason=reason)
    contact = await contacts.load(scope, found.contact_id, lock=True)
    if contact is not None and contact.status == "in_progress" and not _answered(contact):
        await conclude(scope, contact.id, Conclusion("no_answer"), actor)


async def _end_unreached(scope: Scope, contact_id: UUID | None, reason: str, actor: Actor) -> None:
    contact = await contacts.load(scope, contact_id, lock=True) if contact_id is not None else None
    if contact is None or contact.status != "in_progress" or contact.dialled_at is not None:
        return
    await abandon(scope, contact.id, actor, reason)
    hours = settings_of(scope.tenant).calling_hours
    for section in contact.sections:
        await go_on_without_address(scope, section.obligation_id, reason, hours, actor)


async def _put(scope: Scope, opened: Opened, text: str, subject: str | None) -> None:
    assert opened.carrier is not None
    content = {"to": opened.sent_to, "text": text, "subject": subject, "code": opened.code}
    id = await messages.keep(scope, opened.contact_id, opened.carrier, "sent", content, status="waiting")
    await enqueue(scope, SEND, {"message": str(id)}, urgency=_URGENT)


def _own_texts(ways: Ways, carrier: Carrier) -> Mapping[Any, Text]:
    settings = ways.sms if carrier == "sms" else ways.email
    return settings.texts if settings is not None else {}


def _answered(contact: StoredContact) -> bool:
    return any(section.state.answers for section in contact.sections)
