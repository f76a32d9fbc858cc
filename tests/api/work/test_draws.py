"""Draws over HTTP: claims come in, the period ends, and anybody can repeat what was drawn (DEC-14, HT-5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from huifang_core.sampling_proof import Bundle, problems
from huifang_core.windows import SHANGHAI
from huifang_tenants.scope import scope
from huifang_tenants.services.draws import work_on_draws
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import advance_clock
from huifang_tenants.stores.ledger import Actor

ASKED = {"staff_no": "L1", "plan": "planning/assessment", "period": "2026-03", "reason": "月中先行抽取"}


@pytest.fixture(scope="module")
def api(planning_plugin: object, api: Any) -> Any:
    """The app, its plugin host started with the planning plugin installed."""
    return api


@pytest.fixture(scope="module")
async def drawing(
    office: Any,
    event_of: Callable[..., Any],
    contract_of: Callable[..., Any],
    customer_of: Callable[..., Any],
) -> Any:
    """The office with the plugin on and six claims of March; it is 10 March."""
    from huifang_core.units import Staff
    from huifang_tenants.stores import organisation

    catalogue = await office.api.world.services.catalogue()
    async with office.scope() as opened:
        await configure(opened, catalogue, "planning", Actor("test:setup"))
        await organisation.save_staff(opened, [Staff("L1", "组长", "SD", ("team_leader",))])
    for n in range(6):
        event = event_of(
            f"registered-{n}",
            "claim.registered",
            claim_no=f"CL{n}",
            registered_at="2026-03-06T10:00:00+08:00",
            assessor_no=f"A{n % 2}",
            contract_no=f"D{n}",
            contract=contract_of(f"D{n}", line="motor"),
            customer=customer_of(f"D{n}"),
        )
        await office.post("/events", event, status=202)
    return office


async def the_draw(office: Any, plan: str = "assessment", period: str = "2026-03") -> Any:
    (found,) = (await office.get("/draws", params={"plan": f"planning/{plan}", "period": period}))["items"]
    return found


async def test_before_the_period_is_over_there_is_a_commitment_and_nothing_else(drawing: Any) -> None:
    draw = await the_draw(drawing, period="2026-04")
    assert (draw["status"], draw["committed_late"], draw["seed"]) == ("committed", False, None)
    detail = await drawing.get(f"/draws/{draw['id']}")
    assert (detail["pools"], detail["counts"]["members"]) == ([], 0)
    bundle = await drawing.get(f"/draws/{draw['id']}/bundle")
    assert bundle["commitment"] == draw["commitment"]
    assert bundle["seed"] is None
    assert [row["action"] for row in bundle["ledger"]] == ["draw.committed"]


async def test_only_those_who_may_have_it_drawn_early_and_it_says_so(drawing: Any) -> None:
    assert await drawing.problem("POST", "/draws", ASKED | {"staff_no": "C01"}) == (
        403,
        "staff.not_permitted",
    )
    assert await drawing.problem("POST", "/draws", ASKED | {"period": "2026-04"}) == (
        400,
        "draw.period_invalid",
    )
    assert await drawing.problem("POST", "/draws", ASKED | {"plan": "planning/no"}) == (404, "not_found")
    reader = await drawing.with_scopes("draws:read")
    assert await reader.problem("POST", "/draws", ASKED) == (403, "auth.scope_missing")
    answer = await drawing.call("POST", "/draws", ASKED)
    assert answer.status_code == 202, answer.text
    asked = answer.json()
    assert answer.headers["location"] == f"/api/v1/draws/{asked['id']}"
    assert asked["asked"]["reason"] == ASKED["reason"]
    while await work_on_draws(drawing.api.world.services, drawing.tenant):
        pass
    draw = await drawing.get(f"/draws/{asked['id']}")
    assert (draw["status"], draw["closed_early"]) == ("drawn", True)
    assert draw["amount"] == {"kind": "successes", "value": "2"}
    assert draw["amount_trace"][0]["subject"] == "draws.per_assessor"
    assert [(pool["pool"], pool["members"], pool["drawn"], pool["open"]) for pool in draw["pools"]] == [
        ("A0", 3, 2, 2),
        ("A1", 3, 2, 2),
    ]
    assert await drawing.problem("POST", "/draws", ASKED) == (409, "state.conflict")


async def test_the_members_lead_to_what_the_rules_made_of_them(drawing: Any) -> None:
    draw = await the_draw(drawing)
    drawn = (await drawing.get(f"/draws/{draw['id']}/members", params={"status": "drawn"}))["items"]
    assert len(drawn) == 4
    for member in drawn:
        assert member["standing"] == "open"
        (made,) = (await drawing.get("/obligations", params={"contract_no": member["contract_no"]}))["items"]
        assert made["plugin"] == "planning"
        event = await drawing.get(f"/events/{member['event_id']}")
        assert (event["source"], event["type"]) == ("huifang", "sample.drawn")
    reserve = await drawing.get(f"/draws/{draw['id']}/members", params={"status": "reserve", "limit": 1})
    assert reserve["next_cursor"]
    assert reserve["items"][0]["rank"] == 3


async def test_the_bundle_holds_and_other_tenants_see_nothing_of_it(drawing: Any, other_office: Any) -> None:
    draw = await the_draw(drawing)
    answer = await drawing.call("GET", f"/draws/{draw['id']}/bundle")
    bundle = msgspec.json.decode(answer.content, type=Bundle)
    assert problems(bundle) == ()
    assert bundle.seed == draw["seed"]
    assert [row.action for row in bundle.ledger] == [
        "draw.committed",
        "draw.asked",
        "draw.closed",
        "draw.drawn",
    ]
    for path in ("", "/members", "/bundle"):
        assert await other_office.problem("GET", f"/draws/{draw['id']}{path}") == (404, "not_found")
    assert (await other_office.get("/draws"))["items"] == []


async def test_nobody_else_may_send_events_as_the_platform_does(
    drawing: Any, event_of: Callable[..., Any]
) -> None:
    draw = await the_draw(drawing)
    (member,) = (await drawing.get(f"/draws/{draw['id']}/members", params={"status": "drawn", "limit": 1}))[
        "items"
    ]
    forged = event_of(
        "forged", "claim.closed", contract_no=member["contract_no"], claim_no="CL1", closed_on="2026-03-09"
    )
    forged |= {
        "source": "huifang",
        "retracts": f"sample.drawn/planning/assessment/2026-03/{member['member']}",
    }
    assert await drawing.problem("POST", "/events", forged) == (400, "validation.failed")
    forged = event_of("forged", "sample.drawn", contract_no=member["contract_no"])
    assert await drawing.problem("POST", "/events", forged) == (400, "validation.failed")


async def test_a_sandbox_clock_draws_at_the_end_of_the_period(drawing: Any) -> None:
    end = datetime(2026, 5, 1, 9, tzinfo=SHANGHAI)
    world = drawing.api.world
    await advance_clock(world.services, world.registry, drawing.tenant, end)
    draw = await the_draw(drawing, period="2026-04")
    assert (draw["status"], draw["closed_at"], draw["population_hash"] is None) == (
        "drawn",
        "2026-04-30T16:00:00Z",
        False,
    )
    async with scope(world.database, drawing.tenant, read_only=True) as opened:
        assert await opened.connection.fetchval("SELECT count(*) FROM draw WHERE period = '2026-06'") == 2


async def test_ts_2_a_case_that_a_rule_opened_says_why(drawing: Any, event_of: Callable[..., Any]) -> None:
    event = event_of("tip-1", "tip_off.received", contract_no="D1", about="理赔人员")
    sent = await drawing.post("/events", event, status=202)
    (summary,) = (await drawing.get("/cases", params={"contract_no": "D1"}))["items"]
    assert (summary["plugin"], summary["rule"], summary["unit"]) == ("planning", "tip_off", "SD")
    case = await drawing.get(f"/cases/{summary['id']}")
    assert case["trace"][0]["subject"] == "tip_off.received"
    assert [entry["kind"] for entry in case["entries"]] == ["opened"]
    assert (await drawing.get(f"/events/{case['event_id']}"))["event_id"] == "tip-1"
    assert sent["id"]
