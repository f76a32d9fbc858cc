"""Deciding what each row of a batch means against what is on file: new, changed, the same, or in conflict.

Nothing is read or written here. Rows are taken in the order in which they stand in the batch.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.accounts import is_of_office
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import Subject, current_contract
from huifang_core.events import AnyPayload, BusinessEvent, effective
from huifang_core.reconcile import LIVE
from huifang_core.texts import text

from huifang_tenants.fields import FieldCipher
from huifang_tenants.ids import new_id
from huifang_tenants.intake import IncomingEvent, split_personal
from huifang_tenants.services.intake.accounts import Accounts
from huifang_tenants.services.intake.batch import (
    Batch,
    ContractIn,
    CustomerIn,
    EventIn,
    ParkReason,
    RowResult,
)
from huifang_tenants.services.intake.departures import Departures, names_no_contract
from huifang_tenants.services.intake.held import HeldContract
from huifang_tenants.services.intake.people import People
from huifang_tenants.services.intake.snapshot import Snapshot
from huifang_tenants.stores.event_links import Links
from huifang_tenants.stores.events import EventRow, StoredEvent

CONFLICT = text(
    "同一来源和编号的事件已导入过,但内容不同;若为更正,请用新编号并在 corrects 中注明原编号",
    "an event with this source and id came in before with other content; send a correction under a new id with `corrects`",
)
STALE = text("已有更新版本,本行未覆盖现有数据", "a newer version is on file; this row did not overwrite it")


class Resolution:
    """What a batch comes to: customers, numbers, contracts and events to save, and contracts to derive anew."""

    def __init__(self, snapshot: Snapshot, cipher: FieldCipher, received_at: datetime, batch: Batch) -> None:
        self._snapshot = snapshot
        self._cipher = cipher
        self._received_at = received_at
        self._import_id = batch.import_id
        self.people = People(snapshot, cipher)
        self.sellers = snapshot.sellers
        self.departures = Departures(snapshot.departures)
        self.contracts: dict[str, HeldContract] = {
            number: HeldContract(
                id=stored.id,
                source=stored.source,
                base=stored.base,
                current=stored.base,
                as_of=stored.as_of,
                policyholder_no=stored.policyholder_no,
                policyholder_id=stored.policyholder_id,
                expected=stored.revision,
            )
            for number, stored in snapshot.contracts.items()
        }
        self.new_events: dict[tuple[str, str], EventRow] = {}
        self.event_lines: dict[UUID, int] = {}
        self._on_file = {stored.id: stored for stored in snapshot.contracts.values()}
        self._events: dict[str, list[StoredEvent]] = {
            number: list(events) for number, events in snapshot.events.items()
        }
        self._accounts = Accounts(snapshot, self.people, self.contracts, self._events)
        self.moved_events: dict[UUID, str] = {}
        self.affected: set[str] = set(batch.refresh) | set(snapshot.waiting)
        self.rows: list[RowResult] = []
        for customer in batch.customers:
            self._customer(customer)
        for contract in batch.contracts:
            self._contract(contract)
        for event in batch.events:
            self._event(event)
        for number in batch.refresh:
            found = self._accounts.settle(number)
            if found is not None:
                self.affected.add(found)
        self._move_events()
        coming_in = [StoredEvent(row.id, row.event) for row in self.new_events.values()]
        of_contracts = (stored for history in self._events.values() for stored in history)
        self._links = Links((*snapshot.loose, *coming_in, *of_contracts))
        self._look_at_linked(coming_in)
        self.affected.update(
            number
            for number, held in self.contracts.items()
            if held.policyholder_id in self.people.different
            or held.policyholder_no in self.people.touched_numbers
        )
        for number in self.affected:
            if number in self.contracts:
                self._bring_up_to_date(self.contracts[number])

    def subjects(self) -> tuple[list[tuple[HeldContract, Subject]], dict[str, ParkReason]]:
        """Return the contracts that can be derived, and why the events of the others must wait, by contract number."""
        ready: list[tuple[HeldContract, Subject]] = []
        waiting: dict[str, ParkReason] = {}
        for number in sorted(self.affected):
            held = self.contracts.get(number)
            if held is None:
                waiting[number] = "unknown_contract"
                continue
            unit = self._snapshot.units.get(held.current.unit)
            party = self._party(held)
            if party is None:
                waiting[number] = "unknown_policyholder"
            elif unit is None:
                waiting[number] = "unknown_unit"
            else:
                subject = Subject(
                    contract=held.base,
                    policyholder=party,
                    unit=unit,
                    events=tuple(stored.event for stored in self.seen_by(number)),
                    as_of=held.as_of,
                    made=frozenset(
                        entry.input_hash
                        for entry in self._snapshot.books.get(held.id, ())
                        if entry.status in LIVE
                    ),
                )
                ready.append((held, subject))
        return ready, waiting

    def events_of(self, number: str) -> list[StoredEvent]:
        """Return all events of a contract, those on file and those of this batch."""
        return self._events.get(number, [])

    def _party(self, held: HeldContract) -> Party | None:
        if held.policyholder_id is not None:
            return self.people.parties[held.policyholder_id]
        # Nobody holds an office's own account: rules may open cases about the office, and have nobody called.
        return Party(held.current.unit, "organisation") if is_of_office(held.current) else None

    def known_events(self) -> Iterator[BusinessEvent]:
        """Return every event on file that the batch was worked out from."""
        for history in (self._snapshot.loose, *self._snapshot.events.values()):
            yield from (stored.event for stored in history)

    def seen_by(self, number: str) -> list[StoredEvent]:
        """Return the events that bear on a contract: its own, those of others linked to them by a correction, and its seller's."""
        return [*self._history_of(number), *self.departures.of(self.contracts[number].current.seller_no)]

    def _history_of(self, number: str) -> list[StoredEvent]:
        """All events that bear on a contract itself: its own, and those of others linked to them by a correction."""
        return self._links.bearing_on(self.events_of(number))

    def _look_at_linked(self, coming_in: Sequence[StoredEvent]) -> None:
        """Let contracts be derived anew to which an event of the batch is linked without naming them."""
        for stored in coming_in:
            for other in self._links.bearing_on([stored]):
                number = other.event.contract_no
                if number is not None and number != stored.event.contract_no:
                    self.affected.add(number)
                    if number in self.contracts:
                        self.contracts[number].touched = True

    def _customer(self, item: CustomerIn) -> None:
        id, changed = self.people.take(item.source, item.customer, item.as_of)
        self.rows.append(RowResult(item.line, "accepted" if changed else "unchanged", id))

    def _contract(self, item: ContractIn) -> None:
        held, outcome = self._take_contract(item.source, item.contract, item.as_of)
        if outcome == "stale":
            self.rows.append(RowResult(item.line, "unchanged", held.id, "stale_version", STALE))
        else:
            self.rows.append(RowResult(item.line, "accepted" if outcome == "taken" else "unchanged", held.id))

    def _take_contract(
        self, source: str, contract: Contract, as_of: datetime | None
    ) -> tuple[HeldContract, str]:
        number = contract.contract_no
        self._accounts.adopt(contract, source)
        held = self.contracts.get(number)
        if held is None:
            held = HeldContract(
                id=new_id(),
                source=source,
                base=contract,
                current=contract,
                as_of=as_of,
                policyholder_no=None,
                policyholder_id=None,
                expected=None,
                dirty=True,
            )
            self.contracts[number] = held
            self._accounts.note(held)
        elif held.base == contract:
            return held, "same"
        elif not _is_newer(contract, as_of, held):
            return held, "stale"
        else:
            held.source, held.base, held.as_of, held.dirty = source, contract, as_of, True
        self.affected.add(number)
        return held, "taken"

    def _event(self, item: EventIn) -> None:
        event = item.event
        key = (event.source, event.event_id)
        content = self._cipher.fingerprint(event.content_hash)
        before = self.new_events[key].content_hash if key in self.new_events else None
        before = before or self._snapshot.event_hashes.get(key)
        if before == content:
            self.rows.append(RowResult(item.line, "unchanged"))
            return
        if before is not None:
            self.rows.append(RowResult(item.line, "refused", code="event_conflict", message=CONFLICT))
            return
        if event.customer is not None:
            self.people.take(event.source, event.customer, event.time)
        if event.contract is not None:
            contract = event.contract
            if not contract.version and event.sequence is not None:
                contract = msgspec.structs.replace(contract, version=event.sequence)
            self._take_contract(event.source, contract, event.time)
        number = self._accounts.place(event)
        row = self._event_row(event, number, content)
        self.new_events[key] = row
        self.event_lines[row.id] = item.line
        if number is not None:
            self._events.setdefault(number, []).append(StoredEvent(row.id, row.event))
            self.affected.add(number)
            held = self.contracts.get(number)
            if held is not None:
                held.touched = True
        elif names_no_contract(event):
            self.departures.add(StoredEvent(row.id, row.event))

    def _move_events(self) -> None:
        """Let the events of accounts whose number changed follow, those of this batch before they are saved."""
        for stored in self._accounts.moved:
            if stored.id not in self.event_lines:
                self.moved_events[stored.id] = stored.event.contract_no or ""
                continue
            key = (stored.event.source, stored.event.event_id)
            self.new_events[key] = msgspec.structs.replace(self.new_events[key], event=stored.event)

    def _event_row(self, event: IncomingEvent, contract_no: str | None, content: bytes) -> EventRow:
        plain, personal = (None, None) if event.payload is None else split_personal(event.payload)
        # A rule never sees personal data, so neither may what it is given the first time.
        payload = event.payload if personal is None else msgspec.convert(plain, AnyPayload)
        stored = BusinessEvent(
            source=event.source,
            event_id=event.event_id,
            type=event.type,
            time=event.time,
            received_at=self._received_at,
            payload=payload,
            contract_no=contract_no,
            claim_no=event.claim_no,
            sequence=event.sequence,
            corrects=event.corrects,
            retracts=event.retracts,
        )
        return EventRow(
            id=new_id(),
            event=stored,
            plain=plain,
            personal=personal,
            content_hash=content,
            park_reason=None,
            park_detail=None,
            import_id=self._import_id,
        )

    def _bring_up_to_date(self, held: HeldContract) -> None:
        """Work out how a contract stands by its events, and who its policyholder is."""
        held.current = _as_it_stands(held, self._history_of(held.base.contract_no))
        if held.touched and not held.dirty:
            history = self._history_of(held.base.contract_no)
            before = _as_it_stands(held, [e for e in history if e.id not in self.event_lines])
            held.dirty = held.current != before
        number = held.current.policyholder
        ref = self.people.called(held.source, number)
        if ref is not None:
            found: UUID | None = ref.customer_id
        elif held.policyholder_id is not None and held.policyholder_no == number:
            found = self.people.standing_for(held.policyholder_id)
        else:
            found = None
        stored = self._on_file.get(held.id)
        held.handed_over = stored is not None and (
            (found, held.current.unit) != (stored.policyholder_id, stored.unit)
        )
        if (found, number) != (held.policyholder_id, held.policyholder_no):
            held.policyholder_id, held.policyholder_no, held.dirty = found, number, True
            held.ref = ref


def _as_it_stands(held: HeldContract, events: Sequence[StoredEvent]) -> Contract:
    if not events:
        return held.base
    # One that can't be applied is the plugin host's to report, where the event is parked for it.
    with suppress(msgspec.ValidationError):
        happened = tuple(stored.event for stored in events)
        standing = [event for event, _ in effective(happened, held.base.contract_no)]
        return current_contract(held.base, standing, held.as_of)
    return held.base


def _is_newer(contract: Contract, as_of: datetime | None, held: HeldContract) -> bool:
    if contract.version != held.base.version:
        return contract.version > held.base.version
    return held.as_of is None or as_of is None or as_of >= held.as_of
