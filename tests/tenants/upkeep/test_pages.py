"""Contracts upkeep goes through come page by page, in the order of their ids."""

from datetime import date

from huifang_tenants.stores import contracts, events
from huifang_tenants.stores.upkeep import provisional_contracts


async def _pages(scope, page):
    """Every page of two, put together."""
    found, after = [], None
    while rows := await page(scope, after, 2):
        found += rows
        after = rows[-1][0]
    return [number for _, number in found]


async def test_all_contracts(insurer):
    for number in ("P1", "P2", "P3"):
        await insurer.issue(number)
    assert await insurer.do(lambda scope: _pages(scope, contracts.following)) == ["P1", "P2", "P3"]


async def test_contracts_with_deadlines_counted_without_an_announced_calendar(insurer, send):
    for number in ("P1", "P2", "P3", "P4"):
        await insurer.issue(number)
    for number in ("P1", "P2", "P4"):
        await insurer.take(send.grace(number, date(2027, 10, 22), date(2026, 3, 9)))
    assert await insurer.do(lambda scope: _pages(scope, provisional_contracts)) == ["P1", "P2", "P4"]


async def test_contracts_with_events_parked_for_one_reason(insurer):
    async def park(scope):
        of = await events.of_contracts(scope, ("P1", "P2", "P3", "P4"))
        for number, reason in (
            ("P1", "rule_failed"),
            ("P2", "rule_failed"),
            ("P3", "unknown_unit"),
            ("P4", "rule_failed"),
        ):
            await events.set_parking(scope, [(of[number][0].id, reason, None)])

    async def failed(scope, after, limit):
        return await events.failed_contracts(scope, "rule_failed", after, limit)

    for number in ("P1", "P2", "P3", "P4"):
        await insurer.issue(number)
    await insurer.do(park)
    assert await insurer.do(lambda scope: _pages(scope, failed)) == ["P1", "P2", "P4"]
