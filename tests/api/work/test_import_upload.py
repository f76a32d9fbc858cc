"""Files over HTTP: good rows go in, broken ones come back with their reasons, the same file again changes nothing."""

import gzip
import hashlib
import io
from typing import Any

import pytest
import xlsxwriter

ENGLISH = {"Accept-Language": "en"}
CSV = {"Content-Type": "text/csv"}
NDJSON = {"Content-Type": "application/x-ndjson"}
CUSTOMERS = (
    "customer_no,kind,name,id_type,id_number,phones\n"
    "F1,individual,李雷,passport,E11111111,13800138001\n"
    "F2,individual,韩梅梅,moon,E22222222,13800138002\n"
    "F3,person,王五,passport,E33333333,13800138003\n"
    "F4,individual,赵六,passport,E44444444,13800138004\n"
)


async def test_good_rows_go_in_and_broken_ones_are_told(office: Any) -> None:
    content = CUSTOMERS.encode()
    answer = await office.call(
        "POST",
        "/imports?file_name=customers.csv",
        content=content,
        headers={**CSV, "On-Behalf-Of": "H1"},
    )
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["kind"], report["format"], report["status"]) == ("customers", "csv", "done")
    assert (report["rows"], report["accepted"], report["refused"]) == (4, 2, 2)
    assert report["sha256"] == hashlib.sha256(content).hexdigest()
    assert report["started_by"] == "H1"
    assert [(p["line"], p["field"]) for p in report["problems"]] == [(3, "id_type"), (4, "kind")]
    assert not report["more_problems"]
    listed = await office.get(f"/imports/{report['id']}/problems")
    assert listed["items"] == report["problems"]
    again = await office.post("/imports?kind=customers", content=content, headers=CSV)
    assert (again["accepted"], again["unchanged"], again["refused"]) == (0, 2, 2)


