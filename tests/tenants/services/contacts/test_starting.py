"""Starting a contact: by which number, with which script, and what is kept of how things stood then."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from huifang_core.texts import Text
from huifang_tenants.services.contacts.answering import standing
from huifang_tenants.stores import contacts
from huifang_tenants.stores.ledger import Actor

PHONES = ("13800138001", "13800138002", "13800138003")
CALLER = Actor("client:test", "C1")
NIGHT = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)


async def test_the_number_dialled_is_the_first_that_was_not_found_wrong(office: Any) -> None:
    id = await office.issue("P1", phones=PHONES)
    first = await office.begin()
    await office.conclude(first, "wrong_number")
    assert (await office.obligation(id))["channel"] == "phone", "another number is on file"
    second = await office.begin()
    await office.conclude(second, "no_answer")
    rows = [await office.contact(id) for id in (first, second)]
    assert [row["number_index"] for row in rows] == [0, 1]


async def test_a_number_stays_wrong_when_other_data_of_the_customer_change_and_a_new_one_is_tried(
    office: Any,
) -> None:
    id = await office.issue("P1", "KX", phones=PHONES[:1])
    await office.conclude(await office.begin(), "wrong_number")
    assert (await office.obligation(id))["channel"] == "on_site"
    other = await office.issue("P2", "KX", phones=(PHONES[2], PHONES[0]))
    contact = await office.begin()
    assert (await office.contact(contact))["number_index"] == 0
    await office.conclude(contact, "wrong_number")
    assert (await office.obligation(other))["channel"] == "on_site", "both are wrong now"


async def test_a_number_that_reached_somebody_after_all_is_no_longer_wrong(office: Any) -> None:
    id = await office.issue("P1", phones=PHONES[:2])
    await office.conclude(await office.begin(), "wrong_number")
    await office.conclude(await office.begin(number_index=0), "busy")
    await office.fetch(
        "UPDATE obligation SET callable_from = $2 WHERE id = $1", id, office.insurer.tenant.clock_at
    )
    assert (await office.contact(await office.begin()))["number_index"] == 0


@pytest.mark.parametrize("index", [-1, 3])
async def test_asked_for_no_call_to_a_number_not_on_file(office: Any, index: int) -> None:
    await office.issue("P1", phones=PHONES)
    claimed = await office.claim()
    doing = office.start(claimed.obligation_ids[0], number_index=index)
    assert await office.refusal(doing) == "contact.no_such_number"
    contact = await office.start(claimed.obligation_ids[0], number_index=2)
    assert (await office.contact(contact))["number_index"] == 2


async def test_a_visit_needs_no_number(office: Any) -> None:
    id = await office.issue("P1", phones=())
    await office.to_channel(id, "on_site", 1)
    contact = await office.contact(await office.begin("V1"))
    assert (contact["number_enc"], contact["number_index"], contact["visitor_is_seller"]) == (
        None,
        None,
        False,
    )


@pytest.mark.parametrize(("staff_no", "flagged"), [("C1", False), ("CITY", True)])
async def test_sd_2_phone_work_below_the_province_is_done_but_flagged(
    office: Any, staff_no: str, flagged: bool
) -> None:
    await office.issue("P1")
    assert (await office.contact(await office.begin(staff_no)))["below_province"] is flagged


async def test_sd_2_visits_are_the_citys_own(office: Any) -> None:
    await office.to_channel(await office.issue("P1"), "on_site", 1)
    assert not (await office.contact(await office.begin("V1")))["below_province"]


async def test_reg_3_a_visitor_who_became_the_seller_meanwhile_is_flagged(office: Any) -> None:
    await office.to_channel(await office.issue("P1", seller_no="S"), "on_site", 1)
    claimed = await office.claim("V1")
    await office.insurer.take(office.send.contract("P1", seller_no="V1"))
    contact = await office.start(claimed.obligation_ids[0], "V1")
    assert (await office.contact(contact))["visitor_is_seller"]


async def test_reg_7_nobody_is_rung_outside_calling_hours_though_claimed_before(office: Any) -> None:
    await office.issue("P1")
    claimed = await office.claim()
    night = await office.at(NIGHT)
    start = night.start(claimed.obligation_ids[0])
    assert await office.refusal(start) == "contact.quiet_hours"
    contact = await night.start(claimed.obligation_ids[0], dialled=False)
    dial = night.dial(contact)
    assert await office.refusal(dial) == "contact.quiet_hours"
    assert (await office.contact(contact))["dialled_at"] is None
    day = await office.at(datetime(2026, 3, 11, 1, tzinfo=UTC))
    await day.dial(contact)
    assert (await office.contact(contact))["dialled_at"] is not None
    assert await office.actions(contact) == ["contact.started", "contact.dialled"]


async def test_what_is_kept_of_the_start_is_as_things_stood_then(office: Any) -> None:
    await office.issue("P1", product_name="金生")
    contact = await office.begin()
    await office.insurer.take(
        office.send.customer("KP1", name="李改名", phones=("13999999999",)),
        office.send.contract("P1", product_name="银生", version=2),
    )
    loaded = await office.do(lambda scope: contacts.load(scope, contact))
    assert loaded.sections[0].facts["contract.product_name"] == "金生"
    assert loaded.sections[0].facts["customer.name"] == "王小明"
    assert loaded.sections[0].facts["contract.premium_amount"] == Decimal("1200.00")
    assert loaded.sections[0].facts["contract.delivered_on"] == date(2026, 3, 9)
    assert "王小明" in (await office.standing(contact)).prompt.text


async def test_personal_data_of_a_contact_are_kept_encrypted_only(office: Any) -> None:
    await office.issue("P1", phones=("13812345678",))
    contact = await office.begin()
    await office.play(contact, questions="question", question_detail="我叫王小明，电话13812345678")
    await office.conclude(contact, note="王小明很客气")
    dump = await office.insurer.dump()
    for table in (
        "contact",
        "contact_section",
        "answer",
        "effect",
        "ledger",
        "case_file",
        "case_entry",
        "notice",
    ):
        written = "\n".join(dump[table])
        assert written or table == "notice", table
        assert "王小明" not in written, table
        assert "13812345678" not in written, table


async def test_gen_2_a_script_replaced_later_changes_nothing_in_a_contact_that_goes_on(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    before = await office.standing(contact)
    plugin = office.catalogue.plugins["shandong_life"]
    script = plugin.script("shandong_life.new_contract")
    greeting = msgspec.structs.replace(script.steps["greeting"], text=Text(zh_cn="新的开场白", en="New"))
    edited = msgspec.structs.replace(
        script, version=script.version + 1, steps={**script.steps, "greeting": greeting}
    )
    others = tuple(s for s in plugin.scripts if s.id != script.id)
    changed = msgspec.structs.replace(plugin, scripts=(*others, edited))
    later = msgspec.structs.replace(
        office,
        catalogue=msgspec.structs.replace(office.catalogue, plugins={"shandong_life": changed}),
    )
    assert await later.standing(contact) == before
    await later.play(contact)
    await later.conclude(contact)
    await office.issue("P2")
    newer = await later.begin()
    assert (await later.standing(newer)).prompt.text == "新的开场白"
    versions = await office.fetch("SELECT version FROM script_version ORDER BY version")
    assert [row["version"] for row in versions] == [str(script.version), str(script.version + 1)]


async def test_a_lease_is_started_once(office: Any) -> None:
    id = await office.issue("P1")
    await office.claim()
    started = await asyncio.gather(*(office.start(id) for _ in range(4)), return_exceptions=True)
    codes = [getattr(found, "code", "started") for found in started]
    assert sorted(codes) == ["started", "state.conflict", "state.conflict", "state.conflict"]
    assert await office.refusal(office.start(id)) == "state.conflict"
    assert len(await office.fetch("SELECT FROM contact")) == 1


async def test_only_what_is_leased_to_oneself_and_still_is_can_be_started(office: Any) -> None:
    id = await office.issue("P1")
    assert await office.refusal(office.start(uuid4())) == "not_found"
    assert await office.refusal(office.start(id)) == "queue.not_leased"
    await office.claim("C2")
    assert await office.refusal(office.start(id)) == "queue.not_leased"
    await office.expire_leases()
    assert await office.refusal(office.start(id, "C2")) == "queue.lease_expired"
    await office.claim("C1")
    assert await office.refusal(office.start(id, "C2")) == "queue.not_leased"
    assert await office.refusal(office.start(id, "LAPSED")) == "staff.untrained"


async def test_what_was_superseded_since_it_was_claimed_is_started_as_what_replaced_it(office: Any) -> None:
    id = await office.issue("P1")
    await office.claim()
    await office.redelivered("P1", date(2026, 3, 6))
    replacement = (await office.obligation(id))["replaced_by"]
    assert replacement is not None
    contact = await office.start(id)
    assert (await office.do(lambda scope: standing(scope, contact))).obligation_id == replacement


async def test_what_was_taken_off_the_books_since_it_was_claimed_is_not_started(office: Any) -> None:
    id = await office.grace_ended("G1")
    await office.claim()
    await office.paid("G1")
    assert await office.refusal(office.start(id)) == "obligation.closed"


async def test_dec_5_all_that_was_claimed_together_is_started_together_most_pressing_first(
    office: Any,
) -> None:
    grace, new = await office.grace_ended("G1", "KX"), await office.issue("P1", "KX")
    await office.claim()
    contact = await office.start(grace)
    rows = await office.fetch("SELECT obligation_id FROM contact_section ORDER BY position")
    assert [row["obligation_id"] for row in rows] == [new, grace]
    row = await office.row("SELECT * FROM ledger WHERE action = 'contact.started'")
    assert (row["subject_id"], row["on_behalf_of"]) == (contact, "C1")
    assert row["details"]["obligations"] == [str(new), str(grace)]
