"""Who is written to, when and where, and who is left to other channels (PF-2, REG-3, REG-6, REG-7, ASK)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from huifang_tenants.services.upkeep import settle
from huifang_tenants.services.written.delivering import outgoing, sent, write_next
from huifang_tenants.services.written.opening import anything_due, next_in_writing
from huifang_tenants.services.written.unanswered import close_unanswered
from huifang_tenants.stores import messages

NIGHT = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
"""22:00 in Shandong."""

ONLINE = {"host": "callback.example.cn"}
SMS = {"address": "https://sms.example.cn", "sealed": "eA==", "signature": "泰岳人寿"}
EMAIL = {"server": "mail.example.cn", "mailbox": "callback@example.cn", "hook_sealed": "eA=="}
LADDER = '[{"channel": "online", "attempts": 1}, {"channel": "phone", "attempts": 3}]'


@pytest.fixture
async def writing(office: Any) -> Any:
    """The office with a questionnaire, brought by text message or else by e-mail."""
    return await office.settings(online=ONLINE, sms=SMS, email=EMAIL)


async def due_online(
    office: Any, number: str, holder: str | None = None, ladder: str = LADDER, **person: Any
) -> UUID:
    """A new contract's callback whose ladder begins with the questionnaire."""
    holder = holder or f"K{number}"
    document = {"id_type": "passport", "id_number": f"E{sum(holder.encode()):08}"}
    _, *contract = office.new_contract(number, holder)
    await office.insurer.take(office.send.customer(holder, **{**document, **person}), *contract)
    id: UUID = await office.made(number, "new_contract")
    await office.fetch(
        "UPDATE obligation SET channel = 'online', rung = 0,"
        " draft = (draft::jsonb || jsonb_build_object('ladder', $2::jsonb))::json WHERE id = $1",
        id,
        msgspec.json.decode(ladder),
    )
    return id


async def write(office: Any) -> bool:
    done: bool = await office.do(lambda scope: write_next(scope, office.catalogue))
    return done


async def written_to(office: Any) -> list[dict[str, Any]]:
    """What is on its way out."""

    async def read(scope: Any) -> list[dict[str, Any]]:
        rows = await scope.connection.fetch("SELECT id FROM message WHERE kind = 'sent' ORDER BY id")
        found = [await messages.load(scope, row["id"]) for row in rows]
        return [{"channel": one.channel, **one.content} for one in found if one is not None]

    found: list[dict[str, Any]] = await office.do(read)
    return found


async def reasons(office: Any, obligation: UUID) -> list[str]:
    rows = await office.fetch(
        "SELECT reason FROM ledger WHERE subject_id = $1 AND action = 'obligation.no_address' ORDER BY id",
        obligation,
    )
    return [row["reason"] for row in rows]


async def test_the_first_mobile_on_file_is_written_to_else_an_address(writing: Any) -> None:
    await due_online(writing, "W1", phones=("0531-86001234", "13800138001", "13800138002"))
    await due_online(writing, "W2", phones=("0531-86001234",), emails=("w2@customer.example",))
    while await write(writing):
        pass
    found = await written_to(writing)
    assert sorted((one["channel"], one["to"]) for one in found) == [
        ("email", "w2@customer.example"), ("sms", "13800138001"),
    ]  # fmt: skip
    assert all("https://callback.example.cn/q/" in one["text"] for one in found)


async def test_who_has_neither_goes_on_to_the_phone_and_no_attempt_is_counted_reg_3(writing: Any) -> None:
    id = await due_online(writing, "W3", phones=("0531-86001234",), emails=())
    assert not await write(writing)
    row = await writing.obligation(id)
    assert (row["channel"], row["rung"], row["attempts"]) == ("phone", 1, 0)
    assert await reasons(writing, id) == ["no_address"]
    assert await writing.claim_ids() == (id,)


async def test_a_number_that_was_wrong_is_not_written_to(writing: Any) -> None:
    numbers = ("13800138001", "13800138002")
    await due_online(writing, "W4", phones=numbers)
    phone = await due_online(writing, "W4-phone", "KW4", phones=numbers)
    await writing.to_channel(phone, "phone", 1)
    assert await writing.claim_ids() == (phone,)
    contact = await writing.start(phone)
    await writing.play(contact, greeting="wrong_number")
    await writing.conclude(contact, "wrong_number")
    assert await write(writing)
    assert [one["to"] for one in await written_to(writing)] == ["13800138002"]


async def test_nothing_goes_out_at_night_reg_7(writing: Any) -> None:
    await due_online(writing, "W5")
    night = await writing.at(NIGHT)
    assert not await night.do(lambda scope: anything_due(scope, night.catalogue))
    assert not await write(night)
    morning = await night.later(hours=12)
    assert await morning.do(lambda scope: anything_due(scope, morning.catalogue))
    assert await write(morning)


