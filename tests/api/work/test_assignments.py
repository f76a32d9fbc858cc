"""Giving lists out over HTTP (HT-8, DEC-8): drawn, spread, claimed by its assignee, covered for, given back."""

from typing import Any

import pytest
from huifang_core.units import Staff
from huifang_tenants.stores import organisation

LEAD = "A1"


@pytest.fixture(scope="module", autouse=True)
async def leader(office: Any) -> None:
    async with office.scope() as opened:
        await organisation.save_staff(opened, (Staff(LEAD, "张A1", "SD", ("team_leader",)),))


def list_of(*callers: str, **filters: Any) -> dict[str, Any]:
    shares = [{"staff_no": staff_no} for staff_no in callers]
    return {"filter": {"listed_only": False, **filters}, "callers": shares, "staff_no": LEAD}


async def test_ht_8_a_list_is_drawn_given_out_covered_for_and_given_back(
    office: Any, new_contract: Any
) -> None:
    for n in range(4):
        await new_contract(f"L{n}")
    given = await office.post("/assignments", list_of("C01", "C02", kind="new_contract"))
    assert {who: len(ids) for who, ids in given["given"].items()} == {"C01": 2, "C02": 2}
    mine = (await office.get("/obligations", params={"assignee": "C01"}))["items"]
    assert {one["id"] for one in mine} == set(given["given"]["C01"])
    assert {(one["given_out"], one["assignee"]) for one in mine} == {(True, "C01")}
    assert await office.post("/queue/claim", {"staff_no": "C03"}, status=204) is None
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    assert work["obligations"][0]["id"] in given["given"]["C01"]
    loads = {one["staff_no"]: one for one in (await office.get("/assignments"))["items"]}
    assert (loads["C01"]["open"], loads["C01"]["in_work"], loads["C02"]["in_work"]) == (2, 1, 0)
    cover = await office.post("/assignments", list_of("C03", assignee="C02"))
    assert len(cover["given"]["C03"]) == 2
    back = await office.post(
        "/assignments/return",
        {"staff_no": "C03", "reason": "休假", "obligation_ids": cover["given"]["C03"][:1]},
    )
    assert back == {"returned": 1}
    await office.post("/queue/return", {"staff_no": "C01"})
    named = await office.post("/assignments", list_of("C04", obligation_ids=[mine[0]["id"]], reassign=True))
    assert named == {"given": {"C04": [mine[0]["id"]]}, "left": []}
    assert (await office.get("/obligations", params={"to_give_out": True}))["items"] == []


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (list_of("N1"), (403, "staff.untrained")),
        (list_of("nobody"), (404, "staff.not_found")),
        (list_of("H1"), (403, "staff.not_permitted")),
        (list_of("H4"), (403, "staff.not_active")),
        ({**list_of("C01"), "staff_no": "C02"}, (403, "staff.not_permitted")),
        ({**list_of(), "callers": []}, (400, "validation.failed")),
        (list_of("C01", colour="red"), (400, "validation.failed")),
        (list_of("C01", assignee="nobody"), (404, "staff.not_found")),
    ],
)
async def test_sd_3_what_can_not_be_given_out(office: Any, body: Any, refusal: tuple[int, str]) -> None:
    assert await office.problem("POST", "/assignments", body) == refusal


async def test_nothing_to_give_back_and_who_may(office: Any, other_office: Any, new_contract: Any) -> None:
    empty = {"staff_no": "C09", "reason": "休假"}
    assert await office.problem("POST", "/assignments/return", empty) == (409, "assignment.not_assigned")
    await new_contract("L9")
    (made,) = (await office.get("/obligations", params={"contract_no": "L9"}))["items"]
    body = {**list_of("C01", obligation_ids=[made["id"]]), "staff_no": None}
    assert await other_office.post("/assignments", body) == {"given": {"C01": []}, "left": []}
    reader = await office.with_scopes("obligations:read", "contacts:write")
    assert await reader.problem("POST", "/assignments", body) == (403, "auth.scope_missing")
