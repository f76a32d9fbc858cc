"""Offices that write to their customers, and a customer's browser."""

import asyncio
import html
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from aiosmtpd.smtp import SMTP
from huifang_api.channels.signing import sign
from huifang_api.jobs.desk import Desk
from huifang_api.jobs.handlers import handlers
from huifang_tenants.outbox import pick
from huifang_tenants.provisioning import change_setting
from huifang_tenants.scope import control
from huifang_tenants.services.upkeep.due import settle

# The office at work is that of the flow over HTTP.
from tests.api.work.conftest import (  # noqa: F401
    contract_of,
    customer_of,
    event_of,
    new_contract,
    office,
    offices,
    other_office,
    play,
)

HOST = "callback.taiyue.example"
OTHER_HOST = "callback.other.example"

_HIDDEN = re.compile(r'name="step" value="([^"]*)"')
_CHOICES = re.compile(r'name="value" value="([^"]*)"')


class Browser(msgspec.Struct, frozen=True, eq=False):
    """What a customer has in hand: it keeps cookies, and follows where it is sent."""

    http: httpx.AsyncClient
    host: str = HOST

    async def open(self, link: str, **options: Any) -> httpx.Response:
        return await self.http.get(link, headers={"Host": self.host}, **options)

    async def send(self, link: str, **form: str) -> httpx.Response:
        answer = await self.http.post(link, data=form, headers={"Host": self.host})
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        return answer

    async def answer(self, link: str, value: str) -> httpx.Response:
        """Answer whatever is asked now."""
        page = await self.open(link)
        return await self.send(link, step=step_of(page), value=value)

    async def go_on_smoothly(self, link: str, page: httpx.Response, **otherwise: str) -> httpx.Response:
        """Answer with the first choice, but for the steps named, to the end or to where identity is asked."""
        while page.status_code == 200 and (step := step_of(page, "")) not in ("", "identity"):
            choices = choices_of(page)
            page = await self.send(
                link, step=step, value=otherwise.get(step, choices[0] if choices else "没有补充")
            )
        return page


def step_of(page: httpx.Response, otherwise: str | None = None) -> str:
    found = _HIDDEN.search(page.text)
    if found is None and otherwise is not None:
        return otherwise
    assert found is not None, page.text
    return html.unescape(found[1])


def choices_of(page: httpx.Response) -> list[str]:
    return [html.unescape(code) for code in _CHOICES.findall(page.text)]


def heading_of(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found is not None, page.text
    return html.unescape(re.sub(r"<[^>]*>", "", found[1])).strip()


@pytest.fixture
def browser(api: Any) -> Callable[..., Any]:
    """Open a browser without cookies."""

    @asynccontextmanager
    async def opened(host: str = HOST) -> AsyncIterator[Browser]:
        transport = httpx.ASGITransport(app=api.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as http:
            yield Browser(http, host)

    return opened


@pytest.fixture
def set_up(api: Any) -> Callable[..., Awaitable[None]]:
    """Change a setting of an office, as the command does."""

    async def change(of: Any, name: str, value: Any) -> None:
        await change_setting(api.settings.database_url, of.tenant.id, name, value)
        api.world.registry.forget(of.tenant)
        api.world.registry._found.clear()
        of.tenant.settings.pop(name, None)
        if value is not None:
            of.tenant.settings[name] = value

    return change


@pytest.fixture
def in_writing(office: Any, new_contract: Any) -> Callable[..., Any]:  # noqa: F811
    """Make the callback of a new contract one whose turn is with a channel in writing; return its id and what was sent in."""

    async def make(number: str, channel: str = "online", **customer: Any) -> tuple[str, dict[str, Any]]:
        event = await new_contract(number)
        (found,) = (await office.get("/obligations", params={"contract_no": number}))["items"]
        async with office.scope() as opened:
            await opened.connection.execute(
                "UPDATE obligation SET channel = $2 WHERE id = $1", UUID(found["id"]), channel
            )
        return found["id"], event["data"]["customer"] | customer

    return make


class Gateway:
    """A gateway for text messages as docs/sms.md has it, on 127.0.0.1; `refuses` answers in its place."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.taken: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.refuses: tuple[int, dict[str, Any]] | None = None
        server.behaves = self._answer

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "address": f"http://127.0.0.1:{self._server.port}/v1",
            "signature": "泰岳人寿",
            "allowed_networks": ["127.0.0.1/32"],
        }

    def texts_to(self, number: str) -> list[str]:
        return [one["text"] for one in self.taken if one["to"] == f"+86{number}"]

    async def _answer(self, asked: Any, write: Any) -> None:
        assert (asked.method, asked.path) == ("POST", "/v1/messages")
        self.headers.append(asked.headers)
        body = json.loads(asked.body)
        status, answer = self.refuses or (202, {"reference": f"gw-{body['id']}"})
        if status == 202 and all(one["id"] != body["id"] for one in self.taken):
            self.taken.append(body)
        content = json.dumps(answer).encode()
        await write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + content
        )


@pytest.fixture
async def gateway(core_server: Any) -> Gateway:
    return Gateway(core_server)


class Mailbox:
    """A mail server (SMTP) on 127.0.0.1 that keeps what it takes; recipients in `unknown` it refuses, all of them while `busy`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.unknown: set[str] = set()
        self.busy = False
        self.port = 0

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "server": "localhost",
            "port": self.port,
            "security": "none",
            "mailbox": "callback@taiyue.example",
            "sender": {"zh-CN": "泰岳人寿客户回访", "en": "Taiyue Life"},
            "allowed_networks": ["127.0.0.1/32", "::1/128"],
        }

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.busy:
            return "451 4.3.0 try again later"
        if address in self.unknown:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), mail))
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.taiyue.example"), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()


@pytest.fixture
def work(api: Any) -> Callable[..., Awaitable[None]]:
    """Do what is due in an office and everything that follows from it, as a worker does; a failed job waits for `again`."""

    async def do(of: Any, *, again: bool = False) -> None:
        world = api.world
        tenant = await world.registry.by_id(of.tenant.id)
        await settle(world.services, tenant)
        desk = Desk(world, handlers(tick=3600, evidence=world.evidence), job_seconds=60, on_end=lambda: None)
        if again:
            async with control(world.database) as opened:
                await opened.connection.execute(
                    "UPDATE control.jobs SET run_at = now() WHERE state = 'pending'"
                )
        while jobs := await pick(world.database, limit=50, per_tenant=50):
            for job in jobs:
                await desk.run(job)

    return do


class Hooks(msgspec.Struct, frozen=True, eq=False):
    """The other side of the hooks: signs with the secret it was given."""

    http: httpx.AsyncClient
    slug: str
    secret: str

    async def post(
        self, path: str, body: bytes | dict[str, Any], *, id: str = "", **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = sign(self.secret, id or secrets.token_hex(8), int(time.time()), content)
        kind = "message/rfc822" if isinstance(body, bytes) else "application/json"
        return await self.http.post(
            f"/api/v1/hooks/{self.slug}/{path}",
            content=content,
            headers={"Content-Type": kind, **signed, **headers},
        )


@pytest.fixture
def hooks(api: Any, office: Any) -> Hooks:  # noqa: F811
    return Hooks(api.http, office.tenant.slug, "a-secret-both-sides-know")
