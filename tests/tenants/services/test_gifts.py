"""Gifts within what they may be worth, approved by somebody else, and what customers need (CARE-1, CARE-3)."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from huifang_core.units import Role, Staff
from huifang_tenants.services import gifts, needs
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.gifts import Wanted
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff
from huifang_tenants.stores.reading.customers import get_customer_detail


def _staff(number: str, unit: str, *roles: Role) -> Staff:
    return Staff(number, f"张{number}", unit, roles)


STAFF = (
    _staff("S1", "JN", "seller"),
    _staff("L1", "SD", "team_leader"),
    _staff("L2", "JN", "team_leader"),
    _staff("L3", "YT", "team_leader"),
)


class Shop:
    """An insurer whose staff give presents."""

    def __init__(self, insurer: Any, catalogue: Any, customer: UUID) -> None:
        self.insurer, self.catalogue, self.customer = insurer, catalogue, customer

    async def do(self, work: Any) -> Any:
        async with self.insurer.scope() as opened:
            return await work(opened)

    async def ask(self, value: str = "58.00", staff_no: str = "S1", customer: UUID | None = None) -> UUID:
        wanted = Wanted(customer or self.customer, "birthday", "保温杯", Decimal(value))
        id: UUID = await self.do(
            lambda scope: gifts.request(scope, self.catalogue, wanted, staff_no, Actor("test", staff_no))
        )
        return id

    async def decide(self, id: UUID, staff_no: str = "L1", *, approved: bool = True) -> None:
        await self.do(
            lambda scope: gifts.decide(
                scope, self.catalogue, id, approved, "符合规定", staff_no, Actor("test", staff_no)
            )
        )

    async def give(self, id: UUID, on: date = date(2026, 3, 10)) -> None:
        await self.do(lambda scope: gifts.give(scope, id, on, "S1", Actor("test", "S1")))

    async def cancel(self, id: UUID) -> None:
        await self.do(lambda scope: gifts.cancel(scope, id, "客户已退保", "S1", Actor("test", "S1")))

    async def status(self, id: UUID) -> str:
        found: str = await self.insurer.value("SELECT status FROM gift WHERE id = $1", id)
        return found


async def refusal(doing: Any) -> str:
    with pytest.raises(Refused) as caught:
        await doing
    return caught.value.code


@pytest.fixture
async def shop(house: Any, send: Any) -> Shop:
    """It is Tuesday 10 March 2026."""
    insurer = await house.insurer(plugins=("customer_care",))
    async with insurer.scope() as opened:
        await save_staff(opened, STAFF)
    await insurer.take(send.customer("K1"), send.contract("P1", policyholder="K1"))
    customer = await insurer.value("SELECT id FROM customer")
    return Shop(insurer, await insurer.services.catalogue(), customer)


async def test_care_1_a_gift_is_asked_for_approved_and_given(shop: Shop) -> None:
    id = await shop.ask()
    assert await refusal(shop.give(id)) == "state.conflict"
    await shop.decide(id)
    await shop.give(id)
    row = (await shop.insurer.fetch("SELECT * FROM gift"))[0]
    assert (row["unit"], row["value"], row["status"]) == ("JN", Decimal("58.00"), "given")
    assert (row["requested_by"], row["decided_by"], row["given_by"]) == ("S1", "L1", "S1")
    assert (row["given_on"], row["counts_in"]) == (date(2026, 3, 10), 2026)
    rows = await shop.insurer.fetch("SELECT action, reason FROM ledger WHERE subject_id = $1 ORDER BY id", id)
    assert [tuple(r) for r in rows] == [
        ("gift.requested", None),
        ("gift.approved", "符合规定"),
        ("gift.given", None),
    ]


async def test_nobody_approves_what_they_asked_for_nor_without_the_role_or_of_another_unit(
    shop: Shop,
) -> None:
    mine = await shop.ask(staff_no="L2")
    assert await refusal(shop.decide(mine, "L2")) == "gift.approved_by_requester"
    assert await refusal(shop.decide(mine, "S1")) == "staff.not_permitted"
    assert await refusal(shop.decide(mine, "L3")) == "staff.outside_unit"
    assert await refusal(shop.decide(uuid4())) == "not_found"
    await shop.decide(mine, "L1", approved=False)
    assert await shop.status(mine) == "declined"
    assert await refusal(shop.decide(mine)) == "state.conflict"


async def test_each_gift_and_a_year_of_them_have_a_limit(shop: Shop) -> None:
    assert await refusal(shop.ask("100.01")) == "gift.too_much"
    first, second = await shop.ask("100.00"), await shop.ask("60.00")
    assert await refusal(shop.ask("40.01")) == "gift.too_much"
    third = await shop.ask("40.00")
    await shop.decide(second, approved=False)
    again = await shop.ask("60.00")
    await shop.cancel(third)
    await shop.ask("40.00")
    assert {await shop.status(id) for id in (first, again)} == {"requested"}
    total = await shop.insurer.value(
        "SELECT sum(value) FROM gift WHERE status IN ('requested', 'approved', 'given')"
    )
    assert total == Decimal("200.00")


async def test_of_many_asked_for_at_once_no_more_than_the_limit_go_in(shop: Shop) -> None:
    found = await asyncio.gather(*(shop.ask("90.00") for _ in range(6)), return_exceptions=True)
    codes = sorted(getattr(result, "code", "asked") for result in found)
    assert codes == ["asked", "asked", *["gift.too_much"] * 4]


async def test_a_tenant_may_be_stricter_and_without_a_limit_there_are_no_gifts(shop: Shop) -> None:
    async def stricter(scope: Any) -> None:
        await configure(
            scope,
            shop.catalogue,
            "customer_care",
            Actor("test"),
            parameters={"gift.each_at_most": 50},
        )

    await shop.do(stricter)
    assert await refusal(shop.ask("50.01")) == "gift.too_much"
    await shop.ask("50.00")
    await shop.do(
        lambda scope: configure(scope, shop.catalogue, "customer_care", Actor("test"), enabled=False)
    )
    assert await refusal(shop.ask("1.00")) == "gift.not_planned"


async def test_care_2_who_wants_to_be_left_alone_gets_no_gift(shop: Shop) -> None:
    await shop.insurer.fetch(
        "INSERT INTO contact_restriction (id, customer_id, kind, recorded_by, created_at)"
        " VALUES ($1, $2, 'own_wish', 'S1', $3)",
        uuid4(),
        shop.customer,
        shop.insurer.tenant.clock_at,
    )
    assert await refusal(shop.ask()) == "gift.not_wanted"
    assert await refusal(shop.ask(customer=uuid4())) == "not_found"


async def test_care_3_what_a_customer_needs_is_kept_encrypted_and_shown_with_a_reason(shop: Shop) -> None:
    async def note(scope: Any) -> UUID:
        return await needs.note(
            scope, shop.customer, "retirement", "王小明想了解养老年金", None, "S1", Actor("test", "S1")
        )

    id = await shop.do(note)
    detail = await shop.do(lambda scope: get_customer_detail(scope, shop.customer))
    assert [(n["need"], n["recorded_by"], n["withdrawn_at"]) for n in detail["notes"]] == [
        ("retirement", "S1", None)
    ]
    assert "养老年金" not in str(detail)
    found = await shop.do(lambda scope: needs.reveal(scope, shop.customer, "准备回访", Actor("test", "L1")))
    assert [(n["need"], n["text"]) for n in found] == [("retirement", "王小明想了解养老年金")]
    dump = await shop.insurer.dump()
    assert not any("养老年金" in row for rows in dump.values() for row in rows)
    await shop.do(lambda scope: needs.withdraw(scope, shop.customer, id, "S1", Actor("test", "S1")))
    gone = shop.do(lambda scope: needs.withdraw(scope, shop.customer, id, "S1", Actor("test", "S1")))
    assert await refusal(gone) == "not_found"
    actions = await shop.insurer.fetch("SELECT action FROM ledger WHERE action LIKE 'need.%' ORDER BY id")
    assert [row["action"] for row in actions] == ["need.noted", "need.revealed", "need.withdrawn"]


async def test_a_need_is_of_a_person_on_file_and_of_a_contact_with_them(shop: Shop) -> None:
    for customer, contact in ((uuid4(), None), (shop.customer, uuid4())):
        note = shop.do(
            lambda scope, customer=customer, contact=contact: needs.note(
                scope, customer, "health", "体检", contact, "S1", Actor("test", "S1")
            )
        )
        assert await refusal(note) == "not_found"
    assert await refusal(
        shop.do(lambda scope: needs.reveal(scope, uuid4(), "准备回访", Actor("test", "L1")))
    ) == ("not_found")
