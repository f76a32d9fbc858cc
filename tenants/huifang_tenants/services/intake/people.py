"""Deciding who each customer of a batch is: a new person, one on file, or one on file under another number (DEC-10).

Nothing is read or written here.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.customers import Customer, Party

from huifang_tenants.fields import FieldCipher
from huifang_tenants.ids import new_id
from huifang_tenants.services.intake.snapshot import Snapshot
from huifang_tenants.stores.customers import CustomerRow, Ref, content_hash_of, identity_of, party_of


class Moved(msgspec.Struct, frozen=True):
    """A customer number that leads to another person than before."""

    source: str
    customer_no: str
    old: UUID
    new: UUID


class Merge(msgspec.Struct, frozen=True):
    """One record that stands for another of the same person from now on; `numbers` led to the one that was merged."""

    merged: UUID
    into: UUID
    numbers: tuple[tuple[str, str], ...]


class People:
    """The people a batch speaks of, as it leaves them: rows and numbers to save, merges, and numbers that moved."""

    def __init__(self, snapshot: Snapshot, cipher: FieldCipher) -> None:
        self._cipher = cipher
        self._on_file = snapshot.customers
        self._refs_on_file = snapshot.refs
        self._refs: dict[str, dict[str, Ref]] = {
            number: {ref.source: ref for ref in refs} for number, refs in snapshot.refs.items()
        }
        self._identities: dict[bytes, UUID] = {k: v.id for k, v in snapshot.identities.items()}
        self._numbers: dict[UUID, set[tuple[str, str]]] = {}
        for ref in (*(ref for refs in snapshot.refs.values() for ref in refs), *snapshot.others):
            self._numbers.setdefault(ref.customer_id, set()).add((ref.source, ref.customer_no))
        self._merged: dict[UUID, UUID] = {}
        self.parties: dict[UUID, Party] = {id: found.party for id, found in self._on_file.items()}
        self.new: dict[UUID, CustomerRow] = {}
        self.changed: dict[UUID, CustomerRow] = {}
        self.new_refs: dict[tuple[str, str], Ref] = {}
        self.changed_refs: dict[tuple[str, str], Ref] = {}
        self.merges: list[Merge] = []
        self.moved: list[Moved] = []
        self.freed: set[UUID] = set()
        self.different: set[UUID] = set()
        self.touched_numbers: set[str] = set()

    def take(self, source: str, customer: Customer, as_of: datetime | None) -> tuple[UUID, bool]:
        """Take in one customer's data; return the person it belongs to and whether anything changed."""
        content = content_hash_of(self._cipher, customer)
        identity = identity_of(self._cipher, customer)
        ref = self._refs.get(customer.customer_no, {}).get(source)
        if ref is not None:
            if ref.content_hash == content:
                return ref.customer_id, False
            if ref.as_of is not None and as_of is not None and as_of < ref.as_of:
                return ref.customer_id, False
        id = self._who(ref, identity)
        self._save(id, source, customer, identity)
        self._refer(ref, Ref(source, customer.customer_no, id, content, as_of))
        return id, True

    def called(self, source: str, number: str) -> Ref | None:
        """The number of the person meant by it: that of the contract's own source, else of wherever just one person is."""
        refs = self._refs.get(number, {})
        own = refs.get(source)
        if own is not None:
            return own
        people = {ref.customer_id for ref in refs.values()}
        return next(iter(refs.values())) if len(people) == 1 else None

    def refs_as_read(self) -> list[Ref]:
        """The numbers on file that the batch changes, as they were before it."""
        return [
            ref
            for source, number in self.changed_refs
            for ref in self._refs_on_file[number]
            if ref.source == source
        ]

    def standing_for(self, id: UUID) -> UUID:
        """The record that stands for this one after the merges of this batch."""
        while id in self._merged:
            id = self._merged[id]
        return id

    def _who(self, ref: Ref | None, identity: bytes | None) -> UUID:
        same = self._identities.get(identity) if identity is not None else None
        if ref is None:
            return same or new_id()
        present = ref.customer_id
        shared = len(self._numbers.get(present, ())) > 1
        if same is None:
            # A corrected ID number; but where another number led to the same person by the old one, they were two.
            other = identity is not None and self._identity_of(present) not in (None, identity)
            return new_id() if other and shared else present
        if same != present and not shared:
            self._merge(present, same)
        return same

    def _identity_of(self, id: UUID) -> bytes | None:
        row = self.new.get(id) or self.changed.get(id)
        if row is not None:
            return row.identity
        stored = self._on_file.get(id)
        return stored.identity if stored is not None else None

    def _merge(self, merged: UUID, into: UUID) -> None:
        self._merged[merged] = into
        self.merges.append(Merge(merged, into, tuple(self._numbers.get(merged, ()))))
        self.different.add(merged)
        self._free(self._identity_of(merged), merged)
        for rows in (self.new, self.changed):
            if merged in rows:
                rows[merged] = msgspec.structs.replace(rows[merged], identity=None)
        for refs in self._refs.values():
            for source, ref in list(refs.items()):
                if ref.customer_id == merged:
                    refs[source] = msgspec.structs.replace(ref, customer_id=into)
                    self.touched_numbers.add(ref.customer_no)
        self._numbers.setdefault(into, set()).update(self._numbers.pop(merged, ()))

    def _free(self, identity: bytes | None, id: UUID) -> None:
        """Let an ID number that is no longer this person's be somebody else's."""
        if identity is not None:
            if self._identities.get(identity) == id:
                del self._identities[identity]
            self.freed.add(id)

    def _save(self, id: UUID, source: str, customer: Customer, identity: bytes | None) -> None:
        before = self._identity_of(id)
        if identity is None or (identity != before and self._identities.get(identity) == id):
            # A second ID of the person, that of a record merged by hand, leads here by itself.
            identity = before
        elif identity != before:
            self._free(before, id)
            self._identities[identity] = id
        on_file = self._on_file.get(id)
        row = CustomerRow(
            id=id,
            source=source,
            customer=customer,
            identity=identity,
            expected=on_file.revision if on_file else None,
        )
        if on_file is None:
            self.new[id] = row
        else:
            self.changed[id] = row
        party = party_of(id, customer)
        if self.parties.get(id) != party:
            self.parties[id] = party
            self.different.add(id)

    def _refer(self, before: Ref | None, ref: Ref) -> None:
        key = (ref.source, ref.customer_no)
        if before is not None and key not in self.new_refs:
            self.changed_refs[key] = ref
        else:
            self.new_refs[key] = ref
        if before is None or before.customer_id != ref.customer_id:
            self.touched_numbers.add(ref.customer_no)
        if before is not None and before.customer_id != ref.customer_id:
            self.moved.append(Moved(*key, before.customer_id, ref.customer_id))
            self._numbers.get(before.customer_id, set()).discard(key)
        self._numbers.setdefault(ref.customer_id, set()).add(key)
        self._refs.setdefault(ref.customer_no, {})[ref.source] = ref
