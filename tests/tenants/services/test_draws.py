"""Draws in a tenant: committed to in advance, closed, drawn, told to the rules; and replaced by the next in rank (DEC-14, HT-5, CI-1)."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from huifang_core.events import ClaimRegistered, ClaimReported, ClaimSettled, Reporter, SellerDeparted
from huifang_core.sampling_proof import Bundle, problems
from huifang_core.windows import start_of_day
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws import ask_for_draw, bundle_of, commit_seeds, notice_late, work_on_draws
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import advance_clock, due_now
from huifang_tenants.stores.ledger import Actor

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FEBRUARY_20 = datetime(2026, 2, 20, 2, 0, tzinfo=UTC)
LEADER = Actor("client:test", "L1")
PLAN = "planning/assessment"


@pytest.fixture(scope="module")
async def planning_host(planning_plugin: object) -> AsyncIterator[PluginHost]:
    async with PluginHost(deadline=20.0) as host:
        yield host


@pytest.fixture
async def insurer(house: Any, planning_host: PluginHost, planning_plugin: Callable[..., None]) -> Any:
    """It is 20 February, and the plugin has just been switched on."""
    planning_plugin()
    return await house.insurer(
        services=Services(house.db, planning_host), plugins=("planning",), clock_at=FEBRUARY_20
    )


async def register(
    insurer: Any, send: Any, number: int, assessor: str = "A1", day: date = MARCH, **more: Any
) -> None:
    """A contract with one claim, registered on that day."""
    no = f"P{number:02}"
    await insurer.take(
        send.customer(f"K{no}"),
        send.contract(no, line="motor"),
        *more.pop("before", ()),
        send.event(
            f"registered-{no}",
            ClaimRegistered(f"CL{no}", start_of_day(day), assessor),
            no,
            day,
            claim_no=f"CL{no}",
            **more,
        ),
    )


async def on(insurer: Any, day: date) -> Any:
    """The insurer at the beginning of that day, and all that was due until then done in order."""
    tenant = await advance_clock(insurer.services, insurer.registry, insurer.tenant, start_of_day(day))
    return msgspec.structs.replace(insurer, tenant=tenant)


async def work(insurer: Any) -> None:
    while await work_on_draws(insurer.services, insurer.tenant):
        pass


async def draw_of(insurer: Any, plan: str = "assessment", period: str = "2026-03") -> Any:
    (row,) = await insurer.fetch("SELECT * FROM draw WHERE plan = $1 AND period = $2", plan, period)
    return row


async def bundle(insurer: Any, plan: str = "assessment", period: str = "2026-03") -> Bundle:
    id = (await draw_of(insurer, plan, period))["id"]
    async with insurer.scope() as opened:
        return await bundle_of(opened, id)


async def drawn(insurer: Any) -> list[Any]:
    return list(
        await insurer.fetch(
            "SELECT m.*, o.status AS obligation, o.id AS obligation_id FROM draw_member m"
            " LEFT JOIN obligation o ON o.event_id = m.event_id WHERE m.status = 'drawn' ORDER BY m.pool, m.rank"
        )
    )


async def ask(insurer: Any, period: str = "2026-03", actor: Actor = LEADER, **options: Any) -> Any:
    catalogue = await insurer.services.catalogue()
    async with insurer.scope() as opened:
        return await ask_for_draw(
            opened, catalogue, options.pop("plan", PLAN), period, actor, "补抽历史数据", **options
        )


async def end(
    insurer: Any, obligation: Any, status: str, reason: str | None = None, *, successful: bool = False
) -> None:
    await insurer.value(
        "UPDATE obligation SET status = $2, status_reason = $3, successful = $4 WHERE id = $1 RETURNING true",
        obligation, status, reason, successful,
    )  # fmt: skip


async def test_dec_14_this_period_and_the_next_are_committed_to_when_the_plugin_is_switched_on(insurer):
    rows = await insurer.fetch("SELECT plan, period, committed_late, seed FROM draw ORDER BY plan, period")
    assert [tuple(row) for row in rows] == [
        ("assessment", "2026-02", True, None),
        ("assessment", "2026-03", False, None),
        ("orphans", "2026", True, None),
        ("orphans", "2027", False, None),
        ("settled", "2026-02", True, None),
        ("settled", "2026-03", False, None),
    ]
    entries = await insurer.fetch("SELECT details FROM ledger WHERE action = 'draw.committed'")
    commitments = {row["commitment"] for row in await insurer.fetch("SELECT commitment FROM draw")}
    assert {entry["details"]["commitment"] for entry in entries} == commitments
    assert len(commitments) == 6
    async with insurer.scope() as opened:
        assert await commit_seeds(opened, await insurer.services.catalogue()) == 0


async def test_ht_5_the_population_is_closed_then_drawn_and_the_rules_told_in_that_order(insurer, send):
    for n in range(8):
        await register(insurer, send, n, f"A{n % 2}")
    later = await on(insurer, APRIL)
    draw = await draw_of(later)
    assert (draw["status"], draw["closed_at"], draw["committed_late"]) == (
        "drawn",
        start_of_day(APRIL),
        False,
    )
    found = await drawn(later)
    assert [(row["pool"], row["rank"]) for row in found] == [("A0", 1), ("A0", 2), ("A1", 1), ("A1", 2)]
    assert {row["obligation"] for row in found} == {"open"}
    actions = await later.fetch(
        "SELECT action, details FROM ledger WHERE subject_id = $1 ORDER BY at, id", draw["id"]
    )
    assert [row["action"] for row in actions] == ["draw.committed", "draw.closed", "draw.drawn"]
    closed, revealed = actions[1]["details"], actions[2]["details"]
    assert closed["population_hash"] == draw["population_hash"]
    assert closed["amount"] == {"kind": "successes", "value": "2"}
    assert "seed" not in closed
    assert revealed["seed"] == draw["seed"]
    events = await later.fetch(
        "SELECT source, claim_no, payload FROM event WHERE type = 'sample.drawn' ORDER BY id"
    )
    assert {row["source"] for row in events} == {"huifang"}
    assert {row["payload"]["plan"] for row in events} == {PLAN}
    assert {row["claim_no"] for row in events} == {row["claim_no"] for row in found}
    said = await bundle(later)
    assert problems(said) == ()
    assert msgspec.json.decode(msgspec.json.encode(said), type=Bundle) == said


async def test_ci_1_a_share_is_drawn_of_every_unit_and_what_is_left_out_says_why(insurer, send):
    for n in range(10):
        no = f"S{n}"
        result = "paid" if n < 8 else "declined"
        await insurer.take(
            send.customer(f"K{no}"),
            send.contract(no, line="critical_illness", unit="JN" if n % 2 else "YT"),
            send.event(f"settled-{no}", ClaimSettled(f"CL{no}", result), no, MARCH, claim_no=f"CL{no}"),
        )
    later = await on(insurer, APRIL)
    # A share of 0.3 of four is rounded up.
    assert [row["pool"] for row in await drawn(later)] == ["JN", "JN", "YT", "YT"]
    said = await bundle(later, "settled")
    assert problems(said) == ()
    assert len(said.members) == 8
    assert sorted(one.id for one in said.left_out) == ["core/settled-S8", "core/settled-S9"]


async def test_ht_5_a_claim_that_an_agent_reported_is_left_out_with_the_reason(insurer, send):
    reported = ClaimReported("CLP01", start_of_day(MARCH), Reporter("agent"))
    await register(
        insurer, send, 1, before=[send.event("reported-P01", reported, "P01", MARCH, claim_no="CLP01")]
    )
    said = await bundle(await on(insurer, APRIL))
    assert [(one.id, one.reason.en) for one in said.left_out] == [
        ("core/registered-P01", "reported by an agent: dropped")
    ]
    assert said.members == ()


async def test_the_order_and_batches_in_which_events_came_in_make_no_difference_to_the_population_hash(
    house, insurer, send, planning_host
):
    other = await house.insurer(
        services=Services(house.db, planning_host), plugins=("planning",), clock_at=FEBRUARY_20
    )
    for n in range(6):
        await register(insurer, send, n)
        await register(other, send, 5 - n)
    one, two = await draw_of(await on(insurer, APRIL)), await draw_of(await on(other, APRIL))
    assert one["population_hash"] == two["population_hash"]
    assert one["commitment"] != two["commitment"]


async def test_ht_5_a_member_that_comes_to_nothing_is_replaced_until_two_succeed_or_nobody_is_left(
    insurer, send
):
    for n in range(5):
        await register(insurer, send, n)
    later = await on(insurer, APRIL)
    first, second = await drawn(later)
    await end(later, first["obligation_id"], "unreachable", "phone refused ×1")
    async with later.scope() as opened:
        assert "draws.due" in await due_now(opened, await later.services.calendar())
    await work(later)
    third = (await drawn(later))[2]
    assert (third["substitutes"], third["reason"]) == (first["member"], "unreachable: phone refused ×1")
    assert third["obligation"] == "open"

    await end(later, second["obligation_id"], "completed", successful=True)
    await end(later, third["obligation_id"], "completed")
    await work(later)
    fourth = (await drawn(later))[3]
    assert (fourth["substitutes"], fourth["reason"]) == (third["member"], "not_successful")
    await end(later, fourth["obligation_id"], "expired", "stops_when_due")
    await work(later)
    fifth = (await drawn(later))[4]
    await end(later, fifth["obligation_id"], "voided", "contract.cancelled:x")
    await work(later)
    assert len(await drawn(later)) == 5
    assert problems(await bundle(later)) == ()
    logged = await later.fetch("SELECT reason FROM ledger WHERE action = 'draw.substituted' ORDER BY id")
    assert [row["reason"] for row in logged] == [
        "unreachable: phone refused ×1",
        "not_successful",
        "expired: stops_when_due",
    ]
    async with later.scope() as opened:
        assert "draws.due" not in await due_now(opened, await later.services.calendar())


async def test_one_of_whom_the_rules_make_nothing_is_replaced_and_enough_successes_end_it(
    insurer, send, planning_plugin
):
    for n in range(4):
        await register(insurer, send, n)
    planning_plugin({f"P{n:02}": "no obligation" for n in range(3)})
    later = await on(insurer, APRIL)
    found = await drawn(later)
    made = [row for row in found if row["obligation_id"]]
    assert [row["contract_no"] for row in made] == ["P03"]
    assert {row["reason"] for row in found if row["substitutes"]} <= {"no_obligation"}
    # Two are wanted, and only one of the four has anything to be called about.
    assert len(found) == 4


async def test_a_plan_that_raises_is_shown_and_tried_again_and_the_others_go_on(
    insurer, send, planning_plugin
):
    await register(insurer, send, 1)
    await register(insurer, send, 2)
    await insurer.take(
        send.customer("KS1"),
        send.contract("S1"),
        send.event("settled-S1", ClaimSettled("CLS1", "paid"), "S1", MARCH, claim_no="CLS1"),
    )
    planning_plugin({"P02": "raises"})
    later = await on(insurer, APRIL)
    assert (await draw_of(later))["status"] == "committed"
    assert (await draw_of(later, "settled"))["status"] == "drawn"
    (alarm,) = await later.fetch(
        "SELECT subject, details FROM alarm WHERE kind = 'draw_failed' AND cleared_at IS NULL"
    )
    assert alarm["subject"] == f"{PLAN}/2026-03"
    assert (
        "failed on 1, first on core/registered-P02: RuntimeError: no such assessor"
        in alarm["details"]["problem"]
    )
    # Not over and over: a while later, in wall time.
    planning_plugin()
    await work(later)
    assert (await draw_of(later))["status"] == "committed"
    await later.value(
        "UPDATE draw SET try_at = now() - interval '1 second' WHERE try_at IS NOT NULL RETURNING true"
    )
    await work(later)
    assert (await draw_of(later))["status"] == "drawn"
    assert await later.fetch("SELECT FROM alarm WHERE kind = 'draw_failed' AND cleared_at IS NULL") == []
    assert len(await drawn(later)) == 3


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("unstorable", "can't be stored"),
        ("wrong type", "membership can't be read"),
        ("sleeps", "Overtime: took longer than"),
        ("dies", "the plugin host died"),
    ],
)
async def test_what_a_plan_answers_is_checked_and_can_be_left_out_on_demand(
    insurer, send, planning_plugin, fault, says
):
    for n in (1, 2, 3):
        await register(insurer, send, n)
    planning_plugin({"P02": fault})
    later = await on(insurer, APRIL)
    assert says in (await draw_of(later))["document"]["problem"]
    await ask(later, actor=Actor("cli:test"), leave_out_failed=True)
    await work(later)
    said = await bundle(later)
    assert problems(said) == ()
    assert {one.id for one in said.members} == {"core/registered-P01", "core/registered-P03"}
    ((id, reason),) = [(one.id, one.reason.en) for one in said.left_out]
    assert id.endswith("P02")
    assert says in reason


async def test_dec_14_what_comes_in_after_the_closing_changes_nothing_and_is_shown(insurer, send):
    for n in (1, 2, 3, 4):
        await register(insurer, send, n)
    later = await on(insurer, APRIL)
    before = await bundle(later)
    await register(later, send, 9)
    await later.take(
        send.event("r1", None, "P01", MARCH, retracts="registered-P01", type="claim.registered"),
        send.event(
            "c2", ClaimRegistered("CLP02", start_of_day(MARCH), "A2"), "P02", MARCH, corrects="registered-P02"
        ),
    )
    assert await notice_late(later.services, later.tenant) == 3
    assert await notice_late(later.services, later.tenant) == 0
    after = await bundle(later)
    assert {one.id: one.change for one in after.late} == {
        "core/registered-P09": "came_late",
        "core/registered-P01": "taken_back",
        "core/registered-P02": "would_be_elsewhere",
    }
    assert (after.members, after.population_hash) == (before.members, before.population_hash)
    assert problems(after) == ()
    # Taken back in its turn, the retraction leaves the member as it was.
    await later.take(send.event("r2", None, "P01", MARCH, retracts="r1", type="claim.registered"))
    await notice_late(later.services, later.tenant)
    assert "core/registered-P01" not in {one.id for one in (await bundle(later)).late}


async def test_a_claim_whose_policyholder_comes_in_after_the_closing_is_late_too(insurer, send):
    await insurer.take(
        send.contract("P07", line="motor"),
        send.event("registered-P07", ClaimRegistered("CLP07", start_of_day(MARCH), "A1"), "P07", MARCH),
    )
    later = await on(insurer, APRIL)
    assert (await draw_of(later))["document"]["waiting"] == ["P07"]
    await later.take(send.customer("KP07"))
    await notice_late(later.services, later.tenant)
    assert [one.change for one in (await bundle(later)).late] == ["came_late"]


async def test_a_draw_can_be_made_early_by_somebody_who_may_with_a_reason(insurer, send, house):
    from huifang_core.units import Staff
    from huifang_tenants.stores.organisation import save_staff

    async with insurer.scope() as opened:
        await save_staff(
            opened, [Staff("L1", "组长", "SD", ("team_leader",)), Staff("C9", "话务", "SD", ("caller",))]
        )
    for n in range(3):
        await register(insurer, send, n, day=date(2026, 2, 3))
    with pytest.raises(Refused, match=r"staff\.not_permitted"):
        await ask(insurer, "2026-02", Actor("client:test", "C9"))
    with pytest.raises(Refused, match=r"draw\.period_invalid"):
        await ask(insurer, "2026-03")
    with pytest.raises(Refused, match=r"draw\.period_invalid"):
        await ask(insurer, "2026")
    with pytest.raises(Refused, match="not_found"):
        await ask(insurer, "2026-02", plan="planning/nothing")
    id = await ask(insurer, "2026-02")
    await work(insurer)
    said = await bundle(insurer, period="2026-02")
    assert problems(said) == ()
    assert (said.closed_early, said.committed_late, len(said.members)) == (True, True, 3)
    with pytest.raises(Refused, match=r"state\.conflict"):
        await ask(insurer, "2026-02")
    (entry,) = await insurer.fetch("SELECT * FROM ledger WHERE action = 'draw.asked' AND subject_id = $1", id)
    assert (entry["on_behalf_of"], entry["reason"]) == ("L1", "补抽历史数据")


async def test_a_period_of_imported_history_can_be_drawn_and_says_that_its_seed_came_late(insurer, send):
    for n in range(3):
        await register(insurer, send, n, day=date(2025, 11, 3))
    await ask(insurer, "2025-11", Actor("cli:test"))
    await work(insurer)
    said = await bundle(insurer, period="2025-11")
    assert problems(said) == ()
    assert (said.committed_late, said.closed_early, len(said.members)) == (True, False, 3)
    assert {row["obligation"] for row in await drawn(insurer)} == {"open"}


async def test_a_plugin_that_is_off_when_its_period_ends_has_no_draw(insurer, send):
    await register(insurer, send, 1)
    catalogue = await insurer.services.catalogue()
    async with insurer.scope() as opened:
        await configure(opened, catalogue, "planning", Actor("test:off"), enabled=False)
    later = await on(insurer, APRIL)
    draw = await draw_of(later)
    assert (draw["status"], draw["document"]["skipped"]) == ("skipped", "plugin_off")
    async with later.scope() as opened:
        await configure(opened, catalogue, "planning", Actor("test:on"))
    await work(later)
    assert (await draw_of(later))["status"] == "skipped"
    await ask(later, actor=Actor("cli:test"))
    await work(later)
    assert (await draw_of(later))["status"] == "drawn"


async def test_a_tenant_may_let_its_core_system_catch_up_before_the_draw(insurer, send, house):
    from huifang_tenants.services.draws import draws_ended_before, next_draw_day

    tenant = msgspec.structs.replace(insurer.tenant, settings={"draws_wait_days": 2})
    async with scope(house.db, tenant) as opened:
        assert draws_ended_before(opened) == date(2026, 2, 18)
        # February ends on the 28th: drawn once the 2 March has ended.
        assert await next_draw_day(opened) == date(2026, 3, 3)


async def test_gathering_in_many_batches_loses_and_doubles_nobody(insurer, send, monkeypatch):
    from huifang_tenants.services.draws import drawing, gathering

    monkeypatch.setattr(gathering, "BATCH", 2)
    monkeypatch.setattr(drawing, "BATCH", 2)
    for n in range(7):
        await register(insurer, send, n)
    later = await on(insurer, APRIL + timedelta(days=1))
    assert len((await bundle(later)).members) == 7


async def test_ts_3_departed_sellers_make_members_of_every_contract_they_sold(insurer, send):
    for n in range(3):
        await insurer.take(send.customer(f"KO{n}"), send.contract(f"O{n}", seller_no="S1"))
    await insurer.take(send.event("gone", SellerDeparted("S1", MARCH), None, MARCH))
    await ask(insurer, "2026", Actor("cli:test"), plan="planning/orphans")
    await work(insurer)
    said = await bundle(insurer, "orphans", "2026")
    assert problems(said) == ()
    assert sorted(one.id for one in said.members) == ["core/gone/O0", "core/gone/O1", "core/gone/O2"]
