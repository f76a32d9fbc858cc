"""Appointments over HTTP (HI-2): a health follow-up asks for a time first, and is given out at that time."""

from typing import Any

import pytest
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor

AT = "2026-03-10T15:00:00+08:00"


@pytest.fixture(scope="module", autouse=True)
async def health(office: Any) -> None:
    catalogue = await office.api.world.services.catalogue()
    async with office.scope() as opened:
        await configure(opened, catalogue, "health", Actor("test:setup"))


@pytest.fixture(scope="module")
def follow_up(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> Any:
    """Let a health policy be issued whose three months have come; return the obligation."""

    async def issue(number: str) -> dict[str, Any]:
        contract = contract_of(
            number,
            line="health",
            effective_on="2025-12-10",
            issued_on="2025-12-08",
            expires_on="2026-12-09",
            delivered_on="2025-12-11",
        )
        event = event_of(
            f"issued-{number}",
            "contract.issued",
            time="2025-12-08T10:00:00+08:00",
            contract_no=number,
            contract=contract,
            customer=customer_of(number),
        )
        await office.post("/events", event, status=202)
        wanted = {"contract_no": number, "plugin": "health", "status": "open"}
        found = (await office.get("/obligations", params=wanted))["items"]
        return min(found, key=lambda one: one["due_by"])

    return issue


@pytest.fixture(scope="module")
async def untouched(follow_up: Any) -> dict[str, Any]:
    return await follow_up("H2")


async def test_hi_2_a_time_first_then_the_contact(office: Any, follow_up: Any) -> None:
    made = await follow_up("H1")
    assert made["appointment"] == {
        "at": None,
        "through": None,
        "agreed_by": None,
        "agreed_at": None,
        "missed": [],
    }
    work = await office.post("/queue/claim", {"staff_no": "C01", "channel": "phone"})
    assert [one["id"] for one in work["obligations"]] == [made["id"]]
    assert work["obligations"][0]["appointment"]["at"] is None
    path = f"/obligations/{made['id']}/appointment"
    body = {"at": AT, "through": "phone", "staff_no": "C01"}
    answer = await office.call("PUT", path, body)
    assert answer.status_code == 200, answer.text
    agreed = answer.json()
    assert (agreed["appointment"]["agreed_by"], agreed["held_by"]) == ("C01", None)
    assert agreed["callable_from"] == agreed["appointment"]["at"] == "2026-03-10T07:00:00Z"
    listed = (await office.get("/obligations", params={"appointment": "agreed"}))["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert await office.post("/queue/claim", {"staff_no": "C02"}, status=204) is None
    cancelled = await office.post(f"{path}/cancellation", {"reason": "客户临时有事", "staff_no": "C01"})
    assert cancelled["appointment"]["at"] is None
    assert await office.problem("POST", f"{path}/cancellation", {"reason": "再次", "staff_no": "C01"}) == (
        409,
        "appointment.none",
    )
    wanting = (await office.get("/obligations", params={"appointment": "none", "status": "open"}))["items"]
    assert made["id"] in [one["id"] for one in wanting]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"at": "2026-03-09T15:00:00+08:00"}, (400, "appointment.in_the_past")),
        ({"at": "2027-03-09T15:00:00+08:00"}, (409, "appointment.outside_window")),
        ({"at": "2026-03-10T22:00:00+08:00"}, (409, "appointment.outside_hours")),
        ({"at": "2026-03-10T15:00:00"}, (400, "validation.failed")),
        ({"through": "pigeon"}, (400, "validation.failed")),
        ({"staff_no": "N1"}, (403, "staff.untrained")),
        ({"staff_no": "nobody"}, (404, "staff.not_found")),
    ],
)
async def test_what_can_not_be_agreed(
    office: Any, untouched: dict[str, Any], changes: dict[str, Any], refusal: tuple[int, str]
) -> None:
    body = {"at": AT, "through": "phone", "staff_no": "C01", **changes}
    assert await office.problem("PUT", f"/obligations/{untouched['id']}/appointment", body) == refusal


async def test_other_callbacks_and_other_tenants(
    office: Any, other_office: Any, follow_up: Any, new_contract: Any
) -> None:
    body = {"at": AT, "through": "phone", "staff_no": "C01"}
    made = await follow_up("H3")
    path = f"/obligations/{made['id']}/appointment"
    assert await other_office.problem("PUT", path, body) == (404, "not_found")
    await new_contract("H4")
    (plain,) = (await office.get("/obligations", params={"contract_no": "H4", "plugin": "shandong_life"}))[
        "items"
    ]
    assert plain["appointment"] is None
    assert await office.problem("PUT", f"/obligations/{plain['id']}/appointment", body) == (
        409,
        "appointment.not_wanted",
    )
