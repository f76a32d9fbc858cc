"""How fresh the contract data on file is: what came in last, and when the core system last said so itself (SD-4)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, any_of, json_text
from huifang_tenants.tables.contracts import Contract as ContractTable

Failure = Literal[
    "timed_out", "unreachable", "failing", "unauthorised", "unknown", "unusable", "not_allowed", "resting"
]
"""Why the core system gave no answer that can be used."""
Outcome = Literal[Failure, "confirmed", "changed", "older", "fresh", "off", "overtaken"]
"""How a look-up went."""
Origin = Literal["live", "cache", "import"]

_KNOWN: Final = Kept(
    ContractTable.select(
        ContractTable.id,
        ContractTable.source,
        ContractTable.base,
        ContractTable.revision,
        QueryString("coalesce({}, {})", ContractTable.as_of, ContractTable.updated_at, alias="as_of"),
        ContractTable.look_up,
    ).where(ContractTable.id == any_of(Slot("ids")))
)
_LOCK: Final = Kept(
    ContractTable.select(ContractTable.id, ContractTable.base, ContractTable.revision)
    .where(ContractTable.contract_no == Slot("contract_no"))
    .lock_rows("NO KEY UPDATE")
)
_CONFIRM: Final = Kept(
    ContractTable.update({ContractTable.look_up: Slot("look_up")}).where(ContractTable.id == Slot("id"))
)


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """How fresh the data of one contract was when it was used.

    `origin`: live, looked up for this very use; cache, confirmed by an earlier look-up and unchanged since; import, as files and
    events brought it. `as_of` is when it was true, `look_up` how the look-up for this use went.
    """

    contract_id: UUID
    contract_no: str
    version: int
    origin: Origin
    as_of: datetime
    looked_up_at: datetime | None
    look_up: Outcome


class Confirmed(msgspec.Struct, frozen=True):
    """That the core system gave or confirmed a contract: at `at` (wall time), as true at `as_of`.

    It speaks of the contract at `revision`; what came in since has moved that on.
    """

    at: datetime
    as_of: datetime
    revision: int


class Known(msgspec.Struct, frozen=True):
    """A contract as it came in last, and the last look-up that speaks of it as it stands now, if any.

    `as_of` is when what came in was true, or when it came in where nobody said.
    """

    id: UUID
    source: str
    base: Contract
    revision: int
    as_of: datetime
    confirmed: Confirmed | None


async def known(scope: Scope, ids: Collection[UUID]) -> dict[UUID, Known]:
    """Return what is known of these contracts, by id."""
    rows = await _KNOWN.rows(scope, ids=list(ids))
    return {row["id"]: _known(row) for row in rows}


async def confirm(scope: Scope, contract: Contract, as_of: datetime) -> UUID | None:
    """Note that the core system says of a contract what is on file; None where another one is on file by now."""
    row = await _LOCK.row(scope, contract_no=contract.contract_no)
    if row is None or msgspec.convert(row["base"], Contract) != contract:
        return None
    await _CONFIRM.run(
        scope, id=row["id"], look_up=json_text(Confirmed(scope.wall_now, as_of, row["revision"]))
    )
    id: UUID = row["id"]
    return id


def confirmed_in(document: Any, revision: int) -> Confirmed | None:
    """Return the last look-up that the column of a contract holds, if it speaks of the contract at this revision."""
    found: Confirmed | None = msgspec.convert(document, Confirmed | None)
    return found if found is not None and found.revision == revision else None


def _known(row: Any) -> Known:
    return Known(
        id=row["id"],
        source=row["source"],
        base=msgspec.convert(row["base"], Contract),
        revision=row["revision"],
        as_of=row["as_of"],
        confirmed=confirmed_in(row["look_up"], row["revision"]),
    )
