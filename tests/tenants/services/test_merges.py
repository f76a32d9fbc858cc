"""Records merged by hand and parted again: one person while it lasts, exactly two before and after (DEC-10)."""

import asyncio
from contextvars import Context
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from huifang_core.events import ContractIssued
from huifang_tenants.ids import new_id
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake import service
from huifang_tenants.services.merges import merge, unmerge
from huifang_tenants.stores import customers as stored
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.people import records_of, standing_record
from huifang_tenants.stores.reading import cases, contacts, contracts, customers, obligations, work
from huifang_tenants.stores.reading.keyset import Page

DAY = date(2026, 3, 2)
ME = Actor("client:test", "S1")
PASSPORT = {"id_type": "passport", "id_number": "E12345678"}
RESIDENT = {"id_type": "resident_id", "id_number": "370611199406112886"}
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)


async def person(insurer: Any, send: Any, number: str, **known: Any) -> UUID:
    """Somebody with a contract to be called about, a contact, a case, a wish and a note on record."""
    await insurer.take(
        send.customer(f"K{number}", **{"phones": (f"1390000000{number}",), **known}),
        send.contract(f"P{number}", policyholder=f"K{number}"),
        send.event(f"P{number}-issued", ContractIssued(), f"P{number}", DAY),
    )
    id = await insurer.value("SELECT customer_id FROM customer_ref WHERE customer_no = $1", f"K{number}")
    async with insurer.scope() as opened:
        run = opened.connection.execute
        await run(
            "INSERT INTO contact (id, customer_id, staff_id, channel, status, started_at, personal_enc, snapshot)"
            " SELECT $1, $2, id, 'phone', 'concluded', $3, '\\x00', '{}' FROM staff",
            new_id(),
            id,
            AT,
        )
        await run(
            "INSERT INTO case_file (id, case_class, severity, status, unit, customer_id, subject, opened_at)"
            " VALUES ($1, 'complaint', 2, 'open', 'JN', $2, '投诉', $3)",
            new_id(),
            id,
            AT,
        )
        await run(
            "INSERT INTO contact_restriction (id, customer_id, kind, recorded_by, created_at)"
            " VALUES ($1, $2, 'own_wish', $3, $4)",
            new_id(),
            id,
            number,
            AT,
        )
        note = new_id()
        await run(
            "INSERT INTO person_note (id, about_kind, about_ref, text_enc, created_at)"
            " VALUES ($1, 'customer', $2, $3, $4)",
            note,
            str(id),
            opened.cipher.encrypt("耳背", "person_note.text", note),
            AT,
        )
    return UUID(str(id))


async def seen(insurer: Any, id: UUID) -> dict[str, Any]:
    """What readers show of somebody, asked by the id of one record."""
    page = Page(limit=100)
    async with insurer.scope() as opened:
        shown = await customers.get_customer_detail(opened, id)
        assert shown is not None
        return {
            "numbers": shown["known_as"],
            "restrictions": len(shown["restrictions"]),
            "to the caller": len(await work.restrictions(opened, id)),
            "notes": [row["id"] for row in shown["notes"]],
            "contacts": _ids(
                await contacts.list_contacts(opened, contacts.ContactFilter(customer_id=id), page)
            ),
            "cases": _ids(await cases.list_cases(opened, cases.CaseFilter(customer_id=id), page)),
            "obligations": _ids(
                await obligations.list_obligations(opened, obligations.ObligationFilter(customer_id=id), page)
            ),
            "contracts": _ids(
                await contracts.list_contracts(opened, contracts.ContractFilter(policyholder_id=id), page)
            ),
        }


def _ids(found: Any) -> list[UUID]:
    return [row["id"] for row in found.rows]


async def found_by(insurer: Any, **values: str) -> list[UUID]:
    async with insurer.scope() as opened:
        return _ids(await customers.search_customers(opened, customers.CustomerSearch(**values), 10))


