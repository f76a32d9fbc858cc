"""Saving what a batch came to, in one transaction: all of it or nothing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.case_books import CaseChange
from huifang_core.derive import Derivation
from huifang_core.events import CallbackCompleted, ControlTotal
from huifang_core.reconcile import Change, Close, Complete, Create, OnBooks, Open
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.outbox import FAN_OUT, NewJob, enqueue, enqueue_many
from huifang_tenants.plugin_host import Document
from huifang_tenants.scope import Scope
from huifang_tenants.services.intake.batch import ParkReason
from huifang_tenants.services.intake.cases import CaseWork, Desk, save_cases
from huifang_tenants.services.intake.held import HeldContract
from huifang_tenants.services.intake.people import People
from huifang_tenants.services.intake.resolve import Resolution
from huifang_tenants.stores import (
    contracts,
    customers,
    departures,
    event_links,
    events,
    merges,
    obligations,
)
from huifang_tenants.stores.contracts import ContractRow
from huifang_tenants.stores.events import EventRow
from huifang_tenants.stores.ledger import Actor, Entry, record_many
from huifang_tenants.stores.obligations import NewObligation

_SOON: Final = timedelta(seconds=3)
_json = msgspec.json.Encoder()


class Outdated(Exception):
    """Somebody else changed what the batch was worked out from: read again and try once more."""


class Derived(msgspec.Struct, frozen=True):
    """A contract with what was derived for it, and what that changes on the books as they were read, and about its cases."""

    held: HeldContract
    derivation: Derivation
    documents: Mapping[str, Document]
    changes: tuple[Change, ...]
    books: Sequence[OnBooks] = ()
    case_documents: Mapping[str, Document] = {}
    case_changes: tuple[CaseChange, ...] = ()


class Parking(msgspec.Struct, frozen=True):
    """Why an event waits; no reason means that it doesn't."""

    reason: ParkReason | None = None
    detail: str | None = None


async def save(
    scope: Scope,
    desk: Desk,
    resolution: Resolution,
    derived: Sequence[Derived],
    waiting: Mapping[str, ParkReason],
    broken: Mapping[str, str],
    actor: Actor,
) -> Mapping[UUID, Parking]:
    """Save everything; return why each event of the batch is parked, if it is.

    `waiting` and `broken` hold the contracts that could not be derived, with the reason. Raises `Outdated`, or UniqueViolationError,
    when another writer was faster; nothing is saved then.
    """
    await _lock(scope, resolution, derived)
    await _save_customers(scope, resolution.people)
    await _save_contracts(scope, resolution)
    parking = _parking(resolution, derived, waiting, broken)
    failed = _failed_departures(resolution, derived)
    parking.update(failed)
    rows = [
        msgspec.structs.replace(row, park_reason=parking[row.id].reason, park_detail=parking[row.id].detail)
        for row in resolution.new_events.values()
    ]
    await events.insert(scope, rows)
    await events.move(scope, resolution.moved_events)
    await events.set_parking(
        scope,
        [
            (stored.id, parking[stored.id].reason, parking[stored.id].detail)
            for stored in (
                *(stored for number in resolution.affected for stored in resolution.events_of(number)),
                *(stored for stored in resolution.departures.on_file if stored.id in failed),
            )
            if stored.id not in resolution.event_lines
            and (stored.park_reason, stored.park_detail)
            != (parking[stored.id].reason, parking[stored.id].detail)
        ],
    )
    made = await _save_obligations(scope, resolution, derived)
    await _save_control_totals(scope, rows)
    await record_many(scope, actor, _entries(resolution, rows, made, derived))
    await save_cases(
        scope, desk, [_case_work(resolution, item) for item in derived if item.case_changes], actor
    )
    left = [row for row in rows if row.event.type == "seller.departed" and row.event.contract_no is None]
    # In a while: a contract of theirs that is being saved at this moment is then there to be found.
    soon = scope.wall_now + _SOON
    await enqueue_many(scope, [NewJob(FAN_OUT, {"event": str(row.id)}, run_at=soon) for row in left])
    if any(row.born_late for row in made):
        await enqueue(scope, "obligations.born_late", {}, dedupe="born_late")
    return parking


