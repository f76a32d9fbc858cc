"""Limits over HTTP: figures of this moment, approvals with a reason, and what is held back in sight (LN-5, DEC-9, DEC-6)."""

from datetime import date
from typing import Any

import pytest
from huifang_core.units import Staff, Unit
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores import organisation
from huifang_tenants.stores.ledger import Actor

PATH = "/limits/liaoning_life/visits_and_letters/approvals"
REASON = "客户长期失联，同意上门回访"


@pytest.fixture
async def visits(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> Any:
    """Let so many callbacks of a Liaoning branch stand on the rung of visits; returns the ids."""
    world = office.api.world
    trained = date(2026, 12, 31)
    async with scope(world.database, office.tenant) as opened:
        await organisation.save_units(
            opened, (Unit("LN", "辽宁分公司", "province", "HO", "210000", "liaoning"),)
        )
        people = [("LV1", "visitor"), ("LV2", "visitor"), ("LLEAD", "team_leader")]
        await organisation.save_staff(
            opened, [Staff(no, f"张{no}", "LN", (role,), trained_until=trained) for no, role in people]
        )
        await configure(opened, await world.services.catalogue(), "liaoning_life", Actor("test:setup"))

    async def make(*numbers: str) -> list[str]:
        for number in numbers:
            event = event_of(
                f"issued-{number}",
                "contract.issued",
                contract_no=number,
                contract=contract_of(number, unit="LN"),
                customer=customer_of(number),
            )
            await office.post("/events", event, status=202)
        async with scope(world.database, office.tenant) as opened:
            rows = await opened.connection.fetch(
                "UPDATE obligation SET channel = 'on_site', rung = 1, draft = (draft::jsonb - 'filed_script')::json"
                " WHERE plugin = 'liaoning_life' RETURNING id"
            )
        return [str(row["id"]) for row in rows]

    return make


async def test_dec_9_a_visit_past_the_tenth_waits_for_an_approval(office: Any, visits: Any) -> None:
    """LN-5, DEC-9: held back with the figure, approved with a reason by who may, given out, and all of it shown."""
    (due,) = await visits("LN1")
    claim = {"staff_no": "LV1", "channel": "on_site"}
    assert await office.post("/queue/claim", claim, status=204) is None
    held = await office.get("/queue/held-back", params={"staff_no": "LV1"})
    assert held["shares"] == [
        {
            "plugin": "liaoning_life",
            "limit": "visits_and_letters",
            "waiting": 1,
            "figure": "0",
            "at_most": "0.1",
        }
    ]
    given = {"reason": REASON, "obligation_id": due}
    assert await office.problem("POST", PATH, {**given, "staff_no": "LV1"}) == (403, "staff.not_permitted")
    assert await office.problem("POST", PATH.replace("visits", "x"), {**given, "staff_no": "LLEAD"}) == (
        404,
        "not_found",
    )
    approval = await office.post(PATH, {**given, "staff_no": "LLEAD"}, status=201)
    assert (approval["number"], approval["left"], approval["used_for"]) == (1, 0, [due])
    work = await office.post("/queue/claim", claim)
    assert [one["id"] for one in work["obligations"]] == [due]
    found = await office.get("/limits")
    (share,) = found["shares"]
    assert (share["by_channels"], share["completed"], share["in_hand"], share["room"], share["level"]) == (
        0,
        0,
        1,
        0,
        "within",
    )
    assert (share["figure"], share["at_most"], share["warn_at"], share["period"]) == (
        "0.0000",
        "0.1",
        "0.08",
        "2026",
    )
    assert [one["id"] for one in share["approvals"]] == [approval["id"]]
    assert found["calls_a_day"] == 3
    [entry] = (await office.get("/ledger", params={"action": "limit.approved"}))["items"]
    assert (entry["reason"], entry["on_behalf_of"], entry["subject_id"]) == (REASON, "LLEAD", due)


async def test_limits_want_scopes_of_their_own(office: Any) -> None:
    reader = await office.with_scopes("obligations:read", "contacts:write")
    assert (await reader.problem("GET", "/limits"))[0] == 403
    assert (await reader.problem("POST", PATH, {"staff_no": "LLEAD", "reason": REASON}))[0] == 403


async def test_dec_6_a_wish_is_recorded_shown_decided_about_and_lifted(
    office: Any, new_contract: Any
) -> None:
    """DEC-6, CARE-2: the caller sees the wish; a supervisor's decision holds the mandatory callback back, until it is lifted."""
    await new_contract("W9")
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    customer = work["customer"]["id"]
    said = {"kind": "own_wish", "staff_no": "C01", "reason": "客户表示不希望再接到电话"}
    wish = await office.post(f"/customers/{customer}/restrictions", said, status=201)
    assert (wish["valid_until"], wish["decision"]) == (None, None)
    await office.post("/queue/return", {"staff_no": "C01"})
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    (shown,) = work["customer"]["restrictions"]
    assert (shown["id"], shown["kind"], shown["decision"]) == (wish["id"], "own_wish", None)
    decision = {"decision": "hold_back", "reason": "已发函说明，暂不致电", "staff_no": "C01"}
    path = f"/restrictions/{wish['id']}"
    assert await office.problem("POST", f"{path}/decision", decision) == (403, "staff.not_permitted")
    async with office.scope() as opened:
        lead = Staff("LEAD", "李组长", "SD", ("team_leader",))
        await organisation.save_staff(opened, [lead])
    decided = await office.post(f"{path}/decision", {**decision, "staff_no": "LEAD"})
    assert (decided["decision"], decided["decided_by"]) == ("hold_back", "LEAD")
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
    assert await office.problem("POST", "/contacts", body) == (409, "contact.not_wanted")
    await office.post("/queue/return", {"staff_no": "C01"})
    assert await office.post("/queue/claim", {"staff_no": "C01"}, status=204) is None
    assert (await office.get("/queue/held-back", params={"staff_no": "C01"}))["not_wanted"] == 1
    lifting = {"staff_no": "C01", "reason": "客户来电同意回访"}
    assert (await office.post(f"{path}/lift", lifting))["lifted_at"] is not None
    assert await office.problem("POST", f"{path}/lift", lifting) == (409, "state.conflict")
    again = await office.post("/queue/claim", {"staff_no": "C01"})
    assert again["obligations"][0]["id"] == body["obligation_id"]
    assert again["customer"]["restrictions"] == []
