"""Contacts (回访记录): lists, single ones with answers and evidence, and revealing what is masked."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from huifang_core.contacts import ContactStatus, Outcome
from huifang_tenants.stores.ledger import record
from huifang_tenants.stores.reading import contacts as reading
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, own_work, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    ChannelParam,
    CursorParam,
    CustomerIdParam,
    FromParam,
    LimitParam,
    ObligationIdParam,
    OnBehalfOfParam,
    OrderParam,
    SellerNoParam,
    StaffNoParam,
    UntilParam,
)
from huifang_api.problems import Problem
from huifang_api.shapes.contacts import (
    ContactDetail,
    ContactPage,
    ContactSummary,
    RevealedContact,
    RevealRequest,
)
from huifang_api.world import ApiRequest

_LIST: Final = "contacts"
_TAGS: Final = ("Contacts",)


@get("/contacts", opt=needs("contacts:read", vendors=True), operation_id="list_contacts", tags=_TAGS)
async def list_contacts(
    request: ApiRequest,
    customer_id: CustomerIdParam = None,
    staff_no: StaffNoParam = None,
    outcome: Annotated[Outcome | None, QueryParameter(description="Outcome (回访结果).")] = None,
    channel: ChannelParam = None,
    status: Annotated[ContactStatus | None, QueryParameter(description="Status.")] = None,
    obligation_id: ObligationIdParam = None,
    seller_no: SellerNoParam = None,
    started_from: FromParam = None,
    started_until: UntilParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> ContactPage:
    """List contacts, the latest first; a vendor's client is shown those of the person it acts for (HT-3)."""
    wanted = reading.ContactFilter(
        customer_id=customer_id,
        staff_no=staff_no,
        outcome=outcome,
        channel=channel,
        status=status,
        obligation_id=obligation_id,
        seller_no=seller_no,
        started_from=started_from,
        started_until=started_until,
    )
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        only = await own_work(request, scope, on_behalf_of)
        found = await reading.list_contacts(scope, wanted, asked, only=only)
    return ContactPage(shaped(ContactSummary, found.rows), next_cursor(_LIST, asked, found))


@get(
    "/contacts/{contact_id:uuid}",
    opt=needs("contacts:read", vendors=True),
    operation_id="get_contact",
    tags=_TAGS,
)
async def get_contact(
    request: ApiRequest, contact_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> ContactDetail:
    """Read one contact with its sections, answers and evidence.

    Answers chosen from a list are shown; what the customer said freely is masked.
    """
    async with tenant_scope(request, read_only=True) as scope:
        only = await own_work(request, scope, on_behalf_of)
        row = await reading.get_contact(scope, contact_id)
    if row is not None and only not in (None, row["staff_no"]):
        raise Problem("not_found", kind="contact")
    return one(ContactDetail, row, "contact")


@post(
    "/contacts/{contact_id:uuid}/reveal",
    opt=needs("personal:reveal"),
    operation_id="reveal_contact",
    tags=_TAGS,
    status_code=200,
)
async def reveal_contact(
    request: ApiRequest,
    contact_id: FromPath[UUID],
    data: JSONBody[RevealRequest],
    on_behalf_of: OnBehalfOfParam = None,
) -> RevealedContact:
    """See the number, the note and all answers of a contact, with a reason; leaves a row in the ledger."""
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await reading.reveal(scope, contact_id)
        if found is None:
            raise Problem("not_found", kind="contact")
        revealed = msgspec.convert(found, RevealedContact)
        await record(scope, actor, "contact.revealed", "contact", contact_id, revealed, data.reason)
    return revealed


ROUTES: Final = (list_contacts, get_contact, reveal_contact)
