"""Over HTTP: customers who ring up, complaints in the middle of a call, relatives, and people who are not called any more."""

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
async def open_callback(office: Any, new_contract: Any) -> Any:
    """Let a contract with a number of its own be issued; return its customer and the one callback that is due."""

    async def make(number: str) -> tuple[str, str]:
        await new_contract(number)
        (obligation,) = (await office.get("/obligations", params={"contract_no": number}))["items"]
        return obligation["customer_id"], obligation["id"]

    return make


def phone(number: str) -> str:
    return f"1380013{sum(number.encode()) % 10_000:04}"


async def test_a_call_is_matched_served_and_no_attempt(office: Any, open_callback: Any, play: Any) -> None:
    customer, obligation = await open_callback("IN1")
    body = {"staff_no": "C05", "number": f"+86 {phone('IN1')}"}
    answer = await office.call("POST", "/inbound-calls", body, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    (caller,) = [c for c in answer.json()["callers"] if c["customer"]["id"] == customer]
    assert caller["customer"]["name"] == "王**"
    assert [o["id"] for o in caller["obligations"]] == [obligation]
    assert caller["obligations"][0]["reason"][0].startswith("1. ")
    assert phone("IN1") not in answer.text
    body = {"staff_no": "C05", "customer_id": customer, "number": phone("IN1")}
    answer = await office.call("POST", "/inbound-calls/contacts", body)
    standing = answer.json()
    assert (answer.status_code, standing["prompt"]["step"]) == (201, "greeting")
    assert answer.headers["location"] == f"/api/v1/contacts/{standing['contact_id']}"
    await play(standing)
    ended = await office.post(f"/contacts/{standing['contact_id']}/outcome", {"outcome": "completed"})
    assert (ended["inbound"], ended["dialled_at"], ended["number_index"]) == (True, None, 0)
    assert ended["obligations"][0]["status"] == "completed"
    assert ended["obligations"][0]["attempts"] == 0
    assert await office.problem("POST", "/inbound-calls/contacts", body) == (409, "contact.nothing_open")
    rows = (await office.get("/ledger", params={"action": "call.matched"}))["items"]
    assert rows[0]["on_behalf_of"] == "C05"
    assert phone("IN1") not in str(rows)


async def test_a_number_nobody_has_is_nobodys(office: Any, other_office: Any, open_callback: Any) -> None:
    await open_callback("IN2")
    body = {"staff_no": "C05", "number": "13712345678"}
    assert await office.post("/inbound-calls", body) == {"callers": [], "truncated": False}
    body = {"staff_no": "C05", "number": phone("IN2")}
    assert (await other_office.post("/inbound-calls", body))["callers"] == []
    unknown = {"staff_no": "C05", "customer_id": str(uuid4())}
    assert await office.problem("POST", "/inbound-calls/contacts", unknown) == (409, "contact.nothing_open")
    for staff_no, code in (
        ("V1", "staff.not_permitted"),
        ("N1", "staff.untrained"),
        ("H4", "staff.not_active"),
    ):
        assert await office.problem("POST", "/inbound-calls", {**body, "staff_no": staff_no}) == (403, code)
    reader = await office.with_scopes("customers:read")
    assert await reader.problem("POST", "/inbound-calls", body) == (403, "auth.scope_missing")


async def test_a_complaint_in_mid_call_leaves_the_script_where_it_stands(
    office: Any, open_callback: Any, play: Any
) -> None:
    customer, _ = await open_callback("IN3")
    body = {"staff_no": "C06", "customer_id": customer}
    standing = await office.post("/inbound-calls/contacts", body, status=201)
    path = f"/contacts/{standing['contact_id']}"
    complaint = {"case_class": "complaint", "note": "投诉上门服务迟到"}
    case = await office.post(f"{path}/cases", complaint, status=201)
    assert (case["contact_id"], case["step"], case["unit"]) == (standing["contact_id"], "greeting", "SD")
    assert [e["kind"] for e in case["entries"]] == ["opened", "commented"]
    assert "迟到" not in str(case)
    assert await office.get(f"{path}/prompt") == standing
    assert await office.problem("POST", f"{path}/cases", {**complaint, "case_class": "x"}) == (
        400,
        "case.class_unknown",
    )
    await play(standing)
    await office.post(f"{path}/outcome", {"outcome": "completed"})
    assert await office.problem("POST", f"{path}/cases", complaint) == (409, "contact.not_in_progress")
    assert await office.problem("POST", f"/contacts/{uuid4()}/cases", complaint) == (404, "not_found")


async def test_dec_1_a_relative_hears_nothing_and_may_name_a_time(office: Any, open_callback: Any) -> None:
    customer, _ = await open_callback("IN4")
    standing = await office.post(
        "/inbound-calls/contacts", {"staff_no": "C07", "customer_id": customer}, status=201
    )
    path = f"/contacts/{standing['contact_id']}/outcome"
    body = {"outcome": "relative_answered", "call_back_at": "2026-03-10T18:00:00+08:00"}
    late = {**body, "call_back_at": "2026-03-09T18:00:00+08:00"}
    assert await office.problem("POST", path, late) == (409, "contact.call_back_missing")
    ended = await office.post(path, body)
    assert (ended["connected"], ended["right_party"]) == (True, False)
    assert ended["obligations"][0]["callable_from"] == "2026-03-10T10:00:00Z"


async def test_who_has_died_is_not_called_until_somebody_says_otherwise(
    office: Any, open_callback: Any
) -> None:
    customer, obligation = await open_callback("IN5")
    standing = await office.post(
        "/inbound-calls/contacts", {"staff_no": "C08", "customer_id": customer}, status=201
    )
    ended = await office.post(f"/contacts/{standing['contact_id']}/outcome", {"outcome": "deceased"})
    assert ended["obligations"][0]["status"] == "open", "owed all the same (DEC-2)"
    (case,) = (await office.get("/cases", params={"customer_id": customer}))["items"]
    assert (case["case_class"], case["plugin"]) == ("deceased", None)
    assert (await office.get(f"/obligations/{obligation}"))["not_contactable"] == "deceased"
    assert (await office.get(f"/customers/{customer}"))["not_contactable"] == "deceased"
    path = f"/customers/{customer}/contactable"
    body = {"staff_no": "H1", "reason": "经核实为接听人误报"}
    assert await office.problem("POST", path, {**body, "staff_no": "C08"}) == (403, "staff.not_permitted")
    assert (await office.post(path, body))["not_contactable"] is None
    assert await office.problem("POST", path, body) == (409, "state.conflict")
    assert await office.problem("POST", f"/customers/{uuid4()}/contactable", body) == (404, "not_found")
