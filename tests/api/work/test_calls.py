"""Calls by an Asterisk over its real protocol: dialled unseen, followed through drops and repeats, recorded into evidence (LN-4a)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from huifang_api.channels.exchange import Exchange
from huifang_api.channels.switchboard import Switchboard
from huifang_api.jobs import Pace, work
from huifang_tenants.provisioning import change_setting
from huifang_tenants.telephone import SETTING, seal

from ..ari_server import PASSWORD, USER, AriServer

WAV = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"
    + bytes(999)
)
FAST = Pace(
    poll=0.1,
    fetch=0.02,
    beat=0.25,
    stale_after=2.0,
    tick=30.0,
    watch=0.5,
    grace=2.0,
    listen=0.2,
    recordings=(0.3,) * 60,
)


@pytest.fixture
async def asterisk() -> AsyncIterator[AriServer]:
    server = AriServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def telephone(office: Any, asterisk: AriServer) -> AsyncIterator[None]:
    """Let the office have this telephone system."""
    settings = office.api.settings

    async def set_telephone(value: Any) -> None:
        await change_setting(settings.database_url, office.tenant.id, SETTING, value)
        office.api.world.registry.forget(office.tenant)

    await set_telephone(
        {
            "address": asterisk.address,
            "username": USER,
            "sealed": seal(office.tenant, PASSWORD),
            "caller_endpoint": "PJSIP/{staff_no}",
            "customer_endpoint": "PJSIP/{number}@trunk",
            "allowed_networks": ["127.0.0.1/32"],
        }
    )
    yield
    await set_telephone(None)


@pytest.fixture
async def exchange(office: Any, telephone: None, asterisk: AriServer) -> AsyncIterator[AriServer]:
    """The office's telephone system, with a worker that listens to it."""
    stop = asyncio.Event()
    running = asyncio.create_task(work(office.api.settings, stop, FAST))
    try:
        await asterisk.listened_to()
        yield asterisk
        assert not running.done() or running.exception() is None
    finally:
        stop.set()
        await running


async def until(is_so: Callable[[], Awaitable[Any] | Any], seconds: float = 20.0) -> Any:
    """Wait until something is so; return what it was."""
    async with asyncio.timeout(seconds):
        while True:
            found = is_so()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.03)


class Line:
    """One contact and its call."""

    def __init__(self, office: Any, asterisk: AriServer, contact: str) -> None:
        self.office, self.asterisk, self.contact = office, asterisk, contact
        self.name = f"hf-{contact.replace('-', '')}"

    def caller(self, number: int = 1) -> str:
        return f"{self.name}-{number}-caller"

    def customer(self, number: int = 1) -> str:
        return f"{self.name}-{number}-customer"

    async def dial(self) -> Any:
        return await self.office.post(f"/contacts/{self.contact}/dial")

    async def call(self) -> Any:
        return await self.office.get(f"/contacts/{self.contact}/call")

    async def state(self, wanted: str) -> Any:
        async def reached() -> Any:
            found = await self.call()
            return found if found["state"] == wanted else None

        return await until(reached)

    async def rings(self) -> None:
        """Dial, and let the caller take up the receiver, so that the customer's telephone rings."""
        await self.dial()
        await self.asterisk.answer(self.caller())
        await until(lambda: self.customer() in self.asterisk.channels)

    async def speaks(self) -> None:
        """Let the customer answer, too."""
        await self.rings()
        await self.asterisk.answer(self.customer())
        await until(lambda: f"{self.name}-1" in self.asterisk.recording)


@pytest.fixture
def line(office: Any, exchange: AriServer, new_contract: Callable[..., Any]) -> Callable[..., Any]:
    """Prepare a contact for a contract, its number not dialled yet."""

    async def prepare(number: str, staff_no: str = "C01") -> Line:
        await new_contract(number)
        claimed = await office.post("/queue/claim", {"staff_no": staff_no, "channel": "phone"})
        body = {"obligation_id": claimed["obligations"][0]["id"], "staff_no": staff_no, "dialled": False}
        started = await office.post("/contacts", body, status=201)
        return Line(office, exchange, started["contact_id"])

    return prepare


