"""Hooks for a tenant's mail server and gateway: replies, bounces, delivery reports (PF-2).

No token, but a signature under the secret that the tenant and the other side share; `docs/sms.md` and `docs/email.md` say how. The same
report or reply sent again changes nothing.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import msgspec
from huifang_tenants.errors import TenantsError
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.written.delivering import UNDELIVERABLE, came_back, delivered
from huifang_tenants.services.written.replies import Reply, take_reply
from huifang_tenants.stores import messages
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import WrittenWay, email_of, sms_of, unseal
from litestar import Request, post
from litestar.params import FromPath

from huifang_api.access import public
from huifang_api.channels.email import Incoming, read
from huifang_api.channels.signing import NotSigned, check
from huifang_api.channels.sms import Received, Report
from huifang_api.faults import faults_in
from huifang_api.problems import Problem
from huifang_api.raw_json import parsed
from huifang_api.world import world_of

_MAIL_AT_MOST: Final = 10 * 1024 * 1024
_Request = Request[Any, Any, Any]
_Form = TypeVar("_Form", bound=msgspec.Struct)


@post("/hooks/{slug:str}/sms/reports", opt=public(), include_in_schema=False, status_code=204)
async def report_sms(request: _Request, slug: FromPath[str]) -> None:
    """Take a delivery report of a text message."""
    tenant, _ = await _signed(request, slug, "sms")
    report = _body(await request.body(), Report)

    async def note(scope: Scope) -> None:
        id = await _reported(scope, report)
        if id is None:
            return
        if report.status == "delivered":
            await delivered(scope, id)
        else:
            await came_back(scope, id, report.reason or UNDELIVERABLE)

    await in_scope(world_of(request).database, tenant, note)


@post("/hooks/{slug:str}/sms/replies", opt=public(), include_in_schema=False, status_code=204)
async def receive_sms(request: _Request, slug: FromPath[str]) -> None:
    """Take a text message that a customer sent."""
    tenant, id = await _signed(request, slug, "sms")
    received = _body(await request.body(), Received)
    await _take(
        request,
        tenant,
        Reply(channel="sms", sender=received.sender, text=received.text, code=received.code, reference=id),
    )


@post(
    "/hooks/{slug:str}/email",
    opt=public(),
    include_in_schema=False,
    status_code=204,
    request_max_body_size=_MAIL_AT_MOST,
)
async def receive_email(request: _Request, slug: FromPath[str]) -> None:
    """Take an e-mail that came to the mailbox, as it is (RFC 5322): a reply, a bounce, or an automatic answer, which is kept alone."""
    tenant, id = await _signed(request, slug, "email")
    settings = email_of(tenant)
    assert settings is not None
    incoming = read(settings, await request.body())
    if incoming is None:
        return
    reference = incoming.message_id or id
    if incoming.kind == "reply":
        await _take(
            request,
            tenant,
            Reply(
                channel="email",
                sender=incoming.sender,
                text=incoming.text,
                code=incoming.code,
                reference=reference,
            ),
        )
        return
    await in_scope(
        world_of(request).database, tenant, lambda scope: _keep_automatic(scope, incoming, reference)
    )


async def _keep_automatic(scope: Scope, incoming: Incoming, reference: str) -> None:
    contact = await messages.by_code(scope, incoming.code)
    content = {"from": incoming.sender, "text": incoming.text}
    kept = await messages.keep(scope, contact, "email", "received", content, reference=reference)
    if kept is None or contact is None or incoming.kind != "bounce":
        return
    first = await messages.first_sent(scope, contact)
    if first is not None:
        await came_back(scope, first.id, UNDELIVERABLE)


async def _take(request: _Request, tenant: Tenant, reply: Reply) -> None:
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()
    await in_scope(services.db, tenant, lambda scope: take_reply(scope, catalogue, calendar, reply))


async def _reported(scope: Scope, report: Report) -> UUID | None:
    if report.reference is not None:
        return await messages.by_reference(scope, "sms", report.reference)
    try:
        found = await messages.load(scope, UUID(report.id)) if report.id is not None else None
    except ValueError:
        return None
    return found.id if found is not None and found.kind == "sent" else None


async def _signed(request: _Request, slug: str, way: WrittenWay) -> tuple[Tenant, str]:
    """The tenant, and the id of the request; Problem `hook.not_signed` whatever is wrong, so that nothing can be found out."""
    world = world_of(request)
    try:
        tenant = await world.registry.by_slug(slug)
        sealed = _sealed(tenant, way)
        if sealed is None or tenant.state != "active":
            raise NotSigned
        headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
        now = world.database.wall_clock().timestamp()
        id = check(unseal(tenant, way, sealed), headers, await request.body(), now)
    except (NotSigned, TenantsError, ValueError):
        raise Problem("hook.not_signed") from None
    cast(dict[str, Any], request.scope)["tenant"] = tenant.slug
    return tenant, id


def _sealed(tenant: Tenant, way: WrittenWay) -> str | None:
    if way == "email":
        by_email = email_of(tenant)
        return None if by_email is None else by_email.hook_sealed
    by_sms = sms_of(tenant)
    return None if by_sms is None else by_sms.sealed


def _body(content: bytes, form: type[_Form]) -> _Form:
    value = parsed(content)
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError:
        raise Problem("validation.failed", faults=faults_in(value, form, "body")) from None


ROUTES: Final = (report_sms, receive_sms, receive_email)
