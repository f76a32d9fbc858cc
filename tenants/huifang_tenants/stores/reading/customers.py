"""Customers, masked; found by exact values through blind indexes (DEC-13), revealed field by field."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.fields import FieldCipher
from huifang_tenants.masking import mask_address, mask_email, mask_id_number, mask_name, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores import customers as stored
from huifang_tenants.stores.people import ABOVE, BELOW, records_of
from huifang_tenants.stores.queries import Kept, Slot, any_of, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.stores.reading.work import restrictions
from huifang_tenants.tables.customers import Customer, CustomerRef, PersonNote

PersonalField = Literal[
    "name", "id_number", "birth_date", "phones", "emails", "address", "contact", "legal_representative"
]
PERSONAL_FIELDS: Final[tuple[PersonalField, ...]] = get_args(PersonalField)

_COLUMNS: Final = together(
    *Customer.all_columns(),
    QueryString(
        "(SELECT array_agg(r.customer_no ORDER BY r.source, r.customer_no) FROM customer_ref r WHERE r.customer_id = {})",
        Customer.id,
        alias="known_as",
    ),
)
_ONE: Final = Kept(Customer.select(*_COLUMNS).where(Customer.id == Slot("id")))
_WITH_TOKEN: Final = "{} IN " + ABOVE.format(condition="search_blind @> {}::bytea[]")
_NOTES: Final = Kept(
    PersonNote.select(
        PersonNote.id,
        PersonNote.need,
        PersonNote.recorded_by,
        PersonNote.contact_id,
        PersonNote.created_at,
        PersonNote.withdrawn_at,
    )
    .where(PersonNote.about_kind == "customer", PersonNote.about_ref == any_of(Slot("records")))
    .order_by(PersonNote.created_at, PersonNote.id)
)
# SQL: a recursive query, and the last entry for each of its rows by LATERAL.
_MERGES: Final = f"""
SELECT c.id, c.merged_into AS into, c.source, c.customer_no, l.at AS merged_at, l.reason,
       coalesce(l.on_behalf_of, l.actor) AS merged_by
FROM {BELOW.format(id="$1::uuid")} record JOIN customer c ON c.id = record.id CROSS JOIN LATERAL (
    SELECT * FROM ledger WHERE subject_id = c.id AND action = 'customer.merged' ORDER BY id DESC LIMIT 1
) l
WHERE c.id <> $1 ORDER BY l.id
"""  # noqa: S608


class CustomerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which customers; None means any. `customer_no` is any number a source knows the customer by."""

    customer_no: str | None = None
    kind: str | None = None
    region: str | None = None


class CustomerSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Exact values a customer must have, all of those given, on whichever record of the person each stands."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    id_last4: str | None = None
    phone_last4: str | None = None
    customer_no: str | None = None


async def list_customers(scope: Scope, wanted: CustomerFilter, page: Page) -> Slice:
    """One page of customers, masked, in the order in which they came in; records merged into others are left out."""
    where = _standing(wanted.customer_no)
    where.equals(Customer.kind, wanted.kind)
    where.equals(Customer.region, wanted.region)
    return _masked_slice(scope, await page_by_id(Customer, _COLUMNS, where, page))


async def search_customers(scope: Scope, wanted: CustomerSearch, limit: int) -> Slice:
    """The first `limit` customers who have all the values, masked; who was merged is shown by the record that stands for both."""
    tokens = [
        scope.cipher.blind(kind, value)
        for kind in ("name", "phone", "id_number", "id_last4", "phone_last4")
        if (value := getattr(wanted, kind)) is not None
    ]
    where = _standing(wanted.customer_no)
    for token in tokens:
        where.add(_WITH_TOKEN, Customer.id, [token])
    return _masked_slice(scope, await page_by_id(Customer, _COLUMNS, where, Page(limit=limit)))


async def get_customer(scope: Scope, customer_id: UUID) -> Mapping[str, Any] | None:
    """One customer, masked; None when there is none."""
    row = await _ONE.row(scope, id=customer_id)
    return None if row is None else _masked(scope.cipher, row)


async def get_customer_detail(scope: Scope, customer_id: UUID) -> Mapping[str, Any] | None:
    """One customer, masked, with the records merged into it, and what is on record of the whole person; None when there is none.

    Notes are without their text, which may hold personal data.
    """
    found = await get_customer(scope, customer_id)
    if found is None:
        return None
    records = [str(id) for id in await records_of(scope, customer_id)]
    return {
        **found,
        "merges": await fetch_all(scope, _MERGES, customer_id),
        "restrictions": await restrictions(scope, customer_id),
        "notes": [dict(row) for row in await _NOTES.rows(scope, records=records)],
    }


async def reveal(
    scope: Scope, customer_id: UUID, fields: Collection[PersonalField]
) -> Mapping[str, Any] | None:
    """The fields asked for, unmasked; None when there is no such customer. The caller leaves a row in the ledger."""
    customer = await stored.read(scope, customer_id)
    if customer is None:
        return None
    return {name: getattr(customer, name) for name in fields}


def _standing(customer_no: str | None) -> Where:
    """Records that were not merged into others; known by this number, unless it is None."""
    where = Where(Customer.merged_into.is_null())
    if customer_no is not None:
        known = CustomerRef.select(CustomerRef.customer_id).where(CustomerRef.customer_no == customer_no)
        where.conditions.append(Customer.id.is_in(known))
    return where


def _masked_slice(scope: Scope, found: Slice) -> Slice:
    return Slice([_masked(scope.cipher, row) for row in found.rows], found.last)


def _masked(cipher: FieldCipher, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it may be shown to anybody who may read customers."""
    customer = stored.opened(cipher, row)
    return {
        "id": row["id"],
        "source": row["source"],
        "customer_no": row["customer_no"],
        "known_as": row["known_as"] or [],
        "kind": row["kind"],
        "name": mask_name(customer.name),
        "id_type": row["id_type"],
        "id_number": mask_id_number(customer.id_number) if customer.id_number else None,
        "gender": row["gender"],
        # A birth date, with a name in part, finds a person: only whether it is known is shown.
        "has_birth_date": customer.birth_date is not None,
        "phones": [mask_phone(phone) for phone in customer.phones],
        "emails": [mask_email(email) for email in customer.emails],
        "address": mask_address(customer.address) if customer.address else None,
        "region": row["region"],
        "has_contact": customer.contact is not None,
        "has_legal_representative": customer.legal_representative is not None,
        "merged_into": row["merged_into"],
        "not_contactable": row["not_contactable"],
        "revision": row["revision"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
