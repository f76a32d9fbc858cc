"""Contracts that came in while a plugin was off get their obligations when it is switched on."""

from huifang_tenants.outbox import REFRESH
from huifang_tenants.scope import control
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import refresh
from huifang_tenants.stores.ledger import Actor

ADMIN = Actor("test:admin")


async def _switch(insurer, *, on):
    catalogue = await insurer.services.catalogue()

    async def write(scope):
        await configure(scope, catalogue, "shandong_life", ADMIN, enabled=on)

    await insurer.do(write)


async def test_switching_a_plugin_on_makes_the_obligations_of_contracts_that_are_there(insurer):
    await _switch(insurer, on=False)
    await insurer.issue("P1")
    assert await insurer.value("SELECT count(*) FROM obligation") == 0
    await _switch(insurer, on=True)
    assert await refresh(insurer.services, insurer.tenant) is None
    assert await insurer.value("SELECT kind FROM obligation") == "new_contract"
    await refresh(insurer.services, insurer.tenant)
    assert await insurer.value("SELECT count(*) FROM obligation") == 1


async def test_switching_it_on_leaves_that_work_to_the_worker(insurer):
    await _switch(insurer, on=True)
    async with control(insurer.services.db) as registry:
        waiting = await registry.connection.fetchval(
            "SELECT count(*) FROM control.jobs WHERE tenant_id = $1 AND kind = $2 AND state = 'pending'",
            insurer.tenant.id,
            REFRESH,
        )
    assert waiting == 1
