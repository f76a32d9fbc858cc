"""Contracts, as they stand."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.tables.contracts import Contract

_COLUMNS: Final = together(
    *Contract.all_columns(exclude=[Contract.is_group, Contract.base]),
    Contract.is_group.as_alias("group"),
)


class ContractFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contracts; None means any. `unit` includes the units below it; `policyholder_id` is any record of the person."""

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
    where.equals(Contract.contract_no, wanted.contract_no)
    where.equals(Contract.line, wanted.line)
    where.equals(Contract.product_class, wanted.product_class)
    where.equals(Contract.channel, wanted.channel)
    where.equals(Contract.status, wanted.status)
    where.equals(Contract.seller_no, wanted.seller_no)
    where.add(OF_PERSON, Contract.policyholder_id, wanted.policyholder_id)
    where.below(Contract.unit, wanted.unit)
    return await page_by_id(Contract, _COLUMNS, where, page)


async def get_contract(scope: Scope, contract_id: UUID) -> Mapping[str, Any] | None:
    """One contract with `base`, the contract as it came in last; None when there is none."""
    return await Contract.select(*_COLUMNS, Contract.base).where(Contract.id == contract_id).first()
