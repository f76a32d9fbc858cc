"""Loading and saving customers: personal data sealed field by field, found by blind index only."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.customers import ContactPerson, Customer, Party
from piccolo.custom_types import Combinable

from huifang_tenants.fields import FieldCipher
from huifang_tenants.intake import content_hash
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy, update
from huifang_tenants.stores.people import standing_record
from huifang_tenants.stores.queries import Kept, Slot, any_of, pair_in
from huifang_tenants.tables.customers import Customer as CustomerTable
from huifang_tenants.tables.customers import CustomerRef


class StoredCustomer(msgspec.Struct, frozen=True):
    """What intake needs of a customer on file."""

    id: UUID
    identity: bytes | None
    revision: int
    party: Party


class Ref(msgspec.Struct, frozen=True):
    """A number a source knows a customer by.

    `content_hash` is of what came in last under it, so that the same again changes nothing; `as_of` is when that was
    true, where it is known.
    """

    source: str
    customer_no: str
    customer_id: UUID
    content_hash: bytes
    as_of: datetime | None


class CustomerRow(msgspec.Struct, frozen=True):
    """A customer to be saved under `id`; `expected` is the revision it was read at, None for a new one."""

    id: UUID
    source: str
    customer: Customer
    identity: bytes | None
    expected: int | None = None


_COLUMNS = (
    ("source", "text"),
    ("customer_no", "text"),
    ("kind", "text"),
    ("id_type", "text"),
    ("gender", "text"),
    ("region", "text"),
    ("name_enc", "bytea"),
    ("id_number_enc", "bytea"),
    ("birth_date_enc", "bytea"),
    ("birthday_blind", "bytea"),
    ("phones_enc", "bytea"),
    ("emails_enc", "bytea"),
    ("address_enc", "bytea"),
    ("contact_enc", "bytea"),
    ("legal_representative_enc", "bytea"),
    ("identity_blind", "bytea"),
    ("updated_at", "timestamptz"),
)


def _read(condition: Combinable) -> Kept:
    table = CustomerTable
    return Kept(
        table.select(
            table.id,
            table.identity_blind,
            table.revision,
            table.kind,
            table.gender,
            table.region,
            table.birth_date_enc,
            table.merged_into,
        ).where(condition)
    )


_BY_IDENTITIES: Final = _read(CustomerTable.identity_blind == any_of(Slot("identities")))
_BY_IDS: Final = _read(CustomerTable.id == any_of(Slot("ids")))
_WHOLE: Final = Kept(CustomerTable.select().where(CustomerTable.id == Slot("id")))
_LOCK: Final = Kept(
    CustomerTable.select(CustomerTable.id, CustomerTable.revision)
    .where(CustomerTable.id == any_of(Slot("ids")))
    .order_by(CustomerTable.id)
    # Not FOR UPDATE: contracts that refer to them may go in meanwhile.
    .lock_rows("NO KEY UPDATE")
)
_FREE_IDENTITIES: Final = Kept(
    CustomerTable.update({CustomerTable.identity_blind: None}).where(CustomerTable.id == any_of(Slot("ids")))
)
_SET_SEARCH: Final = Kept(
    CustomerTable.update({CustomerTable.search_blind: Slot("tokens")}).where(CustomerTable.id == Slot("id"))
)
_REFS_OF: Final = Kept(CustomerRef.select().where(CustomerRef.customer_no == any_of(Slot("numbers"))))
_REFS_OF_PEOPLE: Final = Kept(CustomerRef.select().where(CustomerRef.customer_id == any_of(Slot("ids"))))
_STILL_LEAD: Final = Kept(
    CustomerRef.select(CustomerRef.source, CustomerRef.customer_no, CustomerRef.customer_id)
    .where(pair_in((CustomerRef.source, CustomerRef.customer_no), Slot("sources"), Slot("numbers")))
    .order_by(CustomerRef.source, CustomerRef.customer_no)
    .lock_rows("SHARE")
)
_CHANGE_REF: Final = Kept(
    CustomerRef.update(
        {
            CustomerRef.customer_id: Slot("customer_id"),
            CustomerRef.content_hash: Slot("content_hash"),
            CustomerRef.as_of: Slot("as_of"),
        }
    ).where(CustomerRef.source == Slot("source"), CustomerRef.customer_no == Slot("customer_no"))
)


def identity_of(cipher: FieldCipher, customer: Customer) -> bytes | None:
    """Return the blind index that makes two records one person, or None without an ID number (DEC-10)."""
    if customer.id_type is None or customer.id_number is None:
        return None
    return cipher.blind_identity(customer.id_type, customer.id_number)


def content_hash_of(cipher: FieldCipher, customer: Customer) -> bytes:
    """Return the keyed hash by which an unchanged customer is recognised without decrypting anything."""
    return cipher.fingerprint(content_hash(customer))[:16]


def search_tokens(cipher: FieldCipher, customer: Customer) -> list[bytes]:
    """Return the blind indexes a customer is found by: name, ID number, phones, and the last four of both (DEC-13).

    An organisation is found by the phones of those who speak for it, too.
    """
    tokens = [cipher.blind("name", customer.name)]
    if customer.id_number:
        tokens += [
            cipher.blind("id_number", customer.id_number),
            cipher.blind("id_last4", customer.id_number),
        ]
    speakers = (customer.contact, customer.legal_representative)
    for phone in (*customer.phones, *(person.phone for person in speakers if person and person.phone)):
        tokens += [cipher.blind("phone", phone), cipher.blind("phone_last4", phone)]
    return list(dict.fromkeys(tokens))


async def refs_of(scope: Scope, numbers: Iterable[str]) -> dict[str, list[Ref]]:
    """Return, per customer number, who is known by it in which source."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return {}
    rows = await _REFS_OF.rows(scope, numbers=wanted)
    found: dict[str, list[Ref]] = {}
    for row in rows:
        found.setdefault(row["customer_no"], []).append(Ref(**dict(row)))
    return found


