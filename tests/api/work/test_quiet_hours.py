"""Outside calling hours no call is given out or begun, and what that holds back is shown (REG-7)."""

from datetime import datetime, timedelta, timezone
from typing import Any

NIGHT = datetime(2026, 3, 10, 21, 30, tzinfo=timezone(timedelta(hours=8)))


async def test_at_night_no_call_is_given_out_or_begun(office: Any, new_contract: Any) -> None:
    await new_contract("N1")
    await new_contract("N2")
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    await office.api.world.registry.set_test_clock(office.tenant.id, NIGHT)
    assert await office.post("/queue/claim", {"staff_no": "C02"}, status=204) is None
    held_back = await office.get("/queue/held-back", params={"staff_no": "C02"})
    assert held_back == {
        "opens_at": "2026-03-11T01:00:00Z",
        "waiting": 1,
        "due_before_opening": 0,
        "without_script": 0,
        "overdue_without_script": 0,
        "script_not_filed": 0,
        "stopped": 0,
        "overdue_stopped": 0,
        "not_given_out": 0,
        "overdue_not_given_out": 0,
        "not_wanted": 0,
        "too_often": 0,
        "calls_used_up": 0,
        "free_at": None,
        "shares": [],
        "waiting_for_case": 0,
        "not_contactable": 0,
    }
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
    answer = await office.call("POST", "/contacts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "contact.quiet_hours")
    prepared = await office.post("/contacts", {**body, "dialled": False}, status=201)
    path = f"/contacts/{prepared['contact_id']}"
    assert await office.problem("POST", f"{path}/dial") == (409, "contact.quiet_hours")
    assert await office.problem("GET", "/queue/held-back?staff_no=nobody") == (404, "staff.not_found")
