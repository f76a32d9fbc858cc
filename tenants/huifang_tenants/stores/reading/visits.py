"""Visits as they are planned and were made: names masked, addresses down to the district."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.masking import mask_address, mask_name
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.tables.contacts import Contact

_CUSTOMER: Final[Any] = Contact.customer_id
_STAFF_NO: Final[Any] = Contact.staff_id.staff_no
_DAY: Final = "{} ->> 'day'"
_COLUMNS: Final = together(
    Contact.id,
    Contact.id.as_alias("contact_id"),
    Contact.customer_id,
    Contact.status,
    Contact.outcome,
    Contact.language,
    Contact.visitor_is_seller,
    QueryString(_DAY, Contact.visit, alias="day"),
    QueryString("{} ->> 'made_at'", Contact.visit, alias="made_at"),
    QueryString("coalesce({} -> 'companions', '[]'::json)", Contact.visit, alias="companions"),
    QueryString("coalesce(({} ->> 'with_seller')::boolean, false)", Contact.visit, alias="with_seller"),
    QueryString(
        "EXISTS (SELECT FROM evidence e WHERE e.contact_id = {} AND e.kind = 'signed_scan' AND e.status = 'stored')",
        Contact.id,
        alias="has_signature",
    ),
    _STAFF_NO.as_alias("staff_no"),
    _CUSTOMER.name_enc.as_alias("name_enc"),
    _CUSTOMER.address_enc.as_alias("address_enc"),
)
_ONE: Final = Kept(Contact.select(*_COLUMNS).where(Contact.id == Slot("id"), Contact.visit.is_not_null()))


class VisitFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which visits; None means any."""

    staff_no: str | None = None
    day: date | None = None
    status: str | None = None


async def list_visits(scope: Scope, wanted: VisitFilter, page: Page) -> Slice:
    """One page of visits in the order in which they were planned."""
    where = Where(Contact.visit.is_not_null())
    where.equals(_STAFF_NO, wanted.staff_no)
    where.equals(Contact.status, wanted.status)
    if wanted.day is not None:
        where.conditions.append(QueryString(f"{_DAY} = {{}}", Contact.visit, wanted.day.isoformat()))
    found = await page_by_id(Contact, _COLUMNS, where, page)
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_visit(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """The visit of one contact; None when there is none."""
    row = await _ONE.row(scope, id=contact_id)
    return None if row is None else _masked(scope, row)


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    customer_id = row["customer_id"]
    name = scope.cipher.decrypt(row["name_enc"], "customer.name", customer_id)
    address = row["address_enc"] and scope.cipher.decrypt(row["address_enc"], "customer.address", customer_id)
    return {**row, "customer_name": mask_name(name), "district": mask_address(address or "")}
