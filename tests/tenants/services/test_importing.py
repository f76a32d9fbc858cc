"""Importing files: good rows go in, everything wrong is on record, and the same file again changes nothing."""

import asyncio
import gzip
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from huifang_tenants.intake import SourceError
from huifang_tenants.services import import_run, importing
from huifang_tenants.services.intake import IntakeBusy, take_in
from huifang_tenants.stores.imports import Counts

BROKEN = Path(__file__).parents[3] / "examples" / "core_export_broken"
MONDAY = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
CORE = "urn:taiyue:core"
READINESS = ("trainings.csv", "callback_policies.csv", "callback_departments.csv")


def expected(name: str, kinds: set[str]) -> set[tuple[int, str]]:
    """Line and field of the faults of these kinds, as the list of them tells."""
    rows = set()
    for line in (BROKEN / "EXPECTED.md").read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if len(parts) == 5 and parts[0] == name and parts[3] in kinds:
            rows.add((int(parts[1]), parts[2]))
    return rows


def customers(count: int) -> Iterator[dict[str, str]]:
    return ({"customer_no": f"C{n}", "kind": "individual", "name": "王小明"} for n in range(count))


async def on_record(insurer: Any, report: Any) -> list[Any]:
    return await insurer.fetch(  # type: ignore[no-any-return]
        "SELECT line, field, code, severity FROM import_problem WHERE import_id = $1 ORDER BY line, position",
        report.id,
    )


async def test_the_broken_export_is_told_fault_by_fault_and_its_good_rows_go_in(house, export):
    insurer = await house.insurer(clock_at=MONDAY, units=())
    names = (
        "units.csv",
        "staff.csv",
        *READINESS,
        "customers.csv",
        "contracts.csv",
        "events.csv",
        "events.ndjson",
        "callbacks.csv",
        "control_totals.csv",
    )
    for name in names:
        await insurer.bring(export / name, origin=CORE)
    await insurer.upkeep()
    waiting_before = await insurer.parked()
    for name in names:
        report = await insurer.bring(BROKEN / name, origin=CORE)
        rows = await on_record(insurer, report)
        refused = {(row["line"], row["field"]) for row in rows if row["severity"] == "error"}
        faults = expected(name, {"invalid", "malformed"})
        conflicts = expected(name, {"conflict"})
        if name in ("events.csv", "callbacks.csv", *READINESS):
            # The export has events of these ids, and they say something else; a training has to be somebody's.
            conflicts |= expected(name, {"unknown_reference"})
        if name == "events.ndjson":
            # Only the API refuses fields there are none of.
            faults.remove((5, "colour"))
            assert (5, "colour", "warning") in {(row["line"], row["field"], row["severity"]) for row in rows}
        assert refused == faults | {(line, "(row)") for line, _ in conflicts}, name
        assert report.status == "done"
        assert report.counts.refused == len({line for line, _ in refused})
        assert report.counts.rows == (
            report.counts.accepted + report.counts.unchanged + report.counts.refused
        ), name
    # The contract whose policyholder is nowhere waits for that one.
    new = {why for id, why in (await insurer.parked()).items() if waiting_before.get(id) != why}
    assert new == {"unknown_policyholder"}


async def test_a_strict_import_leaves_nothing_but_its_report(insurer):
    rows = [*customers(700), {"customer_no": "C900", "kind": "nobody", "name": "王小明"}]
    before = await insurer.known()
    report = await insurer.bring(rows, strict=True)
    assert (report.status, report.counts.refused, report.counts.accepted) == ("refused", 1, 0)
    assert await insurer.known() == before
    assert len(await on_record(insurer, report)) == 1
    report = await insurer.bring(rows[:-1], strict=True)
    assert (report.status, report.counts.accepted) == ("done", 700)


async def test_a_strict_import_looks_for_conflicts_before_anything_goes_in(insurer):
    event = {"id": "E1", "source": "core", "type": "contract.surrendered", "time": "2026-03-09T10:00:00+08:00",
             "contract_no": "P1", "on": "2026-03-09"}  # fmt: skip
    await insurer.bring([event], "events.csv")
    before = await insurer.known()
    report = await insurer.bring(
        [{**event, "id": "E2"}, {**event, "on": "2026-03-08"}], "events.csv", strict=True
    )
    assert (report.status, [line for line, _ in report.problems]) == ("refused", [3])
    report = await insurer.bring(
        [{**event, "id": "E3"}, {**event, "id": "E3", "on": "2026-03-08"}], "events.csv", strict=True
    )
    assert report.status == "refused"
    assert await insurer.known() == before


