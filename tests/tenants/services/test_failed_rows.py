"""Refused rows come back as they came: corrected they go in, sent again uncorrected they have the same problems."""

import io
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from huifang_tenants.services import failed_rows, import_run
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.upkeep import due_now, erase_failed_rows
from huifang_tenants.stores.ledger import Actor

CUSTOMERS = (
    "customer_no;kind;name;id_type;id_number;colour\r\n"
    "K1;individual;王小明;passport;E12345678;\r\n"
    'K2;nobody;"李""雷"";\n第二行";passport;E22222222;red\r\n'
    "K3;individual;赵六;moon;E33333333;\r\n"
    "K4;individual;周七;passport;E44444444;;blue\r\n"
).encode()


async def handed_back(insurer: Any, import_id: UUID) -> bytes:
    async with insurer.scope() as opened:
        asked = await failed_rows.ask_for(opened, import_id, Actor("test:core"))
        return "".join([line async for line in failed_rows.lines(opened, asked)]).encode()


def told(report: Any) -> list[tuple[str, str]]:
    """What was wrong, without the lines, which are others in the file that was handed back."""
    return [(problem.field, problem.code) for _, problem in report.problems if problem.severity == "error"]


async def test_rows_of_a_table_come_back_under_their_header_and_can_be_sent_again(insurer):
    report = await insurer.bring(CUSTOMERS, "customers.csv")
    assert (report.counts.accepted, report.counts.refused, report.failed_rows) == (1, 3, 3)
    file = await handed_back(insurer, report.id)
    assert file.decode("utf-8-sig").split("\r\n") == [
        "customer_no,kind,name,id_type,id_number,colour",
        'K2,nobody,"李""雷"";\n第二行",passport,E22222222,red',
        "K3,individual,赵六,moon,E33333333,",
        "K4,individual,周七,passport,E44444444,,blue",
        "",
    ]
    again = await insurer.bring(file, "customers.failed.csv")
    assert told(again) == told(report)
    assert await handed_back(insurer, again.id) == file
    right = file.replace(b"nobody", b"individual").replace(b"moon", b"passport").replace(b",,blue", b",blue")
    corrected = await insurer.bring(right.replace("\n第二行".encode(), b""), "customers.failed.csv")
    assert (corrected.counts.accepted, corrected.counts.refused, corrected.failed_rows) == (3, 0, 0)


async def test_lines_of_json_come_back_as_lines_those_of_an_array_too(insurer):
    good = {"customer_no": "K1", "kind": "individual", "name": "王小明"}
    bad = {"customer_no": "K2", "kind": "nobody", "name": "李雷"}
    lines = [json.dumps(good), json.dumps(bad, ensure_ascii=False), '{"customer_no":"K3","kind":', "[1]"]
    report = await insurer.bring("\n".join(lines).encode(), "customers.ndjson")
    assert (await handed_back(insurer, report.id)).decode().splitlines() == lines[1:]
    again = await insurer.bring(await handed_back(insurer, report.id), "customers.ndjson")
    assert told(again) == told(report)
    pretty = json.dumps([good, bad, {**bad, "phones": ["x\ny"]}], ensure_ascii=False, indent=2).encode()
    report = await insurer.bring(pretty, "customers.json")
    file = await handed_back(insurer, report.id)
    assert [json.loads(line) for line in file.splitlines()] == [bad, {**bad, "phones": ["x\ny"]}]
    assert told(await insurer.bring(file, "customers.ndjson")) == told(report)


async def test_a_key_given_twice_is_a_problem_of_its_row(insurer):
    line = b'{"customer_no":"K1","kind":"individual","name":"x","name":"y"}\n'
    report = await insurer.bring(b"\n" + line, "customers.ndjson")
    assert [(line, p.field, p.code) for line, p in report.problems] == [(2, "name", "duplicate_key")]
    assert await handed_back(insurer, report.id) == line


async def test_rows_of_a_workbook_come_back_as_a_table(insurer):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "remove_timezone": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("customers")
        sheet.write_row(0, 0, ["customer_no", "kind", "name", "birth_date", "gender"])
        sheet.write_row(1, 0, [1001, "nobody", "王小明"])
        sheet.write_datetime(1, 3, date(1990, 5, 17), day)
        sheet.write_boolean(1, 4, True)
    report = await insurer.bring(file.getvalue(), "customers.xlsx")
    found = await handed_back(insurer, report.id)
    assert found.decode("utf-8-sig").splitlines() == [
        "customer_no,kind,name,birth_date,gender",
        "1001,nobody,王小明,1990-05-17,true",
    ]
    assert told(await insurer.bring(found, "customers.csv")) == told(report)


