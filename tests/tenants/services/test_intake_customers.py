"""One person is one record, whoever sends what in which order, and callers reach the right one (DEC-10)."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from huifang_core.customers import ContactPerson
from huifang_core.events import ContractChanged, ContractIssued
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.merges import unmerge
from huifang_tenants.stores import customers
from huifang_tenants.stores.ledger import Actor

DAY = date(2026, 3, 2)
ANNA = {"id_type": "resident_id", "id_number": "370611199406112886"}
BELA = {"id_type": "resident_id", "id_number": "110101199003070038"}


async def people(insurer: Any) -> dict[str, str]:
    """Whom each number leads to, by the name on that person's record."""
    async with insurer.scope() as opened:
        refs = await opened.connection.fetch("SELECT source, customer_no, customer_id FROM customer_ref")
        found = {}
        for ref in refs:
            customer = await customers.read(opened, ref["customer_id"])
            assert customer is not None
            found[f"{ref['source']}/{ref['customer_no']}"] = customer.name
        return found


async def called(insurer: Any) -> dict[str, str]:
    """Who would be called for each contract, by the obligation to be done."""
    async with insurer.scope() as opened:
        rows = await opened.connection.fetch(
            "SELECT c.contract_no, c.policyholder_id, o.customer_id FROM obligation o"
            " JOIN contract c ON c.id = o.contract_id WHERE o.status IN ('waiting', 'open')"
        )
        found = {}
        for row in rows:
            assert row["policyholder_id"] == row["customer_id"]
            customer = await customers.read(opened, row["customer_id"])
            assert customer is not None
            found[row["contract_no"]] = customer.name
        return found


async def sell(insurer: Any, send: Any, *numbers: str, **changes: Any) -> None:
    """Contracts P<n> of policyholders K<n>, issued and not delivered yet."""
    for number in numbers:
        await insurer.take(
            send.contract(f"P{number}", **{"policyholder": f"K{number}", **changes}),
            send.event(f"P{number}-issued", ContractIssued(), f"P{number}", DAY),
        )


async def test_dec_10_one_person_under_two_numbers(insurer, send):
    await insurer.take(send.customer("K1", **ANNA), send.customer("K2", **ANNA))
    await insurer.take(send.customer("K3", **{**ANNA, "id_number": " 370611 19940611 2886 "}))
    assert await insurer.value("SELECT count(*) FROM customer") == 1
    await sell(insurer, send, "1", "2", "3")
    assert await insurer.value("SELECT count(DISTINCT customer_id) FROM obligation") == 1


async def test_dec_10_without_an_id_two_sources_know_two_people(insurer, send):
    await insurer.take(send.customer("K1"), source="core")
    await insurer.take(send.customer("K1"), source="crm")
    assert await insurer.value("SELECT count(*) FROM customer") == 2


async def test_dec_10_a_record_that_later_gets_an_id_is_merged(insurer, send):
    await insurer.take(send.customer("K1", name="安娜"), send.customer("K2", name="安娜", **ANNA))
    await sell(insurer, send, "1", "2")
    before = {row["id"] for row in await insurer.fetch("SELECT id FROM customer")}
    await insurer.take(send.customer("K1", name="安娜", **ANNA))
    rows = await insurer.fetch("SELECT id, merged_into FROM customer")
    assert {row["id"] for row in rows} == before
    (merged,) = (row for row in rows if row["merged_into"])
    assert await insurer.value("SELECT count(DISTINCT customer_id) FROM customer_ref") == 1
    assert await insurer.value("SELECT count(DISTINCT policyholder_id) FROM contract") == 1
    assert await called(insurer) == {"P1": "安娜", "P2": "安娜"}
    (entry,) = await insurer.fetch("SELECT subject_id, details FROM ledger WHERE action = 'customer.merged'")
    assert entry["subject_id"] == merged["id"]
    assert entry["details"] == {"into": str(merged["merged_into"]), "numbers": [["core", "K1"]]}


@pytest.mark.parametrize("batches", ["one", "many"])
async def test_dec_10_whichever_of_the_three_rows_comes_first(house, send, batches):
    """The row without an ID always comes before that with it: they are two states of one number."""
    rows = [
        send.customer("K1", name="安娜"),
        send.customer("K2", name="安娜", **ANNA),
        send.customer("K1", name="安娜", **ANNA),
    ]
    insurer = await house.insurer()
    for n, order in enumerate(o for o in permutations(range(3)) if o.index(0) < o.index(2)):
        mine = [
            type(row)(**{**_fields(row), "customer_no": f"{row.customer_no}-{n}", "id_number": _own(row, n)})
            for row in (rows[i] for i in order)
        ]
        for batch in [mine] if batches == "one" else [[row] for row in mine]:
            await insurer.take(*batch)
        refs = await insurer.fetch("SELECT customer_id FROM customer_ref WHERE customer_no LIKE $1", f"%-{n}")
        assert len(refs) == 2
        assert len({ref["customer_id"] for ref in refs}) == 1