async def test_one_person_gets_one_link_for_all_that_is_due_dec_5(writing: Any) -> None:
    ids = {await due_online(writing, number, "K-ONE") for number in ("W6", "W7")}
    assert await write(writing)
    assert not await write(writing)
    (contact,) = await writing.fetch("SELECT id FROM contact")
    served = await writing.fetch(
        "SELECT obligation_id FROM contact_section WHERE contact_id = $1", contact["id"]
    )
    assert {row["obligation_id"] for row in served} == ids
    rows = await writing.fetch("SELECT lease_contact FROM obligation WHERE id = ANY($1)", list(ids))
    assert {row["lease_contact"] for row in rows} == {contact["id"]}


async def test_what_is_written_is_an_attempt_only_when_it_has_gone_out(writing: Any) -> None:
    await due_online(writing, "W8")
    await write(writing)
    (message,) = await writing.fetch("SELECT id FROM message")
    (contact,) = await writing.fetch("SELECT id, dialled_at FROM contact")
    assert contact["dialled_at"] is None
    found = await writing.do(lambda scope: outgoing(scope, message["id"]))
    assert found.channel == "sms"
    await writing.do(lambda scope: sent(scope, message["id"], "gw-1"))
    assert (await writing.contact(contact["id"]))["dialled_at"] == writing.insurer.tenant.clock_at
    # Sent by two workers at once, it is noted once.
    assert await writing.do(lambda scope: outgoing(scope, message["id"])) is None


async def test_a_script_that_names_the_caller_is_left_to_people(writing: Any) -> None:
    id = await due_online(writing, "W9")
    plugin = writing.catalogue.plugins["shandong_life"]
    spoken = tuple(
        msgspec.structs.replace(
            script,
            steps={
                name: msgspec.structs.replace(step, written=None) if name == "greeting" else step
                for name, step in script.steps.items()
            },
        )
        for script in plugin.scripts
    )
    without = writing.with_plugin(msgspec.structs.replace(plugin, scripts=spoken))
    assert not await write(without)
    assert await reasons(without, id) == ["script_spoken"]


async def test_whose_id_is_not_on_file_can_not_prove_it_in_writing(writing: Any) -> None:
    id = await due_online(writing, "W10", id_type=None, id_number=None)
    assert not await write(writing)
    assert await reasons(writing, id) == ["identity_unknown"]


async def test_a_tenant_that_writes_to_nobody_goes_on_unless_nothing_is_left(office: Any) -> None:
    on = await due_online(office, "W11")
    last = await due_online(office, "W12", ladder='[{"channel": "online", "attempts": 1}]')
    assert not await write(office)
    assert (await office.obligation(on))["channel"] == "phone"
    assert await reasons(office, on) == ["not_set_up"]
    row = await office.obligation(last)
    assert (row["channel"], row["status"]) == ("online", "open")


async def test_settings_that_can_not_be_read_pass_nobody_on(office: Any) -> None:
    broken = await office.settings(sms={"address": 1})
    id = await due_online(broken, "W13")
    assert not await write(broken)
    assert not await broken.do(lambda scope: anything_due(scope, broken.catalogue))
    assert (await broken.obligation(id))["channel"] == "online"


async def test_leases_leave_a_contact_in_writing_alone_until_its_time_is_over(writing: Any) -> None:
    id = await due_online(writing, "W14")
    await write(writing)
    (contact,) = await writing.fetch("SELECT id, answer_by FROM contact")
    await writing.expire_leases()
    await settle(writing.insurer.services, writing.insurer.tenant)
    assert (await writing.contact(contact["id"]))["status"] == "in_progress"
    # Nobody can claim what waits for its answer, and other work of the person can be.
    assert await writing.claim_ids() == ()
    (message,) = await writing.fetch("SELECT id FROM message")
    await writing.do(lambda scope: sent(scope, message["id"], "gw-1"))
    late = await writing.at(contact["answer_by"])
    await late.do(close_unanswered)
    ended = await late.contact(contact["id"])
    assert (ended["outcome"], ended["attempted"], ended["connected"]) == ("no_answer", True, False)
    row = await late.obligation(id)
    assert (row["channel"], row["rung"], row["attempts"], row["lease_contact"]) == ("phone", 1, 1, None)


async def test_two_writers_write_to_nobody_twice(writing: Any) -> None:
    import asyncio

    for number in range(6):
        await due_online(writing, f"W15-{number}")

    async def all_of_them() -> int:
        count = 0
        while await write(writing):
            count += 1
        return count

    assert sum(await asyncio.gather(all_of_them(), all_of_them(), all_of_them())) == 6
    assert len(await writing.fetch("SELECT id FROM contact")) == 6


async def test_a_test_clock_stops_where_somebody_is_to_be_written_to_or_an_answer_is_overdue(
    writing: Any,
) -> None:
    id = await due_online(writing, "W16")
    night = await writing.at(NIGHT)
    opens = await night.do(next_in_writing)
    assert opens == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
    morning = await night.at(opens)
    assert await write(morning)
    (contact,) = await morning.fetch("SELECT answer_by FROM contact")
    assert await morning.do(next_in_writing) == contact["answer_by"]
    assert (await morning.obligation(id))["status"] == "open"
