"""What stands on the paper of a contact: whom it is for, and the questions of each of its scripts."""

from uuid import UUID

import msgspec
from huifang_core.customers import Customer
from huifang_core.scripts import PaperSection, on_paper
from huifang_core.texts import Language

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, customers
from huifang_tenants.stores.contacts import StoredContact
from huifang_tenants.tenant_settings import insurer_name


class PaperForm(msgspec.Struct, frozen=True, kw_only=True):
    """One contact on paper. `sections` are its scripts in order, with the numbers of the contracts they are about.

    It holds the customer's name and address in full: whoever makes one leaves a row in the ledger.
    """

    contact_id: UUID
    language: Language
    customer: Customer
    insurer: str
    staff_no: str
    sections: tuple[PaperSection, ...]
    contract_nos: tuple[str, ...]


async def form_of(scope: Scope, contact_id: UUID) -> PaperForm:
    """Return the paper of a contact, with the facts and scripts it began with. Refuses `not_found`."""
    contact = await contacts.load(scope, contact_id)
    customer = None if contact is None else await customers.read(scope, contact.customer_id)
    if contact is None or customer is None:
        raise Refused("not_found", kind="contact")
    staff_no: str = await scope.connection.fetchval(
        "SELECT staff_no FROM staff WHERE id = $1", contact.staff_id
    )
    return PaperForm(
        contact_id=contact_id,
        language=contact.language,
        customer=customer,
        insurer=insurer_of(scope),
        staff_no=staff_no,
        sections=await sections_of(scope, contact),
        contract_nos=tuple(
            str(section.facts.get("contract.contract_no") or "") for section in contact.sections
        ),
    )


async def sections_of(scope: Scope, contact: StoredContact) -> tuple[PaperSection, ...]:
    """Return the scripts of a contact on paper, in order."""
    return tuple(
        [
            on_paper(await contacts.load_script(scope, section.script_hash), section.facts, contact.language)
            for section in contact.sections
        ]
    )


def insurer_of(scope: Scope) -> str:
    """Return the name under which the tenant writes to customers."""
    return insurer_name(scope.tenant)
