"""An Asterisk as far as ARI goes: channels, bridges and recordings over real HTTP, events over a real WebSocket, and moods of its own."""

import asyncio
import base64
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

USER: Final = "huifang"
PASSWORD: Final = "s3cret"


class Asked(msgspec.Struct, frozen=True):
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class AriServer:
    """Serves ARI on 127.0.0.1. Nobody answers a channel, and no recording is there, before a test says so.

    `muted` keeps events to itself, as a connection does that is about to drop; `twice` tells each one twice; `refuses`, when it
    answers a status for a request, is all that happens; `holds` gives what a request waits for. `recordings` are those stored, by name; `listeners` counts who ever listened.
    """

    def __init__(self) -> None:
        self.channels: dict[str, dict[str, Any]] = {}
        self.bridges: dict[str, list[str]] = {}
        self.recording: list[str] = []
        self.recordings: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.listeners = 0
        self.muted = False
        self.twice = False
        self.refuses: Callable[[Asked], int | None] = lambda _: None
        self.holds: Callable[[Asked], asyncio.Event | None] = lambda _: None
        self._server: asyncio.Server | None = None
        self._listener: tuple[ServerProtocol, asyncio.StreamWriter] | None = None
        self._connected = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def listened_to(self) -> None:
        """Wait until somebody listens to events."""
        async with asyncio.timeout(20):
            await self._connected.wait()

    def drop(self) -> None:
        """Let the connection of whoever listens drop without a word."""
        if self._listener is not None:
            self._listener[1].transport.abort()
            self._listener = None
            self._connected.clear()

    async def answer(self, channel: str) -> None:
        """Somebody takes up the receiver."""
        self.channels[channel]["state"] = "Up"
        await self.tell("StasisStart", channel=self.channels[channel], args=[])

    async def release(self, channel: str, cause: int = 16) -> None:
        """A line ends, by whoever's doing."""
        gone = self.channels.pop(channel, None)
        if gone is not None:
            await self.tell("StasisEnd", channel=gone)
            await self.tell("ChannelDestroyed", channel=gone, cause=cause, cause_txt="whatever")

    async def tell(self, type: str, **what: Any) -> None:
        """Send an event to whoever listens."""
        if self._listener is None or self.muted:
            return
        protocol, writer = self._listener
        message = json.dumps({"type": type, "application": "huifang", "timestamp": "2026-03-10", **what})
        for _ in range(2 if self.twice else 1):
            protocol.send_text(message.encode())
        await self._flush(protocol, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                method, target, _ = lines[0].split(" ")
                headers = {
                    k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:] if line)
                }
                if headers.get("upgrade", "").lower() == "websocket":
                    await self._events(head, headers, reader, writer)
                    return
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                await self._reply(writer, *await self._handle(method, target, headers, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _handle(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, str]:
        if not _allowed(headers):
            return 401, b"{}", "application/json"
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(method, unquote(parts.path), query, json.loads(body) if body else {})
        self.asked.append(asked)
        held = self.holds(asked)
        if held is not None:
            await held.wait()
        status = self.refuses(asked)
        if status is not None:
            return status, b"{}", "application/json"
        return await self._do(asked)

    async def _do(self, asked: Asked) -> tuple[int, bytes, str]:
        path = asked.path.removeprefix("/ari/").split("/")
        match asked.method, path:
            case "GET", ["channels"]:
                return 200, json.dumps(list(self.channels.values())).encode(), "application/json"
            case "POST", ["channels"]:
                id = asked.body["channelId"]
                if id in self.channels:
                    return 409, b"{}", "application/json"
                self.channels[id] = {"id": id, "state": "Ringing", "name": asked.body["endpoint"]}
                await self.tell("ChannelCreated", channel=self.channels[id])
                return 200, json.dumps(self.channels[id]).encode(), "application/json"
            case "DELETE", ["channels", id]:
                if id not in self.channels:
                    return 404, b"{}", "application/json"
                await self.release(id)
                return 204, b"", ""
            case (("POST" | "DELETE"), ["channels", id, "ring"]):
                return (204 if id in self.channels else 404), b"", ""
            case "POST", ["bridges", id]:
                self.bridges.setdefault(id, [])
                return 200, b"{}", "application/json"
            case "POST", ["bridges", id, "addChannel"]:
                self.bridges[id] += asked.query["channel"].split(",")
                return 204, b"", ""
            case "POST", ["bridges", id, "record"]:
                self.recording.append(asked.query["name"])
                return 201, json.dumps({"name": asked.query["name"]}).encode(), "application/json"
            case "DELETE", ["bridges", id]:
                return (204 if self.bridges.pop(id, None) is not None else 404), b"", ""
            case "GET", ["recordings", "stored", name, "file"]:
                found = self.recordings.get(name)
                return (404, b"{}", "application/json") if found is None else (200, found, "audio/wav")
            case "DELETE", ["recordings", "stored", name]:
                return (204 if self.recordings.pop(name, None) is not None else 404), b"", ""
        return 404, b"{}", "application/json"

    async def _reply(self, writer: asyncio.StreamWriter, status: int, body: bytes, kind: str) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}{f'Content-Type: {kind}' if kind else 'X-Empty: 1'}\r\n\r\n".encode() + body)
        await writer.drain()

    async def _events(
        self,
        head: bytes,
        headers: dict[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if not _allowed(headers):
            await self._reply(writer, 401, b"{}", "application/json")
            return
        protocol = ServerProtocol()
        protocol.receive_data(head)
        [request] = protocol.events_received()
        assert isinstance(request, Request)
        protocol.send_response(protocol.accept(request))
        await self._flush(protocol, writer)
        # As Asterisk does it: the last one to come listens.
        self.drop()
        self._listener = (protocol, writer)
        self.listeners += 1
        self._connected.set()
        while data := await reader.read(65536):
            protocol.receive_data(data)
            await self._flush(protocol, writer)
            for event in protocol.events_received():
                if getattr(event, "opcode", None) is Opcode.CLOSE:
                    return

    async def _flush(self, protocol: ServerProtocol, writer: asyncio.StreamWriter) -> None:
        for data in protocol.data_to_send():
            if data:
                with suppress(ConnectionError):
                    writer.write(data)
        with suppress(ConnectionError):
            await writer.drain()


def _allowed(headers: dict[str, str]) -> bool:
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return headers.get("authorization") == f"Basic {pair}"
