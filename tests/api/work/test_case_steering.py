"""Steering cases over HTTP: routed by class, handed up and down, classified, paused and resumed."""

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
async def case(office: Any) -> dict[str, Any]:
    body = {
        "staff_no": "H1",
        "case_class": "explanation_item",
        "unit": "JN",
        "subject": "投保单签名待补",
        "plugin": "shandong_life",
    }
    return await office.post("/cases", body, status=201)  # type: ignore[no-any-return]


async def test_a_case_says_where_it_belongs_and_how_its_time_is_counted(
    office: Any, case: dict[str, Any]
) -> None:
    assert (case["origin"], case["unit"], case["counted_in"]) == ("JN", "JN", "working_days")
    assert (case["paused_until"], case["escalated_to"]) == (None, None)
    serious = await office.post(
        "/cases",
        {
            "staff_no": "H1",
            "case_class": "explanation_item",
            "unit": "JN",
            "subject": "测试",
            "plugin": "shandong_life",
            "severity": 4,
        },
        status=201,
    )
    assert (serious["origin"], serious["unit"]) == ("JN", "SD"), "CI-4: the most serious go up"


async def test_sd_2_a_case_goes_up_and_down_and_its_history_says_so(
    office: Any, case: dict[str, Any]
) -> None:
    path = f"/cases/{case['id']}"
    up = await office.post(f"{path}/hand-over", {"staff_no": "H5", "to": "SD", "reason": "需分公司协调"})
    assert (up["unit"], up["origin"], up["due_by"]) == ("SD", "JN", case["due_by"])
    down = await office.post(f"{path}/hand-over", {"staff_no": "H1", "to": "JN", "reason": "由中支上门"})
    assert [(e["kind"], e["details"]) for e in down["entries"][1:]] == [
        ("handed_up", {"from": "JN", "to": "SD"}),
        ("handed_down", {"from": "SD", "to": "JN"}),
    ]
    assert "需分公司协调" not in str(down)
    body = {"staff_no": "H1", "to": "QD", "reason": "测试"}
    answer = await office.call("POST", f"{path}/hand-over", body, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (409, "case.unit_not_in_line")
    assert "neither above nor below JN" in answer.json()["detail"]


async def test_sd_4_a_case_is_put_into_another_class(office: Any, case: dict[str, Any]) -> None:
    path = f"/cases/{case['id']}/classify"
    body = {"staff_no": "H5", "case_class": "mis_selling", "reason": "核实后属于销售误导"}
    found = await office.post(path, body)
    assert (found["case_class"], found["severity"], found["unit"]) == ("mis_selling", 3, "SD")
    assert found["entries"][1]["details"] == {
        "case_class": "mis_selling",
        "severity": 3,
        "before": "explanation_item",
    }
    assert await office.problem("POST", path, {**body, "staff_no": "H1", "case_class": "x"}) == (
        400,
        "case.class_unknown",
    )
    assert await office.problem("POST", path, {**body, "staff_no": "H5"}) == (403, "staff.outside_unit")


async def test_a_case_is_paused_with_a_reason_and_an_end(office: Any, case: dict[str, Any]) -> None:
    path = f"/cases/{case['id']}"
    body = {"staff_no": "H5", "until": "2026-03-16T09:00:00+08:00", "reason": "客户出差"}
    paused = await office.post(f"{path}/pause", body)
    assert (paused["paused_until"], paused["status"]) == ("2026-03-16T01:00:00Z", "open")
    assert await office.problem("POST", f"{path}/pause", body) == (409, "state.conflict")
    resumed = await office.post(f"{path}/resume", {"staff_no": "H5"})
    assert (resumed["paused_until"], resumed["due_by"]) == (None, case["due_by"]), "within one day"
    assert await office.problem("POST", f"{path}/resume", {"staff_no": "H5"}) == (409, "state.conflict")
    far = {**body, "until": "2026-06-01T09:00:00+08:00"}
    assert await office.problem("POST", f"{path}/pause", far) == (409, "case.pause_invalid")
    assert await office.problem("POST", f"{path}/pause", {**body, "until": "2026-03-16"}) == (
        400,
        "validation.failed",
    )


async def test_steering_needs_its_scope_and_a_case_of_ones_own(
    office: Any, other_office: Any, case: dict[str, Any]
) -> None:
    bodies = {
        "hand-over": {"to": "SD", "reason": "说明"},
        "classify": {"case_class": "inquiry", "reason": "说明"},
        "pause": {"until": "2026-03-16T09:00:00+08:00", "reason": "说明"},
        "resume": {},
    }
    reader = await office.with_scopes("cases:read")
    for step, body in bodies.items():
        body = {"staff_no": "H1", **body}
        assert await reader.problem("POST", f"/cases/{case['id']}/{step}", body) == (
            403,
            "auth.scope_missing",
        )
        assert await office.problem("POST", f"/cases/{uuid4()}/{step}", body) == (404, "not_found")
        assert await other_office.problem("POST", f"/cases/{case['id']}/{step}", body) == (404, "not_found")
