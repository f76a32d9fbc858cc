"""The life of a case over HTTP: opened by an answer or by hand, assigned, solved, closed by somebody else, reopened."""

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
async def case(office: Any) -> dict[str, Any]:
    body = {
        "staff_no": "H1",
        "case_class": "explanation_item",
        "unit": "JN",
        "subject": "客户来电反映未收到保单",
        "plugin": "shandong_life",
    }
    return await office.post("/cases", body, status=201)  # type: ignore[no-any-return]


async def test_a_case_opened_by_hand_is_due_by_its_class(office: Any, case: dict[str, Any]) -> None:
    assert (case["status"], case["severity"], case["unit"]) == ("open", case["severity"], "JN")
    assert case["severity"] in (1, 2, 3, 4)
    assert case["due_by"] > "2026-03-10"
    assert [(e["kind"], e["on_behalf_of"]) for e in case["entries"]] == [("opened", "H1")]
    answer = await office.call(
        "POST",
        "/cases",
        {"staff_no": "H1", "case_class": "other", "unit": "SD", "subject": "内部检查发现", "severity": 4},
    )
    free = answer.json()
    assert answer.headers["location"] == f"/api/v1/cases/{free['id']}"
    assert (free["plugin"], free["severity"], free["due_by"]) == (None, 4, None)


async def test_the_life_of_a_case(office: Any, case: dict[str, Any]) -> None:
    path = f"/cases/{case['id']}"
    assigned = await office.post(f"{path}/assign", {"staff_no": "H1", "to": "H2"})
    assert (assigned["status"], assigned["assignee"]) == ("assigned", "H2")
    commented = await office.post(f"{path}/comment", {"staff_no": "H2", "text": "已联系客户"})
    assert commented["status"] == "assigned"
    assert await office.problem("POST", f"{path}/close", {"staff_no": "H1"}) == (409, "state.conflict")
    solved = await office.post(f"{path}/solve", {"staff_no": "H2", "solution": "保单已重新寄出"})
    assert (solved["status"], solved["solved_by"]) == ("solved", "H2")
    assert await office.problem("POST", f"{path}/close", {"staff_no": "H2"}) == (409, "case.closed_by_solver")
    assert await office.problem("POST", f"{path}/assign", {"staff_no": "H1", "to": "H1"}) == (
        409,
        "state.conflict",
    )
    closed = await office.post(f"{path}/close", {"staff_no": "H1"})
    assert (closed["status"], closed["closed_at"] is not None) == ("closed", True)
    assert await office.problem("POST", f"{path}/solve", {"staff_no": "H2", "solution": "再"}) == (
        409,
        "state.conflict",
    )
    again = await office.post(f"{path}/reopen", {"staff_no": "H1", "reason": "客户仍未收到"})
    assert (again["status"], again["reopened"], again["solved_by"]) == ("open", 1, None)
    assert await office.problem("POST", f"{path}/reopen", {"staff_no": "H1", "reason": "x"}) == (
        409,
        "state.conflict",
    )
    kinds = [entry["kind"] for entry in again["entries"]]
    assert kinds == ["opened", "assigned", "commented", "solved", "closed", "reopened"]
    assert "已联系客户" not in str(again)
    revealed = await office.post(f"{path}/reveal", {"reason": "复核问题件处理过程"})
    assert "已联系客户" in [entry["text"] for entry in revealed["entries"]]


async def test_a_case_from_an_answer_is_worked_the_same_way(
    office: Any, new_contract: Any, play: Any
) -> None:
    await new_contract("Q1")
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
    standing = await play(await office.post("/contacts", body, status=201), {"exclusions": "not_understood"})
    await office.post(f"/contacts/{standing['contact_id']}/outcome", {"outcome": "completed"})
    (case,) = (await office.get("/cases", params={"contract_no": "Q1"}))["items"]
    assert case["step"] == "exclusions"
    solved = await office.post(f"/cases/{case['id']}/solve", {"staff_no": "H1", "solution": "已当面讲解"})
    assert solved["status"] == "solved"


