"""Two tenants that take in the same numbers at the same time never see, change or hinder each other."""

import asyncio
import random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from huifang_tenants.errors import WrongKey
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.merges import unmerge
from huifang_tenants.services.whatif import explain_contract
from huifang_tenants.stores import contracts, customers, events, obligations
from huifang_tenants.stores.ledger import Actor

COUNT = 24


@pytest.mark.parametrize("seed", range(3))
async def test_rows_of_two_tenants_in_any_interleaving_stay_apart(both, seed):
    dice = random.Random(seed)

    async def run(insurer: Any) -> None:
        rows = [row for n in range(COUNT) for row in insurer.story(n)]
        dice.shuffle(rows)
        while rows:
            size = dice.randint(1, 30)
            await insurer.take(*rows[:size])
            rows = rows[size:]
            await asyncio.sleep(dice.random() / 100)

    await asyncio.gather(*(run(insurer) for insurer in both))
    ids: list[set[UUID]] = []
    for insurer in both:
        rows = await insurer.fetch("SELECT contract_no, product_name, status FROM contract")
        assert {row["product_name"] for row in rows} == {f"{insurer.mark}{n}" for n in range(COUNT)}
        assert {row["status"] for row in await insurer.fetch("SELECT status FROM event")} == {"accepted"}
        assert len(await insurer.fetch("SELECT 1 FROM obligation WHERE status = 'open'")) == COUNT
        found: set[UUID] = set()
        for table in ("customer", "contract", "event", "obligation", "ledger"):
            found |= {row["id"] for row in await insurer.fetch(f"SELECT id FROM {table}")}
        ids.append(found)
        async with insurer.scope() as opened:
            for row in await opened.connection.fetch("SELECT id FROM customer"):
                customer = await customers.read(opened, row["id"])
                assert customer is not None
                assert customer.name.startswith(insurer.mark)
    assert not ids[0] & ids[1]


async def test_nothing_one_takes_in_changes_a_byte_of_the_other(both):
    one, other = both
    await other.take(*other.story(1))
    before = await other.dump()
    await one.take(*(row for n in range(4) for row in one.story(n)))
    await one.take(refresh=("P1",))
    assert await other.dump() == before


async def test_ids_of_one_are_nobodys_in_the_other(both):
    one, other = both
    for insurer in both:
        await insurer.take(*insurer.story(1))
    (customer,) = await one.fetch("SELECT id FROM customer")
    (contract,) = await one.fetch("SELECT id, revision FROM contract")
    (obligation,) = await one.fetch("SELECT id, status FROM obligation")
    stored = await one.fetch("SELECT id FROM event")
    before = await one.dump()
    async with other.scope() as opened:
        assert await customers.read(opened, customer["id"]) is None
        assert await customers.by_ids(opened, [customer["id"]]) == {}
        assert await contracts.of_policyholders(opened, [customer["id"]]) == {}
        assert not await contracts.lock(opened, [(contract["id"], contract["revision"])])
        assert await obligations.of_contracts(opened, [contract["id"]]) == {}
        assert not await obligations.lock(opened, {obligation["id"]: obligation["status"]})
        assert await contracts.hand_over_all(opened, customer["id"], customer["id"]) == []
        await events.set_parking(opened, [(row["id"], "rule_failed", "x") for row in stored])
    with pytest.raises(Refused):
        await unmerge(other.services, other.tenant, customer["id"], Actor("user:x"), "x")
    assert await one.dump() == before


async def test_the_same_person_has_other_indexes_and_other_ciphertext(both):
    for insurer in both:
        await insurer.take(*insurer.story(1))
    rows = [
        (await insurer.fetch("SELECT id, identity_blind, search_blind, name_enc FROM customer"))[0]
        for insurer in both
    ]
    assert rows[0]["identity_blind"] != rows[1]["identity_blind"]
    assert not set(rows[0]["search_blind"]) & set(rows[1]["search_blind"])
    hashes = [(await i.fetch("SELECT content_hash FROM event ORDER BY event_id"))[0][0] for i in both]
    assert hashes[0] != hashes[1]
    with pytest.raises(WrongKey):
        both[1].tenant.cipher.decrypt(rows[0]["name_enc"], "customer.name", rows[0]["id"])


async def test_the_role_of_one_reaches_no_table_of_the_other(both):
    one, other = both
    await one.take(*one.story(1))
    tables = await one.dump()
    assert len(tables) > 20
    for table in tables:
        for statement in (
            f'SELECT * FROM {one.tenant.schema_name}."{table}"',
            f'DELETE FROM {one.tenant.schema_name}."{table}"',
            f'INSERT INTO {one.tenant.schema_name}."{table}" DEFAULT VALUES',
            f'COPY {one.tenant.schema_name}."{table}" TO STDOUT',
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with other.scope() as opened:
                    await opened.connection.execute(statement)


async def test_the_jobs_of_one_are_not_the_others_to_see(both):
    one, other = both
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await other.fetch("SELECT * FROM control.jobs WHERE tenant_id = $1", one.tenant.id)


async def test_a_contract_of_one_is_unknown_to_the_other(both):
    one, other = both
    await one.take(*one.story(1))
    with pytest.raises(Refused) as refused:
        await explain_contract(other.services, other.tenant, "P1")
    assert refused.value.fields["reason"] == "unknown_contract"
