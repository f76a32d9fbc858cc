"""LN-6: what demands a filed script is made by a filed version alone; what has none is held back in sight and blocks nobody."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from huifang_core.scripts import Script, script_hash
from huifang_core.texts import text
from huifang_tenants.scope import Scope
from huifang_tenants.services import filings
from huifang_tenants.services.contacts.claiming import HeldBack
from huifang_tenants.services.filings import Filed
from huifang_tenants.services.upkeep import scripts_need_watching, watch_scripts
from huifang_tenants.stores.ledger import Actor

PLUGIN = "shandong_life"
SCRIPT = "shandong_life.new_contract"
FILED_ON = date(2026, 3, 2)
CHECKS = Actor("client:test", "CHECKS")


def installed(office: Any) -> Script:
    script: Script = office.catalogue.plugins[PLUGIN].script(SCRIPT)
    return script


def released(office: Any, script: Script) -> Any:
    """The office after a release that brought this version of the script."""
    plugin = office.catalogue.plugins[PLUGIN]
    others = tuple(one for one in plugin.scripts if one.id != SCRIPT)
    return office.with_plugin(msgspec.structs.replace(plugin, scripts=(*others, script)))


def revised(script: Script) -> Script:
    """The script's next version: another title."""
    return msgspec.structs.replace(script, version=script.version + 1, title=text("新话术", "A new script"))


def without(script: Script, item: str) -> Script:
    """The script with the step that covers an item covering nothing."""
    steps = {
        id: msgspec.structs.replace(step, covers=None) if getattr(step, "covers", None) == item else step
        for id, step in script.steps.items()
    }
    return msgspec.structs.replace(script, steps=steps)


async def file(office: Any, script: Script, on: date = FILED_ON, actor: Actor = CHECKS, **more: Any) -> UUID:
    filed = Filed(
        plugin=PLUGIN,
        script=SCRIPT,
        hash=script_hash(script),
        filed_on=on,
        authority=more.get("authority", "辽宁监管局"),
        reference="辽寿报〔2026〕12号",
    )
    id: UUID = await office.do(lambda scope: filings.file_script(scope, office.catalogue, filed, actor))
    return id


async def withdraw(office: Any, id: UUID, on: date) -> None:
    await office.do(lambda scope: filings.withdraw_filing(scope, id, on, "须修改", CHECKS))


async def demanding(office: Any, number: str) -> UUID:
    """A callback whose script must be filed."""
    id: UUID = await office.issue(number)
    await office.fetch(
        "UPDATE obligation SET draft = (draft::jsonb || '{\"filed_script\": true}')::json WHERE id = $1", id
    )
    return id


async def used_by(office: Any, contact: UUID) -> str:
    row = await office.row("SELECT script_hash FROM contact_section WHERE contact_id = $1", contact)
    hash: str = row["script_hash"]
    return hash


async def test_ln_6_what_is_not_filed_is_passed_over_and_counted(office: Any) -> None:
    held = await demanding(office, "P1")
    free = await office.issue("P2")
    assert await office.claim_ids() == (free,)
    assert await office.claim_ids("C2") == ()
    assert await office.held_back("C2") == HeldBack(without_script=1, script_not_filed=1)
    await file(office, installed(office))
    assert await office.held_back("C2") == HeldBack()
    assert await office.claim_ids("C2") == (held,)


async def test_ln_6_a_filing_withdrawn_after_the_claim_is_refused_with_the_reason(office: Any) -> None:
    made = await demanding(office, "P1")
    filing = await file(office, installed(office))
    await office.claim()
    await withdraw(office, filing, date(2026, 3, 10))
    assert await office.refusal(office.start(made)) == "contact.script_not_filed"
    assert (await office.obligation(made))["status"] == "open"
    assert await office.give_back() == 1
    assert await office.claim_ids() == ()


async def test_ln_6_the_version_filed_goes_on_after_a_release_until_the_new_one_is_filed(office: Any) -> None:
    old, new = installed(office), revised(installed(office))
    await demanding(office, "P1")
    await file(office, old)
    after = released(office, new)
    contact = await after.begin()
    assert await used_by(office, contact) == script_hash(old)
    assert (await after.play(contact)).suggested == "completed"
    await after.conclude(contact)
    await file(after, new)
    await demanding(office, "P2")
    assert await used_by(office, await after.begin()) == script_hash(new)


