"""Offices that write to their customers, and a customer's browser."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from huifang_tenants.provisioning import change_setting

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
