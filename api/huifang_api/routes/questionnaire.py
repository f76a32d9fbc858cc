"""The online questionnaire (在线问卷) at a tenant's own host name: what customers see (REG-6).

Whose it is, the Host header says. No scope is needed: the link is the key, and identity is proven on the way.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from huifang_core.texts import LANGUAGES, Language
from huifang_tenants.errors import TenantsError
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.written.playing import (
    Given,
    IdentityCheck,
    NoQuestion,
    Played,
    Question,
    View,
    Visitor,
    give,
    keep_page,
    visit,
)
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import BrokenChannel, OnlineSettings, online_of
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery

from huifang_api.access import public
from huifang_api.channels.online import Page, busy_page, logo_name, not_now_page, page_of
from huifang_api.languages import language_of
from huifang_api.problems import Problem
from huifang_api.rates import may
from huifang_api.world import world_of

SESSION: Final = "questionnaire"
"""The cookie by which a browser shows that identity was proven in it."""

_AT_MOST_A_MINUTE: Final = 60
_UNKNOWN_A_MINUTE: Final = 30
_BODY_AT_MOST: Final = 128 * 1024
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NO_TOKEN: Final = "-"  # noqa: S105 - no link has it
_STATUS: Final = {"unknown": 404, "done": 410, "over": 410, "locked": 403}
_Request = Request[Any, Any, Any]


@get("/q/{token:str}", opt=public(), include_in_schema=False)
async def show_questionnaire(
    request: _Request, token: FromPath[str], lang: FromQuery[str | None] = None
) -> Response[str]:
    """Show the step the customer is at."""
    tenant, settings = await _host(request)
    visitor = _visitor(request, token)
    if not await _may(request, visitor):
        return _busy(request, tenant, settings)
    chosen = next((language for language in LANGUAGES if language == lang), None)

    async def look(scope: Scope) -> tuple[View, Page]:
        view = await visit(scope, visitor, chosen)
        return view, await _page(scope, request, tenant, settings, view, visitor)

    view, page = await in_scope(world_of(request).database, tenant, look)
    return await _answer(request, view, page)


@post("/q/{token:str}", opt=public(), include_in_schema=False, request_max_body_size=_BODY_AT_MOST)
async def answer_questionnaire(request: _Request, token: FromPath[str]) -> Response[str]:
    """Take an answer. The next step is shown by its own address, so that loading a page again sends nothing twice."""
    tenant, settings = await _host(request)
    visitor = _visitor(request, token)
    if not await _may(request, visitor):
        return _busy(request, tenant, settings)
    given = await _given(request)
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()

    async def take(scope: Scope) -> tuple[Played, Page | None]:
        played = await give(scope, catalogue, calendar, visitor, given)
        if _is_plain_step(played.view):
            return played, None
        return played, await _page(scope, request, tenant, settings, played.view, visitor)

    try:
        played, page = await in_scope(world_of(request).database, tenant, take)
    except Refused:
        # Such as a script that a release has just left out: nothing a customer can do about.
        return _shown(not_now_page(tenant, settings, language_of(request)), 503)
    if page is None:
        response = Response(
            "", status_code=303, headers={"Location": _action(visitor)}, media_type="text/html"
        )
    else:
        response = await _answer(request, played.view, page)
    if played.session is not None:
        response.set_cookie(
            Cookie(
                SESSION,
                path=_action(visitor),
                value=played.session,
                httponly=True,
                secure=settings.secure,
                samesite="lax",
            )
        )
    return response


@get("/q/logo/{name:str}", opt=public(), include_in_schema=False)
async def show_logo(request: _Request, name: FromPath[str]) -> Response[bytes]:
    """Show the tenant's logo."""
    _, settings = await _host(request)
    if settings.logo is None or name != logo_name(settings):
        raise Problem("route.not_found")
    return Response(
        base64.b64decode(settings.logo.content),
        media_type=settings.logo.media_type,
        headers={"Cache-Control": "public, max-age=86400"},
    )


async def _host(request: _Request) -> tuple[Tenant, OnlineSettings]:
    """The tenant whose host name was called; Problem `route.not_found` for any other, the installation's own among them."""
    try:
        tenant = await world_of(request).registry.by_host(request.headers.get("host", "").lower())
        settings = online_of(tenant)
    except BrokenChannel:
        raise
    except TenantsError:
        raise Problem("route.not_found") from None
    if settings is None or tenant.state != "active":
        raise Problem("route.not_found")
    cast(dict[str, Any], request.scope)["tenant"] = tenant.slug
    return tenant, settings


def _visitor(request: _Request, token: str) -> Visitor:
    return Visitor(token if _TOKEN.fullmatch(token) else _NO_TOKEN, request.cookies.get(SESSION))


async def _may(request: _Request, visitor: Visitor) -> bool:
    mark = hashlib.sha256(visitor.token.encode()).hexdigest()[:32]
    return await may(world_of(request).redis, "questionnaire", mark, _AT_MOST_A_MINUTE)


async def _given(request: _Request) -> Given:
    content = await request.body()
    try:
        form: Mapping[str, str] = dict(
            parse_qsl(content.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=20)
        )
    except (UnicodeDecodeError, ValueError):
        raise Problem("body.malformed") from None
    step = form.get("step", "")
    if form.get("do") == "prove":
        return Given(step, identity={name: value for name, value in form.items() if "." in name})
    value = "refused" if form.get("do") == "refuse" else form.get("value", "")
    # Browsers send line ends as CR LF.
    return Given(step, value.replace("\r\n", "\n").strip())


async def _page(
    scope: Scope, request: _Request, tenant: Tenant, settings: OnlineSettings, view: View, visitor: Visitor
) -> Page:
    page = page_of(tenant, settings, view, _language(request, view), _action(visitor))
    if not request.scope.get("head_only"):
        await keep_page(scope, view, page.html)
    return page


async def _answer(request: _Request, view: View, page: Page) -> Response[str]:
    status = _STATUS[view.why] if isinstance(view, NoQuestion) else 200
    if status == 404 and request.client is not None:
        known = await may(world_of(request).redis, "unknown_link", request.client.host, _UNKNOWN_A_MINUTE)
        status = status if known else 429
    return _shown(page, status)


def _busy(request: _Request, tenant: Tenant, settings: OnlineSettings) -> Response[str]:
    return _shown(busy_page(tenant, settings, language_of(request)), 429)


def _shown(page: Page, status: int) -> Response[str]:
    headers = {"Content-Security-Policy": page.policy}
    if status in (429, 503):
        headers["Retry-After"] = "60"
    return Response(page.html, status_code=status, headers=headers, media_type="text/html")


def _language(request: _Request, view: View) -> Language:
    return view.language or language_of(request)


def _action(visitor: Visitor) -> str:
    return f"/q/{visitor.token}"


def _is_plain_step(view: View) -> bool:
    """Whether a step stands at the questionnaire's own address, with no word on what was given before."""
    match view:
        case Question():
            return view.problem is None
        case IdentityCheck():
            return view.tries_left is None
        case _:
            return False


ROUTES: Final = (show_questionnaire, answer_questionnaire, show_logo)
