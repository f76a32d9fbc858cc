"""Deny by default: what every route demands, and what happens to one that demands nothing."""

import inspect
from typing import Any, get_args

import pytest
from huifang_api.access import authorise, check_routes, needs, public, scope_of
from huifang_api.app import create_app
from huifang_api.oauth.scopes import SCOPES, Scope
from huifang_api.settings import load_settings
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException
from litestar.routes import HTTPRoute

UNKNOWN = "0190b7a0-0000-7000-8000-000000000000"
PUBLIC = {
    "/", "/healthz", "/readyz", "/metrics", "/oauth/token", "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server", "/openapi.json", "/docs", "/docs/assets/{name}", "/docs/problems",
    "/docs/problems/{code}",
    # What customers answer by a link of their own, and what gateways tell, signed.
    "/q/{token}", "/q/logo/{name}", "/api/v1/hooks/{slug}/email", "/api/v1/hooks/{slug}/sms/replies",
    "/api/v1/hooks/{slug}/sms/reports",
}  # fmt: skip


def operations() -> list[tuple[str, str, Scope | None]]:
    """Method, address and scope of every operation of the app."""
    return [
        (method, route.path_format, scope_of(handler))
        for route in create_app(load_settings(environ={"HOME": "/tmp"})).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS"
    ]


# Sorted, so that every worker of pytest-xdist collects the same.
GUARDED = sorted((method, path, scope) for method, path, scope in operations() if scope is not None)


def address(path: str) -> str:
    path = path.replace("{version}", "1")
    return path.replace("{", "\0").replace("}", "\0").split("\0")[0] + "".join(
        part if n % 2 == 0 else UNKNOWN for n, part in enumerate(path.replace("}", "{").split("{")) if n > 0
    )


def test_only_these_are_public() -> None:
    assert {path for _, path, scope in operations() if scope is None} <= PUBLIC


def test_every_scope_of_the_table_is_one_and_described() -> None:
    assert set(get_args(Scope)) == set(SCOPES)
    assert all(text.zh_cn and text.en for text in SCOPES.values())
    assert {scope for _, _, scope in GUARDED} <= set(SCOPES)


def test_the_guard_is_async() -> None:
    assert inspect.iscoroutinefunction(authorise)


@pytest.mark.parametrize("opt", [{}, {"needs_scope": "made:up"}, needs("events:read") | public()])
def test_a_route_that_says_nothing_does_not_start(opt: dict[str, Any]) -> None:
    @get("/open", opt=opt)
    async def handler() -> None: ...

    with pytest.raises(ImproperlyConfiguredException, match="/open"):
        check_routes(Litestar([handler], openapi_config=None).routes)


async def test_the_guard_refuses_what_it_does_not_know(api: Any) -> None:
    """Even if a route were added after the start."""

    @get("/late")
    async def late() -> None: ...

    app = create_app(api.settings)
    app.register(late)
    handler = next(r for r in app.routes if r.path == "/late").route_handlers[0]
    with pytest.raises(Exception, match=r"auth\.scope_missing"):
        await authorise(None, handler)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
async def test_each_route_wants_a_token_with_its_scope(
    api: Any, method: str, path: str, scope: Scope
) -> None:
    nobody = await api.http.request(method, address(path))
    assert (nobody.status_code, nobody.json()["code"]) == (401, "auth.missing_token")
    others = tuple(other for other in SCOPES if other != scope)
    wrong = await api.http.request(method, address(path), headers=await api.bearer(*others))
    assert (wrong.status_code, wrong.json()["code"]) == (403, "auth.scope_missing")
    assert wrong.json()["context"] == {"scope": scope}
