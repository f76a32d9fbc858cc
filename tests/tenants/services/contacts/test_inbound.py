"""Customers who ring up: matched with what is open, served at once, verified like anybody else, and no attempt of ours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_tenants.services.contacts import inbound, starting
from huifang_tenants.services.contacts.starting import Inbound, Opening
from huifang_tenants.stores.ledger import Actor

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
NIGHT = datetime(2026, 3, 10, 15, tzinfo=UTC)


async def customer_of(office: Any, obligation: UUID) -> UUID:
    id: UUID = (await office.obligation(obligation))["customer_id"]
    return id


async def open_with(office: Any, customer: UUID, staff_no: str = "C1") -> list[UUID]:
    found = await office.do(lambda scope: inbound.open_with(scope, office.catalogue, staff_no, [customer]))
    return found[customer]  # type: ignore[no-any-return]


async def ring(office: Any, customer: UUID, staff_no: str = "C1", number: str | None = None) -> UUID:
    opening = Opening(None, staff_no, inbound=Inbound(customer, number))
    id: UUID = await office.do(
        lambda scope: starting.start(scope, office.catalogue, opening, Actor("client:test", staff_no))
    )
    return id


async def test_who_rings_up_is_served_at_once_whatever_it_waits_for(office: Any) -> None:
    id = await office.issue("P1")
    customer = await customer_of(office, id)
    await office.conclude(await office.begin(), "busy")
    waiting = await office.obligation(id)
    assert waiting["callable_from"] > NOW
    assert await open_with(office, customer) == [id]
    night = await office.at(NIGHT)
    contact = await ring(night, customer, number="+8613800138000")
    found = await night.standing(contact)
    assert (found.section, found.prompt.step) == (0, "greeting"), "who it is the script verifies"
    await night.dial(contact)
    await night.play(contact)
    await night.conclude(contact)
    row = await night.contact(contact)
    assert (row["inbound"], row["dialled_at"], row["channel"]) == (True, None, "phone")
    assert [row[n] for n in ("attempted", "connected", "right_party", "completed")] == [True] * 4
    done = await night.obligation(id)
    assert (done["status"], done["attempts"]) == ("completed", 1), "the one attempt was ours"


async def test_all_that_is_open_with_a_person_comes_together(office: Any) -> None:
    visit = await office.issue("P1", "K1")
    call = await office.issue("P2", "K1")
    await office.to_channel(visit, "on_site", 1)
    customer = await customer_of(office, visit)
    assert set(await open_with(office, customer)) == {visit, call}
    contact = await ring(office, customer)
    assert await office.claim("C2") is None, "nobody rings meanwhile"
    await office.play(contact)
    await office.conclude(contact)
    assert {(await office.obligation(id))["status"] for id in (visit, call)} == {"completed"}


async def test_dec_3_who_could_not_be_reached_and_rings_after_all_is_served_late(office: Any) -> None:
    id = await office.issue("P1")
    await office.fetch("UPDATE obligation SET status = 'unreachable', status_reason = 'phone no_answer ×3'")
    late = await office.at(datetime(2026, 5, 4, 2, tzinfo=UTC))
    contact = await ring(late, await customer_of(office, id))
    await late.play(contact)
    await late.conclude(contact)
    row = await late.obligation(id)
    assert (row["status"], row["completed_at"] > row["due_by"]) == ("completed", True)


@pytest.mark.parametrize("outcome", ["refused", "identity_failed"])
async def test_what_comes_to_nothing_leaves_the_next_attempt_as_it_was(office: Any, outcome: str) -> None:
    id = await office.issue("P1")
    await office.conclude(await office.begin(), "busy")
    before = await office.obligation(id)
    contact = await ring(office, await customer_of(office, id))
    await office.conclude(contact, outcome)
    after = await office.obligation(id)
    for name in ("status", "attempts", "rung", "rung_attempts", "callable_from"):
        assert after[name] == before[name], name
    assert after["lease_until"] is None


async def test_a_wish_to_be_called_back_is_honoured(office: Any) -> None:
    id = await office.issue("P1")
    contact = await ring(office, await customer_of(office, id))
    at = NOW + timedelta(hours=3)
    await office.conclude(contact, "call_back_at", at)
    row = await office.obligation(id)
    assert (row["callable_from"], row["attempts"]) == (at, 0)


async def test_a_number_not_on_file_proves_nothing_and_is_kept_all_the_same(office: Any) -> None:
    id = await office.issue("P1", phones=("13900139000",))
    contact = await ring(office, await customer_of(office, id), number="+8613700137000")
    row = await office.contact(contact)
    assert (row["number_enc"] is not None, row["number_index"]) == (True, None)
    other = await ring_again(office, id, "+8613900139000")
    assert (await office.contact(other))["number_index"] == 0


async def ring_again(office: Any, obligation: UUID, number: str) -> UUID:
    running = await office.row("SELECT id FROM contact WHERE status = 'in_progress'")
    await office.abandon(running["id"], "掉线重拨")
    return await ring(office, await customer_of(office, obligation), number=number)


async def test_nobody_else_serves_a_person_somebody_speaks_with(office: Any) -> None:
    id = await office.issue("P1")
    await office.begin()
    assert await office.refusal(ring(office, await customer_of(office, id), "C2")) == "contact.person_busy"


async def test_what_is_not_open_or_not_ones_own_to_serve_is_not_served(office: Any) -> None:
    id = await office.issue("P1")
    customer = await customer_of(office, id)
    assert await office.refusal(ring(office, customer, "QINGDAO")) == "contact.nothing_open"
    assert await office.refusal(ring(office, customer, "V1")) == "staff.not_permitted"
    assert await office.refusal(ring(office, customer, "NEW")) == "staff.untrained"
    assert await open_with(office, customer, "QINGDAO") == []
    early = await office.issue("P2", delivered=date(2026, 3, 9))
    await office.fetch("UPDATE obligation SET due_from = $2 WHERE id = $1", early, NOW + timedelta(days=2))
    assert await open_with(office, await customer_of(office, early)) == [], "its window is still to come"
    await office.insurer.take(office.send.customer("K9"))
    nobody = await office.row("SELECT id FROM customer WHERE customer_no = 'K9'")
    assert await office.refusal(ring(office, nobody["id"])) == "contact.nothing_open"