async def test_ln_4a_a_call_is_dialled_unseen_answered_recorded_and_proven(
    office: Any, exchange: AriServer, line: Any, play: Any
) -> None:
    one = await line("T1")
    standing = await one.dial()
    assert exchange.asked[-1].body["endpoint"] == "PJSIP/C01"
    contact = await office.get(f"/contacts/{one.contact}")
    assert contact["dialled_at"] is None, "only the caller's own telephone rings"
    await one.dial()
    assert len([a for a in exchange.asked if str(a) == "POST /ari/channels"]) == 1, "once is enough"

    await exchange.answer(one.caller())
    await until(lambda: one.customer() in exchange.channels)
    rung = next(a for a in exchange.asked if a.body.get("channelId") == one.customer())
    dialled = rung.body["endpoint"].removeprefix("PJSIP/").removesuffix("@trunk")
    assert dialled.startswith("1380013")
    assert (await one.call())["state"] == "ringing"
    contact = await office.get(f"/contacts/{one.contact}")
    assert contact["dialled_at"] is not None
    assert dialled not in str([standing, contact, await one.call()]), "the caller never sees it"

    await exchange.answer(one.customer())
    await until(lambda: f"{one.name}-1" in exchange.recording)
    assert exchange.bridges[f"{one.name}-1"] == [one.caller(), one.customer()]
    await one.state("connected")
    await play(standing)
    await office.post(f"/contacts/{one.contact}/outcome", {"outcome": "completed"})
    await exchange.release(one.customer())
    ended = await one.state("ended")
    assert (ended["ended_by"], ended["cause"], ended["recording"], ended["suggested"]) == (
        "customer",
        16,
        "wanted",
        None,
    )
    await until(lambda: one.caller() not in exchange.channels)

    # Minutes later for real: it is asked for again and again, and there when it is there.
    await until(lambda: [a for a in exchange.asked if a.path.endswith("/file")][1:])
    exchange.recordings[f"{one.name}-1"] = WAV
    await until(lambda: f"{one.name}-1" not in exchange.recordings)

    async def kept() -> bool:
        return (await one.call())["recording"] == "kept"

    await until(kept)
    contact = await office.get(f"/contacts/{one.contact}")
    [evidence] = [e for e in contact["evidence"] if e["status"] == "stored"]
    assert (evidence["kind"], evidence["size_bytes"], evidence["reference"]) == (
        "recording",
        len(WAV),
        f"{one.name}-1",
    )
    assert contact["successful"]
    played = await office.call("GET", f"/evidence/{evidence['id']}/content")
    assert played.content == WAV


async def test_reg_2_busy_suggests_its_outcome_and_counts_as_an_attempt(
    office: Any, exchange: AriServer, line: Any
) -> None:
    one = await line("T2")
    await one.rings()
    await exchange.release(one.customer(), cause=17)
    ended = await one.state("ended")
    assert (ended["suggested"], ended["recording"]) == ("busy", "none")
    await until(lambda: one.caller() not in exchange.channels)
    assert await office.problem("POST", f"/contacts/{one.contact}/dial") == (409, "call.over")
    outcome = await office.post(f"/contacts/{one.contact}/outcome", {"outcome": ended["suggested"]})
    assert (outcome["attempted"], outcome["connected"], outcome["obligations"][0]["attempts"]) == (
        True,
        False,
        1,
    )


async def test_a_caller_who_does_not_pick_up_made_no_attempt_and_may_try_again(
    office: Any, exchange: AriServer, line: Any
) -> None:
    one = await line("T3")
    await one.dial()
    await exchange.release(one.caller(), cause=19)
    failed = await one.state("failed")
    assert failed["problem"] == "caller_not_reached"
    assert (await office.get(f"/contacts/{one.contact}"))["dialled_at"] is None
    await one.dial()
    assert (await one.call())["number"] == 2
    await exchange.answer(one.caller(2))
    await until(lambda: one.customer(2) in exchange.channels)
    await exchange.tell("StasisStart", channel={"id": one.caller(1), "state": "Up"}, args=[])
    await one.state("ringing")


async def test_either_side_hangs_up_and_so_does_the_screen(
    office: Any, exchange: AriServer, line: Any
) -> None:
    one, other = await line("T4"), await line("T5", "C02")
    await one.speaks()
    await exchange.release(one.caller())
    assert (await one.state("ended"))["ended_by"] == "caller"
    await until(lambda: one.customer() not in exchange.channels)
    await other.rings()
    over = await office.post(f"/contacts/{other.contact}/hang-up")
    assert (over["state"], over["ended_by"]) == ("ended", "caller")
    await until(lambda: not {other.caller(), other.customer()} & set(exchange.channels))
    assert (await office.post(f"/contacts/{other.contact}/hang-up"))["ended_at"] == over["ended_at"]


async def test_what_was_not_told_while_the_connection_was_down_is_made_up_for(
    exchange: AriServer, line: Any
) -> None:
    one = await line("T6")
    await one.speaks()
    exchange.muted = True
    await exchange.release(one.customer())
    exchange.drop()
    exchange.muted = False
    ended = await one.state("ended")
    assert (ended["ended_by"], ended["cause"], ended["recording"]) == ("customer", None, "wanted")
    await until(lambda: one.caller() not in exchange.channels)


async def test_what_is_told_twice_happens_once(exchange: AriServer, line: Any) -> None:
    exchange.twice = True
    one = await line("T7")
    await one.speaks()
    await exchange.release(one.customer())
    await one.state("ended")
    exchange.recordings[f"{one.name}-1"] = WAV
    await exchange.tell("RecordingFinished", recording={"name": f"{one.name}-1", "format": "wav"})
    await until(lambda: f"{one.name}-1" not in exchange.recordings)
    assert len([a for a in exchange.asked if a.body.get("channelId") == one.customer()]) == 1
    assert exchange.recording.count(f"{one.name}-1") == 1


