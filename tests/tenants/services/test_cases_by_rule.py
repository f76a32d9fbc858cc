"""Cases that rules open: with the event, once, at the unit and by the day their class says, and flagged when it is taken back."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from huifang_core.events import TipOffReceived
from huifang_core.units import Staff
from huifang_core.windows import start_of_day
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.services import cases
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, EventIn, take_in
from huifang_tenants.services.upkeep import retry_parked
from huifang_tenants.services.whatif import explain_contract
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

DAY = date(2026, 3, 9)


@pytest.fixture(scope="module")
async def planning_host(planning_plugin: object) -> AsyncIterator[PluginHost]:
    async with PluginHost() as host:
        yield host


@pytest.fixture
async def insurer(house: Any, planning_host: PluginHost, planning_plugin: Callable[..., None]) -> Any:
    """It is 10:00 on Tuesday 10 March 2026."""
    planning_plugin()
    insurer = await house.insurer(services=Services(house.db, planning_host), plugins=("planning",))
    await insurer.issue("P1")
    return insurer


def tip(send: Any, id: str = "t1", **changes: Any) -> Any:
    return send.event(id, TipOffReceived("理赔人员"), "P1", DAY, **changes)


async def files(insurer: Any) -> list[Any]:
    return list(
        await insurer.fetch(
            "SELECT f.*, (f.due_by AT TIME ZONE 'UTC') AS due FROM case_file f ORDER BY number"
        )
    )


async def history(insurer: Any) -> list[str]:
    return [row["kind"] for row in await insurer.fetch("SELECT kind FROM case_entry ORDER BY id")]


async def test_ts_2_a_tip_off_opens_a_case_with_its_class_s_severity_unit_and_deadline(insurer, send):
    await insurer.take(tip(send))
    (case,) = await files(insurer)
    assert (case["plugin"], case["rule"], case["case_class"], case["subject"]) == (
        "planning",
        "tip_off",
        "tip_off",
        "举报",
    )
    # Jinan's is solved at the province; five working days from Tuesday end on the next one.
    assert (case["severity"], case["unit"], case["status"]) == (3, "SD", "open")
    assert case["due_by"] == start_of_day(date(2026, 3, 18))
    assert case["customer_id"] == await insurer.value("SELECT policyholder_id FROM contract")
    assert case["event_id"] == await insurer.value("SELECT id FROM event WHERE event_id = 't1'")
    assert "举报" in str(case["trace"])
    assert await history(insurer) == ["opened"]
    (entry,) = await insurer.fetch("SELECT actor, subject_id FROM ledger WHERE action = 'case.opened'")
    assert tuple(entry) == ("test:core", case["id"])
    # The same again, and whatever else happens to the contract, opens no other.
    await insurer.take(tip(send))
    await insurer.take(refresh=("P1",))
    assert len(await files(insurer)) == 1


async def test_what_the_draft_says_stands_in_for_the_class(insurer, send, planning_plugin):
    planning_plugin({"P1": "serious"})
    await insurer.take(tip(send))
    (case,) = await files(insurer)
    assert (case["severity"], case["unit"]) == (4, "HO")
    assert case["due_by"] == start_of_day(DAY) + timedelta(days=3, hours=10)


async def test_one_whose_event_is_taken_back_is_flagged_never_deleted_and_restored(insurer, send):
    await insurer.take(tip(send))
    await insurer.take(send.event("x1", None, "P1", DAY, retracts="t1", type="tip_off.received"))
    (case,) = await files(insurer)
    assert (case["withdrawn"], case["status"]) == (True, "open")
    await insurer.take(send.event("x2", None, "P1", DAY, retracts="x1", type="tip_off.received"))
    (case,) = await files(insurer)
    assert (case["withdrawn"], case["status"], case["reopened"]) == (False, "open", 0)
    assert await history(insurer) == ["opened", "withdrawn", "restored"]


@pytest.mark.parametrize(("solved_while_flagged", "status"), [(True, "open"), (False, "solved")])
async def test_one_that_was_solved_as_withdrawn_is_opened_again_and_one_solved_before_is_not(
    insurer, send, solved_while_flagged, status
):
    async with insurer.scope() as opened:
        await save_staff(opened, [Staff("H1", "赵处理", "SD", ("case_handler",))])
    await insurer.take(tip(send))
    (case,) = await files(insurer)

    async def solve(insurer: Any) -> None:
        async with insurer.scope() as opened:
            await cases.solve(opened, case["id"], "举报已撤回", Actor("client:test"))

    if not solved_while_flagged:
        await solve(insurer)
    later = await insurer.at(datetime(2026, 3, 10, 4, 0, tzinfo=UTC))
    await later.take(send.event("x1", None, "P1", DAY, retracts="t1", type="tip_off.received"))
    if solved_while_flagged:
        await solve(later)
    # Sent for somebody who may not work on cases: that is no decision of theirs.
    restoring = send.event("x2", None, "P1", DAY, retracts="x1", type="tip_off.received")
    await take_in(
        later.services, later.tenant, Batch(events=(EventIn(0, restoring),)), Actor("client:core", "C1")
    )
    (case,) = await files(later)
    assert (case["status"], case["withdrawn"]) == (status, False)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("unknown class", "its case is of class no_such_class, which the plugin does not have"),
        ("wrong type", "its case can't be read"),
        ("unstorable", "its case holds a character that can't be stored"),
    ],
)
async def test_a_draft_that_can_t_be_put_on_the_books_parks_its_event_and_nothing_else(
    insurer, send, planning_plugin, fault, says
):
    planning_plugin({"P1": fault})
    taken = await insurer.take(tip(send))
    assert taken.rows[0].code == "rule_failed"
    assert says in taken.rows[0].message.en
    assert await files(insurer) == []
    planning_plugin()
    await retry_parked(insurer.services, insurer.tenant)
    assert len(await files(insurer)) == 1
    assert await insurer.parked() == {}


async def test_gen_3_explaining_the_contract_shows_the_case(insurer, send):
    await insurer.take(tip(send))
    found = [
        one for one in await explain_contract(insurer.services, insurer.tenant, "P1") if one.rule == "tip_off"
    ]
    (case,) = await files(insurer)
    assert [(one.cases, one.obligations) for one in found] == [((case["key"],), ())]


async def test_what_happened_before_the_cut_over_opens_none(house, planning_host, planning_plugin, send):
    insurer = await house.insurer(
        services=Services(house.db, planning_host), plugins=("planning",), cut_over_on=date(2026, 3, 10)
    )
    await insurer.issue("P1")
    await insurer.take(tip(send), send.event("t2", TipOffReceived(), "P1", date(2026, 3, 10)))
    assert [case["root_event_id"] for case in await files(insurer)] == ["t2"]
