"""Contracts, as they stand."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.look_ups import confirmed_in
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, below, page_by_id
from huifang_tenants.stores.reading.rows import fetch_one

_SELECT: Final = """
SELECT id, contract_no, source, line, product_code, product_name, product_class, is_group AS "group", unit, channel,
       seller_no, policyholder_no, policyholder_id, effective_on, expires_on, delivered_on, status, region, as_of,
       version, revision, created_at, updated_at
FROM contract
"""
_SELECT_WHOLE: Final = _SELECT.replace(" revision,", " revision, base, look_up,")


class ContractFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contracts; None means any. `unit` includes the units below it."""

    contract_no: str | None = None
    line: str | None = None
    product_class: str | None = None
    channel: str | None = None
    status: str | None = None
    seller_no: str | None = None
    unit: str | None = None
    policyholder_id: UUID | None = None


async def list_contracts(scope: Scope, wanted: ContractFilter, page: Page) -> Slice:
    """One page of contracts in the order in which they came in."""
    where = Where()
    for column in (
        "contract_no",
        "line",
        "product_class",
        "channel",
        "status",
        "seller_no",
        "policyholder_id",
    ):
        where.add(f"{column} = {{}}", getattr(wanted, column))
    where.add(below("unit"), wanted.unit)
    return await page_by_id(scope, _SELECT, where, page, id_column="id")


async def get_contract(scope: Scope, contract_id: UUID) -> Mapping[str, Any] | None:
    """One contract with `base`, the contract as it came in last, and how fresh that is; None when there is none."""
    row = await fetch_one(scope, f"{_SELECT_WHOLE} WHERE id = $1", contract_id)
    if row is None:
        return None
    confirmed = confirmed_in(row["look_up"], row["revision"])
    return {
        **row,
        "looked_up_at": confirmed.at if confirmed else None,
        "confirmed_as_of": confirmed.as_of if confirmed else None,
    }