async def to_call(insurer: Any) -> dict[str, UUID]:
    rows = await insurer.fetch(
        "SELECT c.contract_no, c.policyholder_id, o.customer_id FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE o.status IN ('waiting', 'open')"
    )
    assert all(row["policyholder_id"] == row["customer_id"] for row in rows)
    return {row["contract_no"]: row["customer_id"] for row in rows}


async def join(insurer: Any, merged: UUID, into: UUID, reason: str = "出示两证件") -> None:
    await merge(insurer.services, insurer.tenant, merged, into, ME, reason)


async def part(insurer: Any, merged: UUID, reason: str = "认错人") -> None:
    await unmerge(insurer.services, insurer.tenant, merged, ME, reason)


async def refusal(doing: Any) -> str:
    with pytest.raises(Refused) as refused:
        await doing
    return refused.value.code


async def test_dec_10_two_records_are_one_person_and_then_two_again_exactly(insurer, send):
    anna = await person(insurer, send, "1", name="安娜", **PASSPORT)
    bela = await person(insurer, send, "2", name="安娜", **RESIDENT)
    await insurer.fetch("UPDATE obligation SET status = 'completed' WHERE customer_id = $1", anna)
    before = [await seen(insurer, id) for id in (anna, bela)], await to_call(insurer)

    await join(insurer, anna, bela)
    both = await seen(insurer, bela)
    for name, of_anna in before[0][0].items():
        of_bela = before[0][1][name]
        if isinstance(of_anna, int):
            assert both[name] == of_anna + of_bela == 2, name
        else:
            assert set(both[name]) == {*of_anna, *of_bela}, name
    by_the_other_id = await seen(insurer, anna)
    assert {n: v for n, v in by_the_other_id.items() if n != "numbers"} == {
        n: v for n, v in both.items() if n != "numbers"
    }
    assert set((await to_call(insurer)).values()) == {bela}
    assert await found_by(insurer, phone="13900000001") == [bela]
    assert await found_by(insurer, id_number=PASSPORT["id_number"]) == [bela]
    assert await found_by(insurer, id_last4="2886", phone_last4="0001") == [bela], "a value from each record"
    assert await found_by(insurer, customer_no="K1") == [bela]

    await part(insurer, anna)
    assert ([await seen(insurer, id) for id in (anna, bela)], await to_call(insurer)) == before
    assert await found_by(insurer, phone="13900000001") == [anna]
    assert await found_by(insurer, id_last4="2886", phone_last4="0001") == []


async def test_who_merged_what_and_why_is_listed_and_in_the_ledger(insurer, send):
    one, two, three = [await person(insurer, send, n) for n in "123"]
    await join(insurer, one, two, "同一身份证复印件")
    await join(insurer, two, three, "电话确认为同一人")
    async with insurer.scope() as opened:
        shown = await customers.get_customer_detail(opened, three)
        beneath = await customers.get_customer_detail(opened, two)
    assert [
        tuple(m[k] for k in ("id", "into", "customer_no", "reason", "merged_by")) for m in shown["merges"]
    ] == [
        (one, two, "K1", "同一身份证复印件", "S1"),
        (two, three, "K2", "电话确认为同一人", "S1"),
    ]
    assert [m["id"] for m in beneath["merges"]] == [one]
    assert (beneath["merged_into"], shown["merged_into"]) == (three, None)
    await part(insurer, two)
    rows = await insurer.fetch(
        "SELECT action, subject_id, reason, on_behalf_of FROM ledger WHERE action LIKE 'customer.%merged' ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        ("customer.merged", one, "同一身份证复印件", "S1"),
        ("customer.merged", two, "电话确认为同一人", "S1"),
        ("customer.unmerged", two, "认错人", "S1"),
    ]


