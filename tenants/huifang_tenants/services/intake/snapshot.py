"""What is on file of everything a batch touches, read in one scope."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

import msgspec
from huifang_core.accounts import ACCOUNT_LINES
from huifang_core.case_books import CaseOnBooks
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.derive import SettingsVersion
from huifang_core.events import AnyPayload, ContractChanged
from huifang_core.reconcile import OnBooks
from huifang_core.rules import UnitView

from huifang_tenants.intake import IncomingEvent
from huifang_tenants.scope import Scope
from huifang_tenants.services.intake.batch import Batch
from huifang_tenants.stores import (
    cases,
    contracts,
    customers,
    departures,
    event_links,
    events,
    obligations,
    organisation,
    plugins,
)
from huifang_tenants.stores.contracts import StoredContract
from huifang_tenants.stores.customers import Ref, StoredCustomer
from huifang_tenants.stores.events import StoredEvent


class Snapshot(msgspec.Struct):
    """Everything on file that bears on a batch; contracts and events by contract number, books by contract id.

    `refs` are all of each number in the batch; `others` are further numbers of those of whom something new came in. Contracts
    are there, too, of which an event is corrected, or is a correction, across contracts; `loose` are such events of no contract.
    """

    units: dict[str, UnitView]
    settings: tuple[SettingsVersion, ...]
    refs: dict[str, list[Ref]]
    others: list[Ref]
    identities: dict[bytes, StoredCustomer]
    customers: dict[UUID, StoredCustomer]
    contracts: dict[str, StoredContract]
    waiting: frozenset[str]
    events: dict[str, list[StoredEvent]]
    loose: list[StoredEvent]
    event_hashes: dict[tuple[str, str], bytes]
    books: dict[UUID, list[OnBooks]]
    cases: dict[UUID, list[CaseOnBooks]]
    sellers: frozenset[str]
    departures: list[StoredEvent]


async def read_snapshot(scope: Scope, batch: Batch) -> Snapshot:
    """Read what is on file of the customers, contracts and events of a batch."""
    units = organisation.views(await organisation.load_units(scope))
    settings = await plugins.load_settings(scope)
    sent_along = [item.event for item in batch.events]
    incoming_customers = [(item.source, item.customer) for item in batch.customers]
    incoming_customers += [
        (event.source, event.customer) for event in sent_along if event.customer is not None
    ]
    incoming_contracts = [item.contract for item in batch.contracts]
    incoming_contracts += [event.contract for event in sent_along if event.contract is not None]
    numbers = set(batch.refresh)
    numbers.update(contract.contract_no for contract in incoming_contracts)
    numbers.update(event.contract_no for event in sent_along if event.contract_no is not None)
    named = set(_named(sent_along, incoming_contracts))
    numbers |= named
    numbers.update(number for event in sent_along if (number := _certificate(event.payload)) is not None)

    refs = await customers.refs_of(scope, (customer.customer_no for _, customer in incoming_customers))
    touched = set(_touched(scope, incoming_customers, refs))
    known = await contracts.by_numbers(scope, numbers)
    # What is waited for without a contract may be somebody's own number.
    named |= set(batch.refresh) - known.keys()
    refs.update(await customers.refs_of(scope, named - refs.keys()))
    payers = {ref.customer_id for number in named for ref in refs.get(number, ())}
    known.update(await contracts.of_policyholders(scope, payers - touched))
    known.update(await contracts.without_policyholder(scope, named))
    waiting = await contracts.without_policyholder(
        scope, {customer.customer_no for _, customer in incoming_customers}
    )
    known.update(waiting)
    known.update(await contracts.of_policyholders(scope, touched))
    history = await events.of_contracts(scope, numbers | set(known))
    loose = await event_links.complete(scope, history, sent_along)
    known.update(await contracts.by_numbers(scope, history.keys() - known.keys() - numbers))

    policyholders = {contract.policyholder for contract in incoming_contracts}
    policyholders.update(stored.base.policyholder for stored in known.values())
    policyholders.update(stored.policyholder_no for stored in known.values())
    policyholders.update(_new_values("policyholder", (event.payload for event in sent_along)))
    policyholders.update(
        _new_values("policyholder", (one.event.payload for all in history.values() for one in all))
    )
    refs.update(await customers.refs_of(scope, policyholders - set(refs)))
    identities = await customers.by_identities(
        scope,
        (
            identity
            for identity in (
                customers.identity_of(scope.cipher, customer) for _, customer in incoming_customers
            )
            if identity is not None
        ),
    )
    sellers = {contract.seller_no for contract in incoming_contracts}
    sellers.update(stored.base.seller_no for stored in known.values())
    sellers.update(_new_values("seller_no", (event.payload for event in sent_along)))
    sellers.update(_new_values("seller_no", (one.event.payload for all in history.values() for one in all)))
    sold_by = frozenset(seller for seller in sellers if seller is not None)
    ids = {ref.customer_id for found in refs.values() for ref in found}
    ids.update(stored.id for stored in identities.values())
    ids.update(stored.policyholder_id for stored in known.values() if stored.policyholder_id is not None)
    return Snapshot(
        units=units,
        settings=settings,
        refs=refs,
        others=await customers.refs_of_people(scope, touched),
        identities=identities,
        customers=await customers.by_ids(scope, ids),
        contracts=known,
        waiting=frozenset(waiting),
        events=history,
        loose=loose,
        event_hashes=await events.content_hashes(
            scope, {(event.source, event.event_id) for event in sent_along}
        ),
        books=await obligations.of_contracts(scope, (stored.id for stored in known.values())),
        cases=await cases.of_contracts(scope, (stored.id for stored in known.values())),
        sellers=sold_by,
        departures=await departures.of_sellers(scope, sold_by),
    )


def _named(events: Iterable[IncomingEvent], contracts: Iterable[Contract]) -> Iterator[str]:
    """Payers, certificates and offices that stand where a contract number might, and payers whose contracts come in."""
    for event in events:
        number = event.about or getattr(event.payload, "payer", None)
        if number is not None:
            yield number
    yield from (contract.policyholder for contract in contracts if contract.line in ACCOUNT_LINES)


def _certificate(payload: AnyPayload | None) -> str | None:
    number: str | None = getattr(payload, "certificate_no", None)
    return number


def _touched(
    scope: Scope, incoming: Iterable[tuple[str, Customer]], refs: Mapping[str, list[Ref]]
) -> Iterator[UUID]:
    """Customers on file under whose number something new came in: their contracts are looked at anew.

    Under a number that is new in its source, that is everybody another source knows by it: until now it stood for them.
    """
    for source, customer in incoming:
        found = refs.get(customer.customer_no, [])
        own = next((ref for ref in found if ref.source == source), None)
        if own is None:
            yield from (ref.customer_id for ref in found)
        elif own.content_hash != customers.content_hash_of(scope.cipher, customer):
            yield own.customer_id


def _new_values(field: str, payloads: Iterable[AnyPayload | None]) -> Iterator[str]:
    """What changes to contracts say of one of their fields, a code."""
    for payload in payloads:
        if isinstance(payload, ContractChanged) and payload.changes.get(field) is not None:
            yield payload.changes[field]
