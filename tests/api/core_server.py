"""A core system that answers for its policies over real HTTP, or misbehaves as it is told."""

import asyncio
import base64
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

Write = Callable[[bytes], Awaitable[None]]


class Asked(msgspec.Struct, frozen=True):
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class CoreServer:
    """Serves `policies` by number below `/api` on 127.0.0.1 and keeps what it was asked.

    `behaves`, when set, answers in place of all that. With `token` a bearer token is asked for; `/token` gives it to the client
    `huifang` with the secret `s3cret`.
    """

    def __init__(self) -> None:
        self.policies: dict[str, Mapping[str, Any]] = {}
        self.behaves: Callable[[Asked, Write], Awaitable[None]] | None = None
        self.token: str | None = None
        self.asked: list[Asked] = []
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def paths(self) -> list[str]:
        """What was asked for, the token apart."""
        return [one.path for one in self.asked if one.path != "/token"]

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)

    async def stop(self) -> None:
        """Stop, and cut off whoever is connected."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)

        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _request(reader)
                self.asked.append(asked)
                if self.behaves is not None and asked.path != "/token":
                    await self.behaves(asked, write)
                    break
                await write(self._answer(asked))
        self._open.discard(writer)
        writer.close()

    def _answer(self, asked: Asked) -> bytes:
        if asked.path == "/token":
            pair = base64.b64encode(b"huifang:s3cret").decode()
            form = parse_qs(asked.body.decode())
            if asked.headers.get("authorization") != f"Basic {pair}" or form["grant_type"] != [
                "client_credentials"
            ]:
                return answer(401, {"error": "invalid_client"})
            return answer(200, {"access_token": self.token, "token_type": "Bearer", "expires_in": 3600})
        if self.token is not None and asked.headers.get("authorization") != f"Bearer {self.token}":
            return answer(401, {})
        found = self.policies.get(unquote(asked.path.removeprefix("/api/policies/")))
        return answer(404, {}) if found is None else answer(200, found)


def answer(status: int, body: object, **headers: str) -> bytes:
    """A whole answer; `body` is bytes, or becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    said = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + content


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)
