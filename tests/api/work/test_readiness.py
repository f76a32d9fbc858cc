"""Trainings, callback policies and departments over HTTP: recorded, corrected, listed, and what they change (SD-3)."""

import base64
import csv
import hashlib
import io
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

ENGLISH = {"Accept-Language": "en"}
PDF = b"%PDF-1.4\n% a policy\n" + bytes(range(256)) * 40
TRAINING = {
    "staff_no": "N1",
    "course": "回访合规",
    "held_on": "2026-03-05",
    "passed": True,
    "valid_until": "2027-03-31",
    "trainer": "钱讲师",
}
POLICY = {
    "title": "客户回访管理办法",
    "version": "2026-1",
    "approved_on": "2026-01-15",
    "in_force_from": "2026-02-01",
}
DEPARTMENT = {"name": "客户服务部回访中心", "posts": 8, "head": "C01"}


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


async def unit(office: Any, code: str) -> dict[str, Any]:
    [found] = (await office.get("/units", params={"code": code}))["items"]
    detail: dict[str, Any] = await office.get(f"/units/{found['id']}")
    return detail


async def actions(office: Any, subject_id: str) -> list[str]:
    found = await office.get("/ledger", params={"subject_id": subject_id, "order": "asc"})
    return [item["action"] for item in found["items"]]


async def test_whoever_is_untrained_is_told_what_to_do_and_works_after_it(
    office: Any, new_contract: Any
) -> None:
    """SD-3: an untrained person can't be assigned calls."""
    await new_contract("T1")
    for language, words in (("en", "`POST /api/v1/trainings`"), ("zh-CN", "登记一次合格的培训")):
        refused = await office.call(
            "POST", "/queue/claim", {"staff_no": "N1"}, headers={"Accept-Language": language}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "staff.untrained")
        assert words in refused.json()["detail"]
        assert "None" not in refused.json()["detail"]
    failed = await office.post("/trainings", {**TRAINING, "passed": False}, status=201)
    assert (failed["status"], failed["trained_until"]) == ("recorded", None)
    assert await office.problem("POST", "/queue/claim", {"staff_no": "N1"}) == (403, "staff.untrained")

    passed = await office.call("POST", "/trainings", TRAINING, headers={"On-Behalf-Of": "H1"})
    assert passed.status_code == 200, passed.text
    found = passed.json()
    assert (found["status"], found["trained_until"], found["id"]) == ("corrected", "2027-03-31", failed["id"])
    assert (found["trainer"], found["recorded_by"], found["unit"]) == ("钱**", "H1", "SD")
    assert passed.headers["location"] == f"/api/v1/trainings/{found['id']}"
    assert (await office.post("/trainings", TRAINING))["status"] == "unchanged"
    claimed = await office.call("POST", "/queue/claim", {"staff_no": "N1"})
    assert claimed.status_code == 200
    await office.post("/queue/return", {"staff_no": "N1"})

    [person] = (await office.get("/staff", params={"staff_no": "N1"}))["items"]
    detail = await office.get(f"/staff/{person['id']}")
    assert (detail["is_trained"], detail["trained_until"]) == (True, "2027-03-31")
    [on_record] = detail["trainings"]
    assert on_record == await office.get(f"/trainings/{found['id']}")
    assert await actions(office, found["id"]) == ["training.recorded", "training.corrected"]
    [listed] = (await office.get("/trainings", params={"staff_no": "N1", "unit": "HO"}))["items"]
    assert listed == on_record


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"held_on": "2026-03-11"}, {("/held_on", "invalid")}),
        ({"valid_until": None}, {("/valid_until", "missing")}),
        ({"valid_until": "2026-03-04"}, {("/valid_until", "invalid")}),
        ({"course": "", "passed": "yes?"}, {("/course", "missing"), ("/passed", "wrong_type")}),
        ({"colour": "red"}, {("/colour", "unknown")}),
        ({"trainer": "a\0b"}, {("/trainer", "wrong_format")}),
    ],
)
async def test_every_fault_of_a_training_is_told(
    office: Any, changes: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    answer = await office.call("POST", "/trainings", {**TRAINING, "staff_no": "C01", **changes})
    assert answer.status_code == 400, answer.text
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} == faults
    assert (await office.get("/trainings", params={"staff_no": "C01"}))["items"] == []


async def test_a_training_of_nobody_is_refused(office: Any) -> None:
    answer = await office.call("POST", "/trainings", {**TRAINING, "staff_no": "X9"}, headers=ENGLISH)
    assert (answer.status_code, answer.json()["code"]) == (404, "staff.not_found")
    assert "X9" in answer.json()["detail"]


