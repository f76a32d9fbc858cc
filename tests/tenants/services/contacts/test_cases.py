"""The life of a case (问题件): who may do what in which status, with its history kept."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huifang_core.cases import TRANSITIONS
from huifang_tenants.services import cases
from huifang_tenants.stores.ledger import Actor

SOLVER, CLOSER = Actor("client:test", "H1"), Actor("client:test", "H2")
STATUSES = ("open", "assigned", "solved", "closed")


async def opened(office: Any, unit: str = "JN") -> UUID:
    id: UUID = await office.do(
        lambda scope: cases.open_case(
            scope, SOLVER, case_class="complaint", severity=3, unit=unit, subject="投诉"
        )
    )
    return id


async def step(office: Any, id: UUID, name: str, actor: Actor = SOLVER) -> None:
    steps: dict[str, Callable[[Any], Awaitable[None]]] = {
        "assign": lambda scope: cases.assign(scope, id, "H1", actor),
        "comment": lambda scope: cases.comment(scope, id, "王小明说明天再来", actor),
        "solve": lambda scope: cases.solve(scope, id, "已当面解释", actor),
        "close": lambda scope: cases.close(scope, id, actor),
        "reopen": lambda scope: cases.reopen(scope, id, "客户仍不满意", actor),
    }
    await office.do(steps[name])


async def case(office: Any, id: UUID) -> Any:
    return await office.row("SELECT * FROM case_file WHERE id = $1", id)


async def brought_to(office: Any, status: str) -> UUID:
    id = await opened(office)
    way = {"open": (), "assigned": ("assign",), "solved": ("solve",), "closed": ("solve", "close")}
    for name in way[status]:
        await step(office, id, name, CLOSER if name == "close" else SOLVER)
    return id


LEADS_TO = {"assign": "assigned", "solve": "solved", "close": "closed", "reopen": "open"}


@pytest.mark.parametrize(("status", "name"), list(product(STATUSES, LEADS_TO)))
async def test_a_case_moves_exactly_as_its_table_says(office: Any, status: str, name: str) -> None:
    id = await brought_to(office, status)
    before = await case(office, id)
    wanted = LEADS_TO[name]
    allowed = wanted in TRANSITIONS[status] and not (name == "reopen" and status == "assigned")  # type: ignore[index]
    if allowed:
        await step(office, id, name, CLOSER)
        after = await case(office, id)
        assert (after["status"], after["revision"]) == (wanted, before["revision"] + 1)
    else:
        assert await office.refusal(step(office, id, name, CLOSER)) == "state.conflict"
        assert await case(office, id) == before


async def test_whoever_solved_a_case_does_not_close_it(office: Any) -> None:
    id = await brought_to(office, "solved")
    assert await office.refusal(step(office, id, "close", SOLVER)) == "case.closed_by_solver"
    await step(office, id, "close", CLOSER)
    row = await case(office, id)
    assert (row["status"], row["solved_by"]) == ("closed", "H1")
    assert row["closed_at"] is not None


async def test_a_client_that_acts_for_nobody_does_not_close_what_it_solved(office: Any) -> None:
    id = await opened(office)
    await step(office, id, "solve", Actor("client:core"))
    assert await office.refusal(step(office, id, "close", Actor("client:core"))) == "case.closed_by_solver"
    await step(office, id, "close", Actor("client:core", "H1"))


async def test_a_reopened_case_starts_anew_and_counts_how_often(office: Any) -> None:
    id = await brought_to(office, "closed")
    await office.fetch("UPDATE case_file SET overdue_marked_at = now()")
    await step(office, id, "reopen")
    row = await case(office, id)
    assert (
        row["reopened"],
        row["solved_by"],
        row["solved_at"],
        row["closed_at"],
        row["overdue_marked_at"],
    ) == (
        1,
        None,
        None,
        None,
        None,
    )
    await step(office, id, "solve", CLOSER)
    await step(office, id, "close", SOLVER)


@pytest.mark.parametrize("status", STATUSES)
async def test_a_case_is_commented_in_any_status_and_its_revision_tells(office: Any, status: str) -> None:
    id = await brought_to(office, status)
    before = await case(office, id)
    await step(office, id, "comment")
    after = await case(office, id)
    assert (after["status"], after["revision"]) == (status, before["revision"] + 1)


async def test_what_is_written_is_encrypted_and_never_in_the_ledger(office: Any) -> None:
    id = await opened(office)
    for name in ("assign", "comment", "solve"):
        await step(office, id, name)
    await step(office, id, "reopen")
    dump = await office.insurer.dump()
    for table in ("case_file", "case_entry", "ledger"):
        written = "\n".join(dump[table])
        assert not any(words in written for words in ("王小明", "已当面解释", "客户仍不满意")), table
    entries = await office.fetch("SELECT * FROM case_entry ORDER BY id")
    assert [row["kind"] for row in entries] == ["opened", "assigned", "commented", "solved", "reopened"]

    async def read(scope: Any) -> list[str | None]:
        return [
            scope.cipher.decrypt(row["text_enc"], "case_entry.text", row["id"]) if row["text_enc"] else None
            for row in entries
        ]

    assert await office.do(read) == [None, "H1", "王小明说明天再来", "已当面解释", "客户仍不满意"]


async def test_each_change_leaves_one_row_with_who_and_for_whom(office: Any) -> None:
    id = await brought_to(office, "closed")
    await step(office, id, "reopen", CLOSER)
    rows = await office.fetch("SELECT * FROM ledger WHERE subject_id = $1 ORDER BY id", id)
    assert [(row["action"], row["on_behalf_of"]) for row in rows] == [
        ("case.opened", "H1"),
        ("case.solved", "H1"),
        ("case.closed", "H2"),
        ("case.reopened", "H2"),
    ]
    assert {row["actor"] for row in rows} == {"client:test"}


async def test_of_many_who_move_a_case_at_once_one_does(office: Any) -> None:
    for name, start in (("solve", "open"), ("close", "solved"), ("reopen", "closed")):
        id = await brought_to(office, start)
        found = await asyncio.gather(
            *(step(office, id, name, CLOSER) for _ in range(5)), return_exceptions=True
        )
        codes = sorted(getattr(result, "code", "moved") for result in found)
        assert codes == ["moved", *["state.conflict"] * 4]
        assert (await office.actions(id)).count(f"case.{LEADS_TO[name].replace('open', 'reopened')}") == 1


async def test_a_case_that_is_not_there_or_an_assignee_who_is_not(office: Any) -> None:
    for name in (*LEADS_TO, "comment"):
        assert await office.refusal(step(office, uuid4(), name)) == "not_found"
    id = await opened(office)
    assign = office.do(lambda scope: cases.assign(scope, id, "NOBODY", SOLVER))
    assert await office.refusal(assign) == "case.assignee_unknown"
    await step(office, id, "assign")
    await office.do(lambda scope: cases.assign(scope, id, "H2", SOLVER))
    row = await office.row("SELECT s.staff_no FROM case_file c JOIN staff s ON s.id = c.assignee")
    assert row["staff_no"] == "H2"


UNFIT = {
    "LEFT": "not_active",
    "C1": "not_permitted",
    "AUDIT": "not_permitted",
    "VENDOR": "not_permitted",
    "H-YT": "outside_unit",
    "H-LX": "outside_unit",
}
FIT = ("H1", "LEAD", "CHECKS", "LEAVES")


@pytest.mark.parametrize("staff_no", UNFIT)
async def test_a_case_is_given_to_nobody_who_has_left_has_no_role_for_it_or_belongs_elsewhere(
    office: Any, staff_no: str
) -> None:
    id = await opened(office)
    before = await case(office, id)
    assign = office.do(lambda scope: cases.assign(scope, id, staff_no, SOLVER))
    assert await office.refusal(assign) == f"case.assignee_{UNFIT[staff_no]}"
    assert await case(office, id) == before


@pytest.mark.parametrize("staff_no", UNFIT)
async def test_nobody_unfit_moves_a_case_on(office: Any, staff_no: str) -> None:
    for status, name in (("open", "assign"), ("open", "solve"), ("solved", "close"), ("closed", "reopen")):
        id = await brought_to(office, status)
        before = await case(office, id)
        refused = await office.refusal(step(office, id, name, Actor("client:test", staff_no)))
        assert refused == f"staff.{UNFIT[staff_no]}"
        assert await case(office, id) == before


@pytest.mark.parametrize("staff_no", FIT)
async def test_people_of_the_cases_unit_and_of_those_above_work_on_it(office: Any, staff_no: str) -> None:
    me = Actor("client:test", staff_no)
    id = await opened(office)
    await office.do(lambda scope: cases.assign(scope, id, staff_no, SOLVER))
    await step(office, id, "solve", me)
    await step(office, id, "reopen", me)
    await step(office, id, "solve", CLOSER)
    await step(office, id, "close", me)


async def test_a_case_of_the_province_is_not_the_citys_to_solve(office: Any) -> None:
    id = await opened(office, "SD")
    assert await office.refusal(step(office, id, "solve", SOLVER)) == "staff.outside_unit"
    await step(office, id, "solve", Actor("client:test", "CHECKS"))


async def test_anybody_still_here_may_comment(office: Any) -> None:
    id = await opened(office)
    await step(office, id, "comment", Actor("client:test", "C1"))
    assert (
        await office.refusal(step(office, id, "comment", Actor("client:test", "LEFT"))) == "staff.not_active"
    )
    assert (
        await office.refusal(step(office, id, "comment", Actor("client:test", "NOBODY"))) == "staff.not_found"
    )


async def test_a_withdrawn_case_goes_on_and_says_so(office: Any) -> None:
    id = await brought_to(office, "assigned")
    await office.do(lambda scope: cases.withdraw(scope, id, SOLVER))
    row = await case(office, id)
    assert (row["withdrawn"], row["status"]) == (True, "assigned")
    await step(office, id, "solve")


@pytest.mark.parametrize("table", ["ledger", "answer", "case_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
async def test_gen_2_history_can_be_neither_changed_nor_deleted(
    office: Any, table: str, statement: str
) -> None:
    await office.issue("P1")
    await office.play(await office.begin(), terms_read="not_read")
    before = await office.fetch(f"SELECT count(*) AS n FROM {table}")
    assert before[0]["n"] > 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await office.fetch(statement.format(table))
    assert await office.fetch(f"SELECT count(*) AS n FROM {table}") == before


async def test_a_case_keeps_business_time(office: Any) -> None:
    id = await brought_to(office, "solved")
    now = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    row = await case(office, id)
    assert (row["opened_at"], row["solved_at"]) == (now, now)
