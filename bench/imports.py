"""The benches of importing: rate beside plain COPY, where the time goes, and memory."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
from huifang_api.runtime import Runtime
from huifang_tenants.tenant import Tenant

from bench.copying import Copied, copy_rows, row_counts
from bench.importer import ImportRun, Sample
from bench.progress import Progress
from bench.results import BenchError, Result
from bench.world import World, checkpoint, forget, generated, new_tenant, working_tenant

_LEAST_RATIO = 0.25
_MOST_GROWTH_MIB, _MOST_GROWTH_SHARE = 30.0, 0.15
_PROFILED_CONTRACTS = 10_000
_FIRST_ROWS = 0.25
_LINE = msgspec.json.Decoder(Sample | ImportRun)


class Imported(msgspec.Struct, frozen=True):
    """A finished import and its samples of progress."""

    run: ImportRun
    samples: list[Sample]


async def bench_import(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Import and copy in turns, each round into fresh tenants; then one smaller import, profiled."""
    files = await generated(world, contracts)
    rates: list[float] = []
    limits: list[float] = []
    ratios: list[float] = []
    imported: list[Imported] = []
    counts: list[tuple[int, int]] = []
    for number in range(1, repeats + 1):
        progress.say(f"import: round {number} of {repeats}, importing {contracts:,} contracts")
        tenant = await working_tenant(world, runtime, files)
        before = await row_counts(world, tenant)
        await checkpoint(world)
        found = await _import(world, tenant, files)
        imported.append(found)
        after = await row_counts(world, tenant)
        tables = [name for name in after if after[name] > before[name]]
        progress.say(f"import: round {number} of {repeats}, copying {sum(after[t] for t in tables):,} rows")
        copied = await _copied(world, tenant, tables)
        counts.append((sum(after[name] for name in tables), sum(copied.rows.values())))
        rates.append(contracts / found.run.seconds)
        limits.append(contracts / copied.seconds)
        ratios.append(rates[-1] / limits[-1])
        progress.say(f"import: {rates[-1]:,.0f} contracts/s, COPY {limits[-1]:,.0f}, ratio {ratios[-1]:.3f}")
        await forget(world, tenant)
    ratio = median(ratios)
    limit = f"COPY of the same rows, {median(limits):,.0f} contracts/s"
    goal = f"ratio >= {_LEAST_RATIO}"
    results = [
        Result("import", median(rates), "contracts/s", ratio, limit, goal, ratio >= _LEAST_RATIO),
        _same_rows(counts),
        *_processor(imported),
    ]
    return results + await _shares(world, runtime, min(contracts, _PROFILED_CONTRACTS), progress)


async def bench_import_memory(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Import once more, and see how the importing process grows after the first quarter of the rows."""
    files = await generated(world, contracts)
    progress.say(f"import_memory: importing {contracts:,} contracts")
    tenant = await working_tenant(world, runtime, files)
    found = await _import(world, tenant, files)
    await forget(world, tenant)
    start = max(
        (s.resident_mib for s in found.samples if s.rows <= found.run.rows * _FIRST_ROWS), default=0.0
    )
    if not start:
        raise BenchError("no sample in the first quarter of the rows")
    growth = max(s.resident_mib for s in found.samples) - start
    allowed = max(_MOST_GROWTH_MIB, start * _MOST_GROWTH_SHARE)
    return [
        Result(
            "import_memory",
            growth,
            "MiB",
            growth / start,
            f"RSS at a quarter of the rows, {start:.0f} MiB",
            f"<= {_MOST_GROWTH_MIB:.0f} MiB or ratio <= {_MOST_GROWTH_SHARE}",
            growth <= allowed,
        )
    ]


async def _import(world: World, tenant: Tenant, files: Path, *options: str) -> Imported:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.importer", tenant.slug, str(files), "--postgres", str(world.postgres), *options,
        env={**os.environ, **world.settings.environ()}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [_LINE.decode(line) async for line in process.stdout]
    if await process.wait() or not lines or not isinstance(lines[-1], ImportRun):
        raise BenchError("the import failed")
    return Imported(lines[-1], [line for line in lines if isinstance(line, Sample)])


async def _copied(world: World, source: Tenant, tables: Sequence[str]) -> Copied:
    target = await new_tenant(world)
    await checkpoint(world)
    copied = await copy_rows(world, source, target, tables)
    await forget(world, target)
    return copied


def _same_rows(counts: Sequence[tuple[int, int]]) -> Result:
    imported, copied = counts[-1]
    if any(one != other for one, other in counts):
        raise BenchError(f"rows imported and copied differ: {counts}")
    return Result("import.rows", copied, "rows", copied / imported, "rows that the import wrote")


def _processor(imported: Sequence[Imported]) -> list[Result]:
    """How busy each process was, in percent of one core over the import's wall time."""
    return [
        Result(
            f"import.processor.{name}", median(100 * i.run.processor[name] / i.run.seconds for i in imported), "%"
        )
        for name in imported[0].run.processor
    ]  # fmt: skip


async def _shares(world: World, runtime: Runtime, contracts: int, progress: Progress) -> list[Result]:
    progress.say(f"import: profiling an import of {contracts:,} contracts")
    files = await generated(world, contracts)
    tenant = await working_tenant(world, runtime, files)
    await checkpoint(world)
    found = await _import(world, tenant, files, "--profiled")
    await forget(world, tenant)
    host = 100 * found.run.processor["plugin_host"] / found.run.seconds
    return [
        *(Result(f"import.share.{stage}", share, "%") for stage, share in found.run.stages.items()),
        # Beside the shares, not among them: the host works while the importer does something else.
        Result("import.host_processor", host, "%"),
    ]
