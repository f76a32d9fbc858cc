"""The worker on real servers: what is due gets done, fairly, once, and nothing that fails stays unseen."""

from huifang_tenants.outbox import NewJob


async def test_a_new_tenant_ticks_without_anybody_starting_it(cell, eventually):
    tenant = await cell.tenant()
    async with cell.worker():

        async def ticked_twice() -> bool:
            return len(await cell.rows("tenant_id = $1 AND kind = 'tick' AND state = 'done'", tenant.id)) >= 2

        await eventually(ticked_twice)
        daily = await cell.rows("tenant_id = $1 AND kind = 'upkeep.daily'", tenant.id)
        assert [row["state"] for row in daily] == ["done", "pending"]
    left = await cell.rows("tenant_id = $1 AND state <> 'done'", tenant.id)
    assert sorted(row["kind"] for row in left) == ["tick", "upkeep.daily"]
    assert {row["state"] for row in left} == {"pending"}


async def test_a_job_of_an_unknown_kind_is_buried_at_once_with_the_reason(cell, eventually):
    tenant = await cell.tenant()
    (job,) = await cell.enqueue(tenant, NewJob("made.up", {}))
    async with cell.worker():

        async def buried() -> bool:
            return bool(await cell.rows("id = $1 AND state = 'dead'", job))

        await eventually(buried)
    (row,) = await cell.rows("id = $1", job)
    assert "no handler for jobs of kind 'made.up'" in row["error"]
    assert row["tries"] == 1