async def refs_of_people(scope: Scope, ids: Iterable[UUID]) -> list[Ref]:
    """Return every number these people are known by."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    rows = await _REFS_OF_PEOPLE.rows(scope, ids=wanted)
    return [Ref(**dict(row)) for row in rows]


async def still_lead(scope: Scope, refs: Iterable[Ref]) -> bool:
    """Tell whether these numbers lead to the same people as when they were read, and keep it so until the scope ends."""
    wanted = {(ref.source, ref.customer_no, ref.customer_id) for ref in refs}
    if not wanted:
        return True
    sources, numbers, _ = zip(*sorted(wanted), strict=True)
    rows = await _STILL_LEAD.rows(scope, sources=sources, numbers=numbers)
    return {tuple(row) for row in rows} == wanted


async def by_identities(scope: Scope, identities: Iterable[bytes]) -> dict[bytes, StoredCustomer]:
    """Return the customers with these identity blind indexes.

    The ID of a record that was merged by hand leads to the one that stands for it.
    """
    wanted = list(dict.fromkeys(identities))
    if not wanted:
        return {}
    rows = await _BY_IDENTITIES.rows(scope, identities=wanted)
    found = {row["identity_blind"]: _stored(scope, row) for row in rows}
    for row in rows:
        if row["merged_into"] is not None:
            person = await standing_record(scope, row["id"])
            found[row["identity_blind"]] = (await by_ids(scope, [person]))[person]
    return found


async def by_ids(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, StoredCustomer]:
    """Return the customers with these ids."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = await _BY_IDS.rows(scope, ids=wanted)
    return {row["id"]: _stored(scope, row) for row in rows}


async def insert(scope: Scope, rows: Sequence[CustomerRow]) -> None:
    """Insert new customers; raises UniqueViolationError when the same person came in meanwhile."""
    names = [name for name, _ in _COLUMNS]
    await copy(
        scope,
        "customer",
        ["id", *names, "search_blind", "created_at"],
        [
            (row.id, *_sealed(scope, row), search_tokens(scope.cipher, row.customer), scope.wall_now)
            # In one order everywhere: two writers of the same people then wait, and never for each other.
            for row in sorted(rows, key=lambda row: (row.identity or b"", row.id))
        ],
    )


async def insert_refs(scope: Scope, refs: Sequence[Ref]) -> None:
    """Insert new numbers; raises UniqueViolationError when one came in meanwhile."""
    await copy(
        scope,
        "customer_ref",
        ["source", "customer_no", "customer_id", "content_hash", "as_of"],
        [
            (ref.source, ref.customer_no, ref.customer_id, ref.content_hash, ref.as_of)
            for ref in sorted(refs, key=_number)
        ],
    )


async def change_refs(scope: Scope, refs: Sequence[Ref]) -> None:
    """Save what came in last under numbers known already, and whom they lead to."""
    await _CHANGE_REF.run_each(scope, [msgspec.structs.asdict(ref) for ref in sorted(refs, key=_number)])


def _number(ref: Ref) -> tuple[str, str]:
    return ref.source, ref.customer_no