async def _lock(scope: Scope, resolution: Resolution, derived: Sequence[Derived]) -> None:
    """Hold everything that will be changed, provided that it still is as it was read."""
    coming_in = [row.event for row in resolution.new_events.values()]
    if not await event_links.hold_together(scope, coming_in, resolution.known_events()):
        raise Outdated
    touched = [
        (held.id, held.expected)
        for number in resolution.affected
        if (held := resolution.contracts.get(number)) is not None and held.expected is not None
    ]
    if not await contracts.lock(scope, touched):
        raise Outdated
    # Callers complete obligations without touching their contracts.
    statuses = {entry.id: entry.status for item in derived for entry in item.books}
    changed = [
        change.replaces if isinstance(change, Create) else change.id
        for item in derived
        for change in item.changes
    ]
    # A departure that came in meanwhile concerns contracts of this batch.
    if not await departures.still_all(
        scope, resolution.sellers, (stored.id for stored in resolution.departures.on_file)
    ):
        raise Outdated
    if not await obligations.lock(scope, {UUID(id): statuses[id] for id in changed if id is not None}):
        raise Outdated


async def _save_customers(scope: Scope, people: People) -> None:
    changed = list(people.changed.values())
    if not await customers.lock(scope, changed):
        raise Outdated
    if not await customers.still_lead(scope, people.refs_as_read()):
        raise Outdated
    await customers.free_identities(scope, [id for id in people.freed if id not in people.new])
    await customers.insert(scope, list(people.new.values()))
    await customers.change(scope, changed)
    for merge in people.merges:
        await merges.merge(scope, merge.merged, merge.into)
    await customers.insert_refs(scope, list(people.new_refs.values()))
    await customers.change_refs(scope, list(people.changed_refs.values()))


async def _save_contracts(scope: Scope, resolution: Resolution) -> None:
    dirty = [
        held for number, held in resolution.contracts.items() if held.dirty and number in resolution.affected
    ]
    fresh = resolution.people.new_refs.keys() | resolution.people.changed_refs.keys()
    on_file = [held.ref for held in dirty if held.ref is not None]
    on_file = [ref for ref in on_file if (ref.source, ref.customer_no) not in fresh]
    if not await customers.still_lead(scope, on_file):
        raise Outdated
    rows = [
        ContractRow(
            id=held.id,
            source=held.source,
            base=held.base,
            current=held.current,
            as_of=held.as_of,
            policyholder_id=held.policyholder_id,
            expected=held.expected,
        )
        for held in dirty
    ]
    await contracts.insert(scope, [row for row in rows if row.expected is None])
    await contracts.change(scope, [row for row in rows if row.expected is not None])
    # Whoever is working out the same contract without these events has to start over.
    await contracts.touch(
        scope,
        [
            held.id
            for number, held in resolution.contracts.items()
            if held.touched and not held.dirty and held.expected is not None and number in resolution.affected
        ],
    )
    moved = [held.id for held in dirty if held.handed_over]
    # What the batch did not know of: a contract that came in while it was being worked out.
    for number in resolution.people.moved:
        moved += await contracts.hand_over(scope, number.old, number.new, number.source, number.customer_no)
    for merge in resolution.people.merges:
        moved += await contracts.hand_over_all(scope, merge.merged, merge.into)
    if moved:
        await obligations.follow(scope, moved)


def _parking(
    resolution: Resolution,
    derived: Sequence[Derived],
    waiting: Mapping[str, ParkReason],
    broken: Mapping[str, str],
) -> dict[UUID, Parking]:
    found: dict[UUID, Parking] = {row.id: Parking() for row in resolution.new_events.values()}
    for number, reason in waiting.items():
        for stored in resolution.events_of(number):
            found[stored.id] = Parking(reason)
    for number, detail in broken.items():
        for stored in resolution.events_of(number):
            found[stored.id] = Parking("rule_failed", detail)
    for item in derived:
        failures = {(f.source, f.event_id): f for f in item.derivation.failures}
        unmatched = set(item.derivation.unmatched)
        for stored in resolution.events_of(item.held.base.contract_no):
            failure = failures.get((stored.event.source, stored.event.event_id))
            if failure is not None:
                found[stored.id] = Parking("rule_failed", f"{failure.plugin}/{failure.rule}: {failure.error}")
            elif isinstance(stored.event.payload, CallbackCompleted) and stored.event.event_id in unmatched:
                found[stored.id] = Parking("unmatched_callback")
            else:
                found[stored.id] = Parking()
    return found


