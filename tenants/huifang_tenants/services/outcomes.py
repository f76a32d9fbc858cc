"""Telling plugins how a contact ended, and doing what they answer: once, apart from the contact, and whatever becomes of the plugin.

The contact is concluded whether or not its plugin can be told: a job tells it. Plugin code runs in a host, outside any scope; what it
answers is carried out in one scope with the end of the job, so that a job that runs twice does nothing twice.
"""

from typing import Any, Final, cast
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Outcome
from huifang_core.derive import settings_on
from huifang_core.outcomes import ContactOutcome, Reacted
from huifang_core.scripts import choices_of, standing_answers
from huifang_core.scripts.model import Ask, Identify, Say
from huifang_core.trace import lines
from huifang_core.units import unit_at_level
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.plugin_host import HostFailure, Told
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.case_opening import ground, place
from huifang_tenants.services.cases import open_case
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.contacts.starting import current_contracts
from huifang_tenants.services.context import Services
from huifang_tenants.stores import contacts
from huifang_tenants.stores.alarms import clear_alarm, raise_alarm
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import SYSTEM, record
from huifang_tenants.stores.organisation import load_units, views
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tenant import Tenant

ALARM: Final = "outcome_failed"
"""Kind of the alarm that a plugin failed on an outcome; its subject is the plugin."""


class Answered(msgspec.Struct, frozen=True):
    """What the plugin of one section answered, or that it failed."""

    section: StoredSection
    answer: Reacted | HostFailure


async def tell(
    services: Services, tenant: Tenant, contact_id: UUID
) -> tuple[StoredContact | None, tuple[Answered, ...]]:
    """Tell the plugins of a contact's obligations how it ended; return it with what they answered. Not inside a scope.

    Only of obligations whose draft asks for it, and plugins that are on and have the hook.
    """
    catalogue = await services.catalogue()

    async def load(scope: Scope) -> tuple[StoredContact | None, list[tuple[StoredSection, Told]]]:
        contact = await contacts.load(scope, contact_id)
        return contact, [] if contact is None else await _told(scope, catalogue, contact)

    contact, told = await in_scope(services.db, tenant, load, read_only=True)
    answers = await services.host.react([one for _, one in told])
    return contact, tuple(
        Answered(section, answer) for (section, _), answer in zip(told, answers, strict=True)
    )


async def carry_out(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    answered: tuple[Answered, ...],
) -> None:
    """Open the cases and leave the notices that plugins answered with, each with a row in the ledger that says why."""
    for one in answered:
        if isinstance(one.answer, HostFailure):
            details = {"contact": str(contact.id), "reason": one.answer.reason}
            await raise_alarm(scope, ALARM, one.section.plugin, details)
            continue
        await clear_alarm(scope, ALARM, one.section.plugin)
        if one.answer.cases or one.answer.notices:
            await _do(scope, catalogue, calendar, contact, one.section, one.answer)


async def _told(
    scope: Scope, catalogue: Catalogue, contact: StoredContact
) -> list[tuple[StoredSection, Told]]:
    settings = await load_settings(scope)
    found: list[tuple[StoredSection, Told]] = []
    rows = {
        row["id"]: row
        for row in await scope.connection.fetch(
            "SELECT o.id, o.key, o.rule, o.due_by, o.attempts, k.concluded_at FROM obligation o"
            " JOIN contact_section s ON s.obligation_id = o.id JOIN contact k ON k.id = s.contact_id WHERE k.id = $1",
            contact.id,
        )
    }
    wanted = [s for s in contact.sections if s.draft.tells_outcome and s.plugin in catalogue.plugins]
    current = await current_contracts(scope, list({section.contract_id for section in wanted}))
    known = views(await load_units(scope))
    for section in wanted:
        row = rows[section.obligation_id]
        version = settings_on(settings, section.plugin, day_of(row["concluded_at"]))
        if version is None or section.unit not in known:
            continue
        outcome = ContactOutcome(
            key=row["key"],
            rule=row["rule"],
            kind=section.draft.kind,
            category=section.draft.category,
            contract=current[section.contract_id],
            unit=known[section.unit],
            channel=contact.channel,
            outcome=cast(Outcome, contact.outcome),
            ended_at=row["concluded_at"],
            attempted=contact.attempted,
            connected=contact.connected,
            right_party=contact.right_party,
            completed=contact.completed,
            section_completed=section.completed,
            affirmative=section.affirmative,
            attempts=row["attempts"],
            answers=await _codes(scope, section),
            due_by=row["due_by"],
            overdue=row["due_by"] is not None and row["due_by"] <= row["concluded_at"],
            claim_no=section.draft.claim_no,
        )
        found.append((section, Told(section.plugin, outcome, version.settings, version.parameters)))
    return found


async def _codes(scope: Scope, section: StoredSection) -> dict[str, str]:
    """The codes chosen in a section, by step; what was said freely stays with the contact."""
    script = await contacts.load_script(scope, section.script_hash)
    answers = standing_answers(script, section.state, section.facts)
    closed = {
        id for id, step in script.steps.items() if isinstance(step, Say | Ask | Identify) and choices_of(step)
    }
    return {answer.step: answer.value for answer in answers if answer.step in closed}


async def _do(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    section: StoredSection,
    reacted: Reacted,
) -> None:
    places, made = await ground(scope), []
    for case in reacted.cases:
        placed = place(
            places,
            calendar,
            catalogue.plugins[section.plugin].case_class(case.case_class),
            section.unit,
            scope.now,
            severity=case.severity,
            level=case.level,
            due_by=case.due_by,
        )
        id = await open_case(
            scope,
            SYSTEM,
            case_class=case.case_class,
            severity=placed.severity,
            unit=placed.unit,
            origin=section.unit,
            subject=case.subject.zh_cn,
            plugin=section.plugin,
            contract_id=section.contract_id,
            customer_id=contact.customer_id,
            obligation_id=section.obligation_id,
            contact_id=contact.id,
            due_by=placed.due_by,
            counted_in=placed.counted_in,
            kind=placed.kind,
            second_callback=placed.second_callback,
        )
        made.append({"case": str(id), "occasion": case.occasion})
    units = await load_units(scope)
    for notice in reacted.notices:
        unit = section.unit if notice.level is None else unit_at_level(section.unit, notice.level, units)
        id = await notify(
            scope, notice.role, unit or section.unit, "outcome", "contact", contact.id, notice.message
        )
        made.append({"notice": str(id), "role": notice.role})
    details: dict[str, Any] = {
        "plugin": section.plugin,
        "version": catalogue.plugins[section.plugin].manifest.version,
        "obligation": str(section.obligation_id),
        "made": made,
        "why": lines(list(reacted.steps), "en"),
    }
    await record(scope, SYSTEM, "outcome.answered", "contact", contact.id, details, details=details)
