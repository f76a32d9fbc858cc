"""Loading and saving contracts: as they came in last (`base`), and as they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract

from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy, update

_json = msgspec.json.Encoder()


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

_READ = "id, source, base, as_of, unit, policyholder_no, policyholder_id, revision"


async def by_numbers(scope: Scope, numbers: Iterable[str]) -> dict[str, StoredContract]:
    """Return the contracts with these numbers."""
    return await _fetch(scope, "contract_no = ANY($1)", list(dict.fromkeys(numbers)))


async def without_policyholder(scope: Scope, customer_numbers: Iterable[str]) -> dict[str, StoredContract]:
    """Return the contracts that wait for a policyholder with one of these numbers."""
    return await _fetch(
        scope, "policyholder_id IS NULL AND policyholder_no = ANY($1)", list(dict.fromkeys(customer_numbers))
    )


async def of_policyholders(scope: Scope, ids: Iterable[UUID]) -> dict[str, StoredContract]:
    """Return the contracts of these policyholders."""
    return await _fetch(scope, "policyholder_id = ANY($1)", list(dict.fromkeys(ids)))


async def following(scope: Scope, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    """Return the next contracts after this one by id, as (id, contract number)."""
    rows = await scope.connection.fetch(
        "SELECT id, contract_no FROM contract WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        after,
        limit,
    )
    return [(row["id"], row["contract_no"]) for row in rows]


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
    locked = await scope.connection.fetch(
        "SELECT id, revision FROM contract WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        [id for id, _ in wanted],
    )
    return [(row["id"], row["revision"]) for row in locked] == wanted


async def change(scope: Scope, rows: Sequence[ContractRow]) -> None:
    """Save contracts locked before, one revision on."""
    await update(
        scope,
        "contract",
        "id",
        [*_COLUMNS, ("revision", "int")],
        [(row.id, *_values(scope, row), (row.expected or 0) + 1) for row in rows],
    )


async def touch(scope: Scope, ids: Sequence[UUID]) -> None:
    """Let contracts locked before go one revision on, though they stand as they did."""
    if ids:
        await scope.connection.execute(
            "UPDATE contract SET revision = revision + 1, updated_at = $2 WHERE id = ANY($1)",
            ids,
            scope.wall_now,
        )


async def hand_over(scope: Scope, old: UUID, new: UUID, source: str, number: str) -> list[UUID]:
    """Let the contracts held under a customer number follow it to another person; return those that did."""
    rows = await scope.connection.fetch(
        "UPDATE contract SET policyholder_id = $2, revision = revision + 1"
        " WHERE policyholder_id = $1 AND source = $3 AND policyholder_no = $4 RETURNING id",
        old,
        new,
        source,
        number,
    )
    return [row["id"] for row in rows]


async def held_under(scope: Scope, people: Iterable[UUID], numbers: Iterable[str]) -> list[str]:
    """Return the contract numbers these people hold under these customer numbers."""
    rows = await scope.connection.fetch(
        "SELECT contract_no FROM contract WHERE policyholder_id = ANY($1) AND policyholder_no = ANY($2) ORDER BY 1",
        list(people),
        list(numbers),
    )
    return [row["contract_no"] for row in rows]


async def hand_over_all(scope: Scope, old: UUID, new: UUID) -> list[UUID]:
    """Let all contracts of one person be another's; return them."""
    rows = await scope.connection.fetch(
        "UPDATE contract SET policyholder_id = $2, revision = revision + 1 WHERE policyholder_id = $1 RETURNING id",
        old,
        new,
    )
    return [row["id"] for row in rows]


async def _fetch(scope: Scope, condition: str, argument: object) -> dict[str, StoredContract]:
    if not argument:
        return {}
    rows = await scope.connection.fetch(
        f"SELECT {_READ} FROM contract WHERE {condition}",  # noqa: S608
        argument,
    )
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
        _json.encode(row.base).decode(),
        row.as_of,
        row.base.version,
        now,
    )
