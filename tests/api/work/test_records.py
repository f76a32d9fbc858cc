"""Contracts and customers written under their own numbers: made, changed, the same again, or older."""

from typing import Any

import pytest

ENGLISH = {"Accept-Language": "en"}


async def test_a_contract_and_its_customer_make_callbacks(
    office: Any, contract_of: Any, customer_of: Any, event_of: Any
) -> None:
    contract, customer = contract_of("R1"), customer_of("R1")
    del contract["contract_no"], customer["customer_no"]
    answer = await office.call("PUT", "/customers/core/KR1", customer)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["revision"]) == ("accepted", 1)
    assert answer.headers["location"] == f"/api/v1/customers/{made['id']}"
    assert (await office.get(f"/customers/{made['id']}"))["name"] == "王**"
    answer = await office.call("PUT", "/contracts/core/R1", contract)
    assert answer.status_code == 201
    assert answer.json()["obligations_made"] == 0
    event = event_of("issued-R1", "contract.issued", contract_no="R1")
    assert (await office.post("/events", event, status=202))["status"] == "accepted"
    found = await office.get("/obligations", params={"contract_no": "R1"})
    assert len(found["items"]) == 1
    assert found["items"][0]["customer_id"] == made["id"]


async def test_the_same_again_changes_nothing_and_an_older_one_neither(office: Any, contract_of: Any) -> None:
    contract = contract_of("R2", version=5)
    assert (await office.call("PUT", "/contracts/core/R2", contract)).status_code == 201
    again = await office.call("PUT", "/contracts/core/R2", contract)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    older = await office.call(
        "PUT", "/contracts/core/R2", {**contract, "version": 4, "channel": "bank"}, headers=ENGLISH
    )
    assert (older.json()["status"], older.json()["code"]) == ("unchanged", "stale_version")
    assert "newer version" in older.json()["message"]
    newer = await office.call("PUT", "/contracts/core/R2", {**contract, "version": 6, "channel": "bank"})
    assert (newer.status_code, newer.json()["status"], newer.json()["revision"]) == (200, "accepted", 2)
    found = await office.get(f"/contracts/{newer.json()['id']}")
    assert (found["channel"], found["version"]) == ("bank", 6)


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"contract_no": "R4"}, {"/contract_no"}),
        ({"colour": "red"}, {"/colour"}),
        ({"line": "boat"}, {"/line"}),
        ({"premium": {"amount": "1e999"}}, {"/premium/amount"}),
        ({"version": 2**63}, {"/version"}),
        ({"product_name": "a\0b"}, {"/product_name"}),
        ({"unit": "u" * 65}, {"/unit"}),
        ({"insured": ["K1", 7.5]}, {"/insured/1"}),
        ({"effective_on": "2026-02-30", "issued_on": 5}, {"/effective_on", "/issued_on"}),
    ],
)
async def test_every_fault_is_told(
    office: Any, contract_of: Any, change: dict[str, Any], pointers: set[str]
) -> None:
    answer = await office.call("PUT", "/contracts/core/R3", {**contract_of("R3"), **change})
    assert answer.status_code == 400, answer.text
    assert {e["pointer"] for e in answer.json()["errors"]} == pointers
    assert (await office.get("/contracts", params={"contract_no": "R3"}))["items"] == []


@pytest.mark.parametrize(
    "path",
    ["/contracts/core/a%00b", "/contracts/a%00b/R5", "/contracts/a%20b/R5", f"/contracts/core/{'9' * 65}",
     f"/contracts/{'s' * 65}/R5", "/contracts/core/R5?as_of=2026-03-01", "/contracts/core/R5?strict=true"],
)  # fmt: skip
async def test_addresses_are_checked(office: Any, contract_of: Any, path: str) -> None:
    contract = contract_of("R5")
    del contract["contract_no"]
    assert await office.problem("PUT", path, contract) == (400, "validation.failed")


async def test_bodies_must_be_json_objects(office: Any) -> None:
    for content, type_, refusal in (
        (b"{", "application/json", (400, "body.malformed")),
        (b"[]", "application/json", (400, "validation.failed")),
        (b"{}", "text/csv", (415, "body.wrong_type")),
        (b'"' + b"x" * 2**21 + b'"', "application/json", (413, "body.too_large")),
    ):
        found = await office.problem(
            "PUT", "/customers/core/KR6", content=content, headers={"Content-Type": type_}
        )
        assert found == refusal


async def test_writing_needs_its_scope(office: Any, contract_of: Any, customer_of: Any) -> None:
    contracts = await office.with_scopes("contracts:write")
    customers = await office.with_scopes("customers:write")
    assert await customers.problem("PUT", "/contracts/core/R7", contract_of("R7")) == (
        403,
        "auth.scope_missing",
    )
    assert await contracts.problem("PUT", "/customers/core/KR7", customer_of("R7")) == (
        403,
        "auth.scope_missing",
    )
    assert (await contracts.call("PUT", "/contracts/core/R7", contract_of("R7"))).status_code == 201


async def test_each_tenant_has_its_own(office: Any, other_office: Any, contract_of: Any) -> None:
    first = await office.call("PUT", "/contracts/core/R8", contract_of("R8"))
    second = await other_office.call("PUT", "/contracts/core/R8", contract_of("R8"))
    assert (first.status_code, second.status_code) == (201, 201)
    assert await other_office.problem("GET", f"/contracts/{first.json()['id']}") == (404, "not_found")


async def test_addresses_tell_their_methods(office: Any) -> None:
    answer = await office.call("OPTIONS", "/contracts/core/R1")
    assert answer.headers["allow"] == "OPTIONS, PUT"
    answer = await office.call("DELETE", "/contracts/core/R1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, PUT")


async def test_what_the_reference_shows_is_taken(office: Any) -> None:
    paths = (await office.http.get("/openapi.json")).json()["paths"]

    def shown(path: str, method: str, media_type: str = "application/json") -> Any:
        return paths[f"/api/v1{path}"][method]["requestBody"]["content"][media_type]["example"]

    customer = shown("/customers/{source}/{customer_no}", "put")
    assert (await office.call("PUT", "/customers/reference/K1", customer)).status_code == 201
    contract = shown("/contracts/{source}/{contract_no}", "put")
    assert (await office.call("PUT", "/contracts/reference/P1", contract)).status_code == 201
    event = shown("/events", "post", "application/cloudevents+json")
    await office.post("/events", event, status=202)
    unit, handler = "JN", "H1"
    case = {**shown("/cases", "post"), "unit": unit, "staff_no": handler, "contract_no": "P1"}
    await office.post("/cases", case, status=201)
