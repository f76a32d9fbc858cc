"""Work orders, suggestions and plans of improvements: what departments do, what is decided, what it comes to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from huifang_core.cases import WORK_ORDER_TRANSITIONS
from huifang_tenants.services import cases, improvements, work_orders
from huifang_tenants.services.upkeep import look_after_cases
from huifang_tenants.services.work_orders import Task
from huifang_tenants.stores.ledger import Actor

HERE, COUNTY, PROVINCE = (Actor("client:test", staff_no) for staff_no in ("H1", "H-LX", "CHECKS"))
CHECKER = Actor("client:test", "H2")
FRIDAY = datetime(2026, 3, 13, 10, tzinfo=UTC)


async def opened(office: Any, kind: str = "problem", unit: str = "JN") -> UUID:
    id: UUID = await office.do(
        lambda scope: cases.open_case(
            scope, HERE, case_class="test", severity=2, unit=unit, subject="测试", kind=kind
        )
    )
    return id


async def send(office: Any, id: UUID, *units: str, due_by: datetime = FRIDAY, actor: Actor = HERE) -> None:
    task = Task(units, "请核对王小明的赔款", due_by, "理赔部")
    await office.do(lambda scope: work_orders.send(scope, id, task, actor))


async def order(office: Any) -> Any:
    return await office.row("SELECT * FROM work_order")


STEPS: dict[str, Any] = {
    "answered": lambda id: lambda scope: work_orders.answer(scope, id, "已核对", COUNTY),
    "accepted": lambda id: lambda scope: work_orders.accept(scope, id, HERE),
    "sent": lambda id: (
        lambda scope: work_orders.send_back(scope, id, "未说明时间", FRIDAY + timedelta(days=1), HERE)
    ),
    "cancelled": lambda id: lambda scope: work_orders.cancel(scope, id, "不再需要", HERE),
}
WAYS: dict[str, tuple[str, ...]] = {
    "sent": (),
    "answered": ("answered",),
    "accepted": ("answered", "accepted"),
    "cancelled": ("cancelled",),
}


@pytest.mark.parametrize("status", WAYS)
async def test_a_work_order_moves_exactly_as_its_table_says(office: Any, status: str) -> None:
    for wanted, step in STEPS.items():
        await send(office, await opened(office), "LX")
        id = (await office.fetch("SELECT id FROM work_order ORDER BY sent_at, id"))[-1]["id"]
        for name in WAYS[status]:
            await office.do(STEPS[name](id))
        doing = office.do(step(id))
        if wanted in WORK_ORDER_TRANSITIONS[status]:  # type: ignore[index]
            await doing
            row = await office.row("SELECT * FROM work_order WHERE id = $1", id)
            assert row["status"] == wanted
        else:
            assert await office.refusal(doing) == "state.conflict"


async def test_pc_4_what_a_department_must_do_is_sent_answered_returned_and_accepted(office: Any) -> None:
    id = await opened(office)
    await office.do(lambda scope: cases.assign(scope, id, "H2", HERE))
    await send(office, id, "LX")
    sent = await order(office)
    assert (sent["unit"], sent["department"], sent["number"], sent["status"]) == ("LX", "理赔部", 1, "sent")
    assert await office.refusal(office.do(lambda scope: cases.solve(scope, id, "好了", HERE))) == (
        "case.work_orders_open"
    )
    for name in ("answered", "sent", "answered"):
        await office.do(STEPS[name](sent["id"]))
    answered = await order(office)
    assert (answered["returned"], answered["answered_by"]) == (1, "H-LX")
    assert answered["due_by"] == FRIDAY + timedelta(days=1)
    assert await office.refusal(office.do(lambda scope: cases.solve(scope, id, "好了", HERE))) == (
        "case.work_orders_open"
    )
    await office.do(STEPS["accepted"](sent["id"]))
    await office.do(lambda scope: cases.solve(scope, id, "好了", HERE))
    entries = await office.fetch("SELECT kind, details FROM case_entry ORDER BY id")
    assert [e["kind"] for e in entries] == [
        "opened",
        "assigned",
        "order_sent",
        "order_answered",
        "order_returned",
        "order_answered",
        "order_accepted",
        "solved",
    ]
    assert entries[2]["details"] == {"order": 1, "to": "LX", "until": FRIDAY.isoformat()}
    assigned = await office.row("SELECT id FROM staff WHERE staff_no = 'H2'")
    told = await office.fetch("SELECT kind, role, unit, staff_id FROM notice ORDER BY id")
    assert [tuple(row) for row in told] == [
        ("work_order_sent", "case_handler", "LX", None),
        ("work_order_answered", None, "JN", assigned["id"]),
        ("work_order_returned", "case_handler", "LX", None),
        ("work_order_answered", None, "JN", assigned["id"]),
    ]
    dump = await office.insurer.dump()
    assert not any("王小明" in row for table in dump.values() for row in table)


async def test_who_may_send_and_who_answers(office: Any) -> None:
    id = await opened(office)
    assert await office.refusal(send(office, id, "LX", actor=COUNTY)) == "staff.outside_unit"
    assert await office.refusal(send(office, id, "LX", "XX")) == "not_found"
    assert await office.refusal(send(office, uuid4(), "LX")) == "not_found"
    for due_by in (datetime(2026, 3, 10, 2, tzinfo=UTC), datetime(2036, 4, 1, tzinfo=UTC)):
        assert await office.refusal(send(office, id, "LX", due_by=due_by)) == "work_order.due_invalid"
    await send(office, id, "YT")
    sent = (await order(office))["id"]
    assert await office.refusal(office.do(STEPS["answered"](sent))) == "staff.outside_unit"
    assert await office.refusal(office.do(STEPS["answered"](uuid4()))) == "not_found"
    yantai = Actor("client:test", "H-YT")
    await office.do(lambda scope: work_orders.answer(scope, sent, "已核对", yantai))
    accept = office.do(lambda scope: work_orders.accept(scope, sent, yantai))
    assert await office.refusal(accept) == "staff.outside_unit", "who asked decides whether it is enough"


async def test_an_answer_that_is_late_is_told_of_once_on_both_sides(office: Any) -> None:
    id = await opened(office)
    await send(office, id, "LX")
    late = await office.at(FRIDAY)
    for _ in range(2):
        await late.do(lambda scope: look_after_cases(scope, office.calendar))
    told = await office.fetch("SELECT role, unit, message FROM notice WHERE kind = 'work_order_overdue'")
    assert sorted((row["role"], row["unit"]) for row in told) == [
        ("case_handler", "JN"),
        ("team_leader", "LX"),
    ]
    assert told[0]["message"]["en"] == "Work order 1-1 was not answered by 2026-03-13 18:00"


async def test_care_3_a_suggestion_is_adopted_or_declined_with_a_reason_before_it_is_solved(
    office: Any,
) -> None:
    id = await opened(office, "suggestion")
    solve = office.do(lambda scope: cases.solve(scope, id, "已处理", HERE))
    assert await office.refusal(solve) == "case.undecided"
    for decision in ("declined", "adopted"):
        await office.do(
            lambda scope, decision=decision: improvements.decide(scope, id, decision, "成本合理", HERE)
        )
    await office.do(lambda scope: cases.solve(scope, id, "下月实施", HERE))
    row = await office.row("SELECT decision FROM case_file")
    assert row["decision"] == "adopted"
    kinds = await office.fetch("SELECT kind FROM case_entry ORDER BY id")
    assert [row["kind"] for row in kinds] == ["opened", "declined", "adopted", "solved"]
    problem = await opened(office)
    decide = office.do(lambda scope: improvements.decide(scope, problem, "adopted", "好", HERE))
    assert await office.refusal(decide) == "case.not_a_suggestion"


async def test_ci_6_findings_become_a_plan_that_is_followed_through_the_branches(office: Any) -> None:
    findings = [await opened(office), await opened(office, unit="YT")]
    plan = await opened(office, "improvement_plan", "SD")
    await office.do(lambda scope: improvements.add_findings(scope, plan, findings, PROVINCE))
    rows = await office.fetch("SELECT plan_id FROM case_file WHERE id = ANY($1)", findings)
    assert {row["plan_id"] for row in rows} == {plan}
    await send(office, plan, "JN", "YT", "LX", actor=PROVINCE)
    measures = await office.fetch("SELECT id, unit, number FROM work_order ORDER BY number")
    assert [(row["unit"], row["number"]) for row in measures] == [("JN", 1), ("YT", 2), ("LX", 3)]
    for row in measures:
        await office.do(lambda scope, row=row: work_orders.answer(scope, row["id"], "已整改", PROVINCE))
        await office.do(lambda scope, row=row: work_orders.accept(scope, row["id"], PROVINCE))

    async def effect(scope: Any) -> None:
        await improvements.record_effect(scope, plan, "partly", "投诉减少一半", PROVINCE)

    assert await office.refusal(office.do(effect)) == "state.conflict", "not before it is carried out"
    await office.do(lambda scope: cases.solve(scope, plan, "措施均已落实", PROVINCE))
    leader = Actor("client:test", "LEAD")
    close = office.do(lambda scope: cases.close(scope, plan, leader))
    assert await office.refusal(close) == "case.effect_missing"
    await office.do(effect)
    await office.do(lambda scope: cases.close(scope, plan, leader))
    row = await office.row("SELECT status, effect FROM case_file WHERE id = $1", plan)
    assert tuple(row) == ("closed", "partly")
    other = office.do(lambda scope: improvements.add_findings(scope, findings[0], [plan], HERE))
    assert await office.refusal(other) == "case.not_a_plan"
