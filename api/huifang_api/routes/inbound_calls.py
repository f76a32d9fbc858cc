"""Calls from outside (来电): matched with what is open, and served by the same scripts as calls to customers."""

from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.texts import Language
from huifang_core.trace import TraceStep, lines
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import answering, inbound, starting
from huifang_tenants.services.look_up import look_up
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import customers, work
from litestar import Response, post
from litestar.params import JSONBody

from huifang_api.access import needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.languages import language_of
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.routes.contact_work import standing_shown
from huifang_api.shapes.contact_work import Standing
from huifang_api.shapes.inbound_calls import AnswerCall, CallIn, CallMatched
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Contacts",)
_STAFF: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted",
)  # fmt: skip
_STARTED: Final = Answer("Started.", {"application/json": Standing}, {"Location": "Address of the contact."})
_REASON_LINES: Final = 5


@post(
    "/inbound-calls",
    opt=needs("contacts:write", raises=_STAFF),
    operation_id="match_inbound_call",
    tags=_TAGS,
    status_code=200,
)
async def match_inbound_call(request: ApiRequest, data: JSONBody[CallIn]) -> Response[CallMatched]:
    """Find who a call could be from, by the number shown, and what is open with each; leaves a row in the ledger.

    Names and numbers are masked, and nothing is told before the script has verified who is ringing. One number may be many people's.
    """
    catalogue = await world_of(request).services.catalogue()
    language = language_of(request)

    async def match(scope: Scope) -> CallMatched:
        search = customers.CustomerSearch(phone=data.number)
        found = await customers.search_customers(scope, search, inbound.MOST_CALLERS)
        ids = [row["id"] for row in found.rows]
        ready = await inbound.open_with(scope, catalogue, data.staff_no, ids)
        await inbound.note_call(
            scope, normalise_phone(data.number), ids, Actor(request.auth.actor, data.staff_no)
        )
        callers = [await _caller(scope, row, ready[row["id"]], language) for row in found.rows]
        return msgspec.convert({"callers": callers, "truncated": found.last is not None}, CallMatched)

    matched = await in_tenant(request, match)
    return Response(matched, headers={"Content-Language": language, "Vary": "Accept-Language"})


@post(
    "/inbound-calls/contacts",
    opt=needs(
        "contacts:write",
        raises=(
            *_STAFF,
            "not_found",
            "contact.nothing_open",
            "contact.person_busy",
            "contact.script_missing",
        ),
    )
    | documented(answers={201: _STARTED}),
    operation_id="answer_inbound_call",
    tags=_TAGS,
)
async def answer_inbound_call(request: ApiRequest, data: JSONBody[AnswerCall]) -> Response[Standing]:
    """Start a contact with somebody who rings up, for all that is open with the person, late or not (DEC-3, DEC-5).

    It is no attempt of ours: nothing was dialled, calling hours don't matter, and where it comes to nothing the next attempt is made as
    if nobody had rung. Who it is the script verifies as ever.
    """
    world = world_of(request)
    catalogue = await world.services.catalogue()
    actor = Actor(request.auth.actor, data.staff_no)
    async with tenant_scope(request, read_only=True) as scope:
        ready = await inbound.open_with(scope, catalogue, data.staff_no, [data.customer_id])
        contracts = await work.contracts_of(scope, ready[data.customer_id])
    opening = starting.Opening(
        obligation_id=None,
        staff_no=data.staff_no,
        language=data.language,
        client=request.auth.client_id,
        looked_up=await look_up(
            world.services, world.core_system, request.auth.tenant, contracts, on_behalf_of=data.staff_no
        ),
        inbound=starting.Inbound(
            data.customer_id, normalise_phone(data.number) if data.number is not None else None
        ),
    )

    async def start(scope: Scope) -> answering.Standing:
        return await answering.standing(scope, await starting.start(scope, catalogue, opening, actor))

    standing = await in_tenant(request, start)
    return Response(standing_shown(standing), headers={"Location": f"/api/v1/contacts/{standing.contact_id}"})


async def _caller(scope: Scope, row: Any, ready: list[UUID], language: Language) -> dict[str, Any]:
    obligations = [
        {**one, "reason": lines(msgspec.convert(one["trace"], list[TraceStep]), language)[:_REASON_LINES]}
        for one in await work.claimed_obligations(scope, ready)
    ]
    return {
        "customer": {**row, "restrictions": await work.restrictions(scope, row["id"])},
        "not_contactable": row["not_contactable"],
        "obligations": obligations,
    }


ROUTES: Final = (match_inbound_call, answer_inbound_call)
"""Beside the queue."""
