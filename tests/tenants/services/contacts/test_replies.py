"""Suggestions and problems from end to end: taken in, decided, solved, and the payer told what came of it (PF-3, PF-4)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from huifang_core.events import FeedbackReceived
from huifang_core.windows import end_of_day
from huifang_tenants.services import cases, improvements
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.second_callbacks import ask_about_solved
from huifang_tenants.stores.ledger import Actor

HANDLER, LEADER = Actor("client:test", "H1"), Actor("client:test", "LEAD")
RECEIVED = datetime(2026, 3, 10, 1, tzinfo=UTC)
ANSWER = "大厅明日起增设引导岗，由王小明负责。"


@pytest.fixture
async def payers(office: Any) -> Any:
    async def switch_on(scope: Any) -> None:
        await configure(scope, office.catalogue, "payer_feedback", LEADER)

    await office.do(switch_on)
    await office.insurer.take(
        office.send.customer("KS1", id_type="passport", id_number="E12345678"),
        office.send.contract("S1", line="social_security", product_class=None, premium=None),
    )
    return office


async def feedback(office: Any, kind: str = "suggestion", id: str = "f1") -> Any:
    payload = FeedbackReceived(kind, RECEIVED, text="希望增设引导岗", channel="phone")
    await office.insurer.take(office.send.event(id, payload, "S1", date(2026, 3, 10), time=RECEIVED))
    return await office.row("SELECT * FROM case_file ORDER BY number DESC LIMIT 1")


async def solve(office: Any, id: Any) -> None:
    await office.do(lambda scope: cases.solve(scope, id, ANSWER, HANDLER))


async def test_pf_4_a_suggestion_is_decided_and_the_payer_told_within_two_working_days(payers: Any) -> None:
    case = await feedback(payers)
    reply = await payers.made("S1", "reply")
    by = end_of_day(date(2026, 3, 12))
    assert (case["kind"], case["due_by"]) == ("suggestion", by)
    assert (await payers.obligation(reply))["due_by"] == by
    assert await payers.claim() is None, "there is nothing to tell yet"
    held = await payers.held_back()
    assert (held.waiting_for_case, held.not_contactable) == (1, 0)
    await payers.do(lambda scope: improvements.decide(scope, case["id"], "adopted", "成本不高", HANDLER))
    await solve(payers, case["id"])
    contact = await payers.begin()
    found = await payers.play(contact, "answer")
    assert ANSWER in found.prompt.text
    await payers.play(contact)
    await payers.conclude(contact)
    row = await payers.obligation(reply)
    assert (row["status"], row["completed_at"] < by) == ("completed", True)
    await payers.do(lambda scope: cases.close(scope, case["id"], LEADER))
    snapshot = (await payers.contact(contact))["snapshot"]
    assert snapshot["sections"][0]["case.decision"] == "adopted"
    dump = await payers.insurer.dump()
    assert not any("增设引导岗" in written for rows in dump.values() for written in rows), (
        "encrypted everywhere"
    )


async def test_pf_4_a_payer_who_is_not_content_has_it_looked_into_again(payers: Any) -> None:
    case = await feedback(payers, "problem")
    await solve(payers, case["id"])
    contact = await payers.begin()
    await payers.play(contact, satisfied="dissatisfied")
    await payers.conclude(contact)
    opened = await payers.fetch(
        "SELECT id, case_class, status, second_callback FROM case_file ORDER BY number"
    )
    assert [tuple(row)[1:] for row in opened] == [
        ("problem", "solved", False),
        ("complaint", "open", True),
    ], "the first had its reply; of the second the payer hears anew"
    complaint = opened[1]["id"]
    await payers.do(lambda scope: cases.solve(scope, complaint, "已当面致歉并退款。", LEADER))
    await ask_about_solved(payers.insurer.services, payers.insurer.tenant)
    contact = await payers.begin()
    found = await payers.play(contact, "answer")
    assert "已当面致歉并退款。" in found.prompt.text
    await payers.play(contact)
    await payers.conclude(contact)
    row = await payers.row("SELECT callback_result FROM case_file WHERE id = $1", complaint)
    assert row["callback_result"] == "satisfied"


async def test_pf_3_what_is_not_answered_in_time_shows_on_both_sides(payers: Any) -> None:
    case = await feedback(payers, "complaint")
    late = await payers.later(days=3)
    overdue = await payers.obligation(await payers.made("S1", "reply"))
    now = late.insurer.tenant.clock_at
    assert (overdue["status"], overdue["due_by"] < now, case["due_by"] < now) == ("open", True, True)
    assert await late.claim() is None
    await solve(late, case["id"])
    assert await late.claim() is not None, "late, but owed all the same (DEC-3)"


async def test_each_payer_hears_what_came_of_their_own_matter(payers: Any) -> None:
    for id, said in (("f1", "甲事已办。"), ("f2", "乙事已办。")):
        case = await feedback(payers, "problem", id)
        await payers.do(lambda scope, case=case, said=said: cases.solve(scope, case["id"], said, HANDLER))
    contact = await payers.begin()
    heard = []
    found = await payers.standing(contact)
    while found.section is not None:
        if found.prompt.step == "answer":
            heard.append(found.prompt.text)
        found = await payers.answer(contact, found.prompt.step, found.prompt.choices[0].code)
    assert sorted("甲" in text for text in heard) == [False, True]


async def test_a_case_taken_back_holds_nothing_up(payers: Any) -> None:
    case = await feedback(payers, "problem")
    await payers.do(lambda scope: cases.withdraw(scope, case["id"], HANDLER))
    contact = await payers.begin()
    found = await payers.play(contact, "answer")
    assert found.prompt.missing == ("case.answer",), "nothing is made up"