async def test_every_problem_is_on_record_though_the_report_names_the_first_ones_only(insurer, monkeypatch):
    monkeypatch.setattr(import_run, "_PROBLEMS_KEPT", 50)
    rows = [{"customer_no": f"C{n}", "kind": "nobody", "name": "王小明"} for n in range(1200)]
    report = await insurer.bring(rows)
    assert (report.counts.refused, len(report.problems)) == (1200, 50)
    assert [row["line"] for row in await on_record(insurer, report)] == list(range(2, 1202))


async def test_progress_is_seen_while_rows_are_read_though_all_are_bad(insurer):
    seen: list[int] = []

    def progress(counts: Counts) -> None:
        seen.append(counts.rows)

    await insurer.bring(
        [{"customer_no": f"C{n}", "kind": "x", "name": "y"} for n in range(1600)], progress=progress
    )
    assert seen[:3] == [500, 1000, 1500]


async def test_an_import_that_is_cut_off_is_on_record_as_failed(insurer, monkeypatch):
    begun = asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        begun.set()
        await asyncio.sleep(0.05)
        return await take_in(*arguments)

    monkeypatch.setattr(importing, "take_in", slow)
    task = asyncio.create_task(insurer.bring(list(customers(3000))))
    await begun.wait()
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (run,) = await insurer.fetch("SELECT status, finished_at FROM import_run")
    assert run["status"] == "failed"
    assert run["finished_at"] is not None
    count = "SELECT count(*) FROM customer"
    left = await insurer.value(count)
    assert left % 500 == 0
    await asyncio.sleep(0.2)
    assert await insurer.value(count) == left
    monkeypatch.undo()
    report = await insurer.bring(list(customers(3000)))
    assert (report.counts.unchanged, report.counts.accepted) == (left, 3000 - left)


async def test_a_file_that_breaks_off_fails_and_keeps_what_went_in(insurer, send):
    names = random.Random(1)
    rows = [{**row, "address": f"{names.getrandbits(400):x}"} for row in customers(4000)]
    whole = gzip.compress(send.as_csv(rows))
    with pytest.raises(SourceError):
        await insurer.bring(whole[: len(whole) // 2], "customers.csv.gz")
    assert await insurer.value("SELECT status FROM import_run") == "failed"
    (run,) = await insurer.fetch("SELECT accepted, rows FROM import_run")
    assert 0 < await insurer.value("SELECT count(*) FROM customer") == run["accepted"] == run["rows"] < 4000
    report = await insurer.bring(whole, "customers.csv.gz")
    assert report.counts.accepted + report.counts.unchanged == 4000


async def test_a_batch_that_finds_others_in_its_way_waits_its_turn(insurer, monkeypatch):
    refused = iter([True, True])

    async def busy_at_first(*arguments: Any) -> Any:
        if next(refused, False):
            raise IntakeBusy
        return await take_in(*arguments)

    monkeypatch.setattr(importing, "take_in", busy_at_first)
    report = await insurer.bring(list(customers(20)))
    assert (report.status, report.counts.accepted) == ("done", 20)


async def test_of_two_rows_about_one_contract_the_later_counts_wherever_they_stand(insurer, send):
    """Batches are taken in two at a time, yet never two about the same thing."""
    await insurer.take(send.customer("K1"))
    rows = [
        {"contract_no": "P1" if n % 500 == 499 else f"Q{n}", "line": "life", "unit": "JN", "policyholder": "K1",
         "product_name": f"第{n}版"}
        for n in range(2000)
    ]  # fmt: skip
    await insurer.bring(rows, "contracts.csv")
    assert await insurer.value("SELECT product_name FROM contract WHERE contract_no = 'P1'") == "第1999版"


async def test_a_file_of_fifty_thousand_rows_needs_little_memory(insurer):
    """All wrong, so that nothing but reading, checking and recording is measured."""
    rows = b"customer_no,kind,name\n" + b"".join(b"C%d,nobody,x\n" % n for n in range(50_000))
    await insurer.bring(rows[:20_000])
    tracemalloc.start()
    report = await insurer.bring(rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.counts.refused == 50_000
    # The first ten thousand problems stay, for the report.
    assert peak < 25_000_000


async def test_units_and_staff_again_change_nothing(house, export):
    insurer = await house.insurer(units=())
    for name in ("units.csv", "staff.csv"):
        await insurer.bring(export / name)
    before = await insurer.known()
    for name in ("units.csv", "staff.csv"):
        report = await insurer.bring(export / name)
        assert report.counts.unchanged == report.counts.rows
    assert await insurer.known() == before
