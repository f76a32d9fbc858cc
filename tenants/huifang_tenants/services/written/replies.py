"""What customers write back by e-mail or text message (PF-2): matched to their contact, kept encrypted, and acted on.

Where a contact is carried on in messages, a reply that fits the question is its answer, through the same service as a caller's. Any other
reply is for people: whoever handles cases in the unit is told, and it is taken in as feedback, so that it is answered in the time that
feedback has (PF-3). A reply that fits no contact is kept all the same, and nothing recorded is left out (PF-4).
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.events import FeedbackReceived
from huifang_core.scripts import Prompt
from huifang_core.texts import Text, text
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.intake import OWN_SOURCE, IncomingEvent, content_hash
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.outbox import enqueue
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts import answering
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake import Batch, EventIn, take_in
from huifang_tenants.services.written import acting, wording
from huifang_tenants.services.written.delivering import send_further
from huifang_tenants.services.written.opening import Carrier
from huifang_tenants.services.written.playing import Question, after_answer
from huifang_tenants.stores import contacts, messages
from huifang_tenants.stores.contacts import StoredContact
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import sms_of

HAND_ON: Final = "replies.hand_on"
"""Kind of the job that takes a reply in as feedback."""

_STOP: Final = frozenset({"T", "TD", "退订", "取消订阅", "STOP", "UNSUBSCRIBE", "QUIT"})
_MERE_THANKS: Final = frozenset(
    {"好", "好的", "收到", "谢谢", "谢谢您", "已填", "已填写", "OK", "THANKS", "THANK YOU"}
)
_NUMBER: Final = re.compile(r"\s*(\d{1,2})\s*[.。、)]?\s*")
_EDGES: Final = " \t\r\n.。!！,，;；:：\"'“”‘’()（）[]【】"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came in: `sender` is a number or address, `code` what it names its contact by, where it does.

    The same `reference` again is the same reply.
    """

    channel: Carrier
    sender: str
    text: str
    reference: str
    code: str | None = None


async def take_reply(scope: Scope, catalogue: Catalogue, calendar: WorkingCalendar, reply: Reply) -> bool:
    """Take a reply in; False when it came in before."""
    contact = await _contact_of(scope, reply)
    content = {"from": reply.sender, "text": reply.text}
    kept = await messages.keep(
        scope,
        contact.id if contact is not None else None,
        reply.channel,
        "received",
        content,
        reference=reply.reference,
    )
    if kept is None:
        return False
    actor = acting(reply.channel)
    await record(scope, actor, "message.received", "message", kept, reply.text)
    if contact is None:
        await _tell(scope, None, kept)
        return True
    if _plain(reply.text) in _STOP:
        await _stop(scope, contact, reply)
        return True
    if contact.status == "in_progress" and await _answer(scope, catalogue, calendar, contact, reply):
        return True
    if _plain(reply.text) not in _MERE_THANKS:
        await _tell(scope, contact, kept)
        await enqueue(scope, HAND_ON, {"message": str(kept)})
    return True


async def hand_on(services: Services, tenant: Tenant, message_id: UUID) -> None:
    """Take a reply in as feedback on the contract it is about, once only. Not inside a scope."""

    async def read(scope: Scope) -> tuple[IncomingEvent, Actor] | None:
        found = await messages.load(scope, message_id)
        contact = await contacts.load(scope, found.contact_id) if found and found.contact_id else None
        if found is None or contact is None or not contact.sections:
            return None
        contract_no = await messages.contract_no_of(scope, contact.sections[0].contract_id)
        payload = FeedbackReceived(
            kind="suggestion", received_at=found.at, text=found.content["text"][:2000], channel=found.channel
        )
        event = IncomingEvent(
            source=OWN_SOURCE,
            event_id=f"reply/{message_id}",
            type="feedback.received",
            time=found.at,
            subject=None,
            contract_no=contract_no,
            claim_no=None,
            sequence=None,
            corrects=None,
            retracts=None,
            payload=payload,
            contract=None,
            customer=None,
            content_hash=content_hash((found.at, contract_no, payload)),
        )
        return event, acting(found.channel)

    found = await in_scope(services.db, tenant, read, read_only=True)
    if found is not None:
        event, actor = found
        await take_in(services, tenant, Batch(events=(EventIn(0, event),)), actor)