async def test_dec_10_a_merge_can_be_taken_back(insurer, send):
    await insurer.take(send.customer("K1", name="安娜"), send.customer("K2", name="贝拉", **BELA))
    await sell(insurer, send, "1", "2")
    before = await people(insurer), await called(insurer)
    mistaken = send.customer("K1", name="安娜", **BELA)
    await insurer.take(mistaken)
    assert set((await people(insurer)).values()) == {"安娜"}
    merged = await insurer.value("SELECT id FROM customer WHERE merged_into IS NOT NULL")
    await unmerge(insurer.services, insurer.tenant, merged, Actor("user:S1"), "不是同一人")
    assert await insurer.value("SELECT count(*) FROM customer WHERE merged_into IS NOT NULL") == 0
    # What the mistaken row said of the other's record stays until that person's own row comes in again.
    await insurer.take(send.customer("K2", name="贝拉", phones=("13800138000",), **BELA))
    assert (await people(insurer), await called(insurer)) == before
    assert (await insurer.take(mistaken)).rows[0].status == "unchanged"
    assert (await people(insurer), await called(insurer)) == before
    (entry,) = await insurer.fetch("SELECT reason FROM ledger WHERE action = 'customer.unmerged'")
    assert entry["reason"] == "不是同一人"
    with pytest.raises(Refused):
        await unmerge(insurer.services, insurer.tenant, merged, Actor("user:S1"), "x")


async def test_a_corrected_id_number_is_the_same_person(insurer, send):
    await insurer.take(send.customer("K1", **ANNA))
    await sell(insurer, send, "1")
    await insurer.take(send.customer("K1", **BELA))
    assert await insurer.value("SELECT count(*) FROM customer") == 1
    async with insurer.scope() as opened:
        token = opened.cipher.blind("id_number", BELA["id_number"])
        old = opened.cipher.blind("id_number", ANNA["id_number"])
        query = "SELECT count(*) FROM customer WHERE search_blind @> ARRAY[$1::bytea]"
        assert await opened.connection.fetchval(query, token) == 1
        assert await opened.connection.fetchval(query, old) == 0


@pytest.mark.parametrize("batches", ["one", "many"])
@pytest.mark.parametrize(
    "order",
    [
        ("mistyped", "owner", "corrected"),
        ("mistyped", "corrected", "owner"),
        ("owner", "mistyped", "corrected"),
    ],
)
async def test_a_mistyped_id_number_leaves_nobody_with_anothers_contracts(insurer, send, order, batches):
    rows = {
        "mistyped": send.customer("K1", name="安娜", **BELA),
        "corrected": send.customer("K1", name="安娜", **ANNA),
        "owner": send.customer("K2", name="贝拉", **BELA),
    }
    await sell(insurer, send, "1", "2")
    sent = [rows[name] for name in order]
    for batch in [sent] if batches == "one" else [[row] for row in sent]:
        await insurer.take(*batch)
    # Bela's own row may have come before the mistyped one overwrote it.
    await insurer.take(send.customer("K2", name="贝拉", phones=("13800138000",), **BELA))
    assert await people(insurer) == {"core/K1": "安娜", "core/K2": "贝拉"}
    assert await called(insurer) == {"P1": "安娜", "P2": "贝拉"}


async def test_two_people_whose_ids_were_swapped(insurer, send):
    await insurer.take(send.customer("K1", name="安娜", **BELA), send.customer("K2", name="贝拉", **ANNA))
    await sell(insurer, send, "1", "2")
    await insurer.take(send.customer("K1", name="安娜", **ANNA), send.customer("K2", name="贝拉", **BELA))
    assert await called(insurer) == {"P1": "安娜", "P2": "贝拉"}


async def test_an_id_corrected_to_that_of_a_person_on_file_brings_the_contracts_along(insurer, send):
    await insurer.take(send.customer("K1", name="安娜", **BELA), send.customer("K2", name="安娜", **ANNA))
    await sell(insurer, send, "1", "2")
    await insurer.take(send.customer("K1", name="安娜", **ANNA))
    assert await insurer.value("SELECT count(DISTINCT policyholder_id) FROM contract") == 1
    # The number that was nobody's is free for its true owner.
    await insurer.take(send.customer("K3", name="贝拉", **BELA))
    assert (await people(insurer))["core/K3"] == "贝拉"
    assert await insurer.value("SELECT merged_into FROM customer c JOIN customer_ref r ON r.customer_id = c.id"
                               " WHERE r.customer_no = 'K3'") is None  # fmt: skip


