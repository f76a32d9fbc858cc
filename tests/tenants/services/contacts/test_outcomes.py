"""What a plugin is told when a contact ends, and what becomes of its answer."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ContractDelivered, ContractIssued
from huifang_core.outcomes import Reacted
from huifang_tenants.outbox import OUTCOME
from huifang_tenants.plugin_host import HostFailure
from huifang_tenants.scope import control
from huifang_tenants.services import outcomes
from huifang_tenants.services.outcomes import Answered


@pytest.fixture
async def reference(house: Any, send: Any, make_office: Any) -> Any:
    """A tenant that goes by the reference plugin."""
    return await make_office(house, send, plugins=("reference",))


async def welcome(office: Any, number: str = "R1") -> UUID:
    """A new contract, delivered on Monday; return the callback that makes."""
    await office.insurer.take(
        office.send.customer(f"K{number}"),
        office.send.contract(number, line="property", seller_no="S9"),
        office.send.event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
        office.send.event(
            f"{number}-delivered", ContractDelivered(date(2026, 3, 9)), number, date(2026, 3, 9)
        ),
    )
    id: UUID = await office.made(number, "welcome")
    return id


async def told(office: Any, contact: UUID) -> tuple[Answered, ...]:
    """Do the job that the contact left behind, and return what plugins answered."""
    services, tenant = office.insurer.services, office.insurer.tenant
    found, answered = await outcomes.tell(services, tenant, contact)
    assert found is not None
    await office.do(
        lambda scope: outcomes.carry_out(scope, office.catalogue, office.calendar, found, answered)
    )
    return answered


async def jobs(office: Any) -> list[Any]:
    """The payloads of the jobs that contacts left behind."""
    async with control(office.insurer.services.db) as opened:
        rows = await opened.connection.fetch(
            "SELECT payload FROM control.jobs WHERE tenant_id = $1 AND kind = $2",
            office.insurer.tenant.id,
            OUTCOME,
        )
    return [row["payload"] for row in rows]


async def test_after_three_calls_in_vain_a_plugin_has_the_contact_data_checked(reference: Any) -> None:
    """GEN-3, REG-3: nothing on the first two, and the case says which contact and obligation are behind it."""
    id = await welcome(reference)
    office = reference
    for attempt in (1, 2, 3):
        contact = await office.begin()
        await office.conclude(contact, "no_answer")
        answered = await told(office, contact)
        assert [len(one.answer.cases) for one in answered] == [int(attempt == 3)]
        office = await office.later(days=2)
    [case] = await office.fetch(
        "SELECT plugin, case_class, obligation_id, contact_id, unit, severity, due_by, key FROM case_file"
    )
    assert (case["plugin"], case["case_class"], case["obligation_id"], case["contact_id"]) == (
        "reference",
        "contact_data",
        id,
        contact,
    )
    assert case["key"] is None, "no rule's: what rules want is reconciled, this is not"
    [noted] = await office.fetch("SELECT details FROM ledger WHERE action = 'outcome.answered'")
    assert noted["details"]["plugin"] == "reference"
    assert "3 calls in vain" in noted["details"]["why"][-1]


async def test_a_late_call_that_finds_cover_not_understood_is_told_to_the_team_leader(reference: Any) -> None:
    """GEN-3: by the codes of the answers; the notice goes to the level the plugin asked for."""
    await welcome(reference)
    office = await reference.later(days=30)
    contact = await office.begin()
    await office.play(contact, cover="not_clear")
    await office.conclude(contact)
    [answered] = await told(office, contact)
    assert isinstance(answered.answer, Reacted)
    assert len(answered.answer.notices) == 1
    [notice] = await office.fetch("SELECT role, unit, subject_id, message FROM notice WHERE kind = 'outcome'")
    assert (notice["role"], notice["unit"], notice["subject_id"]) == ("team_leader", "JN", contact)
    assert notice["message"]["en"].startswith("a customer called late")


async def test_what_a_customer_says_freely_is_not_told(reference: Any) -> None:
    """REG-5: codes of closed answers go to the plugin, nothing else that was said."""
    await welcome(reference)
    contact = await reference.begin()
    await reference.play(contact, phone="13900000000")
    await reference.conclude(contact)
    services, tenant = reference.insurer.services, reference.insurer.tenant
    seen: list[Any] = []

    class Host:
        async def react(self, told: list[Any]) -> list[Any]:
            seen.extend(told)
            return [Reacted() for _ in told]

    class Listening:
        db, host = services.db, Host()
        catalogue = staticmethod(services.catalogue)

    await outcomes.tell(Listening(), tenant, contact)  # type: ignore[arg-type]
    [one] = seen
    assert one.outcome.answers["cover"] == "clear"
    assert "phone" not in one.outcome.answers
    assert one.outcome.completed
    assert one.outcome.attempts == 1
    assert one.outcome.contract.contract_no == "R1"


async def test_only_obligations_that_ask_for_it_leave_a_job_behind(office: Any, reference: Any) -> None:
    await office.issue("A1")
    silent = await office.begin()
    await office.conclude(silent, "no_answer")
    await welcome(reference)
    telling = await reference.begin()
    await reference.conclude(telling, "no_answer")
    assert await jobs(office) == []
    assert await jobs(reference) == [{"contact": str(telling)}]


async def test_a_plugin_that_failed_raises_an_alarm_until_it_answers_again(reference: Any) -> None:
    """GEN-3: nothing of it goes unnoticed, and the contact stays as it is."""
    await welcome(reference)
    contact = await reference.begin()
    await reference.conclude(contact, "no_answer")
    found, answered = await outcomes.tell(reference.insurer.services, reference.insurer.tenant, contact)
    assert found is not None
    failed = tuple(Answered(one.section, HostFailure("RuntimeError: no idea")) for one in answered)
    await reference.do(
        lambda scope: outcomes.carry_out(scope, reference.catalogue, reference.calendar, found, failed)
    )
    [alarm] = await reference.fetch("SELECT kind, subject, details, cleared_at FROM alarm")
    assert (alarm["kind"], alarm["subject"], alarm["cleared_at"]) == ("outcome_failed", "reference", None)
    assert alarm["details"] == {"contact": str(contact), "reason": "RuntimeError: no idea"}
    await told(reference, contact)
    [alarm] = await reference.fetch("SELECT cleared_at FROM alarm")
    assert alarm["cleared_at"] is not None
