"""Loading the cases that rules had opened, as the books that `reconcile_cases` keeps in line."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from huifang_core.case_books import CaseOnBooks

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.tables.cases import CaseFile

_BOOKS: Final = Kept(
    CaseFile.select(
        CaseFile.contract_id,
        CaseFile.id,
        CaseFile.key,
        CaseFile.plugin,
        CaseFile.rule,
        CaseFile.root_event_id,
        CaseFile.input_hash,
        CaseFile.withdrawn,
    ).where(CaseFile.contract_id == any_of(Slot("ids")), CaseFile.key.is_not_null())
)


async def of_contracts(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, list[CaseOnBooks]]:
    """Return the cases that rules had opened for these contracts, by contract id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await _BOOKS.rows(scope, ids=wanted)
    found: dict[UUID, list[CaseOnBooks]] = {}
    for row in rows:
        values = dict(row)
        contract_id = values.pop("contract_id")
        found.setdefault(contract_id, []).append(CaseOnBooks(**{**values, "id": str(values["id"])}))
    return found
