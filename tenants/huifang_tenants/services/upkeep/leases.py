"""Leases that have run out: the contact is abandoned, the work is free again."""

from typing import Final

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.concluding import abandon
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.ledger import SYSTEM

_CONTACTS: Final = 100
_OBLIGATIONS: Final = 2000


async def end_leases(scope: Scope) -> bool:
    """Abandon contacts whose lease has run out, and clear such leases; tell whether there may be more.

    A contact to which nothing is leased any more, because its obligations were taken off the books meanwhile, is left
    alone until nothing has happened in it for the length of a lease.
    """
    contacts = await upkeep.contacts_run_out(scope, scope.wall_now - LEASE, _CONTACTS)
    for contact in contacts:
        await abandon(scope, contact, SYSTEM, "lease_expired")
    cleared = await upkeep.clear_leases(scope, _OBLIGATIONS)
    return len(contacts) == _CONTACTS or cleared == _OBLIGATIONS