async def test_ln_6_a_filed_version_that_covers_too_little_is_not_used(office: Any) -> None:
    made = await demanding(office, "P1")
    whole = installed(office)
    less = without(whole, "new_contract.terms_read")
    await file(released(office, less), less)
    assert await office.claim_ids() == ()
    assert await office.held_back() == HeldBack(without_script=1, script_not_filed=1)
    await file(office, whole)
    assert await office.claim_ids() == (made,)
    assert await used_by(office, await office.start(made)) == script_hash(whole)


async def test_what_need_not_be_filed_uses_what_is_installed(office: Any) -> None:
    old, new = installed(office), revised(installed(office))
    await office.issue("P1")
    await file(office, old)
    assert await used_by(office, await released(office, new).begin()) == script_hash(new)


async def test_ln_6_a_filing_counts_from_its_day_to_the_day_before_its_withdrawal(office: Any) -> None:
    await demanding(office, "P1")
    filing = await file(office, installed(office), date(2026, 3, 10))
    await withdraw(office, filing, date(2026, 3, 12))
    assert len(await office.claim_ids()) == 1
    await office.give_back()
    assert len(await (await office.later(days=1)).claim_ids()) == 1
    await office.give_back()
    assert await (await office.later(days=2)).claim_ids() == ()


@pytest.mark.parametrize(
    ("actor", "on", "hash", "refusal"),
    [
        (Actor("client:test", "C1"), FILED_ON, None, "staff.not_permitted"),
        (Actor("client:test", "LEFT"), FILED_ON, None, "staff.not_active"),
        (CHECKS, date(2026, 3, 11), None, "filing.in_the_future"),
        (CHECKS, FILED_ON, "0" * 64, "not_found"),
    ],
)
async def test_what_can_not_be_filed(
    office: Any, actor: Actor, on: date, hash: str | None, refusal: str
) -> None:
    filed = Filed(
        plugin=PLUGIN,
        script=SCRIPT,
        hash=hash or script_hash(installed(office)),
        filed_on=on,
        authority="辽宁监管局",
        reference="1",
    )
    doing = office.do(lambda scope: filings.file_script(scope, office.catalogue, filed, actor))
    assert await office.refusal(doing) == refusal
    assert await office.fetch("SELECT FROM script_filing") == []


async def test_a_version_stands_filed_once_with_each_authority(office: Any) -> None:
    script = installed(office)
    first = await file(office, script)
    assert await office.refusal(file(office, script)) == "state.conflict"
    await file(office, script, authority="大连监管局")
    await withdraw(office, first, date(2026, 3, 10))
    assert await office.refusal(withdraw(office, first, date(2026, 3, 10))) == "state.conflict"
    again = await file(office, script)
    assert await office.actions(first, again) == [
        "script.filed",
        "script.filing_withdrawn",
        "script.filed",
    ]


async def test_a_version_used_before_can_be_filed_after_the_release_that_dropped_it(office: Any) -> None:
    old = installed(office)
    await office.issue("P1")
    await office.begin()
    after = released(office, revised(old))
    made = await demanding(office, "P2")
    await file(after, old)
    assert await after.claim_ids("C2") == (made,)


async def test_an_alarm_stands_until_the_script_is_filed(office: Any) -> None:
    await demanding(office, "P1")
    await file(office, installed(office), on=FILED_ON)
    await office.fetch("UPDATE script_filing SET withdrawn_on = $1", FILED_ON + timedelta(days=1))

    async def watch(scope: Scope) -> bool:
        needed = await scripts_need_watching(scope, office.catalogue)
        await watch_scripts(scope, office.catalogue)
        return needed

    assert await office.do(watch)
    alarm = await office.row("SELECT subject, details FROM alarm WHERE cleared_at IS NULL")
    assert (alarm["subject"], alarm["details"]["cause"]) == (f"{PLUGIN}/{SCRIPT}", "script_not_filed")
    await file(office, installed(office))
    assert await office.do(watch), "an alarm that stands is looked at again"
    assert await office.fetch("SELECT FROM alarm WHERE cleared_at IS NULL") == []
    assert not await office.do(watch)