async def test_refused_rows_are_handed_back_to_be_corrected_and_sent_again(
    office: Any, other_office: Any, api: Any
) -> None:
    content = CUSTOMERS.replace("F1", "R1").replace("F2", "R2").replace("F3", "R3").replace("F4", "R4")
    report = await office.post("/imports?kind=customers", content=content.encode(), headers=CSV)
    address = f"/imports/{report['id']}/failed-rows"
    assert (report["failed_rows"], report["failed_rows_until"] > report["finished_at"]) == (2, True)
    answer = await office.call("GET", address, headers={"On-Behalf-Of": "H1"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="customers-failed-{report["id"]}.csv"' in answer.headers["content-disposition"]
    header, *rows = content.splitlines()
    assert answer.content.decode("utf-8-sig").splitlines() == [header, rows[1], rows[2]]
    read = (await office.get("/ledger", params={"action": "import.failed_rows_read"}))["items"]
    assert [(entry["subject_id"], entry["on_behalf_of"]) for entry in read] == [(report["id"], "H1")]

    again = await office.post("/imports", content=answer.content, headers=CSV)
    assert (again["accepted"], again["refused"], again["failed_rows"]) == (0, 2, 2)
    what = [[(p["field"], p["code"]) for p in each["problems"]] for each in (report, again)]
    assert what[0] == what[1]
    right = answer.content.replace(b"moon", b"passport").replace(b"person", b"individual")
    corrected = await office.post("/imports", content=right, headers=CSV)
    assert (corrected["accepted"], corrected["refused"]) == (2, 0)

    nothing = await office.call("GET", f"/imports/{corrected['id']}/failed-rows", headers=ENGLISH)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "import.no_failed_rows")
    assert (await other_office.call("GET", address)).status_code == 404
    reader = await api.http.get(f"/api/v1{address}", headers=await api.bearer("imports:read"))
    assert (reader.status_code, reader.json()["code"]) == (403, "auth.scope_missing")


async def test_refused_lines_are_handed_back_as_lines(office: Any) -> None:
    lines = b'{"customer_no":"R9","kind":"nobody","name":"x"}\n{"customer_no":"R9","kind":\n'
    report = await office.post("/imports?kind=customers", content=lines, headers=NDJSON)
    answer = await office.call("GET", f"/imports/{report['id']}/failed-rows")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.content == lines


async def test_no_lines_are_no_rows(office: Any) -> None:
    report = await office.post("/imports?kind=events", content=b"", headers=NDJSON)
    assert (report["status"], report["rows"], report["warnings"]) == ("done", 0, 1)
    assert [p["code"] for p in report["problems"]] == ["no_rows"]


async def test_a_strict_file_goes_in_whole_or_not_at_all(office: Any) -> None:
    content = CUSTOMERS.replace("F1", "G1").replace("F4", "G4").encode()
    report = await office.post("/imports?kind=customers&strict=true", content=content, headers=CSV)
    assert (report["status"], report["accepted"], report["refused"]) == ("refused", 0, 2)
    assert (await office.get("/customers", params={"customer_no": "G1"}))["items"] == []


async def test_what_waited_for_a_file_is_taken_up(office: Any, event_of: Any, contract_of: Any) -> None:
    event = event_of("issued-F9", "contract.issued", contract_no="F9", contract=contract_of("F9"))
    waiting = await office.post("/events", event, status=202)
    assert waiting["park_reason"] == "unknown_policyholder"
    content = b"customer_no,kind,name,phones\nKF9,individual,\xc0\xee\xc0\xd7,13800138009\n"  # GB18030
    report = await office.post("/imports", content=gzip.compress(content), headers=CSV)
    assert report["accepted"] == 1
    assert report["obligations_made"] == 1
    assert (await office.get(f"/events/{waiting['id']}"))["status"] == "accepted"


async def test_a_workbook_in_a_form(office: Any) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in (
            ("units", [("code", "name", "level", "parent"), ("ZB", "淄博中心支公司", "city", "SD")]),
            (
                "staff",
                [
                    ("staff_no", "name", "unit", "roles", "trained_until"),
                    ("Z1", "周一", "ZB", "visitor", "2026-12-31"),
                ],
            ),
        ):
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                sheet.write_row(line, 0, cells)
    files = {"file": ("机构.xlsx", file.getvalue(), "application/octet-stream")}
    answer = await office.call("POST", "/imports?sheet=staff", files=files)
    assert answer.status_code == 200, answer.text
    assert answer.json()["kind"] == "staff"
    assert answer.json()["sheets"] == ["units", "staff"]
    assert answer.json()["file_name"] == "机构.xlsx"
    answer = await office.call("POST", "/imports", files=files)
    assert (answer.json()["kind"], answer.json()["accepted"]) == ("units", 1)


@pytest.mark.parametrize(
    ("content", "query", "reason"),
    [
        (b"", "", "empty"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "", "old_excel"),
        (b"PK\x03\x04" + bytes(100), "", None),
        (b"colour;size\nred;5\n", "", None),
        (gzip.compress(b"customer_no,kind,name\n" * 9)[:-9], "?kind=customers", None),
        ("code,name".encode("utf-16"), "", "utf_16"),
    ],
    # The content of a gzip file holds the time, which must not stand in a test's name.
    ids=["empty", "old_excel", "broken_zip", "unknown_kind", "broken_gzip", "utf_16"],
)
async def test_an_unreadable_file_is_a_problem(
    office: Any, content: bytes, query: str, reason: str | None
) -> None:
    answer = await office.call("POST", f"/imports{query}", content=content, headers={**CSV, **ENGLISH})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "import.file_unreadable"
    assert reason in (None, problem["context"]["reason"])
    assert problem["context"]["problem"] in problem["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "?kind=cats",
        "?strict=1",
        "?file_name=",
        "?file_name=a%00b",
        f"?source={'x' * 65}",
        "?source=a%20b",
        "?colour=red",
    ],
)
async def test_parameters_are_checked(office: Any, query: str) -> None:
    found = await office.problem("POST", f"/imports{query}", content=CUSTOMERS.encode(), headers=CSV)
    assert found == (400, "validation.failed")


async def test_a_file_other_than_promised_is_refused(office: Any) -> None:
    headers = {**CSV, "Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}
    found = await office.problem("POST", "/imports", content=CUSTOMERS.encode(), headers=headers)
    assert found == (409, "upload.hash_differs")


async def test_importing_needs_its_scope_and_a_known_person(office: Any) -> None:
    reader = await office.with_scopes("imports:read", "events:write")
    found = await reader.problem("POST", "/imports", content=CUSTOMERS.encode(), headers=CSV)
    assert found == (403, "auth.scope_missing")
    headers = {**CSV, "On-Behalf-Of": "nobody"}
    found = await office.problem("POST", "/imports", content=CUSTOMERS.encode(), headers=headers)
    assert found == (404, "staff.not_found")