async def _contact_of(scope: Scope, reply: Reply) -> StoredContact | None:
    """The contact a reply belongs to: the one it names, else the one that waits for this number; none where several people's do."""
    if reply.code is not None:
        named = await messages.by_code(scope, reply.code)
        if named is not None:
            return await contacts.load(scope, named, lock=True)
    if reply.channel != "sms":
        return None
    number = normalise_phone(reply.sender)
    waiting = [
        one
        for one in await messages.open_for(scope, scope.cipher.blind("phone", reply.sender))
        if normalise_phone(one.sent_to) == number
    ]
    if len({one.customer_id for one in waiting}) != 1:
        return None
    return await contacts.load(scope, waiting[0].id, lock=True)


async def _answer(
    scope: Scope, catalogue: Catalogue, calendar: WorkingCalendar, contact: StoredContact, reply: Reply
) -> bool:
    """Take a reply for the answer to what was asked last, and ask on; False where nothing was asked, or it does not fit."""
    if await messages.has_link(scope, contact.id):
        return False
    standing = await answering.standing(scope, contact.id)
    if standing.section is None or standing.prompt is None:
        return False
    try:
        standing = await answering.answer(
            scope,
            catalogue,
            calendar,
            contact.id,
            standing.prompt.step,
            _value(standing.prompt, reply.text),
            acting(reply.channel),
        )
    except Refused as refusal:
        if refusal.code != "contact.answer_refused":
            raise
        sms = sms_of(scope.tenant)
        own: Mapping[Any, Text] = sms.texts if sms is not None and reply.channel == "sms" else {}
        hint = wording.said(reply.channel, "not_understood", own, contact.language)
        await send_further(scope, contact, hint)
        return False
    # What only has to be said is said together with what follows.
    lines: list[str] = []
    while standing.section is not None and standing.prompt is not None and _only_goes_on(standing.prompt):
        said = standing.prompt
        lines.append(said.text)
        standing = await answering.answer(
            scope, catalogue, calendar, contact.id, said.step, said.choices[0].code, acting(reply.channel)
        )
    view = await after_answer(scope, standing, contact.language, reply.channel)
    if isinstance(view, Question):
        text = "\n".join([*lines, wording.asked(view.prompt, contact.language)])
        await send_further(scope, contact, text)
    return True


def _only_goes_on(prompt: Prompt) -> bool:
    return prompt.kind == "say" and len(prompt.choices) == 1 and prompt.item is None


def _value(prompt: Prompt, said: str) -> str:
    """The choice a reply names, by its number or in its own words; else the reply as it is."""
    if not prompt.choices:
        return said.strip()
    number = _NUMBER.fullmatch(unicodedata.normalize("NFKC", said))
    if number is not None and 0 < int(number[1]) <= len(prompt.choices):
        return prompt.choices[int(number[1]) - 1].code
    plain = _plain(said)
    return next((choice.code for choice in prompt.choices if _plain(choice.label) == plain), said.strip())


async def _stop(scope: Scope, contact: StoredContact, reply: Reply) -> None:
    """Keep the customer's wish not to be written to; it holds back what is not mandatory (DEC-6, REG-7)."""
    actor = acting(reply.channel)
    if await messages.add_wish(scope, contact.customer_id, actor.name):
        await record(scope, actor, "restriction.added", "customer", contact.customer_id, "own_wish")
    mandatory = any(section.draft.category == "mandatory" for section in contact.sections)
    if contact.status == "in_progress" and not mandatory:
        await conclude(scope, contact.id, Conclusion("refused"), actor)


async def _tell(scope: Scope, contact: StoredContact | None, message_id: UUID) -> None:
    """Tell whoever handles cases in the unit that there is something to read; of what fits no contact, those at the top."""
    unit = contact.sections[0].unit if contact is not None and contact.sections else None
    message = (
        text("客户对回访有书面回复，请阅读处理", "a customer has written back; please read it and see to it")
        if contact is not None
        else text(
            "收到一条无法对应到回访的书面回复，请阅读处理",
            "a reply has come in that fits no callback; please read it and see to it",
        )
    )
    await notify(scope, "case_handler", unit, "reply_received", "message", message_id, message)


def _plain(said: str) -> str:
    return unicodedata.normalize("NFKC", said).strip(_EDGES).upper()
