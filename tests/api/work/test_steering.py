"""Stopping and recalling over HTTP: who may, what is shown, and that no other tenant sees it (ASK)."""

from typing import Any

import pytest
from huifang_core.units import Staff
from huifang_tenants.stores import organisation

LEAD, CHECKS = "T1", "T2"


@pytest.fixture(scope="module", autouse=True)
async def leaders(office: Any) -> None:
    """Somebody who leads the callers, and a compliance officer."""
    async with office.scope() as opened:
        await organisation.save_staff(
            opened,
            (
                Staff(LEAD, "张T1", "SD", ("team_leader",)),
                Staff(CHECKS, "张T2", "SD", ("compliance_officer",)),
            ),
        )


async def test_the_stop_button(office: Any, new_contract: Any) -> None:
    await new_contract("T1")
    body = {"plugin": "shandong_life", "channel": "phone", "reason": "话术有误", "staff_no": LEAD}
    stopped = await office.post("/stops", body, status=201)
    assert await office.post("/queue/claim", {"staff_no": "C01"}, status=204) is None
    held = await office.get("/queue/held-back", params={"staff_no": "C01"})
    assert (held["stopped"], held["without_script"]) == (1, 0)
    standing = (await office.get("/stops", params={"standing": True}))["items"]
    assert [(one["id"], one["stopped_by"], one["lifted_at"]) for one in standing] == [
        (stopped["id"], LEAD, None)
    ]
    alarms = (await office.get("/alarms", params={"kind": "work_stopped"}))["items"]
    assert alarms[0]["details"]["reason"] == "话术有误"
    lifted = await office.post(f"/stops/{stopped['id']}/lift", {"reason": "已更正", "staff_no": LEAD})
    assert (lifted["lifted_by"], lifted["lift_reason"]) == (LEAD, "已更正")
    assert (await office.get("/stops", params={"standing": True}))["items"] == []
    assert await office.get(f"/stops/{stopped['id']}") == lifted
    await office.post("/queue/claim", {"staff_no": "C01"})
    await office.post("/queue/return", {"staff_no": "C01"})


async def test_a_contact_of_stopped_work_is_refused_with_the_reason(office: Any, new_contract: Any) -> None:
    await new_contract("T2")
    work = await office.post("/queue/claim", {"staff_no": "C02"})
    stopped = await office.post("/stops", {"reason": "监管检查期间暂停"}, status=201)
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C02"}
    answer = await office.call("POST", "/contacts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "contact.stopped")
    assert "监管检查期间暂停" in answer.json()["detail"]
    await office.post(f"/stops/{stopped['id']}/lift", {"reason": "检查结束"})
    assert await office.problem("POST", f"/stops/{stopped['id']}/lift", {"reason": "再次"}) == (
        409,
        "state.conflict",
    )
    await office.post("/queue/return", {"staff_no": "C02"})


async def test_a_recall_is_previewed_then_done_then_lifted(office: Any, new_contract: Any) -> None:
    await new_contract("T3")
    wanted = {"rule": "new_contract", "contract_nos": ["T3"]}
    preview = await office.post("/recalls/preview", wanted)
    assert (preview["count"], preview["by_status"]) == (1, {"open": 1})
    (sample,) = preview["sample"]
    assert (sample["contract_no"], sample["status"]) == ("T3", "open")
    body = {"filter": wanted, "expected": 1, "reason": "参数设错", "staff_no": CHECKS}
    made = await office.post("/recalls", body, status=201)
    assert (made["recalled"], made["wanted"], made["recalled_by"]) == (1, wanted, CHECKS)
    obligation = await office.get(f"/obligations/{sample['id']}")
    assert (obligation["status"], obligation["status_reason"]) == ("cancelled", f"recalled:{made['id']}")
    again = {**body, "expected": 1}
    assert await office.problem("POST", "/recalls", again) == (409, "recall.count_differs")
    lifted = await office.post(f"/recalls/{made['id']}/lift", {"reason": "参数已更正", "staff_no": CHECKS})
    assert lifted["lifted_by"] == CHECKS
    assert await office.get(f"/recalls/{made['id']}") == lifted
    assert (await office.get("/recalls", params={"standing": True}))["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("/stops", {"reason": "x"}, (400, "validation.failed")),
        ("/stops", {"reason": "话术有误", "staff_no": "C01"}, (403, "staff.not_permitted")),
        ("/stops", {"reason": "话术有误", "plugin": "no"}, (404, "not_found")),
        ("/stops", {"reason": "话术有误", "channel": "pigeon"}, (400, "validation.failed")),
        ("/recalls/preview", {}, (400, "recall.without_filter")),
        (
            "/recalls",
            {"filter": {}, "expected": 0, "reason": "参数设错"},
            (400, "recall.without_filter"),
        ),
        (
            "/recalls",
            {"filter": {"rule": "lapse"}, "expected": 0, "reason": "参数设错", "staff_no": LEAD},
            (403, "staff.not_permitted"),
        ),
    ],
)
async def test_what_is_refused(office: Any, path: str, body: Any, refusal: tuple[int, str]) -> None:
    assert await office.problem("POST", path, body) == refusal


async def test_another_tenants_stops_and_recalls_are_not_there(office: Any, other_office: Any) -> None:
    stopped = await office.post("/stops", {"reason": "话术有误", "script": None}, status=201)
    lift = {"reason": "别家的"}
    assert await other_office.problem("POST", f"/stops/{stopped['id']}/lift", lift) == (404, "not_found")
    assert await other_office.problem("GET", f"/recalls/{stopped['id']}") == (404, "not_found")
    assert (await other_office.get("/stops"))["items"] == []
    await office.post(f"/stops/{stopped['id']}/lift", lift)
    reader = await office.with_scopes("obligations:read")
    assert await reader.problem("POST", "/stops", {"reason": "话术有误"}) == (403, "auth.scope_missing")
