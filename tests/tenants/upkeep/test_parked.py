"""Parked events go on when what they waited for is there, and failed ones when somebody asks."""

from datetime import date

from huifang_core.events import ContractIssued
from huifang_core.units import Unit
from huifang_tenants.services.upkeep import PARKED, ask_retry, due_now, retry_parked, take_up_parked
from huifang_tenants.stores.organisation import save_units

DAY = date(2026, 3, 2)


async def _due(insurer):
    calendar = await insurer.services.calendar()
    return await insurer.do(lambda scope: due_now(scope, calendar))


async def test_events_of_an_unknown_unit_are_taken_up_when_it_has_come(insurer, send):
    await insurer.issue("P1", unit="WF")
    assert await insurer.value("SELECT park_reason FROM event LIMIT 1") == "unknown_unit"
    assert PARKED not in await _due(insurer)
    await insurer.do(lambda scope: save_units(scope, [Unit("WF", "潍坊中支", "city", "SD", "370700")]))
    assert PARKED in await _due(insurer)
    assert await take_up_parked(insurer.services, insurer.tenant) is False
    assert await insurer.value("SELECT count(*) FROM event WHERE status = 'parked'") == 0
    assert await insurer.value("SELECT unit FROM obligation WHERE status = 'open'") == "WF"
    assert PARKED not in await _due(insurer)


async def test_a_policyholder_who_could_be_several_people_is_not_tried_again_and_again(insurer, send):
    await insurer.take(send.contract("P1", policyholder="K9"), send.event("E1", ContractIssued(), "P1", DAY))
    assert await insurer.value("SELECT park_reason FROM event") == "unknown_policyholder"
    # Two systems know somebody by that number, and neither is the contract's.
    ids = [("11111111-1111-7111-8111-111111111111", "crm"), ("22222222-2222-7222-8222-222222222222", "web")]
    for id, source in ids:
        await insurer.fetch(
            "INSERT INTO customer (id, source, customer_no, kind, name_enc, created_at, updated_at)"
            " VALUES ($1, $2, 'K9', 'individual', '', now(), now())",
            id,
            source,
        )
        await insurer.fetch("INSERT INTO customer_ref VALUES ($1, 'K9', $2, '', NULL)", source, id)
    assert PARKED not in await _due(insurer)


async def test_what_a_rule_failed_on_is_tried_again_on_demand(insurer):
    await insurer.issue("P1")
    await insurer.fetch("UPDATE event SET status = 'parked', park_reason = 'rule_failed', park_detail = 'x'")
    assert PARKED not in await _due(insurer)
    assert await insurer.do(ask_retry) == await insurer.do(ask_retry)
    assert await retry_parked(insurer.services, insurer.tenant) is None
    assert await insurer.value("SELECT count(*) FROM event WHERE status = 'parked'") == 0
