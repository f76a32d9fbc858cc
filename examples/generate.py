#!/usr/bin/env python3
"""Write what the core system of an invented Shandong life insurer exports, the same bytes for the same seed."""

import argparse
import csv
import heapq
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TextIO

from broken import write_broken
from feed import COLUMNS, cells, line
from ordinary import ordinary, plain
from readiness import departments, policies, trainings
from stories import staff_events, stories
from timeline import STREAM, Event, Timeline, at, historic_callbacks, past, snapshot
from world import AS_OF, CALLERS, CUT_OVER, VISITORS, Record, staff, units

COMMITTED = Path(__file__).parent / "core_export"
EPILOG = """examples:
  python examples/generate.py
      rewrite examples/core_export and examples/core_export_broken as committed
  python examples/generate.py --seed 7 --contracts 5000 --out /tmp/core
      another, larger world
  python examples/generate.py --plain --contracts 1000000 --out /tmp/load
      a million simple contracts with one contract.issued event each, for load tests
  python examples/generate.py --cases
      print the table of contracts with a story"""


class Export:
    """The open files of an export; rows are written as they come, so memory does not grow with their number."""

    def __init__(self, out: Path, stack: ExitStack) -> None:
        self._stack, self._out = stack, out
        self._csv = {name: csv.writer(self._open(name), lineterminator="\n") for name in COLUMNS}
        for name, columns in COLUMNS.items():
            self._csv[name].writerow(columns)
        self._stream = self._open("events.ndjson")

    def _open(self, name: str) -> TextIO:
        return self._stack.enter_context((self._out / name).open("w", encoding="utf-8", newline=""))

    def row(self, name: str, record: Record, *, chinese: bool = False) -> None:
        self._csv[name].writerow(cells(name, record, chinese=chinese))

    def event(self, event: Event) -> None:
        if event.lost:
            return
        if event.source == STREAM:
            self._stream.write(line(event.cloud_event()))
        else:
            self.row("events.csv", event.row())


def merged(*books: Iterable[Timeline]) -> Iterator[Timeline]:
    """Several books, each by day of issue, as one by day of issue."""
    return heapq.merge(*books, key=lambda timeline: timeline.contract["issued_on"])


def write_book(
    export: Export, book: Iterable[Timeline], loose: Iterable[Event], seed: int
) -> Counter[tuple[str, date, str]]:
    """Write contracts, customers, events and old callbacks; return how many events the core sent.

    Events wait in a heap until no contract still to come can have an earlier one.
    """
    waiting: list[tuple[datetime, str, Event]] = [(event.written, event.id, event) for event in loose]
    calls: list[tuple[datetime, str, Record]] = []
    heapq.heapify(waiting)
    sent: Counter[tuple[str, date, str]] = Counter(
        (event.source, event.time.date(), event.type) for _, _, event in waiting
    )
    for timeline in book:
        today = at(timeline.contract["issued_on"])
        while waiting and waiting[0][0] < today:
            export.event(heapq.heappop(waiting)[2])
        while calls and calls[0][0] < today:
            export.row("callbacks.csv", heapq.heappop(calls)[2])
        write_master_data(export, timeline)
        for event in past(timeline):
            heapq.heappush(waiting, (event.written, event.id, event))
            sent[event.source, event.time.date(), event.type] += 1
        for call in old_calls(timeline, seed):
            heapq.heappush(calls, (call["time"], call["id"], call))
    for _, _, event in sorted(waiting, key=lambda entry: entry[:2]):
        export.event(event)
    for _, _, call in sorted(calls, key=lambda entry: entry[:2]):
        export.row("callbacks.csv", call)
    return sent


def write_master_data(export: Export, timeline: Timeline) -> None:
    """The contract as it stands and the people on it; some of the banks' contracts say 是 and 否."""
    if not timeline.in_files:
        return
    chinese = timeline.contract["channel"] == "bank" and timeline.number[-1] in "13579"
    export.row("contracts.csv", snapshot(timeline), chinese=chinese)
    for customer in timeline.customers:
        export.row("customers.csv", customer)


def old_calls(timeline: Timeline, seed: int) -> list[Record]:
    """The old call centre's records, made by callers of the branch the contract belongs to."""
    if timeline.contract["issued_on"] >= CUT_OVER or timeline.contract["cooling_off_days"] is None:
        return []
    rng = Random(f"{seed}:calls:{timeline.number}")
    region = timeline.contract["region"][:4]
    caller = "S0302" if region == "3702" else rng.choice(CALLERS)
    return historic_callbacks(timeline, rng, caller, VISITORS[region])


def write_totals(export: Export, sent: Counter[tuple[str, date, str]]) -> None:
    """What the core says it sent, a day and event type a row, for the full days since the cut-over."""
    for source, day, kind in sorted(sent):
        if CUT_OVER <= day < AS_OF.date():
            total = {"day": day, "of_type": kind, "count": sent[source, day, kind]}
            name = f"ct-{source.rpartition(':')[2]}-{day:%Y%m%d}-{kind}"
            when = at(day + timedelta(days=1), 1)
            export.row(
                "control_totals.csv",
                {"id": name, "source": source, "type": "control.total", "time": when} | total,
            )


def write_export(out: Path, seed: int, contracts: int, *, simple: bool) -> None:
    """The whole export into `out`: stories among ordinary contracts, or plain ones alone."""
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        export = Export(out, stack)
        for unit in units():
            export.row("units.csv", unit)
        for person in staff():
            export.row("staff.csv", person, chinese=person["unit"].startswith("QD"))
        for training in trainings(seed):
            export.row("trainings.csv", training, chinese=training["staff_no"].startswith("S03"))
        for policy in policies():
            export.row("callback_policies.csv", policy)
        for department in departments():
            export.row("callback_departments.csv", department)
        if simple:
            sent = write_book(export, plain(contracts, seed), [], seed)
        else:
            told = stories(seed)
            book = merged(told, ordinary(max(contracts - len(told), 0), seed))
            sent = write_book(export, book, staff_events(), seed)
        write_totals(export, sent)


def cases_table(seed: int) -> str:
    """The contracts with a story as a Markdown table."""
    rows = sorted((int(story.number[-4:]), story.number, story.shows) for story in stories(seed))
    return "\n".join(
        ["| contract | what it shows |", "| --- | --- |", *(f"| `{no}` | {shows} |" for _, no, shows in rows)]
    )


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seed", type=int, default=20261012, help="another number, another world (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=COMMITTED, help="folder to write to (default: %(default)s)"
    )
    parser.add_argument(
        "--contracts", type=int, default=400, help="how many, up to 1000000 (default: %(default)s)"
    )
    parser.add_argument(
        "--plain", action="store_true", help="simple contracts only, one contract.issued event each"
    )
    parser.add_argument(
        "--cases", action="store_true", help="print the table of contracts with a story and stop"
    )
    options = parser.parse_args(arguments)
    if not 1 <= options.contracts <= 1_000_000:
        parser.error("--contracts must be from 1 to 1000000")
    if options.plain and options.out == COMMITTED:
        parser.error("--plain needs --out, or it would replace the committed files")
    return options


def main(arguments: list[str]) -> None:
    options = parse(arguments)
    if options.cases:
        print(cases_table(options.seed))
        return
    write_export(options.out, options.seed, options.contracts, simple=options.plain)
    if not options.plain:
        write_broken(options.out, options.out.with_name(options.out.name + "_broken"))


if __name__ == "__main__":
    main(sys.argv[1:])
