"""Deciding what each row of a batch means against what is on file: new, changed, the same, or in conflict.

Nothing is read or written here. Rows are taken in the order in which they stand in the batch.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract
from huifang_core.customers import Customer, Party
from huifang_core.derive import Subject
from huifang_core.events import WITHOUT_CONTRACT, AnyPayload, BusinessEvent
from huifang_core.texts import text

from huifang_tenants.fields import FieldCipher
from huifang_tenants.ids import new_id
from huifang_tenants.intake import IncomingEvent, split_personal
from huifang_tenants.services.intake.batch import (
    Batch,
    ContractIn,
    CustomerIn,
    EventIn,
    ParkReason,
    RowResult,
)
from huifang_tenants.services.intake.snapshot import Snapshot
from huifang_tenants.stores.customers import (
    CustomerRow,
    Ref,
    StoredCustomer,
    content_hash_of,
    identity_of,
    party_of,
)
from huifang_tenants.stores.events import EventRow, StoredEvent

CONFLICT = text(
    "同一来源和编号的事件已导入过,但内容不同;若为更正,请用新编号并在 corrects 中注明原编号",
    "an event with this source and id came in before with other content; send a correction under a new id with `corrects`",
)
STALE = text("已有更新版本,本行未覆盖现有数据", "a newer version is on file; this row did not overwrite it")


class HeldContract(msgspec.Struct):
    """A contract as the batch leaves it; `expected` is the revision on file, None for a new one."""

    id: UUID
    source: str
    base: Contract
    as_of: datetime | None
    policyholder_id: UUID | None
    expected: int | None
    dirty: bool = False


class Resolution:
    """What a batch comes to: customers, numbers, contracts and events to save, and contracts to derive anew."""

    def __init__(self, snapshot: Snapshot, cipher: FieldCipher, received_at: datetime, batch: Batch) -> None:
        self._snapshot = snapshot
        self._cipher = cipher
        self._received_at = received_at
        self._import_id = batch.import_id
        self.new_customers: dict[UUID, CustomerRow] = {}
        self.changed_customers: dict[UUID, CustomerRow] = {}
        self.new_refs: dict[tuple[str, str], Ref] = {}
        self.changed_refs: dict[tuple[str, str], Ref] = {}
        self.merges: list[tuple[UUID, UUID]] = []
        self.contracts: dict[str, HeldContract] = {
            number: HeldContract(
                id=stored.id,
                source=stored.source,
                base=stored.base,
                as_of=stored.as_of,
                policyholder_id=stored.policyholder_id,
                expected=stored.revision,
            )
            for number, stored in snapshot.contracts.items()
        }
        self.new_events: dict[tuple[str, str], EventRow] = {}
        self.event_lines: dict[UUID, int] = {}
        self._incoming: dict[str, list[StoredEvent]] = {}
        self.affected: set[str] = set(batch.refresh) | set(snapshot.waiting)
        self.rows: list[RowResult] = []
        self._refs: dict[str, dict[str, Ref]] = {
            number: {ref.source: ref for ref in refs} for number, refs in snapshot.refs.items()
        }
        self._identities: dict[bytes, UUID] = {k: v.id for k, v in snapshot.identities.items()}
        self._parties: dict[UUID, Party] = {id: c.party for id, c in snapshot.customers.items()}
        self._of_policyholder: dict[UUID, set[str]] = {}
        for number, held in self.contracts.items():
            if held.policyholder_id is not None:
                self._of_policyholder.setdefault(held.policyholder_id, set()).add(number)
        for customer in batch.customers:
            self._customer(customer)
        for contract in batch.contracts:
            self._contract(contract)
        for event in batch.events:
            self._event(event)
        self._find_policyholders()

    def subjects(self) -> tuple[list[tuple[HeldContract, Subject]], dict[str, ParkReason]]:
        """Return the contracts that can be derived, and why the events of the others must wait, by contract number."""
        ready: list[tuple[HeldContract, Subject]] = []
        waiting: dict[str, ParkReason] = {}
        for number in sorted(self.affected):
            held = self.contracts.get(number)
            if held is None:
                waiting[number] = "unknown_contract"
                continue
            unit = self._snapshot.units.get(held.base.unit)
            if held.policyholder_id is None:
                waiting[number] = "unknown_policyholder"
            elif unit is None:
                waiting[number] = "unknown_unit"
            else:
                subject = Subject(
                    contract=held.base,
                    policyholder=self._parties[held.policyholder_id],
                    unit=unit,
                    events=tuple(stored.event for stored in self.events_of(number)),
                    as_of=held.as_of,
                )
                ready.append((held, subject))
        return ready, waiting

    def events_of(self, number: str) -> list[StoredEvent]:
        """Return all events of a contract, those on file and those of this batch."""
        return [*self._snapshot.events.get(number, ()), *self._incoming.get(number, ())]

    def _customer(self, item: CustomerIn) -> None:
        id, changed = self._take_customer(item.source, item.customer, item.as_of)
        self.rows.append(RowResult(item.line, "accepted" if changed else "unchanged", id))

    def _take_customer(self, source: str, customer: Customer, as_of: datetime | None) -> tuple[UUID, bool]:
        """Take in one customer's data; return the person it belongs to and whether anything changed (DEC-10)."""
        content = content_hash_of(self._cipher, customer)
        identity = identity_of(self._cipher, customer)
        ref = self._refs.get(customer.customer_no, {}).get(source)
        if ref is not None:
            if ref.content_hash == content:
                return ref.customer_id, False
            if ref.as_of is not None and as_of is not None and as_of < ref.as_of:
                return ref.customer_id, False
        same_person = self._identities.get(identity) if identity is not None else None
        if ref is None:
            id = same_person or new_id()
        elif same_person is None or same_person == ref.customer_id:
            id = ref.customer_id
        else:
            id = same_person
            if self._identity_of(ref.customer_id) is None:
                self._merge(ref.customer_id, same_person)
        self._save_customer(id, source, customer, identity)
        self._save_ref(Ref(source, customer.customer_no, id, content, as_of), known=ref is not None)
        return id, True

    def _identity_of(self, id: UUID) -> bytes | None:
        row = self.new_customers.get(id) or self.changed_customers.get(id)
        if row is not None:
            return row.identity
        stored = self._snapshot.customers.get(id)
        return stored.identity if stored is not None else None

    def _merge(self, merged: UUID, into: UUID) -> None:
        self.merges.append((merged, into))
        for number in self._of_policyholder.pop(merged, set()):
            held = self.contracts[number]
            held.policyholder_id, held.dirty = into, True
            self._of_policyholder.setdefault(into, set()).add(number)
            self.affected.add(number)
        for refs in self._refs.values():
            for source, ref in list(refs.items()):
                if ref.customer_id == merged:
                    refs[source] = msgspec.structs.replace(ref, customer_id=into)

    def _save_customer(self, id: UUID, source: str, customer: Customer, identity: bytes | None) -> None:
        on_file: StoredCustomer | None = self._snapshot.customers.get(id)
        if identity is None:
            identity = self._identity_of(id)
        else:
            self._identities[identity] = id
        row = CustomerRow(
            id=id,
            source=source,
            customer=customer,
            identity=identity,
            expected=on_file.revision if on_file else None,
        )
        if on_file is None:
            self.new_customers[id] = row
        else:
            self.changed_customers[id] = row
        party = party_of(id, customer)
        if self._parties.get(id) != party:
            self._parties[id] = party
            self.affected.update(self._of_policyholder.get(id, ()))

    def _save_ref(self, ref: Ref, *, known: bool) -> None:
        key = (ref.source, ref.customer_no)
        if known and key not in self.new_refs:
            self.changed_refs[key] = ref
        else:
            self.new_refs[key] = ref
        self._refs.setdefault(ref.customer_no, {})[ref.source] = ref

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
        held = self.contracts.get(number)
        if held is None:
            held = HeldContract(
                id=new_id(),
                source=source,
                base=contract,
                as_of=as_of,
                policyholder_id=None,
                expected=None,
                dirty=True,
            )
            self.contracts[number] = held
        elif held.base == contract:
            return held, "same"
        elif not _is_newer(contract, as_of, held):
            return held, "stale"
        else:
            if held.base.policyholder != contract.policyholder:
                self._of_policyholder.get(held.policyholder_id or held.id, set()).discard(number)
                held.policyholder_id = None
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
            self._take_customer(event.source, event.customer, event.time)
        if event.contract is not None:
            contract = event.contract
            if not contract.version and event.sequence is not None:
                contract = msgspec.structs.replace(contract, version=event.sequence)
            self._take_contract(event.source, contract, event.time)
        row = self._event_row(event, content)
        self.new_events[key] = row
        self.event_lines[row.id] = item.line
        if event.contract_no is not None and event.type not in WITHOUT_CONTRACT:
            self._incoming.setdefault(event.contract_no, []).append(StoredEvent(row.id, row.event))
            self.affected.add(event.contract_no)
            held = self.contracts.get(event.contract_no)
            if held is not None:
                held.dirty = True

    def _event_row(self, event: IncomingEvent, content: bytes) -> EventRow:
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
            contract_no=event.contract_no,
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

    def _find_policyholders(self) -> None:
        for number in self.affected:
            held = self.contracts.get(number)
            if held is None or held.policyholder_id is not None:
                continue
            held.policyholder_id = self._person(held.source, held.base.policyholder)
            if held.policyholder_id is not None:
                held.dirty = True
                if held.policyholder_id not in self._parties:
                    raise LookupError(f"customer {held.policyholder_id} is not in the snapshot")

    def _person(self, source: str, number: str) -> UUID | None:
        """The customer known by this number: in the contract's own source, else wherever just one person is."""
        refs = self._refs.get(number, {})
        own = refs.get(source)
        if own is not None:
            return own.customer_id
        people = {ref.customer_id for ref in refs.values()}
        return people.pop() if len(people) == 1 else None


def _is_newer(contract: Contract, as_of: datetime | None, held: HeldContract) -> bool:
    if contract.version != held.base.version:
        return contract.version > held.base.version
    return held.as_of is None or as_of is None or as_of >= held.as_of
