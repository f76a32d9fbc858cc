"""Work orders, suggestions and plans of improvements over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

DUE = "2026-03-13T18:00:00+08:00"
TASK = {"staff_no": "H1", "units": ["JN"], "department": "理赔部", "task": "核对赔款", "due_by": DUE}


async def opened(office: Any, case_class: str = "problem", unit: str = "SD") -> dict[str, Any]:
    body = {
        "staff_no": "H1",
        "case_class": case_class,
        "unit": unit,
        "subject": "测试",
        "plugin": "critical_illness",
    }
    return await office.post("/cases", body, status=201)  # type: ignore[no-any-return]


async def test_pc_4_a_work_order_is_answered_returned_and_accepted(office: Any) -> None:
    case = await opened(office)
    path = f"/cases/{case['id']}"
    sent = await office.post(f"{path}/work-orders", TASK)
    (order,) = sent["work_orders"]
    assert (order["unit"], order["department"], order["status"]) == ("JN", "理赔部", "sent")
    assert (order["case_number"], order["number"], order["overdue"]) == (case["number"], 1, False)
    assert "核对赔款" not in str(sent)
    solution = {"staff_no": "H1", "solution": "已办"}
    assert await office.problem("POST", f"{path}/solve", solution) == (409, "case.work_orders_open")
    orders = f"/work-orders/{order['id']}"
    await office.post(f"{orders}/answer", {"staff_no": "H5", "answer": "赔款已到账"})
    body = {"staff_no": "H1", "reason": "未说明时间", "due_by": "2026-03-14T18:00:00+08:00"}
    back = await office.post(f"{orders}/return", body)
    assert (back["work_orders"][0]["status"], back["work_orders"][0]["returned"]) == ("sent", 1)
    await office.post(f"{orders}/answer", {"staff_no": "H5", "answer": "赔款于3月11日到账"})
    assert await office.problem("POST", f"{orders}/accept", {"staff_no": "H5"}) == (403, "staff.outside_unit")
    accepted = await office.post(f"{orders}/accept", {"staff_no": "H1"})
    assert accepted["work_orders"][0]["status"] == "accepted"
    assert await office.problem("POST", f"{orders}/cancel", {"staff_no": "H1", "reason": "x"}) == (
        409,
        "state.conflict",
    )
    await office.post(f"{path}/solve", solution)
    revealed = await office.post(f"{path}/reveal", {"reason": "复核工单办理过程"})
    assert "赔款于3月11日到账" in [entry["text"] for entry in revealed["entries"]]


async def test_ci_6_a_plan_is_followed_through_all_branches_at_once(office: Any) -> None:
    finding = await opened(office)
    proposed = await opened(office, "improvement_plan", "JN")
    assert (proposed["origin"], proposed["unit"]) == ("JN", "SD"), "a city proposes, the province plans"
    path = f"/cases/{proposed['id']}"
    body = {"staff_no": "H1", "case_ids": [finding["id"]]}
    assert await office.problem("POST", f"/cases/{finding['id']}/findings", body) == (409, "case.not_a_plan")
    await office.post(f"{path}/findings", body)
    found = (await office.get("/cases", params={"plan_id": proposed["id"]}))["items"]
    assert [(case["id"], case["plan_id"]) for case in found] == [(finding["id"], proposed["id"])]
    await office.post(f"{path}/work-orders", {**TASK, "units": ["JN", "SD", "JN"]})
    asked = {"case_id": proposed["id"], "status": "sent", "overdue": "false"}
    items = (await office.get("/work-orders", params={**asked, "order": "asc"}))["items"]
    assert [item["unit"] for item in items] == ["JN", "SD"]
    (mine,) = (await office.get("/work-orders", params={**asked, "unit": "JN"}))["items"]
    assert mine["case_class"] == "improvement_plan"
    for item in items:
        await office.post(f"/work-orders/{item['id']}/answer", {"staff_no": "H1", "answer": "已整改"})
        await office.post(f"/work-orders/{item['id']}/accept", {"staff_no": "H1"})
    await office.post(f"{path}/solve", {"staff_no": "H1", "solution": "措施已落实"})
    assert await office.problem("POST", f"{path}/close", {"staff_no": "H2"}) == (409, "case.effect_missing")
    body = {"staff_no": "H1", "effect": "achieved", "text": "同类问题不再出现"}
    assert (await office.post(f"{path}/effect", body))["effect"] == "achieved"
    assert (await office.post(f"{path}/close", {"staff_no": "H2"}))["status"] == "closed"


async def test_care_3_a_suggestion_is_decided_with_a_reason(office: Any) -> None:
    case = await opened(office, "suggestion")
    path = f"/cases/{case['id']}"
    assert case["kind"] == "suggestion"
    solution = {"staff_no": "H1", "solution": "已答复"}
    assert await office.problem("POST", f"{path}/solve", solution) == (409, "case.undecided")
    body = {"staff_no": "H1", "decision": "declined", "reason": "与监管要求不符"}
    decided = await office.post(f"{path}/decide", body)
    assert (decided["decision"], decided["entries"][-1]["kind"]) == ("declined", "declined")
    assert "与监管要求不符" not in str(decided)
    assert (await office.post(f"{path}/solve", solution))["status"] == "solved"
    problem = await opened(office)
    assert await office.problem("POST", f"/cases/{problem['id']}/decide", body) == (
        409,
        "case.not_a_suggestion",
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"units": ["XX"]}, (404, "not_found")),
        ({"units": []}, (400, "validation.failed")),
        ({"due_by": "2026-03-10T09:00:00+08:00"}, (409, "work_order.due_invalid")),
        ({"task": " "}, (400, "validation.failed")),
        ({"staff_no": "C01"}, (403, "staff.not_permitted")),
    ],
)
async def test_what_a_work_order_can_not_be(
    office: Any, change: dict[str, Any], refusal: tuple[int, str]
) -> None:
    case = await opened(office)
    assert await office.problem("POST", f"/cases/{case['id']}/work-orders", {**TASK, **change}) == refusal


async def test_work_orders_are_a_tenants_own_and_need_their_scope(office: Any, offices: Any) -> None:
    case = await opened(office)
    sent = await office.post(f"/cases/{case['id']}/work-orders", TASK)
    reader = await office.with_scopes("cases:read")
    for id in (sent["work_orders"][0]["id"], str(uuid4())):
        for step, body in (
            ("answer", {"answer": "说明"}),
            ("accept", {}),
            ("return", {"reason": "说明", "due_by": DUE}),
            ("cancel", {"reason": "说明"}),
        ):
            path, body = f"/work-orders/{id}/{step}", {"staff_no": "H1", **body}
            assert await offices[1].problem("POST", path, body) == (404, "not_found")
            assert await reader.problem("POST", path, body) == (403, "auth.scope_missing")
    assert (await offices[1].get("/work-orders"))["items"] == []