async def test_the_number_of_the_contracts_own_source_counts_whichever_comes_first(insurer, send):
    await sell(insurer, send, "1")
    await insurer.take(send.customer("K1", name="别人"), source="crm")
    assert await called(insurer) == {"P1": "别人"}
    await insurer.take(send.customer("K1", name="安娜"))
    assert await called(insurer) == {"P1": "安娜"}


async def test_a_contract_that_changed_hands_is_called_back_with_its_new_policyholder(insurer, send):
    """投保人变更: by an event, by newer contract data, and back again when the event is retracted."""
    await insurer.take(send.customer("K1", name="安娜"), send.customer("K2", name="贝拉"))
    await sell(insurer, send, "1", "2")
    moved = ContractChanged("投保人变更", {"policyholder": "K2"})
    await insurer.take(send.event("moved", moved, "P1", DAY, sequence=2))
    assert await called(insurer) == {"P1": "贝拉", "P2": "贝拉"}
    await insurer.take(send.event("back", None, "P1", DAY, type="contract.changed", retracts="moved"))
    assert await called(insurer) == {"P1": "安娜", "P2": "贝拉"}
    await insurer.take(send.contract("P2", policyholder="K1"))
    assert await called(insurer) == {"P1": "安娜", "P2": "安娜"}


async def test_a_new_policyholder_who_is_not_on_file_yet_is_waited_for(insurer, send):
    await insurer.take(send.customer("K1", name="安娜"))
    await sell(insurer, send, "1")
    await insurer.take(
        send.event("moved", ContractChanged("投保人变更", {"policyholder": "K2"}), "P1", DAY, sequence=2)
    )
    assert set((await insurer.parked()).values()) == {"unknown_policyholder"}
    await insurer.take(send.customer("K2", name="贝拉"))
    assert await insurer.parked() == {}
    assert await called(insurer) == {"P1": "贝拉"}


async def test_dec_11_a_contract_that_moved_to_another_bureaus_unit_is_judged_by_that(insurer, send):
    await insurer.issue("P1")
    moved = ContractChanged("机构变更", {"unit": "YT"})
    await insurer.take(send.event("moved", moved, "P1", DAY, sequence=2))
    assert await insurer.value("SELECT unit FROM obligation WHERE status = 'open'") == "YT"
    moved = ContractChanged("机构变更", {"unit": "QD"})
    await insurer.take(send.event("moved on", moved, "P1", DAY, sequence=3))
    assert await insurer.value("SELECT count(*) FROM obligation WHERE status = 'open'") == 0


async def test_the_same_rows_again_change_nothing(insurer, send):
    rows = [
        send.customer("K1", name="安娜"),
        send.customer("K2", name="安娜", phones=("13911112222",), **ANNA),
        send.customer("K3", name="贝拉", **BELA),
    ]
    await insurer.take(*rows)
    await insurer.take(send.customer("K1", name="安娜", address="济南市", **ANNA))
    before = await insurer.known()
    taken = await insurer.take(*rows[1:])
    assert [row.status for row in taken.rows] == ["unchanged", "unchanged"]
    assert await insurer.known() == before


async def test_dec_13_names_ids_and_phones_are_found_by_blind_index(insurer, send):
    firm = send.customer(
        "K1",
        name="济南泰山物流有限公司",
        phones=("0531-8888 9999",),
        contact=ContactPerson("李四", "13900139000"),
        legal_representative=ContactPerson("赵六", "13700137000"),
    )
    await insurer.take(firm, send.customer("K2", name="安娜", **ANNA))
    async with insurer.scope() as opened:
        blind = opened.cipher.blind
        for token in (
            blind("name", "济南 泰山物流有限公司"),
            blind("phone", "+86 531 88889999"),
            blind("phone", "13900139000"),
            blind("phone_last4", "7000"),
            blind("id_number", ANNA["id_number"].lower()),
            blind("id_last4", "2886"),
        ):
            query = "SELECT count(*) FROM customer WHERE search_blind @> ARRAY[$1::bytea]"
            assert await opened.connection.fetchval(query, token) == 1


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _own(row: Any, n: int) -> str | None:
    return None if row.id_number is None else f"{row.id_number[:-1]}{n}"
