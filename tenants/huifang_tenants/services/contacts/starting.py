"""Starting a contact: who is reached by which number, with which scripts, and what the caller is shown."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.called import Called, called_facts
from huifang_core.catalogue import Catalogue
from huifang_core.conditions import FactValue
from huifang_core.contracts import Contract
from huifang_core.facts import contract_facts, typed_facts
from huifang_core.obligations import MAY_RECOMMEND, ContactChannel, ObligationDraft
from huifang_core.scripts import begin, recommending_steps, script_hash
from huifang_core.texts import Language
from huifang_core.units import may_do_phone_work
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import restraints, shares
from huifang_tenants.services.contacts.as_it_stands import as_they_stand
from huifang_tenants.services.contacts.called import Target, first_to_reach, may_be_called
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.inbound import take_person
from huifang_tenants.services.contacts.late import CLOSED, take_up
from huifang_tenants.services.contacts.people import worker
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.look_up import freshness
from huifang_tenants.services.stops import check_dialling, not_stopped
from huifang_tenants.stores import case_work, contacts, queue
from huifang_tenants.stores.contacts import NewContact, NewSection
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.look_ups import Outcome
from huifang_tenants.stores.organisation import StoredStaff
from huifang_tenants.stores.people import standing_record
from huifang_tenants.tenant_settings import insurer_name, settings_of

_OfSections = tuple[dict[str, FactValue | None], ...]


class Inbound(msgspec.Struct, frozen=True):
    """A call from outside: who says to be ringing, from which number if it was shown."""

    customer_id: UUID
    number: str | None = None


class Opening(msgspec.Struct, frozen=True):
    """What a contact starts with: the obligation claimed, who starts it, and how.

    `dialled` says that the number is being dialled, or the visit made, right now; only that is an attempt. `number_index` picks a
    number on file, counted from 0; without it, the first one not found wrong before. `channel` is for what is done late, by any of its
    ladder (DEC-3); what was claimed is done by the channel it was claimed for. `looked_up` is how asking the core system about the
    contracts went just before, kept with the facts the contact uses (SD-4). With `inbound` the customer is ringing: all that is open
    with the person is served, nothing is dialled, and no `obligation_id` is needed.
    """

    obligation_id: UUID | None
    staff_no: str
    language: Language = "zh-CN"
    dialled: bool = True
    number_index: int | None = None
    channel: ContactChannel | None = None
    client: str | None = None
    looked_up: dict[UUID, Outcome] = {}
    inbound: Inbound | None = None


async def start(scope: Scope, catalogue: Catalogue, opening: Opening, actor: Actor) -> UUID:
    """Start a contact for an obligation leased to this member of staff, with all leased together with it (DEC-5).

    Whoever its rule names first is contacted, of those who can be; what others are to be asked goes back to the queue. Identity is
    verified by the data of whoever is called. Refuses `contact.person_busy` while somebody else speaks with them, and what a limit, a wish or
    the calls of the day have come to hold back since it was claimed.

    What the queue gives out no more, since it is unreachable or stopped when it was due, needs no lease: it is done late (DEC-3).
    Refuses to dial outside calling hours (REG-7) what isn't called around the clock (DEC-6), a number that is not on file, and a call where no number on file is right. What
    can't be played any more, or was stopped, goes back to the queue, and where that is all of it the contact is refused.
    """
    staff = await worker(scope, opening.staff_no, day_of(scope.now))
    wanted, late = None, None
    if opening.inbound is not None:
        leased = await take_person(scope, catalogue, opening.inbound.customer_id, staff)
    else:
        wanted, leased, late = await _claimed(scope, opening, staff)
    stage_now = await stage(scope, catalogue)
    leased = await without_sales(scope, stage_now, await only_playable(scope, stage_now, leased))
    leased = await not_stopped(scope, leased)
    channel: ContactChannel = leased[0]["channel"] if late is None else late[1]
    if opening.inbound is not None:
        channel = "phone"
    if opening.channel not in (None, channel):
        raise Refused("contact.channel_not_planned", channel=opening.channel, channels=channel)
    if opening.dialled and opening.inbound is None:
        _check_hours(scope, channel, around_the_clock=all(row["around_the_clock"] for row in leased))
    if opening.inbound is not None:
        leased, target = await _ringing(scope, leased, opening.inbound)
    else:
        leased, target = await _of_one_person(scope, leased, wanted, channel, opening.number_index)
        await _check_free(scope, target.called, leased, staff)
        ids = [row["id"] for row in leased]
        if late is None:
            await shares.check(scope, catalogue, channel, ids)
        else:
            await shares.give_out_late(scope, catalogue, channel, ids, actor)
        await restraints.check(
            scope,
            catalogue,
            ids,
            target.called.record,
            channel,
            dialled=opening.dialled,
            around_the_clock=all(row["around_the_clock"] for row in leased),
        )
    called, index = target.called, target.number
    number = called.phones[index] if index is not None else None
    if opening.inbound is not None and number is None:
        number = opening.inbound.number
    contract_ids = list(dict.fromkeys(row["contract_id"] for row in leased))
    # Before the contracts themselves: what comes in meanwhile may make them fresher than said, never older.
    fresh = await freshness(scope, contract_ids, opening.looked_up)
    current = await current_contracts(scope, contract_ids)
    personal = called_facts(called)
    shared: dict[str, FactValue | None] = {
        "called.party": called.party,
        "insurer.name": insurer_name(scope.tenant),
        "caller.staff_no": opening.staff_no,
        "contact.channel": channel,
    }
    sections, section_facts, answers = await begin_sections(
        scope,
        stage_now,
        leased,
        current,
        {**shared, **personal},
        opening.staff_no if channel == "on_site" else None,
    )
    if late is not None and sections[0].visitor_is_seller:
        _check_seller_may_visit(late[0], opening.staff_no)
    id = new_id()
    await contacts.insert(
        scope,
        NewContact(
            id=id,
            customer_id=called.record,
            called_party=called.party,
            staff_id=staff.id,
            client=opening.client,
            channel=channel,
            language=opening.language,
            number=number,
            number_index=index,
            inbound=opening.inbound is not None,
            below_province=channel == "phone" and not may_do_phone_work(staff.level),
            visitor_is_seller=any(section.visitor_is_seller for section in sections),
            dialled_at=scope.now if opening.dialled and opening.inbound is None else None,
            facts=shared,
            section_facts=section_facts,
            personal=personal,
            section_personal=answers,
            contracts=fresh,
        ),
    )
    await contacts.insert_sections(scope, id, sections)
    await scope.connection.execute(
        "UPDATE obligation SET lease_staff = $4, lease_contact = $2, lease_until = $3 WHERE id = ANY($1)",
        [row["id"] for row in leased],
        id,
        scope.wall_now + LEASE,
        staff.id,
    )
    await record(
        scope,
        actor,
        "contact.started",
        "contact",
        id,
        [str(row["id"]) for row in leased],
        details={
            "channel": channel,
            "obligations": [str(row["id"]) for row in leased],
            "called": called.party,
        },
    )
    return id


async def dial(scope: Scope, catalogue: Catalogue, contact_id: UUID, actor: Actor) -> None:
    """Record that the number of a contact prepared without dialling is dialled now, or the visit made.

    Refuses a call outside calling hours (REG-7), unless it is made around the clock (DEC-6), and what a limit, a wish or the calls
    of the day have come to hold back since it was prepared, and what was stopped.
    """
    prepared = await scope.connection.fetchrow(
        "SELECT k.channel, k.customer_id, bool_and(o.around_the_clock) AS around_the_clock, array_agg(o.id) AS ids FROM contact k"
        " JOIN contact_section s ON s.contact_id = k.id JOIN obligation o ON o.id = s.obligation_id"
        " WHERE k.id = $1 AND k.status = 'in_progress' AND k.dialled_at IS NULL AND NOT k.inbound GROUP BY k.id",
        contact_id,
    )
    if prepared is not None:
        channel, ids = prepared["channel"], prepared["ids"]
        _check_hours(scope, channel, around_the_clock=prepared["around_the_clock"])
        await check_dialling(scope, contact_id)
        await shares.check(scope, catalogue, channel, ids)
        await restraints.check(
            scope,
            catalogue,
            ids,
            prepared["customer_id"],
            channel,
            dialled=True,
            around_the_clock=prepared["around_the_clock"],
        )
    await record_attempt(scope, contact_id, actor)


async def record_attempt(scope: Scope, contact_id: UUID, actor: Actor) -> None:
    """Record that a contact prepared before is made now, by a letter that was posted or a visit that took place; again changes nothing.

    What has happened is put down as it is: nothing holds it back any more. Refuses `not_found` and `contact.not_in_progress`.
    """
    done = await scope.connection.execute(
        "UPDATE contact SET dialled_at = $2 WHERE id = $1 AND status = 'in_progress' AND dialled_at IS NULL AND NOT inbound",
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
    standing = await as_they_stand(scope, (row["contract_no"] for row in rows))
    return {one.stored.id: one.contract for one in standing.values()}


async def only_playable(scope: Scope, stage_now: Stage, leased: Sequence[Any]) -> list[Any]:
    """Return what can be played of what was leased together, and put the rest back; refuse where that is all of it."""
    drafts = {row["id"]: msgspec.convert(row["draft"], ObligationDraft) for row in leased}
    playable = [row for row in leased if stage_now.plays(row["plugin"], drafts[row["id"]])]
    if not playable:
        stage_now.check(leased[0]["plugin"], drafts[leased[0]["id"]])
    left = [row["id"] for row in leased if row not in playable]
    if left:
        await queue.put_back(scope, left)
    return playable


async def without_sales(scope: Scope, stage_now: Stage, leased: list[Any]) -> list[Any]:
    """Return what one contact may hold: where others of it may not recommend a product, scripts that do are put back (SP-4)."""
    drafts = {row["id"]: msgspec.convert(row["draft"], ObligationDraft) for row in leased}
    if all(draft.category in MAY_RECOMMEND for draft in drafts.values()):
        return leased
    selling = []
    for row in leased:
        draft = drafts[row["id"]]
        script, _ = await stage_now.part(scope, row["plugin"], draft)
        if draft.category in MAY_RECOMMEND and recommending_steps(script):
            selling.append(row["id"])
    if selling:
        await queue.put_back(scope, selling)
    return [row for row in leased if row["id"] not in selling]


async def begin_sections(
    scope: Scope,
    stage_now: Stage,
    leased: Sequence[Any],
    current: dict[UUID, Contract],
    shared: dict[str, FactValue | None],
    visitor: str | None,
) -> tuple[list[NewSection], _OfSections, _OfSections]:
    """Begin the script of each obligation; return the sections, the facts that are theirs alone, and those of them to be kept secret.

    `visitor` is the staff number of whoever visits.
    """
    sections: list[NewSection] = []
    kept: list[dict[str, FactValue | None]] = []
    secret: list[dict[str, FactValue | None]] = []
    for row in leased:
        draft = msgspec.convert(row["draft"], ObligationDraft)
        script, items = await stage_now.part(scope, row["plugin"], draft)
        contract = current[row["contract_id"]]
        own = {**contract_facts(contract), **typed_facts(draft.facts)}
        answer: dict[str, FactValue | None] = {}
        if draft.after_case:
            decision, solution = await case_work.came_of(
                scope, row["contract_id"], row["plugin"], row["root_event_id"]
            )
            own["case.decision"], answer["case.answer"] = decision, solution
        elif "case.number" in draft.facts:
            number = int(draft.facts["case.number"])
            own["case.decision"], answer["case.answer"] = await case_work.came_of_number(scope, number)
        state = begin(script, items, {**shared, **own, **answer})
        hash = script_hash(script)
        await contacts.keep_script(scope, row["plugin"], script, hash)
        by_seller = visitor is not None and visitor == contract.seller_no
        sections.append(NewSection(row["id"], hash, state, by_seller))
        kept.append(own)
        secret.append(answer)
    return sections, tuple(kept), tuple(secret)


def _check_hours(scope: Scope, channel: str, *, around_the_clock: bool) -> None:
    hours = settings_of(scope.tenant).calling_hours
    if channel == "phone" and not around_the_clock and not hours.allow(scope.now):
        raise Refused("contact.quiet_hours", opens_at=hours.next(scope.now).isoformat())


def _check_seller_may_visit(row: Any, staff_no: str) -> None:
    """Refuse what the queue would not have given to the seller either (DEC-7)."""
    if not msgspec.convert(row["draft"], ObligationDraft).seller_may_visit:
        raise Refused("staff.not_permitted", staff_no=staff_no)


async def _claimed(
    scope: Scope, opening: Opening, staff: StoredStaff
) -> tuple[UUID, list[Any], tuple[Any, ContactChannel] | None]:
    """Return the obligation meant, what is leased together with it, or what is done late of it with its channel."""
    if opening.obligation_id is None:
        raise Refused("not_found", kind="obligation")
    # What was superseded since it was claimed left its lease to what replaced it.
    wanted = await queue.standing_for(scope, opening.obligation_id)
    leased = await queue.leased_with(scope, wanted, staff.id)
    late = None if leased else await take_up(scope, wanted, staff, opening.channel)
    if late is not None:
        leased = [late[0]]
    if not leased:
        raise await _why_not_leased(scope, wanted, staff.id)
    return wanted, leased, late


async def _ringing(scope: Scope, leased: Sequence[Any], inbound: Inbound) -> tuple[list[Any], Target]:
    """Return what the person who rings can be asked, and that person by the number on file that was shown."""
    person = await standing_record(scope, inbound.customer_id)
    asked = {
        id: next((one for one in people if one.record == person and one.customer is not None), None)
        for id, people in (await may_be_called(scope, [row["id"] for row in leased])).items()
    }
    served = [row for row in leased if asked.get(row["id"]) is not None]
    called = asked[served[0]["id"]] if served else None
    if called is None:
        raise Refused("contact.nothing_open")
    on_file = [normalise_phone(phone) for phone in called.phones]
    shown = normalise_phone(inbound.number) if inbound.number is not None else None
    return served, Target(called, on_file.index(shown) if shown in on_file else None)


async def _of_one_person(
    scope: Scope,
    leased: Sequence[Any],
    wanted: UUID | None,
    channel: ContactChannel,
    number_index: int | None,
) -> tuple[list[Any], Target]:
    """Return what the person called about `wanted` is to be asked, and who that is; the rest is put back."""
    lead = next((row["id"] for row in leased if row["id"] == wanted), leased[0]["id"])
    people = await may_be_called(scope, [row["id"] for row in leased])
    targets = {id: await first_to_reach(scope, one, channel) for id, one in people.items()}
    target = targets.get(lead)
    if channel == "phone" and number_index is not None:
        # Whoever names a number may dial one that was found wrong before.
        called = target.called if target is not None else next(iter(people.get(lead, ())), None)
        count = len(called.phones) if called is not None else 0
        if called is None or not 0 <= number_index < count:
            raise Refused("contact.no_such_number", number_index=number_index, count=count)
        target = Target(called, number_index)
    if target is None:
        count = sum(len(called.phones) for called in people.get(lead, ()))
        raise Refused("contact.no_such_number", number_index=0, count=count)
    together = [
        row
        for row in leased
        if row["id"] == lead
        or ((other := targets.get(row["id"])) is not None and other.is_same_person(target))
    ]
    left = [row["id"] for row in leased if row not in together]
    if left:
        await queue.put_back(scope, left)
    return together, target


async def _check_free(scope: Scope, called: Called, leased: Sequence[Any], staff: StoredStaff) -> None:
    """Refuse to contact another person than the policyholder, whom the lease keeps free, while somebody else does."""
    if called.record == leased[0]["customer_id"]:
        return
    if await queue.engaged(scope, called.record, staff.id, scope.wall_now - LEASE):
        raise Refused("contact.person_busy")


async def _why_not_leased(scope: Scope, obligation_id: UUID, staff_id: UUID) -> Refused:
    row = await scope.connection.fetchrow(
        "SELECT status, lease_staff, lease_until, lease_contact FROM obligation WHERE id = $1", obligation_id
    )
    if row is None:
        return Refused("not_found", kind="obligation")
    if row["status"] in CLOSED:
        return Refused("obligation.closed", status=row["status"])
    if row["status"] == "waiting":
        return Refused("state.conflict", current=row["status"], wanted="in_progress")
    if row["lease_staff"] == staff_id and row["lease_until"] <= scope.wall_now:
        return Refused("queue.lease_expired")
    if row["lease_contact"] is not None and row["lease_staff"] == staff_id:
        return Refused("state.conflict", current="in_progress", wanted="in_progress")
    if row["status"] != "open":
        return Refused("contact.person_busy")
    return Refused("queue.not_leased")