@pytest.mark.parametrize("order", list(permutations("12")))
async def test_a_chain_of_merges_is_taken_back_in_any_order(insurer, send, order):
    one, two, three = [await person(insurer, send, n) for n in "123"]
    before = [await seen(insurer, id) for id in (one, two, three)], await to_call(insurer)
    await join(insurer, one, two)
    await join(insurer, two, three)
    assert set((await to_call(insurer)).values()) == {three}
    async with insurer.scope() as opened:
        assert set(await records_of(opened, one)) == {one, two, three}
        assert await standing_record(opened, one) == three
    for name in order:
        await part(insurer, {"1": one, "2": two}[name])
    assert ([await seen(insurer, id) for id in (one, two, three)], await to_call(insurer)) == before


async def test_the_upper_of_two_merges_taken_back_leaves_the_lower(insurer, send):
    one, two, three = [await person(insurer, send, n) for n in "123"]
    await join(insurer, one, two)
    await join(insurer, two, three)
    await part(insurer, two)
    assert await to_call(insurer) == {"P1": two, "P2": two, "P3": three}
    assert (await seen(insurer, two))["numbers"] == ["K1", "K2"]


async def test_what_can_t_be_merged_or_parted_is_said(insurer, send):
    one, two, three = [await person(insurer, send, n) for n in "123"]
    await insurer.take(send.customer("F"))
    await insurer.fetch("UPDATE customer SET kind = 'organisation' WHERE customer_no = 'F'")
    firm = await insurer.value("SELECT id FROM customer WHERE customer_no = 'F'")
    assert await refusal(part(insurer, one)) == "customer.not_merged"
    assert await refusal(part(insurer, uuid4())) == "not_found"
    assert await refusal(join(insurer, one, uuid4())) == "not_found"
    assert await refusal(join(insurer, one, one)) == "customer.same_record"
    assert await refusal(join(insurer, one, firm)) == "customer.kinds_differ"
    await join(insurer, one, two)
    assert await refusal(join(insurer, one, three)) == "customer.merged_already"
    assert await refusal(join(insurer, three, one)) == "customer.merged_already"
    assert await refusal(part(insurer, two)) == "customer.not_merged"


async def test_an_id_that_has_become_somebody_elses_keeps_a_record_merged(insurer, send):
    await insurer.take(send.customer("K1", **RESIDENT), send.customer("K2", **PASSPORT))
    # Corrected to the ID of a person on file, so merged; the number it had is then another one's.
    await insurer.take(send.customer("K1", **PASSPORT))
    merged = await insurer.value("SELECT id FROM customer WHERE merged_into IS NOT NULL")
    await insurer.take(send.customer("K3", **RESIDENT))
    assert await refusal(part(insurer, merged)) == "customer.identity_taken"
    assert await insurer.value("SELECT merged_into IS NOT NULL FROM customer WHERE id = $1", merged)


async def test_rows_that_come_in_later_belong_to_the_person_and_to_each_of_the_two_afterwards(insurer, send):
    one = await person(insurer, send, "1", name="安娜", **PASSPORT)
    two = await person(insurer, send, "2", name="安娜", **RESIDENT)
    await join(insurer, one, two)
    theirs = send.customer("K1", name="安娜", address="济南市", phones=("13900000001",), **PASSPORT)
    own = send.customer("K2", name="安娜", phones=("13900000002",), **RESIDENT)
    await insurer.take(theirs)
    await insurer.take(send.customer("K3", name="安娜", **PASSPORT))
    assert await insurer.value("SELECT count(*) FROM customer WHERE merged_into IS NULL") == 1
    assert (await seen(insurer, two))["numbers"] == ["K1", "K2", "K3"]
    await part(insurer, one)
    for row in (theirs, own):
        await insurer.take(row)
    async with insurer.scope() as opened:
        told = {id: await stored.read(opened, id) for id in (one, two)}
    assert (told[one].address, told[one].id_number) == ("济南市", PASSPORT["id_number"])
    assert (told[two].address, told[two].id_number) == (None, RESIDENT["id_number"])
    assert (await seen(insurer, one))["numbers"] == ["K1"]


