"""The customer has the last word: a case that was solved is asked about, and closed after that (SD-4, PF-4)."""

from typing import Any
from uuid import UUID

from huifang_core.windows import end_of_day
from huifang_tenants.services import cases
from huifang_tenants.services.case_opening import ByHand, open_by_hand
from huifang_tenants.services.second_callbacks import ask_about_solved
from huifang_tenants.services.upkeep import due_now
from huifang_tenants.stores.ledger import Actor

SOLVER, CLOSER = Actor("client:test", "CHECKS"), Actor("client:test", "LEAD")


async def opened(office: Any, contract_no: str | None = "P1", case_class: str = "complaint") -> UUID:
    given = ByHand(
        case_class=case_class,
        unit="JN",
        subject="客户投诉",
        plugin="shandong_life",
        contract_no=contract_no,
    )
    id: UUID = await office.do(
        lambda scope: open_by_hand(scope, office.catalogue, office.calendar, given, SOLVER)
    )
    return id


async def solve(office: Any, id: UUID) -> None:
    await office.do(lambda scope: cases.solve(scope, id, "已补偿", SOLVER))


async def close(office: Any, id: UUID) -> None:
    await office.do(lambda scope: cases.close(scope, id, CLOSER))


async def ask(office: Any) -> None:
    while "cases.second_callbacks" in await office.do(lambda scope: due_now(scope, office.calendar)):
        await ask_about_solved(office.insurer.services, office.insurer.tenant)


async def case(office: Any, id: UUID) -> Any:
    return await office.row("SELECT * FROM case_file WHERE id = $1", id)


async def second(office: Any) -> list[Any]:
    return await office.fetch(  # type: ignore[no-any-return]
        "SELECT * FROM obligation WHERE kind = 'second_callback' ORDER BY created_at, id"
    )


async def call(office: Any, **said: Any) -> None:
    """Meet the first callback of the new contract out of the way, then the one about the case."""
    contact = await office.begin()
    await office.play(contact, **said)
    await office.conclude(contact)


async def customer_of_p1(office: Any) -> None:
    await office.issue("P1")
    await call(office)


async def test_a_case_is_closed_after_the_customer_found_it_solved(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    assert await second(office) == []
    await solve(office, id)
    assert await office.refusal(close(office, id)) == "case.callback_open"
    await ask(office)
    (obligation,) = await second(office)
    solved = (await case(office, id))["solved_at"]
    assert (obligation["status"], obligation["due_from"]) == ("open", solved)
    # Tuesday 10 March 2026: Wednesday to Friday, Monday and Tuesday.
    assert obligation["due_by"] == end_of_day(office.calendar.after(solved.date(), 5).day)
    assert await office.refusal(close(office, id)) == "case.callback_open"
    await call(office)
    row = await case(office, id)
    assert (row["callback_result"], row["status"]) == ("satisfied", "solved")
    await close(office, id)
    kinds = await office.fetch("SELECT kind FROM case_entry WHERE case_id = $1 ORDER BY id", id)
    assert [row["kind"] for row in kinds] == ["opened", "solved", "customer_satisfied", "closed"]


async def test_a_customer_who_is_not_satisfied_has_it_opened_again_and_is_asked_again(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    await solve(office, id)
    await ask(office)
    await call(office, solved="not_solved")
    row = await case(office, id)
    assert (row["status"], row["callback_result"], row["reopened"]) == ("open", "dissatisfied", 1)
    await ask(office)
    assert [o["status"] for o in await second(office)] == ["completed"], "nothing to ask about meanwhile"
    await solve(office, id)
    await ask(office)
    assert [o["status"] for o in await second(office)] == ["completed", "open"]
    await call(office)
    await close(office, id)
    assert (await case(office, id))["status"] == "closed"


async def test_an_answer_put_right_on_the_way_opens_nothing_again(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    await solve(office, id)
    await ask(office)
    contact = await office.begin()
    await office.play(contact, "service", solved="not_solved")
    await office.correct(contact, 0, "solved", "solved")
    await office.play(contact)
    await office.conclude(contact)
    row = await case(office, id)
    assert (row["status"], row["callback_result"], row["reopened"]) == ("solved", "satisfied", 0)


async def test_what_is_opened_again_before_the_call_is_not_called_about(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    await solve(office, id)
    await ask(office)
    await office.do(lambda scope: cases.reopen(scope, id, "还差一份材料", CLOSER))
    await ask(office)
    assert [o["status"] for o in await second(office)] == ["cancelled"]
    await solve(office, id)
    await ask(office)
    assert [o["status"] for o in await second(office)] == ["cancelled", "open"]


async def test_solved_anew_before_anybody_looked_it_is_asked_about_once(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    await solve(office, id)
    await ask(office)
    await office.do(lambda scope: cases.reopen(scope, id, "还差一份材料", CLOSER))
    await solve(office, id)
    await ask(office)
    assert [o["status"] for o in await second(office)] == ["cancelled", "open"]


async def test_who_can_not_be_reached_or_asked_does_not_keep_a_case_open_for_ever(office: Any) -> None:
    await customer_of_p1(office)
    id = await opened(office)
    await solve(office, id)
    await ask(office)
    await office.fetch("UPDATE obligation SET status = 'unreachable' WHERE kind = 'second_callback'")
    await close(office, id)
    off = await opened(office)
    await office.switch(on=False)
    await solve(office, off)
    await ask(office)
    await close(office, off)
    assert len(await second(office)) == 1


async def test_without_a_contract_or_of_a_class_that_asks_for_none_there_is_no_callback(office: Any) -> None:
    await customer_of_p1(office)
    for id in (await opened(office, None), await opened(office, case_class="inquiry")):
        await solve(office, id)
        await ask(office)
        await close(office, id)
    assert await second(office) == []
