"""Contacts in writing over the API: a link to be brought to a customer, and what was shown, sent and answered."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from huifang_core.texts import Language
from msgspec import Meta

from huifang_api.shapes.fields import Id, Instant, described


class OpenQuestionnaire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A questionnaire (在线问卷) to open for a customer."""

    obligation_id: Annotated[
        UUID,
        Meta(
            description="The obligation to be met; its turn must be with online, e-mail or text message.",
            examples=["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"],
        ),
    ]
    language: Annotated[
        Language, Meta(description="Language to begin in; the customer can change it.", examples=["zh-CN"])
    ] = "zh-CN"


class QuestionnaireLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to bring to the customer."""

    contact_id: Annotated[UUID, described("The contact it opens.")]
    link: Annotated[str, described("The link: works once, and is shown here and never again.")]
    answer_by: Annotated[Instant, described("Until when it works, UTC.")]


class MessageSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Something the customer was shown or sent, or that came back."""

    id: Id
    channel: Annotated[Literal["online", "email", "sms"], described("Channel.")]
    kind: Annotated[
        Literal["page", "answer", "sent", "received"],
        described("`page` shown and `answer` given online; `sent` and `received` by e-mail or text message."),
    ]
    status: Annotated[
        Literal["kept", "waiting", "sent", "delivered", "failed"],
        described("What became of it; `kept` for what was not sent."),
    ]
    reason: Annotated[str | None, described("Why it failed.")]
    at: Annotated[Instant, described("When, in business time, UTC.")]
    wall_at: Annotated[Instant, described("When, UTC.")]


class ContactMessages(msgspec.Struct, frozen=True):
    """What passed between us and the customer in one contact."""

    items: Annotated[list[MessageSummary], described("In order.")]


class RevealedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a message holds."""

    id: Id
    content: Annotated[
        dict[str, str | None],
        described(
            "`html` of a page; `step` and `value` of an answer; `to` or `from`, `subject` and `text` of the others."
        ),
    ]
