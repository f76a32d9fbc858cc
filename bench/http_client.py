"""A lean HTTP/1.1 client: one kept-alive connection, JSON both ways, so that the load costs little beside what it loads."""

import asyncio
import base64
from typing import Any, Self

import msgspec

from bench.results import BenchError

_json = msgspec.json.Encoder()


class HttpClient:
    """POSTs JSON to one server; `requests` counts the answers. Open it with `async with`."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._port = port
        self._token = token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.requests = 0

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writer is not None
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST JSON, and return the answer's; BenchError when the server refuses."""
        authorisation = "" if self._token is None else f"Authorization: Bearer {self._token}\r\n"
        return await self._send(path, authorisation, "application/json", _json.encode(body))

    async def fetch_token(self, client_id: str, secret: str) -> str:
        """Return an access token for client credentials."""
        credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = await self._send(
            "/oauth/token",
            f"Authorization: Basic {credentials}\r\n",
            "application/x-www-form-urlencoded",
            b"grant_type=client_credentials",
        )
        return str(answer["access_token"])

    async def _send(self, path: str, authorisation: str, content_type: str, content: bytes) -> Any:
        assert self._reader is not None
        assert self._writer is not None
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{authorisation}"
            f"Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        answer = await self._reader.readexactly(int(length or 0))
        self.requests += 1
        status = head.split(b" ", 2)[1]
        if status not in (b"200", b"201"):
            raise BenchError(f"{path} answered {status.decode()}: {answer.decode()[:300]}")
        return msgspec.json.decode(answer)
