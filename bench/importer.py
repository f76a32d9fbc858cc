"""One import in a process of its own, as `huifang import` is one: `python -m bench.importer SLUG DIRECTORY`.

Settings come from the environment. It prints JSON lines to standard output: samples of progress, then an `ImportRun`.
"""

import argparse
import asyncio
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec
from huifang_api.runtime import open_runtime
from huifang_api.settings import load_settings
from huifang_tenants.intake import open_source
from huifang_tenants.services.importing import import_source
from huifang_tenants.stores.imports import Counts

from bench.processes import family_seconds, resident_mib
from bench.results import BenchError
from bench.stages import StageSampler
from bench.world import ACTOR

FILES = ("customers.csv", "contracts.csv", "events.csv")


class Sample(msgspec.Struct, frozen=True, tag="sample"):
    """Rows read so far, of all files, and the memory of the process then, in MiB."""

    rows: int
    resident_mib: float


class ImportRun(msgspec.Struct, frozen=True, tag="run"):
    """A finished import: wall seconds of the files, seconds of processor by process, percent of wall time by stage."""

    seconds: float
    rows: int
    processor: dict[str, float]
    stages: dict[str, float]


async def run(slug: str, directory: Path, postgres: int, *, profiled: bool) -> ImportRun:
    """Import the files one after the other; BenchError when a row was refused or is waiting."""
    before = 0

    def seen(counts: Counts) -> None:
        _say(Sample(before + counts.rows, resident_mib()))

    async with open_runtime(load_settings()) as runtime:
        tenant = await runtime.registry.by_slug(slug)
        await runtime.services.calendar()
        _say(Sample(0, resident_mib()))
        processor, started = _processor(postgres), time.perf_counter()
        sampler = StageSampler()
        with ExitStack() as stack:
            if profiled:
                stack.enter_context(sampler)
            for name in FILES:
                with open_source(directory / name) as source:
                    report = await import_source(
                        runtime.services, tenant, source, file_name=name, actor=ACTOR, progress=seen
                    )
                if report.counts.accepted != report.counts.rows or report.counts.parked:
                    raise BenchError(f"{name}: {report.counts}, {report.problems[:3]}")
                before += report.counts.rows
        seconds = time.perf_counter() - started
        spent = {name: value - processor[name] for name, value in _processor(postgres).items()}
    return ImportRun(seconds, before, spent, sampler.shares())


def _processor(postgres: int) -> dict[str, float]:
    own = time.process_time()
    return {
        "importer": own,
        "plugin_host": family_seconds(os.getpid()) - own,
        "postgres": family_seconds(postgres),
    }


def _say(line: Sample | ImportRun) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slug")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgres", type=int, required=True, help="process id of the server")
    parser.add_argument("--profiled", action="store_true")
    options = parser.parse_args()
    _say(asyncio.run(run(options.slug, options.directory, options.postgres, profiled=options.profiled)))
