"""Asterisk by its REST interface (ARI): lines are channels of our app, joined in a bridge that is recorded.

Requests go by HTTP, what happens comes by a WebSocket. No redirect is followed, no proxy of the environment is used, and where it connects
to is checked. Names of channels, bridges and recordings tell which call they belong to, so that nothing has to be remembered.
"""

import base64
import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpcore
import msgspec
import websockets
from huifang_core.calls import (
    CallerAnswered,
    CallerGone,
    CallEvent,
    CustomerAnswered,
    CustomerGone,
    RecordingEnded,
)
from huifang_tenants.scope import refuse_open_transaction
from huifang_tenants.telephone import TelephoneSettings, filled

from huifang_api.channels.telephone import (
    CallName,
    Leg,
    RecordingNotThere,
    TelephoneFailed,
    Told,
    named,
)
from huifang_api.core_system.guard import AddressNotAllowed, GuardedBackend, checked_addresses

_CONNECTIONS: Final = 8
_IDLE_SECONDS: Final = 15.0
_BYTES_AT_MOST: Final = 4 * 2**20
_EVENT_BYTES: Final = 2**20
_PING_SECONDS: Final = 10.0
_RECORDED_SECONDS: Final = 4 * 3600
# What is there already, or gone already, is as it was asked for.
_THERE: Final = frozenset({409})
_GONE: Final = frozenset({404, 409})


class _Channel(msgspec.Struct, frozen=True):
    id: str
    state: str = ""


class _Recording(msgspec.Struct, frozen=True):
    name: str


class _Event(msgspec.Struct, frozen=True):
    """What is read of an event; the rest of it is somebody else's."""

    type: str
    channel: _Channel | None = None
    recording: _Recording | None = None
    cause: int | None = None


