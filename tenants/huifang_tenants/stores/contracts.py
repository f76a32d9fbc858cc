"""Loading and saving contracts: as they came in last (`base`), and as they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract
from piccolo.custom_types import Combinable
from piccolo.query import Update

from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy, update
from huifang_tenants.stores.queries import Kept, Slot, any_of, json_text
from huifang_tenants.tables.contracts import Contract as ContractTable


class StoredContract(msgspec.Struct, frozen=True):
    """A contract on file: what came in last, since when that was true, and the revision it was read at.

    `unit` and `policyholder_no`, the policyholder's number, are as the contract stands: an event may have changed them.
    """

    id: UUID
    source: str
    base: Contract
    as_of: datetime | None
    unit: str
    policyholder_no: str
    policyholder_id: UUID | None
    revision: int


class ContractRow(msgspec.Struct, frozen=True):
    """A contract to be saved: `base` as it came in, `current` as it stands; `expected` is None for a new one."""

    id: UUID
    source: str
    base: Contract
    current: Contract
    as_of: datetime | None
    policyholder_id: UUID | None
    expected: int | None = None


class Holding(msgspec.Struct, frozen=True):
    """Who holds a contract: its number, and the policyholder as the contract stands, None where nobody on file is."""

    contract_no: str
    policyholder_id: UUID | None


_COLUMNS = (
    ("source", "text"),
    ("line", "text"),
    ("product_code", "text"),
    ("product_name", "text"),
    ("product_class", "text"),
    ("is_group", "bool"),
    ("unit", "text"),
    ("channel", "text"),
    ("seller_no", "text"),
    ("policyholder_no", "text"),
    ("policyholder_id", "uuid"),
    ("issued_on", "date"),
    ("effective_on", "date"),
    ("expires_on", "date"),
    ("delivered_on", "date"),
    ("status", "text"),
    ("region", "text"),
    ("base", "json"),
    ("as_of", "timestamptz"),
    ("version", "bigint"),
    ("updated_at", "timestamptz"),
)


def _read(condition: Combinable) -> Kept:
    table = ContractTable
    return Kept(
        table.select(
            table.id,
            table.source,
            table.base,
            table.as_of,
            table.unit,
            table.policyholder_no,
            table.policyholder_id,
            table.revision,
        ).where(condition)
    )


_BY_NUMBERS: Final = _read(ContractTable.contract_no == any_of(Slot("numbers")))
_WITHOUT_POLICYHOLDER: Final = _read(
    ContractTable.policyholder_id.is_null() & (ContractTable.policyholder_no == any_of(Slot("numbers")))
)
_OF_POLICYHOLDERS: Final = _read(ContractTable.policyholder_id == any_of(Slot("ids")))
_LOCK: Final = Kept(
    ContractTable.select(ContractTable.id, ContractTable.revision)
    .where(ContractTable.id == any_of(Slot("ids")))
    .order_by(ContractTable.id)
    .lock_rows("NO KEY UPDATE")
)
_HOLD: Final = Kept(
    ContractTable.select(ContractTable.id, ContractTable.contract_no, ContractTable.policyholder_id)
    .where(ContractTable.id == any_of(Slot("ids")))
    .order_by(ContractTable.id)
    .lock_rows("UPDATE")
)
_TOUCH: Final = Kept(
    ContractTable.update(
        {ContractTable.revision: ContractTable.revision + 1, ContractTable.updated_at: Slot("now")}
    ).where(ContractTable.id == any_of(Slot("ids")))
)


async def by_numbers(scope: Scope, numbers: Iterable[str]) -> dict[str, StoredContract]:
    """Return the contracts with these numbers."""
    return await _fetch(scope, _BY_NUMBERS, numbers=list(dict.fromkeys(numbers)))


async def without_policyholder(scope: Scope, customer_numbers: Iterable[str]) -> dict[str, StoredContract]:
    """Return the contracts that wait for a policyholder with one of these numbers."""
    return await _fetch(scope, _WITHOUT_POLICYHOLDER, numbers=list(dict.fromkeys(customer_numbers)))


async def of_policyholders(scope: Scope, ids: Iterable[UUID]) -> dict[str, StoredContract]:
    """Return the contracts of these policyholders."""
    return await _fetch(scope, _OF_POLICYHOLDERS, ids=list(dict.fromkeys(ids)))


async def following(scope: Scope, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    """Return the next contracts after this one by id, as (id, contract number)."""
    query = ContractTable.select(ContractTable.id, ContractTable.contract_no)
    if after is not None:
        query = query.where(ContractTable.id > after)
    rows = await query.order_by(ContractTable.id).limit(limit)
    return [(row["id"], row["contract_no"]) for row in rows]


async def numbers_after(scope: Scope, number: str, limit: int) -> list[str]:
    """Return the contract numbers that follow this one in their order."""
    return await (
        ContractTable.select(ContractTable.contract_no)
        .where(ContractTable.contract_no > number)
        .order_by(ContractTable.contract_no)
        .limit(limit)
        .output(as_list=True)
    )


async def insert(scope: Scope, rows: Sequence[ContractRow]) -> None:
    """Insert new contracts."""
    await copy(
        scope,
        "contract",
        ["id", "contract_no", *(name for name, _ in _COLUMNS), "created_at"],
        [
            (row.id, row.base.contract_no, *_values(scope, row), scope.wall_now)
            for row in sorted(rows, key=lambda row: row.base.contract_no)
        ],
    )


async def lock(scope: Scope, rows: Iterable[tuple[UUID, int]]) -> bool:
    """Lock contracts, as (id, revision); tell whether all still stand at the revision they were read at."""
    wanted = sorted(rows)
    if not wanted:
        return True
    locked = await _LOCK.rows(scope, ids=[id for id, _ in wanted])
    return [(row["id"], row["revision"]) for row in locked] == wanted


async def change(scope: Scope, rows: Sequence[ContractRow]) -> None:
    """Save contracts locked before, one revision on."""
    await update(
        scope,
        "contract",
        "id",
        [("contract_no", "text"), *_COLUMNS, ("revision", "int")],
        [(row.id, row.base.contract_no, *_values(scope, row), (row.expected or 0) + 1) for row in rows],
    )


async def hold(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Holding]:
    """Lock contracts, so that none changes hands until the scope ends; return by whom each is held."""
    rows = await _HOLD.rows(scope, ids=list(ids))
    return {row["id"]: Holding(row["contract_no"], row["policyholder_id"]) for row in rows}


async def touch(scope: Scope, ids: Sequence[UUID]) -> None:
    """Let contracts locked before go one revision on, though they stand as they did."""
    if ids:
        await _TOUCH.run(scope, ids=ids, now=scope.wall_now)


async def hand_over(scope: Scope, old: UUID, new: UUID, source: str, number: str) -> list[UUID]:
    """Let the contracts held under a customer number follow it to another person; return those that did."""
    rows = (
        await _handed_over(new)
        .where(
            ContractTable.policyholder_id == old,
            ContractTable.source == source,
            ContractTable.policyholder_no == number,
        )
        .returning(ContractTable.id)
    )
    return [row["id"] for row in rows]


async def hand_back(scope: Scope, person: UUID, parted: UUID, numbers: Iterable[str]) -> list[UUID]:
    """Let contracts follow these customer numbers from a person to a record that was parted from it; return those that did.

    The number of the contract's own source decides; where that source knows nobody by it, it must not be the person's as well.
    """
    # SQL: rows changed by what stands under numbers that are no foreign keys.
    rows = await scope.connection.fetch(
        "UPDATE contract c SET policyholder_id = $2, revision = revision + 1"
        " WHERE policyholder_id = $1 AND policyholder_no = ANY($3)"
        " AND coalesce((SELECT r.customer_id = $2 FROM customer_ref r"
        " WHERE r.source = c.source AND r.customer_no = c.policyholder_no),"
        " NOT EXISTS (SELECT FROM customer_ref r WHERE r.customer_no = c.policyholder_no AND r.customer_id = $1))"
        " RETURNING id",
        person,
        parted,
        list(numbers),
    )
    return [row["id"] for row in rows]


async def held_under(scope: Scope, people: Iterable[UUID], numbers: Iterable[str]) -> list[str]:
    """Return the contract numbers these people hold under these customer numbers."""
    rows = (
        await ContractTable.select(ContractTable.contract_no)
        .where(
            ContractTable.policyholder_id == any_of(people),
            ContractTable.policyholder_no == any_of(numbers),
        )
        .order_by(ContractTable.contract_no)
    )
    return [row["contract_no"] for row in rows]


async def hand_over_all(scope: Scope, old: UUID, new: UUID) -> list[UUID]:
    """Let all contracts of one person be another's; return them."""
    rows = await _handed_over(new).where(ContractTable.policyholder_id == old).returning(ContractTable.id)
    return [row["id"] for row in rows]