async def test_rows_that_are_refused_on_their_way_in_come_back_too(insurer):
    event = {"id": "E1", "source": "core", "type": "contract.surrendered", "time": "2026-03-09T10:00:00+08:00",
             "contract_no": "P1", "on": "2026-03-09"}  # fmt: skip
    await insurer.bring([event], "events.csv")
    report = await insurer.bring([{**event, "id": "E2"}, {**event, "on": "2026-03-08"}], "events.csv")
    assert (report.counts.refused, report.failed_rows) == (1, 1)
    file = await handed_back(insurer, report.id)
    assert file.splitlines()[1:] == [b"E1,core,contract.surrendered,2026-03-09T10:00:00+08:00,P1,2026-03-08"]
    right = file.replace(b"E1,", b"E3,")
    assert (await insurer.bring(right, "events.csv")).counts.accepted == 1


async def test_what_could_not_be_read_whole_is_not_handed_back(insurer):
    """Sent again it might go in with damaged text."""
    broken = "customer_no,kind,name\nK1,individual,王小明\n".encode() + b"K2,individual,\xff\xfe\n"
    report = await insurer.bring(broken, "customers.csv")
    assert (report.counts.refused, report.failed_rows) == (1, 0)
    with pytest.raises(Refused, match=r"import\.no_failed_rows"):
        await handed_back(insurer, report.id)


async def test_of_a_strict_import_the_file_itself_is_to_be_corrected(insurer):
    report = await insurer.bring(CUSTOMERS, "customers.csv", strict=True)
    assert (report.status, report.failed_rows) == ("refused", 0)
    with pytest.raises(Refused, match=r"import\.no_failed_rows"):
        await handed_back(insurer, report.id)


async def test_only_so_much_is_kept_of_a_file_that_is_all_wrong(insurer, monkeypatch):
    monkeypatch.setattr(import_run, "_ROWS_KEPT", 100)
    rows = [{"customer_no": f"C{n}", "kind": "nobody", "name": "王小明"} for n in range(1000)]
    report = await insurer.bring(rows)
    assert report.counts.refused == 1000
    assert 0 < report.failed_rows < 10
    assert len((await handed_back(insurer, report.id)).splitlines()) == report.failed_rows + 1


async def test_they_are_encrypted_each_reading_is_on_record_and_they_are_erased_in_time(insurer):
    report = await insurer.bring(CUSTOMERS, "customers.csv")
    kept = "SELECT count(*) FROM import_problem WHERE import_id = $1 AND row_enc IS NOT NULL"
    assert await insurer.value(kept, report.id) == 3
    everything = json.dumps(await insurer.dump(), ensure_ascii=False)
    for secret in ("E22222222", b"E22222222".hex(), "赵六", "赵六".encode().hex()):
        assert secret not in everything
    await handed_back(insurer, report.id)
    read = "SELECT actor, details FROM ledger WHERE action = 'import.failed_rows_read' AND subject_id = $1"
    assert [tuple(row) for row in await insurer.fetch(read, report.id)] == [("test:core", {"count": 3})]

    calendar = await insurer.services.calendar()
    problems = "SELECT count(*) FROM import_problem WHERE import_id = $1"
    before = await insurer.value(problems, report.id)
    async with insurer.scope() as opened:
        assert "upkeep.failed_rows" not in await due_now(opened, calendar)
        assert not await erase_failed_rows(opened)
    await insurer.fetch("UPDATE import_run SET failed_rows_until = now() - interval '1 second'")
    async with insurer.scope() as opened:
        assert "upkeep.failed_rows" in await due_now(opened, calendar)
        assert await erase_failed_rows(opened)
    async with insurer.scope() as opened:
        assert not await erase_failed_rows(opened)
    assert await insurer.value(kept, report.id) == 0
    assert await insurer.value(problems, report.id) == before
    run = await insurer.fetch("SELECT header_enc, failed_rows, failed_rows_until FROM import_run")
    assert [tuple(row) for row in run] == [(None, 0, None)]
    with pytest.raises(Refused, match=r"import\.no_failed_rows"):
        await handed_back(insurer, report.id)


async def test_they_are_kept_for_thirty_days(insurer):
    report = await insurer.bring(CUSTOMERS, "customers.csv")
    left = await insurer.value(
        "SELECT failed_rows_until - finished_at FROM import_run WHERE id = $1", report.id
    )
    assert 29 < left.total_seconds() / 86_400 <= 30


@pytest.mark.parametrize("content", [b"", b" \n\n \r\n"])
async def test_a_file_of_lines_without_any_is_taken_in_and_says_so(insurer, content):
    report = await insurer.bring(content, "events-2026-10-12.ndjson")
    assert (report.kind, report.status, report.counts.rows) == ("events", "done", 0)
    table = await insurer.bring(b"id,source,type,time\n", "events.csv")
    for each in (report, table):
        assert [(p.code, p.severity) for _, p in each.problems] == [("no_rows", "warning")]