async def test_a_unit_has_the_versions_of_its_policy_and_the_one_in_force_counts(office: Any) -> None:
    """SD-3: the written policy is shown per unit."""
    sd = await unit(office, "SD")
    assert (sd["policy_on_file"], sd["callback_policies"]) == (False, [])
    path = f"/units/{sd['id']}/callback-policies"
    coming = await office.post(
        path, {**POLICY, "version": "2026-2", "in_force_from": "2026-04-01"}, status=201
    )
    assert (coming["status"], coming["in_force"], coming["unit"]) == ("recorded", False, "SD")
    assert (await unit(office, "SD"))["policy_on_file"] is False
    first = await office.post(path, POLICY, status=201)
    assert (first["in_force"], first["document"], first["warnings"]) == (True, None, [])
    assert (await office.post(path, POLICY))["status"] == "unchanged"
    corrected = await office.post(path, {**POLICY, "title": "客户回访管理办法(试行)", "unit": "SD"})
    assert (corrected["status"], corrected["id"]) == ("corrected", first["id"])
    listed = (await office.get(path))["items"]
    assert [(one["version"], one["in_force"]) for one in listed] == [("2026-2", False), ("2026-1", True)]
    now = await unit(office, "SD")
    assert (now["policy_on_file"], now["callback_policies"]) == (True, listed)
    assert await actions(office, sd["id"]) == [
        "callback_policy.recorded",
        "callback_policy.recorded",
        "callback_policy.corrected",
    ]


async def test_what_looks_wrong_with_a_policy_is_told(office: Any) -> None:
    ho = await unit(office, "HO")
    path = f"/units/{ho['id']}/callback-policies"
    recorded = await office.post(path, {**POLICY, "in_force_from": "2026-01-01"}, status=201, headers=ENGLISH)
    [warning] = recorded["warnings"]
    assert (warning["pointer"], warning["message"]) == (
        "/in_force_from",
        "is before approved_on: check both",
    )
    for change, pointer in (
        ({"unit": "SD"}, "/unit"),
        ({"in_force_until": "2026-01-31"}, "/in_force_until"),
        ({"approved_on": "2026-03-11"}, "/approved_on"),
    ):
        answer = await office.call("POST", path, {**POLICY, "version": "9", **change})
        assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (400, [pointer])
    assert len((await office.get(path))["items"]) == 1


