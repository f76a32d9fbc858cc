"""Customers, masked; found by exact values through blind indexes (DEC-13), revealed field by field."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec

from huifang_tenants.fields import FieldCipher
from huifang_tenants.masking import mask_address, mask_email, mask_id_number, mask_name, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores import customers as stored
from huifang_tenants.stores.people import ABOVE, BELOW, records_of
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one
from huifang_tenants.stores.reading.work import restrictions

PersonalField = Literal[
    "name", "id_number", "birth_date", "phones", "emails", "address", "contact", "legal_representative"
]
PERSONAL_FIELDS: Final[tuple[PersonalField, ...]] = get_args(PersonalField)

_SELECT: Final = """
SELECT c.*, (SELECT array_agg(r.customer_no ORDER BY r.source, r.customer_no) FROM customer_ref r
             WHERE r.customer_id = c.id) AS known_as
FROM customer c
"""
_WITH_TOKEN: Final = ABOVE.format(condition="search_blind @> {}::bytea[]")
_MERGES: Final = f"""
SELECT c.id, c.merged_into AS into, c.source, c.customer_no, l.at AS merged_at, l.reason,
       coalesce(l.on_behalf_of, l.actor) AS merged_by
FROM {BELOW.format(id="$1::uuid")} record JOIN customer c ON c.id = record.id CROSS JOIN LATERAL (
    SELECT * FROM ledger WHERE subject_id = c.id AND action = 'customer.merged' ORDER BY id DESC LIMIT 1
) l
WHERE c.id <> $1 ORDER BY l.id
"""  # noqa: S608
_NOTES: Final = """
SELECT id, contact_id, created_at, withdrawn_at FROM person_note
WHERE about_kind = 'customer' AND about_ref = ANY($1) ORDER BY created_at, id
"""
_NUMBERED: Final = "c.id IN (SELECT customer_id FROM customer_ref WHERE customer_no = {})"


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
    where = Where()
    where.plain("c.merged_into IS NULL")
    where.add(_NUMBERED, wanted.customer_no)
    where.add("c.kind = {}", wanted.kind)
    where.add("c.region = {}", wanted.region)
    return _masked_slice(scope, await page_by_id(scope, _SELECT, where, page, id_column="c.id"))


async def search_customers(scope: Scope, wanted: CustomerSearch, limit: int) -> Slice:
    """The first `limit` customers who have all the values, masked; who was merged is shown by the record that stands for both."""
    tokens = [
        scope.cipher.blind(kind, value)
        for kind in ("name", "phone", "id_number", "id_last4", "phone_last4")
        if (value := getattr(wanted, kind)) is not None
    ]
    where = Where()
    where.plain("c.merged_into IS NULL")
    for token in tokens:
        where.add(f"c.id IN {_WITH_TOKEN}", [token])
    where.add(_NUMBERED, wanted.customer_no)
    return _masked_slice(scope, await page_by_id(scope, _SELECT, where, Page(limit=limit), id_column="c.id"))


async def get_customer(scope: Scope, customer_id: UUID) -> Mapping[str, Any] | None:
    """One customer, masked; None when there is none."""
    row = await fetch_one(scope, f"{_SELECT} WHERE c.id = $1", customer_id)
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
        "notes": await fetch_all(scope, _NOTES, records),
    }


async def reveal(
    scope: Scope, customer_id: UUID, fields: Collection[PersonalField]
) -> Mapping[str, Any] | None:
    """The fields asked for, unmasked; None when there is no such customer. The caller leaves a row in the ledger."""
    customer = await stored.read(scope, customer_id)
    if customer is None:
        return None
    return {name: getattr(customer, name) for name in fields}


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
        "revision": row["revision"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