def _failed_departures(resolution: Resolution, derived: Sequence[Derived]) -> dict[UUID, Parking]:
    """Departures of sellers that a rule failed on, with one of the contracts it failed for."""
    found: dict[UUID, Parking] = {}
    for item in derived:
        number = item.held.base.contract_no
        failures = {(f.source, f.event_id): f for f in item.derivation.failures}
        for stored in resolution.departures.of(item.held.current.seller_no):
            failure = failures.get((stored.event.source, stored.event.event_id))
            if failure is not None:
                detail = f"{number}: {failure.plugin}/{failure.rule}: {failure.error}"
                found[stored.id] = Parking("rule_failed", detail)
    return found


async def _save_obligations(
    scope: Scope, resolution: Resolution, derived: Sequence[Derived]
) -> list[NewObligation]:
    made: list[NewObligation] = []
    for item in derived:
        if not item.changes:
            continue
        event_ids = _event_ids(resolution, item)
        for change in item.changes:
            match change:
                case Create(desired=desired):
                    if item.held.policyholder_id is None:
                        raise LookupError(f"{desired.key} has nobody to call")
                    made.append(
                        NewObligation(
                            id=new_id(),
                            contract_id=item.held.id,
                            customer_id=item.held.policyholder_id,
                            unit=item.derivation.contract.unit,
                            event_id=event_ids[(desired.source, desired.event_id)],
                            desired=desired,
                            document=item.documents[desired.key],
                            status=change.status,
                            generation=change.generation,
                            born_late=change.born_late,
                            replaces=UUID(change.replaces) if change.replaces else None,
                        )
                    )
                case Open(desired=desired):
                    await obligations.open_waiting(
                        scope,
                        change,
                        item.documents[desired.key],
                        event_ids[(desired.source, desired.event_id)],
                    )
                case Close():
                    await obligations.close(scope, change)
                case Complete():
                    await obligations.complete_imported(scope, change)
    await obligations.insert(scope, made)
    return made


def _event_ids(resolution: Resolution, item: Derived) -> dict[tuple[str, str], UUID]:
    return {
        (stored.event.source, stored.event.event_id): stored.id
        for stored in resolution.seen_by(item.held.base.contract_no)
    }


def _case_work(resolution: Resolution, item: Derived) -> CaseWork:
    return CaseWork(
        contract_id=item.held.id,
        customer_id=item.held.policyholder_id,
        unit=item.derivation.contract.unit,
        changes=item.case_changes,
        documents=item.case_documents,
        events=_event_ids(resolution, item),
    )


async def _save_control_totals(scope: Scope, rows: Sequence[EventRow]) -> None:
    for row in rows:
        total = row.event.payload
        if isinstance(total, ControlTotal):
            await events.save_control_total(
                scope, row.event.source, total.type, total.day, total.count, row.id
            )
    await events.recount_totals(
        scope, {(row.event.source, row.event.type, day_of(row.event.time)) for row in rows}
    )


def _entries(
    resolution: Resolution,
    rows: Sequence[EventRow],
    made: Sequence[NewObligation],
    derived: Sequence[Derived],
) -> list[Entry]:
    entries = [
        Entry(action, "customer", row.id, _json.encode(row.customer))
        for action, saved in (
            ("customer.taken_in", resolution.people.new),
            ("customer.changed", resolution.people.changed),
        )
        for row in saved.values()
    ]
    for merge in resolution.people.merges:
        details = {"into": str(merge.into), "numbers": sorted(merge.numbers)}
        entries.append(
            Entry("customer.merged", "customer", merge.merged, _json.encode(details), details=details)
        )
    entries += [
        Entry(
            "contract.taken_in" if held.expected is None else "contract.changed",
            "contract",
            held.id,
            _json.encode(held.base),
        )
        for number, held in resolution.contracts.items()
        if held.dirty and number in resolution.affected
    ]
    entries += [Entry("event.taken_in", "event", row.id, row.content_hash) for row in rows]
    entries += [
        Entry(
            "obligation.made",
            "obligation",
            row.id,
            f"{row.desired.key} {row.status} {row.desired.input_hash} {row.desired.fingerprint}".encode(),
        )
        for row in made
    ]
    for item in derived:
        for change in item.changes:
            if not isinstance(change, Create):
                entries.append(_changed(change))
    return entries


def _changed(change: Open | Close | Complete) -> Entry:
    match change:
        case Open(id=id, desired=desired):
            return Entry("obligation.opened", "obligation", UUID(id), desired.fingerprint.encode())
        case Close(id=id, status=status, reason=reason):
            return Entry(f"obligation.{status}", "obligation", UUID(id), reason.encode(), reason=reason)
        case Complete(id=id, desired=desired):
            return Entry("obligation.completed", "obligation", UUID(id), _json.encode(desired.done))
