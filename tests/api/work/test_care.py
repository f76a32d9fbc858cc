"""Gifts and needs over HTTP (CARE-1, CARE-3)."""

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
async def customer(office: Any, new_contract: Any) -> str:
    """Whose insurer has customer care on."""
    answer = await office.call("PUT", "/plugins/customer_care/settings", {"enabled": True})
    assert answer.status_code == 200, answer.text
    number = f"G{uuid4().hex[:8]}"
    await new_contract(number)
    (contract,) = (await office.get("/obligations", params={"contract_no": number}))["items"]
    return contract["customer_id"]  # type: ignore[no-any-return]


def gift(customer: str, **changes: Any) -> dict[str, Any]:
    asked = {
        "staff_no": "S1",
        "customer_id": customer,
        "occasion": "birthday",
        "description": "保温杯",
        "value": "58.00",
    }
    return {**asked, **changes}


async def test_care_1_a_gift_goes_through_its_register(office: Any, other_office: Any, customer: str) -> None:
    answer = await office.call("POST", "/gifts", gift(customer))
    asked = answer.json()
    assert (answer.status_code, asked["status"], asked["value"], asked["unit"]) == (
        201,
        "requested",
        "58.00",
        "JN",
    )
    path = f"/gifts/{asked['id']}"
    assert answer.headers["location"] == f"/api/v1{path}"
    assert await office.get(path) == asked
    reason = {"reason": "符合礼品管理规定"}
    assert await office.problem("POST", f"{path}/approve", {"staff_no": "S1", **reason}) == (
        403,
        "staff.not_permitted",
    )
    assert (await office.post(f"{path}/approve", {"staff_no": "T1", **reason}))["status"] == "approved"
    given = await office.post(f"{path}/give", {"staff_no": "S1", "on": "2026-03-10"})
    assert (given["status"], given["given_on"]) == ("given", "2026-03-10")
    listed = await office.get("/gifts", params={"customer_id": customer, "status": "given", "year": 2026})
    assert [found["id"] for found in listed["items"]] == [asked["id"]]
    assert await office.problem("POST", f"{path}/cancel", {"staff_no": "S1", **reason}) == (
        409,
        "state.conflict",
    )
    assert await other_office.problem("GET", path) == (404, "not_found")
    declined = await office.post("/gifts", gift(customer, value="10"), status=201)
    path = f"/gifts/{declined['id']}"
    assert (await office.post(f"{path}/decline", {"staff_no": "T1", **reason}))["status"] == "declined"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"value": "100.01"}, (409, "gift.too_much")),
        ({"value": "0"}, (400, "validation.failed")),
        ({"customer_id": str(uuid4())}, (404, "not_found")),
        ({"staff_no": "nobody"}, (404, "staff.not_found")),
        ({"description": " "}, (400, "validation.failed")),
        ({"occasion": "bribe"}, (400, "validation.failed")),
    ],
)
async def test_what_a_gift_can_not_be(
    office: Any, customer: str, change: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert await office.problem("POST", "/gifts", gift(customer, **change)) == refusal


async def test_care_3_needs_are_noted_masked_and_revealed_with_a_reason(office: Any, customer: str) -> None:
    path = f"/customers/{customer}/needs"
    body = {"staff_no": "S1", "need": "retirement", "text": "想了解养老年金"}
    noted = await office.post(path, body)
    (note,) = [n for n in noted["notes"] if n["need"] is not None]
    assert (note["need"], note["recorded_by"], note["withdrawn_at"]) == ("retirement", "S1", None)
    assert "养老年金" not in str(noted)
    reader = await office.with_scopes("customers:read", "customers:write")
    reason = {"reason": "准备客户回访"}
    assert await reader.problem("POST", f"{path}/reveal", reason) == (403, "auth.scope_missing")
    revealed = await office.post(f"{path}/reveal", reason)
    assert [n["text"] for n in revealed["needs"]] == ["想了解养老年金"]
    gone = await office.post(f"{path}/{note['id']}/withdraw", {"staff_no": "S1"})
    assert [n["withdrawn_at"] is not None for n in gone["notes"] if n["need"]] == [True]
    assert await office.problem("POST", f"{path}/{note['id']}/withdraw", {"staff_no": "S1"}) == (
        404,
        "not_found",
    )
    assert await office.problem("POST", path, {**body, "need": "x"}) == (400, "validation.failed")
    assert await office.problem("POST", f"/customers/{uuid4()}/needs", body) == (404, "not_found")