async def test_sd_4_a_complaint_is_closed_after_the_customer_was_called(
    office: Any, new_contract: Any
) -> None:
    await new_contract("Q9")
    body = {
        "staff_no": "H1",
        "case_class": "complaint",
        "unit": "JN",
        "subject": "客户投诉",
        "plugin": "shandong_life",
        "contract_no": "Q9",
    }
    case = await office.post("/cases", body, status=201)
    assert (case["second_callback"], case["callback_result"]) == (True, None)
    await office.post(f"/cases/{case['id']}/solve", {"staff_no": "H1", "solution": "已补偿"})
    assert await office.problem("POST", f"/cases/{case['id']}/close", {"staff_no": "H2"}) == (
        409,
        "case.callback_open",
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"staff_no": "nobody"}, (404, "staff.not_found")),
        ({"unit": "XX"}, (404, "not_found")),
        ({"plugin": "nothing"}, (404, "not_found")),
        ({"plugin": "shandong_life", "case_class": "nothing"}, (400, "case.class_unknown")),
        ({"plugin": "shandong_life", "case_class": "other"}, (400, "case.class_unknown")),
        ({"case_class": "其他"}, (400, "case.class_unknown")),
        ({"case_class": "explanation_item"}, (400, "case.class_unknown")),
        ({"contract_no": "nowhere"}, (404, "not_found")),
        ({"customer_id": str(uuid4())}, (404, "not_found")),
        ({"obligation_id": str(uuid4())}, (404, "not_found")),
        ({"contact_id": str(uuid4())}, (404, "not_found")),
        ({"severity": 5}, (400, "validation.failed")),
        ({"subject": " "}, (400, "validation.failed")),
        ({"subject": "a\nb"}, (400, "validation.failed")),
        ({"due_by": "2026-03-10T09:00:00+08:00"}, (400, "validation.failed")),
        ({"due_by": "9999-12-31T23:59:59Z"}, (400, "validation.failed")),
        ({"assignee": "H1"}, (400, "validation.failed")),
    ],
)
async def test_what_a_case_can_not_be(office: Any, change: dict[str, Any], refusal: tuple[int, str]) -> None:
    body = {"staff_no": "H1", "case_class": "other", "unit": "JN", "subject": "测试", **change}
    assert await office.problem("POST", "/cases", body) == refusal


async def test_an_unknown_class_is_refused_with_the_field_and_the_known_ones(office: Any) -> None:
    body = {"staff_no": "H1", "case_class": "nothing", "unit": "JN", "subject": "测试"}
    english = {"Accept-Language": "en"}
    free = (await office.call("POST", "/cases", body, headers=english)).json()
    assert free["context"] == {"field": "/case_class", "known": ["other", "deceased", "unable"]}
    of_plugin = await office.call("POST", "/cases", {**body, "plugin": "shandong_life"}, headers=english)
    assert "explanation_item" in of_plugin.json()["context"]["known"]
    assert "/case_class" in of_plugin.json()["detail"]
    assert "explanation_item" in of_plugin.json()["detail"]
    assert [c for c in (await office.get("/cases"))["items"] if c["case_class"] == "nothing"] == []


async def test_unknown_people_and_cases(office: Any, other_office: Any, case: dict[str, Any]) -> None:
    path = f"/cases/{case['id']}"
    bodies = {
        "assign": {"to": "H2"},
        "comment": {"text": "说明"},
        "solve": {"solution": "说明"},
        "close": {},
        "reopen": {"reason": "说明"},
    }
    for step, body in bodies.items():
        assert await office.problem("POST", f"{path}/{step}", {"staff_no": "nobody", **body}) == (
            404,
            "staff.not_found",
        )
        assert await office.problem("POST", f"/cases/{uuid4()}/{step}", {"staff_no": "H1", **body}) == (
            404,
            "not_found",
        )
        assert await other_office.problem("POST", f"{path}/{step}", {"staff_no": "H1", **body}) == (
            404,
            "not_found",
        )
    body = {"staff_no": "H1", "to": "nobody"}
    assert await office.problem("POST", f"{path}/assign", body) == (409, "case.assignee_unknown")


@pytest.mark.parametrize(
    ("staff_no", "flaw", "said"),
    [
        ("C01", "not_permitted", "C01"),
        ("H3", "outside_unit", "unit QD, which is neither JN nor above it"),
        ("H4", "not_active", "until 2026-03-09"),
    ],
)
async def test_who_may_not_work_on_a_case_is_told_why(
    office: Any, case: dict[str, Any], staff_no: str, flaw: str, said: str
) -> None:
    path, english = f"/cases/{case['id']}", {"Accept-Language": "en"}
    for body, status, code in (
        ({"staff_no": staff_no, "to": "H1"}, 403, f"staff.{flaw}"),
        ({"staff_no": "H1", "to": staff_no}, 409, f"case.assignee_{flaw}"),
    ):
        answer = await office.call("POST", f"{path}/assign", body, headers=english)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert said in answer.json()["detail"].replace("the case's unit ", "")
    body = {"staff_no": staff_no, "solution": "说明"}
    assert await office.problem("POST", f"{path}/solve", body) == (403, f"staff.{flaw}")
    assert (await office.get(path))["status"] == "open"


async def test_somebody_who_has_left_opens_no_case_and_takes_no_work(office: Any) -> None:
    body = {"staff_no": "H4", "case_class": "other", "unit": "SD", "subject": "测试"}
    assert await office.problem("POST", "/cases", body) == (403, "staff.not_active")
    assert await office.problem("POST", "/queue/claim", {"staff_no": "H4"}) == (403, "staff.not_active")


async def test_working_on_cases_needs_its_scope(office: Any) -> None:
    reader = await office.with_scopes("cases:read")
    for step in ("", f"/{uuid4()}/assign", f"/{uuid4()}/comment", f"/{uuid4()}/solve", f"/{uuid4()}/close"):
        assert await reader.problem("POST", f"/cases{step}", {}) == (403, "auth.scope_missing")
