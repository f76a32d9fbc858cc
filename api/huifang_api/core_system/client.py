"""The client of core systems: one GET for each policy, bounded in time and size, believed in nothing but what it must say.

No redirect is followed, nothing is unpacked, no proxy of the environment is used, and where it connects to is checked.
"""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlencode
from uuid import UUID

import httpcore
import msgspec
import structlog
from huifang_tenants.errors import WrongKey
from huifang_tenants.policy_lookup import BearerToken, ClientCredentials, LookUpSettings, unseal
from huifang_tenants.scope import refuse_open_transaction
from huifang_tenants.services.look_up import LookUpFailed
from huifang_tenants.stores.look_ups import Failure
from huifang_tenants.tenant import Tenant

from huifang_api.core_system.guard import AddressNotAllowed, GuardedBackend

_CONNECTIONS: Final = 8
_IDLE_SECONDS: Final = 15.0
_FAILURES_IN_A_ROW: Final = 3
_REST_SECONDS: Final = 30.0
_RENEW_EARLIER_SECONDS: Final = 30.0
_TOKEN_SECONDS: Final = 300.0
_TOKEN_BYTES: Final = 64 * 1024
_GOES_BY: Final = frozenset({"timed_out", "unreachable", "failing"})
_log = structlog.get_logger("huifang.core_system")


class _Token(msgspec.Struct, frozen=True):
    """What a token endpoint answers (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: float = _TOKEN_SECONDS


class _Line:
    """What is open to one tenant's core system, as one setting has it: connections, a token, and how it has been going."""

    def __init__(self, settings: LookUpSettings) -> None:
        self.settings = settings
        self.pool = httpcore.AsyncConnectionPool(
            # Read once: each connection would read all certificates anew.
            ssl_context=httpcore.default_ssl_context(),
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(settings.allowed_networks),
        )
        self.token: tuple[str, float] | None = None
        self.failures = 0
        self.rests_until = float("-inf")


class CoreSystemClient:
    """Asks the core systems of all tenants; one for each process. Use it as a context manager, or `close` it."""

    def __init__(self) -> None:
        self._lines: dict[UUID, _Line] = {}

    async def __aenter__(self) -> "CoreSystemClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        lines, self._lines = self._lines, {}
        for line in lines.values():
            await line.pool.aclose()

    async def policy(self, tenant: Tenant, settings: LookUpSettings, contract_no: str) -> Mapping[str, Any]:
        """Return the JSON object a tenant's core system has for a policy; raises LookUpFailed. Never inside a scope.

        One that failed three times in a row is left alone for half a minute.
        """
        refuse_open_transaction()
        line = await self._line(tenant, settings)
        if time.monotonic() < line.rests_until:
            raise LookUpFailed("resting")
        try:
            found = await self._ask(tenant, line, contract_no)
        except LookUpFailed as failed:
            self._note(tenant, line, failed.failure)
            raise
        except asyncio.CancelledError:
            # The deadline of whoever asked.
            self._note(tenant, line, "timed_out")
            raise
        line.failures = 0
        return found

    async def _line(self, tenant: Tenant, settings: LookUpSettings) -> _Line:
        line = self._lines.get(tenant.id)
        if line is None or line.settings != settings:
            outdated, line = line, _Line(settings)
            self._lines[tenant.id] = line
            if outdated is not None:
                await outdated.pool.aclose()
        return line

    def _note(self, tenant: Tenant, line: _Line, failure: Failure) -> None:
        _log.warning("policy_lookup_failed", tenant=tenant.slug, failure=failure)
        if failure in _GOES_BY:
            line.failures += 1
            if line.failures >= _FAILURES_IN_A_ROW:
                line.failures, line.rests_until = 0, time.monotonic() + _REST_SECONDS
        else:
            line.failures = 0

    async def _ask(self, tenant: Tenant, line: _Line, contract_no: str) -> Mapping[str, Any]:
        if not contract_no.strip("."):
            # It would lead out of the folder of policies.
            raise LookUpFailed("unknown")
        address = f"{line.settings.address.rstrip('/')}/policies/{quote(contract_no, safe='')}"
        headers = {"Accept": "application/json", **await self._authorization(tenant, line)}
        async with _answer(line, "GET", address, headers, None) as response:
            if response.status == 401:
                line.token = None
            _check_status(response.status)
            return await _json_object(response, line.settings.bytes_at_most)

    async def _authorization(self, tenant: Tenant, line: _Line) -> dict[str, str]:
        match line.settings.auth:
            case None:
                return {}
            case BearerToken(sealed=sealed):
                return {"Authorization": f"Bearer {_secret(tenant, sealed)}"}
            case ClientCredentials() as client:
                if line.token is None or time.monotonic() >= line.token[1]:
                    line.token = await self._fetch_token(tenant, line, client)
                return {"Authorization": f"Bearer {line.token[0]}"}

    async def _fetch_token(self, tenant: Tenant, line: _Line, client: ClientCredentials) -> tuple[str, float]:
        form = {"grant_type": "client_credentials"}
        if client.scope is not None:
            form["scope"] = client.scope
        pair = f"{quote_plus(client.client_id)}:{quote_plus(_secret(tenant, client.sealed))}"
        headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with _answer(line, "POST", client.token_address, headers, urlencode(form).encode()) as response:
            if response.status in (400, 401, 403):
                raise LookUpFailed("unauthorised")
            _check_status(response.status)
            answer = await _json_object(response, _TOKEN_BYTES)
        try:
            token = msgspec.convert(answer, _Token, strict=False)
        except msgspec.ValidationError:
            raise LookUpFailed("unusable") from None
        if token.token_type.lower() != "bearer" or not _is_header_value(token.access_token):
            raise LookUpFailed("unusable")
        lasts = max(0.0, token.expires_in - _RENEW_EARLIER_SECONDS)
        return token.access_token, time.monotonic() + lasts


