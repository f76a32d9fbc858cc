"""Starting a contact: who is reached by which number, with which scripts, and what the caller is shown."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.conditions import FactValue
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.derive import current_contract
from huifang_core.events import effective
from huifang_core.facts import contract_facts, customer_facts, typed_facts
from huifang_core.obligations import ObligationDraft
from huifang_core.scripts import SectionState, begin, script_hash
from huifang_core.texts import Language
from huifang_core.units import may_do_phone_work
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE, calling_hours
from huifang_tenants.services.contacts.numbers import number_to_dial
from huifang_tenants.services.contacts.people import worker
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.look_up import freshness
from huifang_tenants.stores import contacts, contracts, customers, event_links, queue
from huifang_tenants.stores.contacts import NewContact
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.look_ups import Outcome


class Opening(msgspec.Struct, frozen=True):
    """What a contact starts with: the obligation claimed, who starts it, and how.

    `dialled` says that the number is being dialled, or the visit made, right now; only that is an attempt. `number_index` picks a
    number on file, counted from 0; without it, the first one not found wrong before. `looked_up` is how asking the core system about
    the contracts went just before, kept with the facts the contact uses (SD-4).
    """

    obligation_id: UUID
    staff_no: str
    language: Language = "zh-CN"
    dialled: bool = True
    number_index: int | None = None
    client: str | None = None
    looked_up: dict[UUID, Outcome] = {}


async def start(scope: Scope, catalogue: Catalogue, opening: Opening, actor: Actor) -> UUID:
    """Start a contact for an obligation leased to this member of staff, with all leased together with it (DEC-5).

    Refuses to dial outside calling hours (REG-7) what isn't called around the clock (DEC-6), a number that is not on file, and a call where no number on file is right. What
    can't be played any more goes back to the queue, and where that is all of it the contact is refused.
    """
    staff = await worker(scope, opening.staff_no, day_of(scope.now))
    # What was superseded since it was claimed left its lease to what replaced it.
    wanted = await queue.standing_for(scope, opening.obligation_id)
    leased = await queue.leased_with(scope, wanted, staff.id)
    if not leased:
        raise await _why_not_leased(scope, wanted, staff.id)
    stage_now = await stage(scope, catalogue)
    leased = await only_playable(scope, stage_now, leased)
    customer_id: UUID = leased[0]["customer_id"]
    customer = await customers.read(scope, customer_id)
    if customer is None:
        raise Refused("not_found", kind="customer")
    channel = leased[0]["channel"]
    if opening.dialled:
        _check_hours(scope, channel, around_the_clock=all(row["around_the_clock"] for row in leased))
    index = await _number(scope, customer_id, customer, opening.number_index) if channel == "phone" else None
    contract_ids = list(dict.fromkeys(row["contract_id"] for row in leased))
    # Before the contracts themselves: what comes in meanwhile may make them fresher than said, never older.
    fresh = await freshness(scope, contract_ids, opening.looked_up)
    current = await current_contracts(scope, contract_ids)
    sellers = {contract.seller_no for contract in current.values()}
    personal = customer_facts(customer)
    shared: dict[str, FactValue | None] = {
        "insurer.name": scope.tenant.settings.get("insurer_name") or scope.tenant.name,
        "caller.staff_no": opening.staff_no,
        "contact.channel": channel,
    }
    sections, section_facts = await begin_sections(scope, stage_now, leased, current, {**shared, **personal})
    id = new_id()
    await contacts.insert(
        scope,
        NewContact(
            id=id,
            customer_id=customer_id,
            staff_id=staff.id,
            client=opening.client,
            channel=channel,
            language=opening.language,
            number=customer.phones[index] if index is not None else None,
            number_index=index,
            below_province=channel == "phone" and not may_do_phone_work(staff.level),
            visitor_is_seller=channel == "on_site" and opening.staff_no in sellers,
            dialled_at=scope.now if opening.dialled else None,
            facts=shared,
            section_facts=section_facts,
            personal=personal,
            contracts=fresh,
        ),
    )
    await contacts.insert_sections(scope, id, sections)
    await scope.connection.execute(
        "UPDATE obligation SET lease_contact = $2, lease_until = $3 WHERE id = ANY($1)",
        [row["id"] for row in leased],
        id,
        scope.wall_now + LEASE,
    )
    await record(
        scope,
        actor,
        "contact.started",
        "contact",
        id,
        [str(row["id"]) for row in leased],
        details={"channel": channel, "obligations": [str(row["id"]) for row in leased]},
    )
    return id


async def dial(scope: Scope, contact_id: UUID, actor: Actor) -> None:
    """Record that the number of a contact prepared without dialling is dialled now, or the visit made.

    Refuses a call outside calling hours (REG-7), unless it is made around the clock (DEC-6).
    """
    prepared = await scope.connection.fetchrow(
        "SELECT k.channel, (SELECT bool_and(o.around_the_clock) FROM contact_section s JOIN obligation o"
        " ON o.id = s.obligation_id WHERE s.contact_id = k.id) AS around_the_clock"
        " FROM contact k WHERE k.id = $1 AND k.status = 'in_progress' AND k.dialled_at IS NULL",
        contact_id,
    )
    if prepared is not None:
        _check_hours(scope, prepared["channel"], around_the_clock=prepared["around_the_clock"])
    done = await scope.connection.execute(
        "UPDATE contact SET dialled_at = $2 WHERE id = $1 AND status = 'in_progress' AND dialled_at IS NULL",
        contact_id,
        scope.now,
    )
    if done == "UPDATE 1":
        await record(scope, actor, "contact.dialled", "contact", contact_id, None)
        return
    status = await scope.connection.fetchval("SELECT status FROM contact WHERE id = $1", contact_id)
    if status is None:
        raise Refused("not_found", kind="contact")
    if status != "in_progress":
        raise Refused("contact.not_in_progress", status=status)


async def current_contracts(scope: Scope, ids: Sequence[UUID]) -> dict[UUID, Contract]:
    """Return contracts as they stand, with the events since applied."""
    rows = await scope.connection.fetch("SELECT contract_no FROM contract WHERE id = ANY($1)", list(ids))
    stored = await contracts.by_numbers(scope, (row["contract_no"] for row in rows))
    happened = await event_links.histories(scope, stored)
    return {
        contract.id: current_contract(
            contract.base,
            tuple(e for e, _ in effective(tuple(one.event for one in happened[number]), number)),
            contract.as_of,
        )
        for number, contract in stored.items()
    }


async def only_playable(scope: Scope, stage_now: Stage, leased: Sequence[Any]) -> list[Any]:
    """Return what can be played of what was leased together, and put the rest back; refuse where that is all of it."""
    drafts = {row["id"]: msgspec.convert(row["draft"], ObligationDraft) for row in leased}
    playable = [
        row
        for row in leased
        if stage_now.cause(row["plugin"], drafts[row["id"]].script, drafts[row["id"]].content) is None
    ]
    if not playable:
        first = leased[0]
        stage_now.part(first["plugin"], drafts[first["id"]].script, drafts[first["id"]].content)
    left = [row["id"] for row in leased if row not in playable]
    if left:
        await queue.put_back(scope, left)
    return playable


async def begin_sections(
    scope: Scope,
    stage_now: Stage,
    leased: Sequence[Any],
    current: dict[UUID, Contract],
    shared: dict[str, FactValue | None],
) -> tuple[list[tuple[UUID, str, SectionState]], tuple[dict[str, FactValue | None], ...]]:
    """Begin the script of each obligation; return the sections, and the facts that are theirs alone."""
    sections: list[tuple[UUID, str, SectionState]] = []
    kept: list[dict[str, FactValue | None]] = []
    for row in leased:
        draft = msgspec.convert(row["draft"], ObligationDraft)
        script, items = stage_now.part(row["plugin"], draft.script, draft.content)
        own = {**contract_facts(current[row["contract_id"]]), **typed_facts(draft.facts)}
        state = begin(script, items, {**shared, **own})
        hash = script_hash(script)
        await contacts.keep_script(scope, row["plugin"], script, hash)
        sections.append((row["id"], hash, state))
        kept.append(own)
    return sections, tuple(kept)


def _check_hours(scope: Scope, channel: str, *, around_the_clock: bool) -> None:
    hours = calling_hours(scope.tenant.settings)
    if channel == "phone" and not around_the_clock and not hours.allow(scope.now):
        raise Refused("contact.quiet_hours", opens_at=hours.next(scope.now).isoformat())


async def _number(scope: Scope, customer_id: UUID, customer: Customer, wanted: int | None) -> int:
    if wanted is None:
        wanted = await number_to_dial(scope, customer_id, customer.phones)
    if wanted is None or not 0 <= wanted < len(customer.phones):
        raise Refused("contact.no_such_number", number_index=wanted or 0, count=len(customer.phones))
    return wanted


async def _why_not_leased(scope: Scope, obligation_id: UUID, staff_id: UUID) -> Refused:
    row = await scope.connection.fetchrow(
        "SELECT status, lease_staff, lease_until, lease_contact FROM obligation WHERE id = $1", obligation_id
    )
    if row is None:
        return Refused("not_found", kind="obligation")
    if row["status"] != "open":
        return Refused("state.conflict", current=row["status"], wanted="in_progress")
    if row["lease_staff"] == staff_id and row["lease_until"] <= scope.wall_now:
        return Refused("queue.lease_expired")
    if row["lease_contact"] is not None and row["lease_staff"] == staff_id:
        return Refused("state.conflict", current="in_progress", wanted="in_progress")
    return Refused("queue.not_leased")
