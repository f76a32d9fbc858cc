"""What is on file of everything a batch touches, read in one scope."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from huifang_core.derive import SettingsVersion
from huifang_core.reconcile import OnBooks
from huifang_core.rules import UnitView

from huifang_tenants.scope import Scope
from huifang_tenants.services.intake.batch import Batch
from huifang_tenants.stores import contracts, customers, events, obligations, organisation, plugins
from huifang_tenants.stores.contracts import StoredContract
from huifang_tenants.stores.customers import Ref, StoredCustomer
from huifang_tenants.stores.events import StoredEvent


class Snapshot(msgspec.Struct):
    """Everything on file that bears on a batch; contracts and events by contract number, books by contract id."""

    units: dict[str, UnitView]
    settings: tuple[SettingsVersion, ...]
    refs: dict[str, list[Ref]]
    identities: dict[bytes, StoredCustomer]
    customers: dict[UUID, StoredCustomer]
    contracts: dict[str, StoredContract]
    waiting: frozenset[str]
    events: dict[str, list[StoredEvent]]
    event_hashes: dict[tuple[str, str], bytes]
    books: dict[UUID, list[OnBooks]]


async def read_snapshot(scope: Scope, batch: Batch) -> Snapshot:
    """Read what is on file of the customers, contracts and events of a batch."""
    units = organisation.views(await organisation.load_units(scope))
    settings = await plugins.load_settings(scope)
    sent_along = [item.event for item in batch.events]
    incoming_customers = [item.customer for item in batch.customers]
    incoming_customers += [event.customer for event in sent_along if event.customer is not None]
    incoming_contracts = [item.contract for item in batch.contracts]
    incoming_contracts += [event.contract for event in sent_along if event.contract is not None]
    numbers = set(batch.refresh)
    numbers.update(contract.contract_no for contract in incoming_contracts)
    numbers.update(event.contract_no for event in sent_along if event.contract_no is not None)
    customer_numbers = {customer.customer_no for customer in incoming_customers}

    known = await contracts.by_numbers(scope, numbers)
    waiting = await contracts.without_policyholder(scope, customer_numbers)
    known.update(waiting)
    customer_numbers.update(contract.policyholder for contract in incoming_contracts)
    customer_numbers.update(stored.base.policyholder for stored in known.values())
    refs = await customers.refs_of(scope, customer_numbers)
    identities = await customers.by_identities(
        scope,
        (
            identity
            for identity in (customers.identity_of(scope.cipher, customer) for customer in incoming_customers)
            if identity is not None
        ),
    )
    ids = {ref.customer_id for found in refs.values() for ref in found}
    ids.update(stored.id for stored in identities.values())
    ids.update(stored.policyholder_id for stored in known.values() if stored.policyholder_id is not None)
    people = await customers.by_ids(scope, ids)
    changed = _maybe_changed(scope, batch, refs)
    known.update(await contracts.of_policyholders(scope, changed))
    return Snapshot(
        units=units,
        settings=settings,
        refs=refs,
        identities=identities,
        customers=people,
        contracts=known,
        waiting=frozenset(waiting),
        events=await events.of_contracts(scope, numbers | set(known)),
        event_hashes=await events.content_hashes(
            scope, {(event.source, event.event_id) for event in sent_along}
        ),
        books=await obligations.of_contracts(scope, (stored.id for stored in known.values())),
    )


def _maybe_changed(scope: Scope, batch: Batch, refs: dict[str, list[Ref]]) -> Iterable[UUID]:
    """Customers on file of whom something else came in: their contracts are derived anew."""
    incoming = [(item.source, item.customer) for item in batch.customers]
    incoming += [
        (item.event.source, item.event.customer) for item in batch.events if item.event.customer is not None
    ]
    for source, customer in incoming:
        for ref in refs.get(customer.customer_no, ()):
            if ref.source == source and ref.content_hash != customers.content_hash_of(scope.cipher, customer):
                yield ref.customer_id
