"""Who may do what: every route names a scope or says that it is public; anything else does not start.

A route: `@get("/contracts", opt=needs("contracts:read"))`. Its handler: `async with tenant_scope(request) as scope:`.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from asyncpg.exceptions import InvalidCachedStatementError
from huifang_tenants.errors import KeyDestroyed, UnknownTenant
from huifang_tenants.scope import Scope as TenantScope
from huifang_tenants.scope import scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import staff_by_number
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import BaseRoute

from huifang_api.oauth import tokens
from huifang_api.oauth.scopes import SCOPES, Scope
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.world import ApiRequest, Principal, world_of

_NEEDS: Final = "needs_scope"
_PUBLIC: Final = "public"
_VENDORS: Final = "vendors"
RAISES: Final = "raises"


def needs(scope_name: Scope, *, raises: Sequence[ProblemCode] = (), vendors: bool = False) -> dict[str, Any]:
    """The `opt` of a route that only tokens with this scope may use.

    `raises` are the problems of its own that the API reference should name; those of every route go without saying. Clients of
    outside vendors may use a route only where it says `vendors`, and then it shows them no more than `own_work` lets it (HT-3).
    """
    return {_NEEDS: scope_name, RAISES: tuple(raises), _VENDORS: vendors}


def public() -> dict[str, Any]:
    """The `opt` of a route that anybody may use."""
    return {_PUBLIC: True}


def scope_of(handler: BaseRouteHandler) -> Scope | None:
    """The scope a route needs; None for public ones."""
    named: Scope | None = handler.opt.get(_NEEDS)
    return named


async def authorise(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The app's guard: let in who shows a good token with the route's scope, and set `request.auth`.

    Async on purpose: what a sync guard sets is lost. Raises the Problems of `auth.…` and `tenant.…`.
    """
    needed = handler.opt.get(_NEEDS)
    if needed is None:
        if handler.opt.get(_PUBLIC) or _is_options(handler):
            return
        raise Problem("auth.scope_missing", scope="?")
    principal = await _principal(connection)
    facts = cast(dict[str, Any], connection.scope)
    facts["auth"] = principal
    facts["client_id"] = principal.client_id
    facts["tenant"] = principal.tenant.slug
    if needed not in principal.scopes:
        raise tokens.scope_missing(needed)
    if principal.vendor is not None and not handler.opt[_VENDORS]:
        raise Problem("auth.vendor_restricted")


async def _principal(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    world = world_of(connection)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if not scheme:
        raise tokens.missing_token()
    if scheme.lower() != "bearer":
        raise tokens.invalid_token()
    claims = await world.verifier.verify(token.strip())
    client = await world.clients.get(claims.client_id)
    if client is None or client.tenant_id != claims.tenant:
        raise tokens.invalid_token()
    if client.revoked:
        raise tokens.revoked_client()
    try:
        tenant = await world.registry.by_id(claims.tenant)
    except (UnknownTenant, KeyDestroyed):
        raise Problem("tenant.unavailable") from None
    if tenant.state == "suspended":
        raise Problem("tenant.suspended")
    if tenant.state != "active":
        raise Problem("tenant.unavailable")
    return Principal(client.client_id, tenant, claims.scopes & client.scopes, client.vendor)


@asynccontextmanager
async def tenant_scope(
    request: ApiRequest, *, read_only: bool = False, statement_timeout: float = 30.0
) -> AsyncIterator[TenantScope]:
    """Open the world of the request's tenant; open it in the handler, never in a dependency.

    One transaction: commits at the end, rolls back on any exception. `statement_timeout` is in seconds.
    """
    world = world_of(request)
    try:
        async with scope(
            world.database, request.auth.tenant, read_only=read_only, statement_timeout=statement_timeout
        ) as opened:
            yield opened
    except InvalidCachedStatementError:
        # A migration changed a type under us: fresh connections, and the caller tries again (503).
        await world.database.recycle()
        raise


async def acting(request: ApiRequest, scope: TenantScope, on_behalf_of: str | None) -> Actor:
    """Who the ledger says did it: the client, for the member of staff whose number the request names.

    Refused `staff.not_found` when nobody has that number, `staff.not_permitted` when a vendor's client names somebody else's staff.
    """
    if on_behalf_of is not None and await staff_by_number(scope, on_behalf_of) is None:
        raise Refused("staff.not_found", staff_no=on_behalf_of)
    await own_work(request, scope, on_behalf_of)
    return Actor(request.auth.actor, on_behalf_of)


async def own_work(request: ApiRequest, scope: TenantScope, staff_no: str | None) -> str | None:
    """Return whose work alone may be shown and done, by staff number; None: anybody's (HT-3).

    A vendor's client has to say for whom it acts (Problem `auth.person_missing`), and that has to be one of the vendor's people
    (Refused `staff.not_permitted`).
    """
    vendor = request.auth.vendor
    if vendor is None:
        return None
    if staff_no is None:
        raise Problem("auth.person_missing")
    staff = await staff_by_number(scope, staff_no)
    if staff is None or staff.vendor != vendor:
        raise Refused("staff.not_permitted", staff_no=staff_no)
    return staff_no


def check_routes(routes: Iterable[BaseRoute]) -> None:
    """Refuse to start with a route that says neither which scope it needs nor that it is public."""
    for route in routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            if handler is None or _is_options(handler):
                continue
            needed, is_public = handler.opt.get(_NEEDS), handler.opt.get(_PUBLIC)
            if (needed is None) == (is_public is None) or (needed is not None and needed not in SCOPES):
                raise ImproperlyConfiguredException(
                    f"{route.path}: {handler} must say opt=needs(SCOPE) or opt=public()"
                )


def _is_options(handler: BaseRouteHandler) -> bool:
    """Whether this is one of the handlers that tell which methods an address has."""
    return isinstance(handler, HTTPRouteHandler) and set(handler.http_methods) == {"OPTIONS"}
