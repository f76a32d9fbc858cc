"""Loading the cases that rules had opened, as the books that `reconcile_cases` keeps in line."""

from collections.abc import Iterable
from uuid import UUID

from huifang_core.case_books import CaseOnBooks

from huifang_tenants.scope import Scope


async def of_contracts(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, list[CaseOnBooks]]:
    """Return the cases that rules had opened for these contracts, by contract id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await scope.connection.fetch(
        "SELECT contract_id, id::text AS id, key, plugin, rule, root_event_id, input_hash, withdrawn FROM case_file"
        " WHERE contract_id = ANY($1) AND key IS NOT NULL",
        wanted,
    )
    found: dict[UUID, list[CaseOnBooks]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("contract_id"), []).append(CaseOnBooks(**values))
    return found
