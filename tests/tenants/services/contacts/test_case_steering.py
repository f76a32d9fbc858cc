"""Where cases go and when they are due: routed by class, handed up and down, classified, paused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.case_deadlines import deadline
from huifang_core.units import Staff
from huifang_core.windows import end_of_day
from huifang_tenants.services import case_steering, cases
from huifang_tenants.services.case_opening import ByHand, open_by_hand
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

HERE, PROVINCE = Actor("client:test", "H1"), Actor("client:test", "CHECKS")


async def opened(office: Any, case_class: str = "explanation_item", unit: str = "LX", **changes: Any) -> UUID:
    given = ByHand(case_class=case_class, unit=unit, subject="测试", plugin="shandong_life", **changes)
    id: UUID = await office.do(
        lambda scope: open_by_hand(scope, office.catalogue, office.calendar, given, HERE)
    )
    return id


async def case(office: Any, id: UUID) -> Any:
    return await office.row("SELECT * FROM case_file WHERE id = $1", id)


async def hand_over(office: Any, id: UUID, to: str, actor: Actor = HERE) -> None:
    await office.do(lambda scope: case_steering.hand_over(scope, id, to, "需上级协调", actor))


async def classify(
    office: Any, id: UUID, case_class: str, severity: int | None = None, actor: Actor = HERE
) -> None:
    await office.do(
        lambda scope: case_steering.classify(
            scope, office.catalogue, office.calendar, id, case_class, severity, "核实后改类", actor
        )
    )


async def pause(office: Any, id: UUID, until: datetime, actor: Actor = HERE) -> None:
    await office.do(lambda scope: case_steering.pause(scope, id, until, "等待客户返程", actor))


async def test_sd_2_a_case_goes_to_the_level_of_its_class_and_says_where_it_came_from(office: Any) -> None:
    row = await case(office, await opened(office))
    assert (row["origin"], row["unit"], row["counted_in"]) == ("LX", "JN", "working_days")
    row = await case(office, await opened(office, "complaint"))
    assert (row["origin"], row["unit"]) == ("LX", "SD")


async def test_it_goes_further_up_where_nobody_at_that_level_handles_cases(office: Any) -> None:
    row = await case(office, await opened(office, unit="QD"))
    assert row["unit"] == "QD", "nobody in Qingdao or above it: it stays where it belongs"
    left = [staff(n, "JN", until=date(2026, 3, 9)) for n in ("H1", "H2")]
    await office.do(lambda scope: save_staff(scope, left))
    row = await case(
        office,
        await office.do(
            lambda scope: open_by_hand(
                scope,
                office.catalogue,
                office.calendar,
                ByHand(case_class="inquiry", unit="LX", subject="测试", plugin="shandong_life"),
                PROVINCE,
            )
        ),
    )
    assert row["unit"] == "SD"


def staff(number: str, unit: str, until: date) -> Any:
    return Staff(number, f"张{number}", unit, ("case_handler",), active_until=until)


async def test_ci_4_the_most_serious_goes_to_the_province_whatever_its_class(office: Any) -> None:
    row = await case(office, await opened(office, severity=4))
    assert (row["unit"], row["severity"]) == ("SD", 4)


async def test_ms_2_minutes_count_around_the_clock(office: Any) -> None:
    plugin = office.catalogue.plugins["shandong_life"]
    classes = tuple(
        msgspec.structs.replace(c, solve_within_working_days=None, solve_within_minutes=30)
        if c.id == "inquiry"
        else c
        for c in plugin.case_classes
    )
    night = await office.at(datetime(2026, 3, 10, 15, 50, tzinfo=UTC))
    quick = night.with_plugin(msgspec.structs.replace(plugin, case_classes=classes))
    row = await case(quick, await opened(quick, "inquiry"))
    assert (row["due_by"], row["counted_in"]) == (datetime(2026, 3, 10, 16, 20, tzinfo=UTC), "minutes")
    assert row["remind_at"] == datetime(2026, 3, 10, 16, 5, tzinfo=UTC)


async def test_a_case_is_handed_up_and_down_with_its_deadline_and_its_history(office: Any) -> None:
    id = await opened(office)
    before = await case(office, id)
    await office.do(lambda scope: cases.assign(scope, id, "H2", HERE))
    await hand_over(office, id, "SD")
    row = await case(office, id)
    assert (row["unit"], row["status"], row["assignee"]) == ("SD", "open", None)
    assert row["due_by"] == before["due_by"], "its time runs on from unit to unit"
    assert await office.refusal(hand_over(office, id, "LX")) == "staff.outside_unit"
    await hand_over(office, id, "LX", PROVINCE)
    entries = await office.fetch("SELECT kind, details FROM case_entry ORDER BY id")
    assert [(e["kind"], e["details"]) for e in entries[2:]] == [
        ("handed_up", {"from": "JN", "to": "SD"}),
        ("handed_down", {"from": "SD", "to": "LX"}),
    ]
    told = await office.fetch("SELECT role, unit FROM notice WHERE kind = 'case_handed_over' ORDER BY id")
    assert [tuple(row) for row in told] == [("case_handler", "SD"), ("case_handler", "LX")]


async def test_a_case_goes_neither_sideways_nor_anywhere_once_it_is_solved(office: Any) -> None:
    id = await opened(office)
    assert await office.refusal(hand_over(office, id, "YT")) == "case.unit_not_in_line"
    assert await office.refusal(hand_over(office, id, "JN")) == "case.unit_not_in_line"
    assert await office.refusal(hand_over(office, id, "XX")) == "not_found"
    await office.do(lambda scope: cases.solve(scope, id, "已解决", HERE))
    for step in (
        hand_over(office, id, "SD"),
        classify(office, id, "inquiry"),
        pause(office, id, datetime(2026, 3, 12, tzinfo=UTC)),
    ):
        assert await office.refusal(step) == "state.conflict"


async def test_sd_4_another_class_counts_the_time_anew_from_the_opening(office: Any) -> None:
    id = await opened(office, "inquiry")
    opened_at = (await case(office, id))["opened_at"]
    later = await office.later(hours=2)
    await classify(later, id, "complaint")
    known = office.catalogue.plugins["shandong_life"].case_class("complaint")
    row = await case(office, id)
    assert (row["case_class"], row["severity"], row["unit"]) == ("complaint", known.severity, "SD")
    assert row["due_by"] == deadline(known, opened_at, office.calendar)
    await classify(office, id, "inquiry", actor=PROVINCE)
    assert (await case(office, id))["unit"] == "SD", "nothing goes down by itself"
    entries = await office.fetch("SELECT kind, details FROM case_entry ORDER BY id")
    assert [e["kind"] for e in entries] == ["opened", "classified", "handed_up", "classified"]
    assert entries[1]["details"] == {
        "case_class": "complaint",
        "severity": known.severity,
        "before": "inquiry",
    }
    assert await office.refusal(classify(office, id, "nothing", actor=PROVINCE)) == "case.class_unknown"


async def test_a_deadline_that_was_given_stays_whatever_the_class(office: Any) -> None:
    due_by = datetime(2026, 3, 13, 4, tzinfo=UTC)
    id = await opened(office, "inquiry", due_by=due_by)
    await classify(office, id, "explanation_item")
    row = await case(office, id)
    assert (row["due_by"], row["counted_in"], row["case_class"]) == (due_by, "given", "explanation_item")


async def test_what_was_paused_is_due_later_and_a_class_given_afterwards_leaves_the_pause_out(
    office: Any,
) -> None:
    id = await opened(office, "inquiry")
    due_by = (await case(office, id))["due_by"]
    await pause(office, id, datetime(2026, 3, 20, 1, tzinfo=UTC))
    assert await office.refusal(pause(office, id, datetime(2026, 3, 20, 1, tzinfo=UTC))) == "state.conflict"
    # Wednesday and Thursday pass.
    thursday = await office.at(datetime(2026, 3, 12, 2, tzinfo=UTC))
    await thursday.do(lambda scope: case_steering.resume(scope, office.calendar, id, HERE))
    row = await case(office, id)
    assert row["due_by"] == end_of_day(office.calendar.after((due_by - timedelta(hours=1)).date(), 2).day)
    await classify(thursday, id, "inquiry")
    assert (await case(office, id))["due_by"] == row["due_by"]
    resume = office.do(lambda scope: case_steering.resume(scope, office.calendar, id, HERE))
    assert await office.refusal(resume) == "state.conflict"


async def test_lateness_is_not_paused_away_nor_is_a_case_put_to_sleep(office: Any) -> None:
    id = await opened(office)
    for until in (datetime(2026, 3, 10, 2, tzinfo=UTC), datetime(2026, 4, 9, 3, tzinfo=UTC)):
        assert await office.refusal(pause(office, id, until)) == "case.pause_invalid"
    late = await office.at((await case(office, id))["due_by"])
    assert await office.refusal(pause(late, id, datetime(2026, 4, 1, tzinfo=UTC))) == "case.overdue"


async def test_solving_a_paused_case_ends_the_pause(office: Any) -> None:
    id = await opened(office)
    await pause(office, id, datetime(2026, 3, 12, tzinfo=UTC))
    await office.do(lambda scope: cases.solve(scope, id, "客户已提前返回", HERE))
    row = await case(office, id)
    assert (row["status"], row["paused_until"]) == ("solved", None)
    kinds = await office.fetch("SELECT kind FROM case_entry ORDER BY id")
    assert [entry["kind"] for entry in kinds] == ["opened", "paused", "resumed", "solved"]


async def test_nobody_unfit_steers_a_case(office: Any) -> None:
    id = await opened(office)
    for staff_no, code in (("C1", "staff.not_permitted"), ("H-YT", "staff.outside_unit")):
        actor = Actor("client:test", staff_no)
        for step in (
            hand_over(office, id, "SD", actor),
            classify(office, id, "inquiry", actor=actor),
            pause(office, id, datetime(2026, 3, 12, tzinfo=UTC), actor),
            office.do(lambda scope, actor=actor: case_steering.resume(scope, office.calendar, id, actor)),
        ):
            assert await office.refusal(step) == code