async def test_a_contract_that_comes_in_under_a_merged_number_is_the_persons(insurer, send):
    one, two = await person(insurer, send, "1"), await person(insurer, send, "2")
    await join(insurer, one, two)
    await insurer.issue("P9", policyholder="K1")
    assert (await to_call(insurer))["P9"] == two
    await part(insurer, one)
    assert await to_call(insurer) == {"P1": one, "P2": two, "P9": one}


async def test_a_contract_whose_source_does_not_know_the_number_comes_back_too(insurer, send):
    await insurer.take(send.customer("K1"), source="crm")
    two = await person(insurer, send, "2")
    await insurer.take(send.contract("P1", policyholder="K1"), send.event("i", ContractIssued(), "P1", DAY))
    one = await insurer.value("SELECT customer_id FROM customer_ref WHERE customer_no = 'K1'")
    # By now K1 alone would no longer tell whom it means.
    await insurer.take(send.customer("K1", name="别人"), source="erp")
    before = await to_call(insurer)
    assert before == {"P1": one, "P2": two}
    await join(insurer, one, two)
    assert set((await to_call(insurer)).values()) == {two}
    await part(insurer, one)
    assert await to_call(insurer) == before


async def test_a_row_does_not_lead_a_number_back_to_the_record_merged_while_it_was_read(
    insurer, send, monkeypatch
):
    """The number is read before the merge and the person after it, who then seems unchanged."""
    one, two = await person(insurer, send, "1"), await person(insurer, send, "2")
    by_ids, merged = stored.by_ids, False

    async def meanwhile(*arguments: Any) -> Any:
        nonlocal merged
        if not merged:
            merged = True
            await asyncio.create_task(join(insurer, one, two), context=Context())
        return await by_ids(*arguments)

    monkeypatch.setattr(stored, "by_ids", meanwhile)
    await insurer.take(send.customer("K1", name="安娜", phones=("13700000001",)))
    assert merged
    assert await to_call(insurer) == {"P1": two, "P2": two}
    assert (await seen(insurer, two))["numbers"] == ["K1", "K2"]


async def test_a_row_does_not_lead_a_number_to_a_record_that_another_row_merged_meanwhile(
    insurer, send, monkeypatch
):
    """K1 turns out to be K2's person, while K2 turns out to be K3's."""
    await person(insurer, send, "1")
    await person(insurer, send, "2", **PASSPORT)
    three = await person(insurer, send, "3", **RESIDENT)
    derive, overtaken = service._derive, False

    async def meanwhile(*arguments: Any) -> Any:
        nonlocal overtaken
        answers = await derive(*arguments)
        if not overtaken:
            overtaken = True
            await insurer.take(send.customer("K2", **RESIDENT))
        return answers

    monkeypatch.setattr(service, "_derive", meanwhile)
    await insurer.take(send.customer("K1", **PASSPORT))
    records = "SELECT merged_into FROM customer WHERE id = (SELECT customer_id FROM customer_ref WHERE customer_no = $1)"
    assert [await insurer.value(records, f"K{n}") for n in (1, 2, 3)] == [None, None, None]
    assert (await to_call(insurer))["P2"] == three


async def test_merging_while_rows_of_both_come_in_ends_as_one_after_the_other_would(insurer, send):
    one, two = await person(insurer, send, "1"), await person(insurer, send, "2")
    rows = [send.customer(f"K{n}", name="安娜", phones=(f"1370000000{n}",)) for n in (1, 2)]
    await asyncio.gather(
        join(insurer, one, two),
        *(insurer.take(row) for row in rows),
        *(insurer.issue(f"P1{n}", policyholder="K1") for n in range(4)),
    )
    assert set((await to_call(insurer)).values()) == {two}
    await asyncio.gather(part(insurer, one), *(insurer.issue(f"P2{n}", policyholder="K1") for n in range(4)))
    called = await to_call(insurer)
    assert {id for number, id in called.items() if number != "P2"} == {one}
    assert (len(called), called["P2"]) == (10, two)
