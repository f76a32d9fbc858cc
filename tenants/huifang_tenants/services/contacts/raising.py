"""Cases that a caller opens in a contact, apart from what answers set off: on the spot, or by how it ended.

A complaint in the middle of a call is taken down at once, at whatever step; the script waits where it stands and goes on.
"""

from typing import get_args
from uuid import UUID

from huifang_core.cases import ENDING_CLASSES, CaseClass, Severity
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Ending
from huifang_core.units import CASE_ROLES
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_opening import class_of, ground, place
from huifang_tenants.services.cases import comment, open_case
from huifang_tenants.services.contacts.answering import active_section
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, people, queue
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import Actor, record


async def open_in_place(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact_id: UUID,
    case_class: str,
    note: str,
    severity: Severity | None,
    actor: Actor,
) -> UUID:
    """Open a case of the plugin whose script is being played, at its present step, and return its id; the contact goes on.

    `note` is what the customer said, kept encrypted. Refuses `contact.not_in_progress` and `case.class_unknown`.
    """
    contact = await _loaded(scope, contact_id)
    section = active_section(contact) or contact.sections[-1]
    known = class_of(catalogue, section.plugin, case_class)
    id = await _open(scope, calendar, contact, section, section.plugin, known, case_class, severity, actor)
    await comment(scope, id, note, actor)
    await queue.extend(scope, contact_id, scope.wall_now + LEASE)
    return id


async def conclude_for_good(
    scope: Scope, calendar: WorkingCalendar, contact_id: UUID, conclusion: Conclusion, actor: Actor
) -> None:
    """Record that whoever should be called has died or can't answer any more, and have somebody look into it.

    Where the script was told so, it has opened its own case. Refuses what `conclude` does.
    """
    contact = await _loaded(scope, contact_id)
    await conclude(scope, contact_id, conclusion, actor)
    if any(section.result == "deceased" for section in contact.sections):
        return
    known = next(found for found in ENDING_CLASSES if found.id == conclusion.outcome)
    first = contact.sections[0]
    await _open(scope, calendar, contact, first, None, known, known.id, None, actor)


async def let_be_called(scope: Scope, customer_id: UUID, reason: str, actor: Actor) -> None:
    """Let a person be called again who was said to have died, or to be unable to answer; what is owed is given out again.

    Whoever decides that works on cases. Refuses `not_found`, and `state.conflict` where nothing keeps the person from being called.
    """
    if actor.on_behalf_of is not None:
        staff = await active_staff(scope, actor.on_behalf_of, day_of(scope.now))
        if not staff.roles & CASE_ROLES:
            raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    was = await people.let_go(scope, customer_id)
    if was is None:
        raise Refused("state.conflict", current="contactable", wanted="contactable")
    await record(
        scope, actor, "customer.contactable", "customer", customer_id, was, reason, details={"was": was}
    )


def is_ending(outcome: str) -> bool:
    """Tell whether nobody is to be called any more after this outcome."""
    return outcome in get_args(Ending)


async def _loaded(scope: Scope, contact_id: UUID) -> StoredContact:
    contact = await contacts.load(scope, contact_id, lock=True)
    if contact is None:
        raise Refused("not_found", kind="contact")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    return contact


async def _open(
    scope: Scope,
    calendar: WorkingCalendar,
    contact: StoredContact,
    section: StoredSection,
    plugin: str | None,
    known: CaseClass | None,
    case_class: str,
    severity: Severity | None,
    actor: Actor,
) -> UUID:
    placed = place(await ground(scope), calendar, known, section.unit, scope.now, severity=severity)
    return await open_case(
        scope,
        actor,
        case_class=case_class,
        severity=placed.severity,
        unit=placed.unit,
        origin=section.unit,
        subject=known.title.zh_cn if known else case_class,
        plugin=plugin,
        contract_id=section.contract_id,
        customer_id=contact.customer_id,
        obligation_id=section.obligation_id,
        contact_id=contact.id,
        step=section.state.current,
        due_by=placed.due_by,
        counted_in=placed.counted_in,
        kind=placed.kind,
        second_callback=placed.second_callback,
    )