def _handed_over(new: UUID) -> Update[ContractTable]:
    return ContractTable.update(
        {ContractTable.policyholder_id: new, ContractTable.revision: ContractTable.revision + 1}
    )


async def _fetch(scope: Scope, query: Kept, **wanted: list[Any]) -> dict[str, StoredContract]:
    if not any(wanted.values()):
        return {}
    rows = await query.rows(scope, **wanted)
    found = [
        StoredContract(
            id=row["id"],
            source=row["source"],
            base=msgspec.convert(row["base"], Contract),
            as_of=row["as_of"],
            unit=row["unit"],
            policyholder_no=row["policyholder_no"],
            policyholder_id=row["policyholder_id"],
            revision=row["revision"],
        )
        for row in rows
    ]
    return {contract.base.contract_no: contract for contract in found}


def _values(scope: Scope, row: ContractRow) -> tuple[object, ...]:
    now: datetime = scope.wall_now
    current = row.current
    return (
        row.source,
        current.line,
        current.product_code,
        current.product_name,
        current.product_class,
        current.group,
        current.unit,
        current.channel,
        current.seller_no,
        current.policyholder,
        row.policyholder_id,
        current.issued_on,
        current.effective_on,
        current.expires_on,
        current.delivered_on,
        current.status,
        current.region,
        json_text(row.base),
        row.as_of,
        row.base.version,
        now,
    )