async def lock(scope: Scope, rows: Sequence[CustomerRow]) -> bool:
    """Lock customers; tell whether all still stand at the revision they were read at."""
    if not rows:
        return True
    locked = await _LOCK.rows(scope, ids=[row.id for row in rows])
    return {row["id"]: row["revision"] for row in locked} == {row.id: row.expected for row in rows}


async def free_identities(scope: Scope, ids: Sequence[UUID]) -> None:
    """Take the ID off these customers' index, before others get it in the same scope."""
    if ids:
        await _FREE_IDENTITIES.run(scope, ids=ids)


async def change(scope: Scope, rows: Sequence[CustomerRow]) -> None:
    """Save customers locked before, one revision on."""
    await update(
        scope,
        "customer",
        "id",
        [*_COLUMNS, ("revision", "int")],
        [(row.id, *_sealed(scope, row), (row.expected or 0) + 1) for row in rows],
    )
    await _SET_SEARCH.run_each(
        scope, [{"id": row.id, "tokens": search_tokens(scope.cipher, row.customer)} for row in rows]
    )


async def read(scope: Scope, id: UUID) -> Customer | None:
    """Return a customer with all personal data opened; whoever calls it leaves a row in the ledger."""
    row = await _WHOLE.row(scope, id=id)
    return None if row is None else opened(scope.cipher, row)


def opened(cipher: FieldCipher, row: Any) -> Customer:
    """Return the customer of a full row of the table, all personal data opened."""
    id: UUID = row["id"]

    def text(column: str) -> str | None:
        sealed = row[f"{column}_enc"]
        return None if sealed is None else cipher.decrypt(sealed, f"customer.{column}", id)

    def person(column: str) -> ContactPerson | None:
        sealed = row[f"{column}_enc"]
        return (
            None if sealed is None else cipher.decrypt_json(sealed, f"customer.{column}", id, ContactPerson)
        )

    def strings(column: str) -> tuple[str, ...]:
        sealed = row[f"{column}_enc"]
        return (
            () if sealed is None else cipher.decrypt_json(sealed, f"customer.{column}", id, tuple[str, ...])
        )

    birth_date = text("birth_date")
    return Customer(
        customer_no=row["customer_no"],
        kind=row["kind"],
        name=text("name") or "",
        id_type=row["id_type"],
        id_number=text("id_number"),
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        gender=row["gender"],
        phones=strings("phones"),
        emails=strings("emails"),
        address=text("address"),
        region=row["region"],
        contact=person("contact"),
        legal_representative=person("legal_representative"),
    )


def party_of(id: UUID, customer: Customer) -> Party:
    """Return what a rule may know of a customer."""
    return Party(
        customer_id=str(id),
        kind=customer.kind,
        birth_date=customer.birth_date,
        gender=customer.gender,
        region=customer.region,
    )


def _stored(scope: Scope, row: Any) -> StoredCustomer:
    sealed = row["birth_date_enc"]
    birth_date = scope.cipher.decrypt(sealed, "customer.birth_date", row["id"]) if sealed else None
    return StoredCustomer(
        id=row["id"],
        identity=row["identity_blind"],
        revision=row["revision"],
        party=Party(
            customer_id=str(row["id"]),
            kind=row["kind"],
            birth_date=date.fromisoformat(birth_date) if birth_date else None,
            gender=row["gender"],
            region=row["region"],
        ),
    )


def _sealed(scope: Scope, row: CustomerRow) -> tuple[Any, ...]:
    cipher, id, customer = scope.cipher, row.id, row.customer
    now: datetime = scope.wall_now

    def text(value: str | None, column: str) -> bytes | None:
        return None if value is None else cipher.encrypt(value, f"customer.{column}", id)

    def data(value: Any, column: str) -> bytes | None:
        return cipher.encrypt_json(value, f"customer.{column}", id) if value else None

    return (
        row.source,
        customer.customer_no,
        customer.kind,
        customer.id_type,
        customer.gender,
        customer.region,
        text(customer.name, "name"),
        text(customer.id_number, "id_number"),
        text(customer.birth_date.isoformat() if customer.birth_date else None, "birth_date"),
        cipher.blind("birthday", f"{customer.birth_date:%m-%d}") if customer.birth_date else None,
        data(customer.phones, "phones"),
        data(customer.emails, "emails"),
        text(customer.address, "address"),
        data(customer.contact, "contact"),
        data(customer.legal_representative, "legal_representative"),
        row.identity,
        now,
    )
