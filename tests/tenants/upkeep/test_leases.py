"""Leases that have run out free the work, and end the contacts that held them."""

from huifang_tenants.services.contacts.claiming import LEASE, claim_next
from huifang_tenants.services.contacts.starting import Opening, start
from huifang_tenants.services.upkeep import end_leases
from huifang_tenants.stores.ledger import Actor

CALLER = Actor("test:client", "C1")


async def _start(insurer):
    catalogue = await insurer.services.catalogue()

    async def claim_and_start(scope):
        claimed = await claim_next(scope, catalogue, "C1", CALLER)
        return await start(scope, catalogue, Opening(claimed.obligation_ids[0], "C1"), CALLER)

    return await insurer.do(claim_and_start)


async def _status(insurer, contact):
    return await insurer.value("SELECT status FROM contact WHERE id = $1", contact)


async def test_a_contact_is_abandoned_when_its_lease_has_run_out_and_not_before(insurer):
    await insurer.issue("P1")
    contact = await _start(insurer)
    await insurer.do(end_leases)
    assert await _status(insurer, contact) == "in_progress"
    await insurer.fetch("UPDATE obligation SET lease_until = now() - interval '1 second'")
    await insurer.do(end_leases)
    await insurer.do(end_leases)
    assert await _status(insurer, contact) == "abandoned"
    (row,) = await insurer.fetch("SELECT lease_staff, lease_until, lease_contact, attempts FROM obligation")
    assert tuple(row) == (None, None, None, 1)
    entries = await insurer.fetch("SELECT actor, reason FROM ledger WHERE action = 'contact.abandoned'")
    assert [tuple(entry) for entry in entries] == [("system:worker", "lease_expired")]


async def test_work_claimed_and_never_started_is_free_again(insurer):
    await insurer.issue("P1")
    catalogue = await insurer.services.catalogue()

    async def claim(scope):
        return await claim_next(scope, catalogue, "C1", CALLER)

    assert await insurer.do(claim)
    await insurer.do(end_leases)
    assert await insurer.value("SELECT lease_staff IS NOT NULL FROM obligation")
    await insurer.fetch("UPDATE obligation SET lease_until = now() - interval '1 second'")
    await insurer.do(end_leases)
    assert await insurer.value("SELECT lease_staff IS NULL AND lease_until IS NULL FROM obligation")
    assert await insurer.do(claim)


async def test_a_contact_whose_obligation_was_taken_off_meanwhile_ends_after_half_an_hour_of_silence(insurer):
    await insurer.issue("P1")
    contact = await _start(insurer)
    await insurer.fetch(
        "UPDATE obligation SET status = 'voided', lease_staff = NULL, lease_until = NULL, lease_contact = NULL"
    )
    await insurer.do(end_leases)
    assert await _status(insurer, contact) == "in_progress"
    async with insurer.scope() as opened:
        opened.wall_now += LEASE
        await end_leases(opened)
    assert await _status(insurer, contact) == "abandoned"
