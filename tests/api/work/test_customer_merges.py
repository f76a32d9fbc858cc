"""Merging customers and taking it back over HTTP: with a reason, by those who may write customers, and in the ledger (DEC-10)."""

from typing import Any
from uuid import uuid4

import pytest

REASON = {"reason": "客户出示护照与身份证,确认为同一人"}


@pytest.fixture
async def two(office: Any, new_contract: Any) -> tuple[str, str]:
    """Two customers, each with a contract, under numbers of their own in every test."""
    ids = []
    for number in (uuid4().hex[:8], uuid4().hex[:8]):
        await new_contract(number)
        found = await office.get("/customers", params={"customer_no": f"K{number}"})
        ids.append(found["items"][0]["id"])
    return ids[0], ids[1]


async def test_a_merge_shows_on_both_records_and_can_be_taken_back(office: Any, two: tuple[str, str]) -> None:
    one, other = two
    numbers = (await office.get(f"/customers/{one}"))["known_as"]
    body = {"into": other, **REASON}
    stands = await office.post(f"/customers/{one}/merge", body, headers={"On-Behalf-Of": "H1"})
    assert stands["id"] == other
    assert set(numbers) < set(stands["known_as"])
    (merge,) = stands["merges"]
    assert (merge["id"], merge["into"], merge["customer_no"]) == (one, other, numbers[0])
    assert (merge["merged_by"], merge["reason"]) == ("H1", REASON["reason"])
    assert await office.get(f"/customers/{other}") == stands
    assert (await office.get(f"/customers/{one}"))["merged_into"] == other
    for path in ("/obligations", "/contacts", "/cases"):
        shown = [await office.get(path, params={"customer_id": id}) for id in two]
        assert shown[0] == shown[1], path
    held = await office.get("/contracts", params={"policyholder_id": one})
    assert {contract["policyholder_id"] for contract in held["items"]} == {other}
    assert len(held["items"]) == 2

    again = await office.post(f"/customers/{one}/unmerge", REASON)
    assert (again["merged_into"], again["known_as"], again["merges"]) == (None, numbers, [])
    assert (await office.get(f"/customers/{other}"))["merges"] == []
    held = await office.get("/contracts", params={"policyholder_id": one})
    assert [contract["policyholder_id"] for contract in held["items"]] == [one]
    rows = (await office.get("/ledger", params={"subject_id": one}))["items"]
    told = [(r["action"], r["reason"], r["on_behalf_of"]) for r in rows if "merged" in r["action"]]
    assert sorted(told) == [
        ("customer.merged", REASON["reason"], "H1"),
        ("customer.unmerged", REASON["reason"], None),
    ]


async def test_what_is_refused_says_why(office: Any, other_office: Any, two: tuple[str, str]) -> None:
    one, other = two
    path = f"/customers/{one}"
    assert await office.problem("POST", f"{path}/unmerge", REASON) == (409, "customer.not_merged")
    for id, into, problem in (
        (one, one, (409, "customer.same_record")),
        (one, str(uuid4()), (404, "not_found")),
        (str(uuid4()), other, (404, "not_found")),
    ):
        assert await office.problem("POST", f"/customers/{id}/merge", {"into": into, **REASON}) == problem
    for body in ({"into": other}, {"into": other, "reason": "x"}, REASON, {"into": "x", **REASON}):
        assert await office.problem("POST", f"{path}/merge", body) == (400, "validation.failed")
    assert await office.problem("POST", f"{path}/unmerge", {}) == (400, "validation.failed")
    assert await office.problem(
        "POST", f"{path}/merge", {"into": other, **REASON}, headers={"On-Behalf-Of": "nobody"}
    ) == (404, "staff.not_found")
    assert await other_office.problem("POST", f"{path}/merge", {"into": other, **REASON}) == (
        404,
        "not_found",
    )
    assert await other_office.problem("POST", f"{path}/unmerge", REASON) == (404, "not_found")
    reader = await office.with_scopes("customers:read", "contacts:write", "personal:reveal")
    for step in ("merge", "unmerge"):
        assert await reader.problem("POST", f"{path}/{step}", {"into": other, **REASON}) == (
            403,
            "auth.scope_missing",
        )
    await office.post(f"{path}/merge", {"into": other, **REASON})
    answer = await office.call(
        "POST", f"{path}/merge", {"into": other, **REASON}, headers={"Accept-Language": "en"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "customer.merged_already")
    assert other in answer.json()["detail"]


async def test_records_merged_for_one_id_number_are_listed_without_a_reason(
    office: Any, new_contract: Any, customer_of: Any, two: tuple[str, str]
) -> None:
    one, other = two
    customer = await office.get(f"/customers/{one}")
    seen = await office.post(
        f"/customers/{other}/reveal", {"fields": ["id_number"], "reason": "核对证件号码"}
    )
    number = customer["known_as"][0]
    body = {"kind": "individual", "name": "王小明", "id_type": "passport", "id_number": seen["id_number"]}
    answer = await office.call("PUT", f"/customers/core/{number}", body)
    assert answer.status_code == 200, answer.text
    (merge,) = (await office.get(f"/customers/{other}"))["merges"]
    assert (merge["id"], merge["reason"]) == (one, None)
    assert merge["merged_by"].startswith("client:")
    assert (await office.post(f"/customers/{one}/unmerge", REASON))["merged_into"] is None