async def test_the_document_of_a_policy_is_hashed_and_comes_back_as_it_was(office: Any) -> None:
    jn = await unit(office, "JN")
    policy = await office.post(f"/units/{jn['id']}/callback-policies", POLICY, status=201)
    path = f"/units/{jn['id']}/callback-policies/{policy['id']}/document"
    assert await office.problem("GET", path) == (404, "not_found")
    other = b"%PDF-1.7 another"
    for content in (other, PDF):
        answer = await office.call(
            "PUT",
            path,
            content=content,
            headers={"Content-Type": "application/pdf", "Content-Digest": digest(content)},
        )
        assert answer.status_code == 200, answer.text
        document = answer.json()["document"]
        assert document["sha256"] == hashlib.sha256(content).hexdigest()
        assert (document["content_type"], document["size_bytes"]) == ("application/pdf", len(content))
    read = await office.call("GET", path)
    assert (read.status_code, read.content) == (200, PDF)
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["repr-digest"] == digest(PDF)
    # A correction of the version keeps its document.
    corrected = await office.post(f"/units/{jn['id']}/callback-policies", {**POLICY, "title": "回访管理办法"})
    assert corrected["document"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    entries = (await office.get("/ledger", params={"subject_id": jn["id"]}))["items"]
    replaced = [e["details"] for e in entries if e["action"] == "callback_policy.document_stored"]
    assert [d["replaces"] for d in replaced] == [hashlib.sha256(other).hexdigest(), None]


@pytest.mark.parametrize(
    ("content", "headers", "refusal"),
    [
        (b"MZ not a paper", {}, (415, "evidence.type_not_allowed")),
        (PDF, {"Content-Type": "image/png"}, (415, "evidence.type_contradicts")),
        (PDF, {"Content-Digest": digest(b"something else")}, (409, "evidence.hash_differs")),
        (PDF, {"Content-Length": str(51 * 2**20)}, (413, "evidence.too_large")),
    ],
)
async def test_a_document_that_is_refused_changes_nothing(
    office: Any, content: bytes, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    qd = await unit(office, "QD")
    policy = await office.call("POST", f"/units/{qd['id']}/callback-policies", POLICY)
    path = f"/units/{qd['id']}/callback-policies/{policy.json()['id']}/document"
    found = await office.problem(
        "PUT", path, content=content, headers={"Content-Type": "application/pdf", **headers}
    )
    assert found == refusal
    [kept] = (await office.get(f"/units/{qd['id']}/callback-policies"))["items"]
    assert kept["document"] is None


async def test_a_unit_has_its_department_in_place_of_the_one_before(office: Any) -> None:
    """CI-5: its head is who is responsible there."""
    sd = await unit(office, "SD")
    path = f"/units/{sd['id']}/callback-department"
    first = await office.call("PUT", path, DEPARTMENT)
    assert (first.status_code, first.json()) == (
        200,
        {**DEPARTMENT, "unit": "SD", "until": None, "status": "recorded"},
    )
    assert (await office.call("PUT", path, DEPARTMENT)).json()["status"] == "unchanged"
    assert (await unit(office, "SD"))["callback_department"] == DEPARTMENT["name"]
    closed = await office.call("PUT", path, {**DEPARTMENT, "until": "2026-03-09"})
    assert closed.json()["status"] == "corrected"
    now = await unit(office, "SD")
    assert (now["callback_department"], now["department"]["until"]) == (None, "2026-03-09")
    assert await office.problem("PUT", path, {**DEPARTMENT, "head": "X9"}) == (404, "staff.not_found")
    assert await office.problem("PUT", path, {**DEPARTMENT, "posts": 0}) == (400, "validation.failed")
    assert (await office.call("PUT", path, DEPARTMENT)).json()["status"] == "corrected"


async def test_units_of_nobody_and_of_others_are_not_found(office: Any, other_office: Any) -> None:
    sd = await unit(office, "SD")
    policies = (await office.get(f"/units/{sd['id']}/callback-policies"))["items"]
    for who, id in ((office, str(uuid4())), (other_office, sd["id"])):
        assert await who.problem("GET", f"/units/{id}/callback-policies") == (404, "not_found")
        assert await who.problem("POST", f"/units/{id}/callback-policies", POLICY) == (404, "not_found")
        assert await who.problem("PUT", f"/units/{id}/callback-department", DEPARTMENT) == (404, "not_found")
        path = f"/units/{id}/callback-policies/{policies[0]['id'] if policies else uuid4()}/document"
        assert await who.problem("PUT", path, content=PDF) == (404, "not_found")
        assert await who.problem("GET", path) == (404, "not_found")


async def test_writing_needs_its_scope(office: Any) -> None:
    reader = await office.with_scopes("organisation:read")
    sd = await unit(office, "SD")
    for method, path, body in (
        ("POST", "/trainings", TRAINING),
        ("POST", f"/units/{sd['id']}/callback-policies", POLICY),
        ("PUT", f"/units/{sd['id']}/callback-department", DEPARTMENT),
    ):
        assert await reader.problem(method, path, body) == (403, "auth.scope_missing")


async def test_files_feed_the_readiness_report_in_every_form(office: Any) -> None:
    """SD-3: policy on file, department, posts and staff against the work due, trained share."""
    files = {
        "callback_policies": "unit,title,version,approved_on,in_force_from\nQD,回访办法,1,2026-01-01,2026-01-01\n",
        "callback_departments": "unit,name,posts,head\nQD,回访中心,3,\n",
        "staff": "staff_no,name,unit,roles\nQ1,青一,QD,caller\nQ2,青二,QD,caller\n",
        "trainings": "staff_no,course,held_on,passed,valid_until\nQ1,回访合规,2026-03-01,true,2026-12-31\n",
    }
    for kind, content in files.items():
        answer = await office.call(
            "POST", "/imports", content=content.encode(), headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
        assert (answer.json()["kind"], answer.json()["refused"]) == (kind, 0)
    path = "/reports/core/organisation_readiness"
    period = {"from": "2026-03-01", "to": "2026-03-31", "unit": "QD"}
    [table] = (await office.get(path, params=period))["tables"]
    [row] = table["rows"]
    figures = dict(zip((measure["id"] for measure in table["measures"]), row["values"], strict=True))
    wanted = {
        "policy_on_file": 1, "callback_department": 1, "department_missing": 0, "posts": 3, "workers": 2,
        "posts_short": 1, "trained": 1, "trained_share": "0.500000",
    }  # fmt: skip
    assert {name: figures[name] for name in wanted} == wanted
    sheet = await office.call(
        "GET", path, params={**period, "format": "csv", "table": "units"}, headers=ENGLISH
    )
    [headings, cells, _] = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    written = dict(zip(headings, cells, strict=True))
    assert (written["Posts"], written["Trained"], written["Trained share"]) == ("3", "1", "0.500000")
    book = await office.call("GET", path, params={**period, "format": "xlsx"}, headers=ENGLISH)
    [headings, cells, *_] = (
        CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(1).to_python()
    )
    written = dict(zip(headings, cells, strict=True))
    assert (written["Posts"], written["Trained"], written["Trained share"]) == (3, 1, 0.5)
