"""An import whose process was killed does not stand as running for ever."""

from huifang_tenants.services.upkeep import due_now, end_silent_imports
from huifang_tenants.stores import imports
from huifang_tenants.stores.imports import Counts


async def _begin(insurer):
    async def begin(scope):
        return await imports.begin(
            scope, kind="events", file_name="events.csv", strict=False, started_by="test"
        )

    return await insurer.do(begin)


async def _status(insurer, id):
    return await insurer.value("SELECT status FROM import_run WHERE id = $1", id)


async def test_an_import_that_was_cut_off_is_put_on_record_as_failed(insurer):
    id = await _begin(insurer)
    await insurer.do(end_silent_imports)
    assert await _status(insurer, id) == "running"
    await insurer.fetch("UPDATE import_run SET seen_at = now() - interval '11 minutes'")
    calendar = await insurer.services.calendar()
    async with insurer.scope() as opened:
        assert "upkeep.imports" in await due_now(opened, calendar)
    await insurer.do(end_silent_imports)
    assert await _status(insurer, id) == "failed"
    entries = await insurer.fetch("SELECT actor, reason FROM ledger WHERE action = 'import.failed'")
    assert [tuple(entry) for entry in entries] == [("system:worker", "cut_off")]


async def test_an_import_that_ended_is_left_alone(insurer):
    id = await _begin(insurer)

    async def end(scope):
        await imports.save(scope, id, Counts(), "done")

    await insurer.do(end)
    await insurer.fetch("UPDATE import_run SET seen_at = now() - interval '1 day'")
    await insurer.do(end_silent_imports)
    assert await _status(insurer, id) == "done"
