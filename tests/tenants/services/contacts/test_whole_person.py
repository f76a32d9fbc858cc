"""Callers deal with a person, however many records there are of one: wrong numbers, wishes, who is on the line (DEC-10, DEC-6)."""

from typing import Any
from uuid import UUID

from huifang_tenants.services.merges import merge, unmerge
from huifang_tenants.stores.ledger import Actor

ME = Actor("client:test", "LEAD")


async def holder(office: Any, obligation: UUID) -> UUID:
    id: UUID = (await office.obligation(obligation))["customer_id"]
    return id


async def merged(office: Any, one: UUID, other: UUID) -> None:
    await merge(office.insurer.services, office.insurer.tenant, one, other, ME, "同一人")


async def parted(office: Any, one: UUID) -> None:
    await unmerge(office.insurer.services, office.insurer.tenant, one, ME, "认错人")


async def test_what_both_records_ask_for_is_one_contact(office: Any) -> None:
    one, two = await office.issue("P1"), await office.issue("P2")
    await merged(office, await holder(office, one), await holder(office, two))
    assert set(await office.claim_ids()) == {one, two}
    assert await office.claim_ids("C2") == ()


async def test_nobody_else_rings_while_somebody_speaks_to_the_person_under_the_other_record(
    office: Any,
) -> None:
    one, two = await office.issue("P1"), await office.issue("P2")
    first = await holder(office, one)
    contact = await office.start((await office.claim_ids())[0])
    served = (await office.contact(contact))["customer_id"]
    other = two if served == first else one
    left = one if other == two else two
    await merged(office, served, await holder(office, other))
    # Even where what is spoken about has been taken off the books meanwhile.
    await office.fetch(
        "UPDATE obligation SET status = 'voided', lease_staff = NULL, lease_until = NULL, lease_contact = NULL"
        " WHERE id = $1",
        left,
    )
    assert await office.claim_ids("C2") == ()
    await office.conclude(contact, "no_answer")
    assert await office.claim_ids("C2") == (other,)


async def test_a_number_found_wrong_under_one_record_is_wrong_for_the_person(office: Any) -> None:
    shared = ("13900001111",)
    one = await office.issue("P1", phones=shared)
    contact = await office.begin()
    await office.conclude(contact, "wrong_number")
    assert (await office.obligation(one))["channel"] == "on_site"
    two = await office.issue("P2", phones=(*shared, "13900002222"))
    first = await holder(office, one)
    await merged(office, first, await holder(office, two))
    contact = await office.start((await office.claim_ids())[0])
    assert (await office.contact(contact))["number_index"] == 1
    await office.conclude(contact, "no_answer")
    await parted(office, first)
    later = await office.later(days=5)
    contact = await later.start((await later.claim_ids())[0])
    assert (await office.contact(contact))["number_index"] == 0


async def test_merged_in_the_middle_of_a_call_it_is_completed_and_counts(office: Any) -> None:
    one, two = await office.issue("P1"), await office.issue("P2")
    contact = await office.start((await office.claim_ids())[0])
    served = (await office.contact(contact))["customer_id"]
    mine, other = (one, two) if await holder(office, one) == served else (two, one)
    await merged(office, served, await holder(office, other))
    await office.play(contact)
    await office.conclude(contact)
    assert (await office.obligation(mine))["status"] == "completed"
    assert await office.claim_ids("C2") == (other,)
