from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from huifang_tenants.clock import business_now, wall_now
from huifang_tenants.errors import ClockGoesBack, KeyDestroyed, NoTestClock, TenantNotActive, UnknownTenant
from huifang_tenants.ids import new_id
from huifang_tenants.provisioning import create_tenant
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import scope

START = datetime(2026, 2, 17, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def sandbox(world):
    return await create_tenant(
        world.admin_url, world.keys, "sandbox", "s", clock_at=START, directory=world.steps
    )


async def test_tenants_are_found_by_id_and_slug_and_listed(world):
    assert (await world.registry.by_id(world.a.id)).slug == "aa"
    assert (await world.registry.by_slug("bb")).id == world.b.id
    assert {"aa", "bb"} <= {tenant.slug for tenant in await world.registry.all()}


async def test_unknown_tenants(world):
    with pytest.raises(UnknownTenant, match="nobody"):
        await world.registry.by_slug("nobody")
    for call in (world.registry.by_id(new_id()), world.registry.set_state(new_id(), "active"),
                 world.registry.set_test_clock(new_id(), START)):  # fmt: skip
        with pytest.raises(UnknownTenant):
            await call


async def test_answers_are_kept_for_moments(world):
    lasting, fleeting = (
        TenantRegistry(world.db, world.keys, ttl=60),
        TenantRegistry(world.db, world.keys, ttl=0),
    )
    first = await lasting.by_slug("aa")
    assert await lasting.by_id(first.id) is first
    assert await fleeting.by_slug("aa") is not await fleeting.by_slug("aa")
    lasting.forget(first)
    assert await lasting.by_slug("aa") is not first


async def test_a_tenant_can_be_suspended_and_activated(world):
    assert (await world.registry.set_state(world.b.id, "suspended")).state == "suspended"
    with pytest.raises(TenantNotActive):
        scope(world.db, await world.registry.by_slug("bb"))
    assert (await world.registry.set_state(world.b.id, "active")).state == "active"


async def test_business_time_is_the_wall_clock_or_the_test_clock(world, sandbox):
    now = wall_now()
    assert business_now(world.a, now) == now
    assert business_now(sandbox, now) == START
    assert sandbox.is_sandbox
    assert not world.a.is_sandbox


async def test_a_test_clock_only_goes_forward_and_open_eyes_see_it_at_once(world, sandbox):
    later = START + timedelta(days=3)
    stale = await world.registry.by_slug("sandbox")
    assert (await TenantRegistry(world.db, world.keys).set_test_clock(sandbox.id, later)).clock_at == later
    assert stale.clock_at == START
    async with scope(world.db, stale) as opened:
        assert opened.now == later
        assert abs(opened.wall_now - wall_now()) < timedelta(minutes=1)
    with pytest.raises(ClockGoesBack):
        await world.registry.set_test_clock(sandbox.id, START)
    with pytest.raises(NoTestClock):
        await world.registry.set_test_clock(world.a.id, later)
    assert (await world.registry.set_test_clock(sandbox.id, later)).clock_at == later


async def test_a_tenant_whose_key_is_destroyed_says_so(world):
    gone = await create_tenant(world.admin_url, world.keys, "gone", "g", directory=world.steps)
    admin = await asyncpg.connect(world.admin_url)
    await admin.execute("UPDATE control.tenant SET wrapped_key = NULL WHERE id = $1", gone.id)
    await admin.close()
    with pytest.raises(KeyDestroyed):
        await world.registry.by_id(gone.id)
    assert "gone" not in {tenant.slug for tenant in await world.registry.all()}
