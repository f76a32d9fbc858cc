"""One person with obligations of two plugins: one contact, identity asked once, and each section its own script and outcome (DEC-5)."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from huifang_core.catalogue import Catalogue
from huifang_core.events import ContractChanged, ContractLapsed
from huifang_core.scripts import Say
from huifang_core.windows import end_of_day

HEALTH_COVER = {"line": "health", "effective_on": date(2025, 12, 10), "expires_on": date(2030, 12, 9)}
"""In effect for three months to the day, and signed for yesterday: new to Shandong's rule, and due for its first follow-up."""


@pytest.fixture
async def shared(house: Any, send: Any, make_office: Any) -> Any:
    """A tenant that goes by both the Shandong guide and the health plan."""
    return await make_office(house, send, plugins=("shandong_life", "health"))


async def due(office: Any) -> tuple[UUID, UUID]:
    """A new health policy, and the obligations that both plugins make of it."""
    new = await office.issue("H1", "KX", **HEALTH_COVER)
    row = await office.row("SELECT id FROM obligation WHERE key = 'health/follow_up/month_3'")
    return new, row["id"]


async def test_dec_5_two_plugins_one_contact_two_sections(shared: Any) -> None:
    """DEC-5: the mandatory callback comes first; the second section begins after identity, with a script of its own."""
    new, follow_up = await due(shared)
    contact = await shared.begin()
    await shared.play(contact, "policy_no")
    found = await shared.standing(contact)
    assert (found.section, found.obligation_id) == (1, follow_up)
    asked = await shared.fetch("SELECT step FROM answer")
    assert [row["step"] for row in asked].count("verify") == 1
    await shared.play(contact)
    sections = await shared.fetch(
        "SELECT s.obligation_id, o.plugin, s.completed, s.affirmative FROM contact_section s"
        " JOIN obligation o ON o.id = s.obligation_id ORDER BY s.position"
    )
    assert [tuple(row) for row in sections] == [
        (new, "shandong_life", True, True),
        (follow_up, "health", True, True),
    ]
    steps = await shared.fetch("SELECT step FROM answer")
    assert [row["step"] for row in steps].count("verify") == 1


async def test_dec_5_dissatisfaction_in_one_section_leaves_the_other_successful(shared: Any) -> None:
    """DEC-5, REG-2: each obligation is judged by its own section, and its cases are its own."""
    new, follow_up = await due(shared)
    contact = await shared.begin()
    await shared.play(contact, consent="declined", satisfaction="dissatisfied")
    await shared.conclude(contact)
    await shared.prove(contact, "recording")
    rows = await shared.fetch("SELECT id, status, successful FROM obligation WHERE completed_at IS NOT NULL")
    judged = {row["id"]: (row["status"], row["successful"]) for row in rows}
    assert judged == {new: ("completed", True), follow_up: ("completed", False)}
    (case,) = await shared.fetch("SELECT plugin, case_class, obligation_id FROM case_file")
    assert tuple(case) == ("health", "complaint", follow_up)


async def test_hi_1_without_consent_nothing_is_asked_about_health(shared: Any) -> None:
    """HI-1, REG-5: the answer to the question of consent is on record, and the contact is complete and successful without the rest."""
    _, follow_up = await due(shared)
    contact = await shared.begin()
    await shared.play(contact, consent="declined")
    steps = {row["step"] for row in await shared.fetch("SELECT step FROM answer")}
    assert "consent" in steps
    assert not {"condition", "use"} & steps
    section = await shared.row(
        "SELECT completed, affirmative FROM contact_section WHERE obligation_id = $1", follow_up
    )
    assert tuple(section) == (True, True)


async def test_hi_2_a_corrected_effective_date_moves_what_is_on_the_books(shared: Any, send: Any) -> None:
    """HI-2, GEN-5: three months from 31 January end on 30 April; what was there is superseded, not deleted."""
    _, before = await due(shared)
    correction = ContractChanged("effective_date_corrected", {"effective_on": "2026-01-31"})
    await shared.insurer.take(send.event("H1-corrected", correction, "H1", date(2026, 3, 10)))
    rows = await shared.fetch(
        "SELECT id, status, due_by FROM obligation WHERE key = 'health/follow_up/month_3' ORDER BY generation"
    )
    assert [row["status"] for row in rows] == ["superseded", "open"]
    assert rows[0]["id"] == before
    assert rows[1]["due_by"] == end_of_day(date(2026, 5, 14))


async def test_hi_2_a_lapse_takes_the_contacts_off_and_leaves_the_reason(shared: Any, send: Any) -> None:
    """HI-2: nobody is called about a policy without cover."""
    await due(shared)
    await shared.insurer.take(
        send.event("H1-lapsed", ContractLapsed(date(2026, 3, 10)), "H1", date(2026, 3, 10))
    )
    rows = await shared.fetch("SELECT status, status_reason FROM obligation WHERE plugin = 'health'")
    assert {tuple(row) for row in rows} == {("voided", "contract.lapsed:H1-lapsed")}
    assert len(rows) == 3


async def test_sp_4_nothing_is_recommended_inside_a_mandatory_contact(shared: Any) -> None:
    """SP-4: what is courtesy or sale and recommends a product is left for a contact of its own, and stays in the queue."""
    new, follow_up = await due(shared)
    await shared.fetch(
        'UPDATE obligation SET draft = (draft::jsonb || \'{"category": "care"}\')::json WHERE id = $1',
        follow_up,
    )
    office = msgspec.structs.replace(shared, catalogue=recommending(shared.catalogue, "health"))
    assert set(await office.claim_ids()) == {new, follow_up}
    contact = await office.start(new)
    sections = await office.fetch("SELECT obligation_id FROM contact_section WHERE contact_id = $1", contact)
    assert [row["obligation_id"] for row in sections] == [new]
    freed = await office.row("SELECT status, lease_until FROM obligation WHERE id = $1", follow_up)
    assert tuple(freed) == ("open", None)
    await office.play(contact)
    await office.conclude(contact)
    alone = await office.begin()
    sections = await office.fetch("SELECT obligation_id FROM contact_section WHERE contact_id = $1", alone)
    assert [row["obligation_id"] for row in sections] == [follow_up]


def recommending(catalogue: Catalogue, plugin: str) -> Catalogue:
    """The catalogue with a release of the plugin whose scripts recommend something where they say anything."""
    entry = catalogue.plugins[plugin]
    scripts = tuple(
        msgspec.structs.replace(
            script,
            steps={
                id: msgspec.structs.replace(step, recommends=True) if isinstance(step, Say) else step
                for id, step in script.steps.items()
            },
        )
        for script in entry.scripts
    )
    return Catalogue({**catalogue.plugins, plugin: msgspec.structs.replace(entry, scripts=scripts)})