class Ari:
    """One tenant's Asterisk; see `Telephone`. `password` is in the clear, in memory alone."""

    def __init__(self, settings: TelephoneSettings, password: str) -> None:
        self._settings = settings
        pair = f"{settings.username}:{password}".encode()
        self._authorization = f"Basic {base64.b64encode(pair).decode()}"
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(settings.allowed_networks),
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def ring_caller(self, call: CallName, staff_no: str, extension: str | None) -> None:
        """Ring the caller's own telephone; the channel enters our app when it is answered."""
        endpoint = filled(self._settings.caller_endpoint, staff_no=staff_no, extension=extension or "")
        await self._originate(call, "caller", endpoint, self._settings.ring_caller_seconds)

    async def ring_customer(self, call: CallName, number: str) -> None:
        """Ring the customer, with a ringing tone for the caller."""
        endpoint = filled(self._settings.customer_endpoint, number=number)
        await self._originate(call, "customer", endpoint, self._settings.ring_customer_seconds)
        await self._ask("POST", f"channels/{call.line('caller')}/ring", fine=_GONE)

    async def connect(self, call: CallName) -> None:
        """Join both channels in a bridge and record it."""
        await self._ask("DELETE", f"channels/{call.line('caller')}/ring", fine=_GONE)
        await self._ask("POST", f"bridges/{call}", {"type": "mixing", "name": str(call)}, fine=_THERE)
        both = f"{call.line('caller')},{call.line('customer')}"
        await self._ask("POST", f"bridges/{call}/addChannel", {"channel": both})
        recorded = {
            "name": str(call),
            "format": self._settings.recording_format,
            "ifExists": "fail",
            "maxDurationSeconds": str(_RECORDED_SECONDS),
            "beep": "false",
            "terminateOn": "none",
        }
        await self._ask("POST", f"bridges/{call}/record", recorded, fine=_THERE)

    async def hang_up(self, call: CallName, leg: Leg) -> None:
        """Release a channel, and with the customer's the bridge."""
        await self._ask("DELETE", f"channels/{call.line(leg)}", {"reason": "normal"}, fine=_GONE)
        await self._ask("DELETE", f"bridges/{call}", fine=_GONE)

    async def standing(self) -> Mapping[str, bool]:
        """Our channels by name, with whether they are up."""
        found = await self._ask("GET", "channels")
        try:
            channels = msgspec.json.decode(found, type=list[_Channel])
        except msgspec.DecodeError:
            raise TelephoneFailed("unusable") from None
        return {channel.id: channel.state == "Up" for channel in channels if named(channel.id)}

    @asynccontextmanager
    async def told(self) -> AsyncIterator[AsyncIterator[Told]]:
        """What happens to our calls, until the connection drops."""
        refuse_open_transaction()
        parts = urlsplit(self._settings.address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        scheme = "wss" if parts.scheme == "https" else "ws"
        address = f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/ari/events?{urlencode({'app': self._settings.app})}"
        try:
            networks = [ipaddress.ip_network(network) for network in self._settings.allowed_networks]
            hosts = await checked_addresses(parts.hostname or "", port, networks)
            async with websockets.connect(
                address,
                host=hosts[0],
                port=port,
                ssl=ssl.create_default_context() if scheme == "wss" else None,
                server_hostname=parts.hostname if scheme == "wss" else None,
                additional_headers={"Authorization": self._authorization},
                open_timeout=self._settings.timeout_seconds,
                ping_interval=_PING_SECONDS,
                ping_timeout=_PING_SECONDS,
                max_size=_EVENT_BYTES,
                proxy=None,
                compression=None,
            ) as connection:
                yield _told(connection)
        except AddressNotAllowed:
            raise TelephoneFailed("not_allowed") from None
        except websockets.InvalidStatus as error:
            denied = error.response.status_code in (401, 403)
            raise TelephoneFailed("unauthorised" if denied else "refused") from None
        except TimeoutError:
            raise TelephoneFailed("timed_out") from None
        except (websockets.WebSocketException, OSError):
            raise TelephoneFailed("unreachable") from None

    @asynccontextmanager
    async def recording(self, name: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of a stored recording."""
        path = f"recordings/stored/{quote(name, safe='')}/file"
        async with self._answer("GET", path, {}) as response:
            if response.status == 404:
                raise RecordingNotThere(name)
            _check(response.status, frozenset())
            yield response.aiter_stream()

    async def forget_recording(self, name: str) -> None:
        """Delete a stored recording."""
        await self._ask("DELETE", f"recordings/stored/{quote(name, safe='')}", fine=_GONE)

    async def _originate(self, call: CallName, leg: Leg, endpoint: str, seconds: int) -> None:
        # In the body and not in the address, which servers on the way write into their logs.
        wanted = {
            "endpoint": endpoint,
            "app": self._settings.app,
            "channelId": call.line(leg),
            "timeout": seconds,
        }
        if leg == "customer":
            wanted["originator"] = call.line("caller")
            if self._settings.caller_id is not None:
                wanted["callerId"] = self._settings.caller_id
        await self._ask("POST", "channels", body=wanted, fine=_THERE)

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        fine: frozenset[int] = frozenset(),
    ) -> bytes:
        async with self._answer(method, path, query or {}, body) as response:
            content = bytearray()
            async for chunk in response.aiter_stream():
                content += chunk
                if len(content) > _BYTES_AT_MOST:
                    raise TelephoneFailed("unusable")
        _check(response.status, fine)
        return bytes(content)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[httpcore.Response]:
        refuse_open_transaction()
        address = f"{self._settings.address.rstrip('/')}/ari/{path}"
        if query:
            address += f"?{urlencode(query)}"
        headers = {
            "Authorization": self._authorization,
            "Accept-Encoding": "identity",
            "User-Agent": "huifang",
            **({} if body is None else {"Content-Type": "application/json"}),
        }
        seconds = self._settings.timeout_seconds
        try:
            async with self._pool.stream(
                method,
                address,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                content=None if body is None else msgspec.json.encode(body),
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
            ) as response:
                yield response
        except AddressNotAllowed:
            raise TelephoneFailed("not_allowed") from None
        except httpcore.TimeoutException:
            raise TelephoneFailed("timed_out") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise TelephoneFailed("unreachable") from None


async def _told(connection: websockets.ClientConnection) -> AsyncIterator[Told]:
    async for message in connection:
        try:
            event = msgspec.json.decode(message, type=_Event)
        except msgspec.DecodeError:
            continue
        found = _meaning(event)
        if found is not None:
            yield found


def _meaning(event: _Event) -> Told | None:
    """What an event says of one of our calls; None for all others."""
    if event.recording is not None and event.type in ("RecordingFinished", "RecordingFailed"):
        found = named(event.recording.name)
        failed = event.type == "RecordingFailed"
        return None if found is None else Told(found[0], RecordingEnded(failed))
    found = named(event.channel.id) if event.channel is not None else None
    if found is None or found[1] is None:
        return None
    call, leg = found
    meant: CallEvent
    match event.type, leg:
        case "StasisStart", "caller":
            meant = CallerAnswered()
        case "StasisStart", _:
            meant = CustomerAnswered()
        case "ChannelDestroyed", "caller":
            meant = CallerGone()
        case "ChannelDestroyed", _:
            meant = CustomerGone(event.cause)
        case _:
            return None
    return Told(call, meant)


def _check(status: int, fine: frozenset[int]) -> None:
    if 200 <= status < 300 or status in fine:
        return
    if status in (401, 403):
        raise TelephoneFailed("unauthorised")
    raise TelephoneFailed("refused" if 400 <= status < 500 else "unusable")
