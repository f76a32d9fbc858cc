"""`python -m bench`: run the benches, print a table, write `bench/results.jsonl`."""

import argparse
import asyncio
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from huifang_api.runtime import Runtime, open_runtime

from bench.contact_http import bench_contact_http
from bench.imports import bench_import, bench_import_memory
from bench.planner import bench_planner
from bench.progress import Progress
from bench.results import Result, print_table, write_results
from bench.rules import bench_rules
from bench.scopes import bench_scope
from bench.world import World, running_world

Bench = Callable[[World, Runtime, int, int, Progress], Awaitable[list[Result]]]

BENCHES: dict[str, Bench] = {
    "import": bench_import,
    "import_memory": bench_import_memory,
    "contact_http": bench_contact_http,
    "scope": bench_scope,
    "planner": bench_planner,
    "rules": bench_rules,
}
_RESULTS = Path(__file__).with_name("results.jsonl")
_EPILOG = """examples:
  make bench                                        everything, some ten minutes
  make bench ARGS="--only contact_http"             one bench; --only may be given several times
  make bench ARGS="--contracts 5000 --repeats 1"    a quick look

Every figure is a median, and its ratio is to a limit measured in turns with it. Exit code 0 also when a goal is not met,
1 when a bench breaks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return the exit code."""
    options = _parser().parse_args(arguments)
    progress = Progress()
    results = [_load("before")]
    with running_world() as world:
        broken = asyncio.run(_run(world, options, progress, results))
    results.append(_load("after"))
    write_results(options.results, results)
    print_table(results)
    return 1 if broken else 0


async def _run(
    world: World, options: argparse.Namespace, progress: Progress, results: list[Result]
) -> list[str]:
    """Add the results of each bench asked for; return the names of those that broke."""
    broken: list[str] = []
    async with open_runtime(world.settings) as runtime:
        for name in options.only or BENCHES:
            try:
                results += await BENCHES[name](world, runtime, options.contracts, options.repeats, progress)
            except Exception:
                broken.append(name)
                progress.say(f"{name} broke")
                traceback.print_exc()
    return broken


def _load(when: str) -> Result:
    """How busy the machine was: runnable processes on average over a minute, ours included."""
    return Result(f"machine.load_{when}", os.getloadavg()[0], f"of {os.cpu_count()} cores")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the product beside limits, on servers of its own in a temporary home.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=BENCHES, metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument(
        "--contracts", type=_positive, default=100_000, help="contracts to import (default %(default)s)"
    )
    parser.add_argument(
        "--repeats", type=_positive, default=3, help="rounds to take medians of (default %(default)s)"
    )
    parser.add_argument(
        "--results", type=Path, default=_RESULTS, help="file to write (default bench/results.jsonl)"
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
