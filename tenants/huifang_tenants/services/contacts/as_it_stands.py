"""Contracts as they stand, with the events since applied, and those events."""

from collections.abc import Iterable

import msgspec
from huifang_core.contracts import Contract
from huifang_core.derive import current_contract
from huifang_core.events import effective

from huifang_tenants.scope import Scope
from huifang_tenants.stores import contracts, event_links
from huifang_tenants.stores.contracts import StoredContract
from huifang_tenants.stores.events import StoredEvent


class AsItStands(msgspec.Struct, frozen=True):
    """A contract on file, how it stands now, and the events that still stand on it, oldest first."""

    stored: StoredContract
    contract: Contract
    events: tuple[StoredEvent, ...]


async def as_they_stand(scope: Scope, numbers: Iterable[str]) -> dict[str, AsItStands]:
    """Return the contracts with these numbers."""
    stored = await contracts.by_numbers(scope, numbers)
    happened = await event_links.histories(scope, stored)
    found: dict[str, AsItStands] = {}
    for number, contract in stored.items():
        known = {(one.event.source, one.event.event_id): one for one in happened[number]}
        standing = [event for event, _ in effective(tuple(one.event for one in known.values()), number)]
        found[number] = AsItStands(
            contract,
            current_contract(contract.base, tuple(standing), contract.as_of),
            tuple(known[event.source, event.event_id] for event in standing),
        )
    return found