async def test_a_recording_is_kept_once_though_it_could_not_be_deleted(
    office: Any, exchange: AriServer, line: Any
) -> None:
    one = await line("T8")
    await one.speaks()
    exchange.refuses = lambda a: 500 if a.method == "DELETE" and "recordings" in a.path else None
    exchange.recordings[f"{one.name}-1"] = WAV
    await exchange.release(one.caller())

    async def kept() -> bool:
        return (await one.call())["recording"] == "kept"

    await until(kept)
    contact = await office.get(f"/contacts/{one.contact}")
    assert [e["kind"] for e in contact["evidence"]] == ["recording"]


async def test_a_customer_who_can_not_be_rung_ends_the_call(exchange: AriServer, line: Any) -> None:
    one = await line("T9")
    await one.dial()
    exchange.refuses = lambda a: 503 if a.body.get("channelId") == one.customer() else None
    await exchange.answer(one.caller())
    over = await one.state("failed")
    assert over["problem"] == "telephone_unusable"
    await until(lambda: one.caller() not in exchange.channels)


async def test_ln_4a_a_call_that_can_not_be_recorded_is_ended_and_an_alarm(
    office: Any, exchange: AriServer, line: Any
) -> None:
    one = await line("T12", "C04")
    await one.rings()
    exchange.refuses = lambda a: 500 if a.path.endswith("/record") else None
    await exchange.answer(one.customer())
    over = await one.state("ended")
    assert (over["ended_by"], over["problem"], over["recording"]) == (
        "system",
        "telephone_unusable",
        "missing",
    )
    await until(lambda: not {one.caller(), one.customer()} & set(exchange.channels))
    alarms = (await office.get("/alarms", params={"kind": "recording_missing"}))["items"]
    assert one.contact in [alarm["subject"] for alarm in alarms]


async def test_one_call_that_hangs_holds_no_other_up(exchange: AriServer, line: Any) -> None:
    slow, quick = await line("T13", "C05"), await line("T14", "C06")
    held = asyncio.Event()
    exchange.holds = lambda a: held if a.body.get("channelId") == slow.customer() else None
    await slow.dial()
    await exchange.answer(slow.caller())
    await until(lambda: any(a.body.get("channelId") == slow.customer() for a in exchange.asked))
    await quick.rings()
    assert slow.customer() not in exchange.channels
    held.set()
    await until(lambda: slow.customer() in exchange.channels)


async def test_a_telephone_system_that_is_down_is_said_and_calls_go_on_by_hand(
    office: Any, exchange: AriServer, line: Any, play: Any
) -> None:
    one = await line("T10")
    exchange.refuses = lambda _: 401
    assert await office.problem("POST", f"/contacts/{one.contact}/dial") == (503, "telephone.unavailable")
    assert (await one.call())["state"] == "failed"
    standing = await office.get(f"/contacts/{one.contact}/prompt")
    await play(standing)
    done = await office.post(f"/contacts/{one.contact}/outcome", {"outcome": "completed"})
    assert (done["attempted"], done["completed"]) == (True, True)


async def test_one_process_listens_and_another_takes_over_when_it_stops(
    office: Any, telephone: Any, asterisk: AriServer
) -> None:
    world = office.api.world

    async def attend() -> None:
        async with Exchange() as exchange:
            await Switchboard(
                world.services, world.registry, exchange, world.redis, look=0.05, pause=0.05
            ).run()

    first = asyncio.create_task(attend())
    await asterisk.listened_to()
    second = asyncio.create_task(attend())
    lease = f"huifang:telephone:{office.tenant.id}"
    held = await world.redis.get(lease)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await until(lambda: asterisk.listeners > 1)
    assert await world.redis.get(lease) not in (None, held)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert asterisk.listeners == 2, "never both at a time, or each would have thrown the other out"
    assert await world.redis.get(lease) is None, "given up, and not left to run out"


async def test_without_a_telephone_system_there_is_no_call(office: Any, new_contract: Any) -> None:
    await new_contract("T11")
    claimed = await office.post("/queue/claim", {"staff_no": "C03", "channel": "phone"})
    body = {"obligation_id": claimed["obligations"][0]["id"], "staff_no": "C03", "dialled": False}
    contact = (await office.post("/contacts", body, status=201))["contact_id"]
    await office.post(f"/contacts/{contact}/dial")
    assert (await office.get(f"/contacts/{contact}"))["dialled_at"] is not None
    assert await office.problem("GET", f"/contacts/{contact}/call") == (404, "not_found")
    assert await office.problem("POST", f"/contacts/{contact}/hang-up") == (404, "not_found")


async def test_the_telephone_system_is_no_setting_of_the_tenants_own_and_never_shown(
    office: Any, exchange: AriServer
) -> None:
    assert "telephone" not in await office.get("/settings")
    answer = await office.call("PUT", "/settings", {"telephone": {"address": "http://169.254.169.254"}})
    assert answer.status_code == 400
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only an administrator"):
        async with office.scope() as opened:
            await opened.connection.fetchval("SELECT control.change_settings($1)", {"telephone": None})
