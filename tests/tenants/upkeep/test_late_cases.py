"""Cases past their deadline are escalated once, to the unit above."""

from datetime import timedelta

from huifang_tenants.services.cases import open_case, solve
from huifang_tenants.services.upkeep import escalate_cases
from huifang_tenants.stores.ledger import Actor

HANDLER = Actor("test:client", "H1")


async def test_a_late_case_goes_to_the_unit_above_once(insurer):
    due_by = await insurer.do(_now) + timedelta(days=1)

    async def two(scope):
        late = await open_case(
            scope, HANDLER, case_class="complaint", severity=2, unit="JN", subject="投诉", due_by=due_by
        )
        await open_case(scope, HANDLER, case_class="complaint", severity=2, unit="YT", subject="投诉")
        return late

    case = await insurer.do(two)
    await insurer.do(escalate_cases)
    assert await insurer.alarms("case_overdue") == {}

    await insurer.at(due_by)
    await insurer.do(escalate_cases)
    await insurer.do(escalate_cases)
    (notice,) = await insurer.notices("case_overdue")
    assert (notice["unit"], notice["subject_id"]) == ("SD", case)
    assert notice["message"]["en"].startswith("Case 1 was not solved by 2026-03-11 10:00")
    entries = await insurer.fetch(
        "SELECT kind, actor FROM case_entry WHERE case_id = $1 ORDER BY at, id", case
    )
    assert [tuple(entry) for entry in entries] == [("opened", "test:client"), ("escalated", "system:worker")]
    assert list(await insurer.alarms("case_overdue")) == ["JN"]

    async def solved(scope):
        await solve(scope, case, "已回复", HANDLER)

    await insurer.do(solved)
    await insurer.do(escalate_cases)
    assert await insurer.alarms("case_overdue") == {}


async def _now(scope):
    return scope.now