@asynccontextmanager
async def _answer(
    line: _Line, method: str, address: str, headers: dict[str, str], body: bytes | None
) -> AsyncIterator[httpcore.Response]:
    """Send a request and give its answer, of which nothing but the head has been read; transport errors as LookUpFailed."""
    seconds = line.settings.timeout_seconds
    sent = {"Accept-Encoding": "identity", "User-Agent": "huifang", **headers}
    try:
        async with line.pool.stream(
            method,
            address,
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
        ) as response:
            yield response
    except AddressNotAllowed:
        raise LookUpFailed("not_allowed") from None
    except httpcore.TimeoutException:
        raise LookUpFailed("timed_out") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
        raise LookUpFailed("unreachable") from None


def _check_status(status: int) -> None:
    match status:
        case 200:
            return
        case 401 | 403:
            raise LookUpFailed("unauthorised")
        case 404 | 410:
            raise LookUpFailed("unknown")
        case 429:
            raise LookUpFailed("failing")
        case _ if status >= 500:
            raise LookUpFailed("failing")
        case _:
            # A redirect among them: it could lead anywhere, with our credentials.
            raise LookUpFailed("unusable")


async def _json_object(response: httpcore.Response, bytes_at_most: int) -> Mapping[str, Any]:
    headers = {name.lower(): value for name, value in response.headers}
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise LookUpFailed("unusable")
    content = bytearray()
    async for chunk in response.aiter_stream():
        content += chunk
        if len(content) > bytes_at_most:
            raise LookUpFailed("unusable")
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise LookUpFailed("unusable") from None
    if not isinstance(found, dict):
        raise LookUpFailed("unusable")
    return found


def _secret(tenant: Tenant, sealed: str) -> str:
    try:
        secret = unseal(tenant, sealed)
    except (WrongKey, ValueError):
        raise LookUpFailed("unauthorised") from None
    if not _is_header_value(secret):
        raise LookUpFailed("unauthorised")
    return secret


def _is_header_value(secret: str) -> bool:
    return secret.isascii() and secret.isprintable() and bool(secret.strip())
