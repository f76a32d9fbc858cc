"""Contacts in writing: a questionnaire's link for clients that bring it themselves, and what passed between us and the customer (REG-6)."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services.written.opening import Opened, open_by_hand
from huifang_tenants.stores import messages
from huifang_tenants.stores.ledger import record
from huifang_tenants.written_channels import online_of
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.channels.online import policy_of
from huifang_api.documented import Answer, documented
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problems import Problem
from huifang_api.shapes.contacts import RevealRequest
from huifang_api.shapes.written_contacts import (
    ContactMessages,
    MessageSummary,
    OpenQuestionnaire,
    QuestionnaireLink,
    RevealedMessage,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Contacts",)
_HTML: Final = "text/html"
_PAGE: Final = Answer("The page.", {"text/html": {"type": "string"}})
_OPENED: Final = Answer(
    "Opened.", {"application/json": QuestionnaireLink}, {"Location": "Address of the contact."}
)


@post(
    "/questionnaires",
    opt=needs(
        "contacts:write",
        raises=(
            "not_found", "state.conflict", "contact.script_missing", "written.channel_not_set", "written.not_in_writing",
            "written.impossible", "staff.not_found",
        ),
    ) | documented(answers={201: _OPENED}),
    operation_id="open_questionnaire",
    tags=_TAGS,
)  # fmt: skip
async def open_questionnaire(
    request: ApiRequest, data: JSONBody[OpenQuestionnaire], on_behalf_of: OnBehalfOfParam = None
) -> Response[QuestionnaireLink]:
    """Open the online questionnaire of an obligation, and get its link to bring to the customer, as in an app of your own.

    What Huifang sends by itself needs no such request. The link is shown once and stored nowhere.
    """
    catalogue = await world_of(request).services.catalogue()
    settings = online_of(request.auth.tenant)

    async def start(scope: Scope) -> Opened:
        actor = await acting(request, scope, on_behalf_of)
        return await open_by_hand(scope, catalogue, data.obligation_id, data.language, actor)

    opened = await in_tenant(request, start)
    assert settings is not None
    found = QuestionnaireLink(
        contact_id=opened.contact_id,
        link=f"{settings.address}/q/{opened.token}",
        answer_by=opened.answer_by,
    )
    return Response(found, headers={"Location": f"/api/v1/contacts/{opened.contact_id}"})


@get(
    "/contacts/{contact_id:uuid}/messages",
    opt=needs("contacts:read"),
    operation_id="list_contact_messages",
    tags=_TAGS,
)
async def list_contact_messages(request: ApiRequest, contact_id: FromPath[UUID]) -> ContactMessages:
    """List what a customer was shown and sent, and what came back, in order; empty for contacts that were not in writing."""
    async with tenant_scope(request, read_only=True) as scope:
        rows = await messages.of_contact(scope, contact_id)
    return ContactMessages(msgspec.convert(rows, list[MessageSummary]))


@get(
    "/messages/{message_id:uuid}/page",
    opt=needs("evidence:read", raises=("not_found", "staff.not_found")) | documented(answers={200: _PAGE}),
    operation_id="show_message_page",
    tags=_TAGS,
)
async def show_message_page(
    request: ApiRequest, message_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[str]:
    """Show a page of the questionnaire again, as the customer saw it (REG-6); leaves a row in the ledger."""
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await messages.load(scope, message_id)
        if found is None or found.kind != "page":
            raise Problem("not_found", kind="message")
        await record(scope, actor, "page.shown_again", "message", message_id, None)
    html = str(found.content["html"])
    return Response(html, media_type=_HTML, headers={"Content-Security-Policy": policy_of(html)})


@post(
    "/messages/{message_id:uuid}/reveal",
    opt=needs("personal:reveal", raises=("not_found", "staff.not_found")),
    operation_id="reveal_message",
    tags=_TAGS,
    status_code=200,
)
async def reveal_message(
    request: ApiRequest,
    message_id: FromPath[UUID],
    data: JSONBody[RevealRequest],
    on_behalf_of: OnBehalfOfParam = None,
) -> RevealedMessage:
    """Read what a message holds, with a reason; leaves a row in the ledger."""
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await messages.load(scope, message_id)
        if found is None:
            raise Problem("not_found", kind="message")
        await record(scope, actor, "message.revealed", "message", message_id, None, data.reason)
    return RevealedMessage(id=found.id, content=found.content)


ROUTES: Final = (open_questionnaire, list_contact_messages, show_message_page, reveal_message)
