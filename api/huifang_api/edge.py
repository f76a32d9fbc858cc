"""The outermost layer, around unknown addresses too: request ids, the log line, security headers, HEAD and OPTIONS."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import structlog
from huifang_tenants.ids import new_id
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from huifang_api.addresses import Addresses

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_QUIET: Final = frozenset({"/healthz", "/readyz"})
_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_ONE_YEAR: Final = "max-age=31536000; includeSubDomains"
_log = structlog.get_logger("huifang.access")


class Edge:
    """Wraps the whole ASGI app. `secure` says that the public address is https."""

    def __init__(self, app: ASGIApp, addresses: Addresses, *, secure: bool) -> None:
        self._app = app
        self._addresses = addresses
        headers = {**_HEADERS, **({"Strict-Transport-Security": _ONE_YEAR} if secure else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass anything else on."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        facts = cast(dict[str, Any], scope)
        facts["request_id"] = request_id
        method = facts["method"]
        if method == "HEAD":
            # Answered like GET, its body left out below; a route that counts its readers can tell by `head_only`.
            facts["method"] = "GET"
            facts["head_only"] = True
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(message["headers"], request_id)
            elif message["type"] == "http.response.body" and method == "HEAD":
                message["body"] = b""
            await send(message)

        try:
            if method == "OPTIONS" and (allowed := self._addresses.methods(scope["path"])):
                await _answer_options(allowed, answer)
            else:
                await self._app(scope, receive, answer)
        finally:
            if scope["path"] not in _QUIET:
                # The route's template, not the path: no id, name or number of anybody gets into the log.
                _log.info(
                    "request",
                    request_id=request_id,
                    method=method,
                    route=facts.get("path_template"),
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 2),
                    client=facts.get("client_id"),
                    tenant=facts.get("tenant"),
                    problem=facts.get("problem"),
                )

    def _completed(self, headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
        given = list(headers)
        names = {name.lower() for name, _ in given}
        given.append((b"request-id", request_id.encode()))
        given += self._headers
        # Answers hold what only this caller may see; a route that knows better says so.
        if b"cache-control" not in names:
            given.append((b"cache-control", b"no-store"))
        if b"content-security-policy" not in names:
            given.append((b"content-security-policy", _API_POLICY.encode()))
        return given


async def _answer_options(allowed: Sequence[str], send: Send) -> None:
    headers = [(b"allow", ", ".join(allowed).encode())]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _request_id(scope: Scope) -> str:
    """The caller's own id where it has the form of one, else a fresh one."""
    for name, value in scope["headers"]:
        if name == b"request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return str(new_id())
