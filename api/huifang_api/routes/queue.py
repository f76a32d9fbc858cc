"""The work queue (任务队列): claiming the most pressing work (DEC-8), and giving it back."""

from typing import Annotated, Any, Final

import msgspec
from huifang_core.texts import Language
from huifang_core.trace import TraceStep, lines
from huifang_tenants.masking import mask_name, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import Claimed, claim_next, give_back, held_back
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import work
from litestar import Response, get, post
from litestar.params import JSONBody, QueryParameter

from huifang_api.access import needs, own_work, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.languages import language_of
from huifang_api.shapes.queue import ClaimedWork, ClaimRequest, HeldBack, Returned, ReturnRequest
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Queue",)
_REASON_LINES: Final = 5
_REFUSALS: Final = ("staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted")
_CLAIMED: Final = Answer(
    "What was claimed.", {"application/json": ClaimedWork}, {"Content-Language": "Language of `reason`."}
)
_NOTHING_DUE: Final = Answer("Nothing is due that this person may do.")


@post(
    "/queue/claim",
    opt=needs("contacts:write", raises=_REFUSALS, vendors=True)
    | documented(answers={200: _CLAIMED, 204: _NOTHING_DUE}),
    operation_id="claim_work",
    tags=_TAGS,
    status_code=200,
)
async def claim_work(request: ApiRequest, data: JSONBody[ClaimRequest]) -> Response[ClaimedWork]:
    """Claim the most pressing work this person may do; nobody else gets it while the lease lasts.

    What one contact can serve for the same customer comes together (DEC-5). `customer` is whoever the rule names first of those who can
    be called: of a motor loss the reporter, and not the policyholder. Outside calling hours no phone work is
    given out (REG-7) but what is called around the clock (DEC-6); work whose script is missing never is, nor what a limit, a wish or
    the calls of the day hold back (LN-5, CARE-2): `GET /queue/held-back` says how much that is. Refuses people who are untrained (SD-3) or whose roles take no contacts.
    """
    actor = Actor(request.auth.actor, data.staff_no)
    language = language_of(request)
    catalogue = await world_of(request).services.catalogue()

    async def claim(scope: Scope) -> ClaimedWork | None:
        await own_work(request, scope, data.staff_no)
        claimed = await claim_next(scope, catalogue, data.staff_no, actor, data.channel)
        return None if claimed is None else await _shown(scope, claimed, language)

    found = await in_tenant(request, claim)
    if found is None:
        return Response[Any](None, status_code=204)
    return Response(found, headers={"Content-Language": language, "Vary": "Accept-Language"})


@post(
    "/queue/return",
    opt=needs("contacts:write", raises=("staff.not_found",), vendors=True),
    operation_id="return_work",
    tags=_TAGS,
    status_code=200,
)
async def return_work(request: ApiRequest, data: JSONBody[ReturnRequest]) -> Returned:
    """Give back everything this person claimed and did not start; others may claim it at once."""
    actor = Actor(request.auth.actor, data.staff_no)

    async def put_back(scope: Scope) -> int:
        await own_work(request, scope, data.staff_no)
        return await give_back(scope, data.staff_no, actor)

    return Returned(await in_tenant(request, put_back))


@get(
    "/queue/held-back",
    opt=needs("contacts:write", raises=_REFUSALS, vendors=True),
    operation_id="get_held_back",
    tags=_TAGS,
)
async def get_held_back(
    request: ApiRequest,
    staff_no: Annotated[
        str,
        QueryParameter(
            min_length=1, max_length=64, description="Staff number (工号) of the person who asks."
        ),
    ],
) -> HeldBack:
    """Read which work only one thing keeps from this person, and how much of it is late or will be.

    Phone work waits for calling hours: within them, and for people who make no calls, it is none. Work by any channel waits for
    its script where a plugin is missing, broken or switched off, came in a release without that script, or no version of it is filed
    where that is demanded (LN-6). What somebody stopped waits until the stop is lifted; for an approval
    where a share of channels is full; until a wish ends or is lifted; and until the person may be contacted again.
    """
    catalogue = await world_of(request).services.catalogue()
    async with tenant_scope(request, read_only=True) as scope:
        await own_work(request, scope, staff_no)
        found = await held_back(scope, catalogue, staff_no)
    return msgspec.convert(found, HeldBack, from_attributes=True)


async def _shown(scope: Scope, claimed: Claimed, language: Language) -> ClaimedWork:
    rows = await work.claimed_obligations(scope, claimed.obligation_ids)
    called = claimed.called
    obligations = [
        {**row, "reason": lines(msgspec.convert(row["trace"], list[TraceStep]), language)[:_REASON_LINES]}
        for row in rows
    ]
    # Somebody not on file has no wishes on record, and the policyholder's are not theirs.
    restrictions = await work.restrictions(scope, called.record) if called.customer is not None else []
    found = {
        "lease_until": claimed.lease_until,
        "obligations": obligations,
        "customer": {
            "id": called.record,
            "party": called.party,
            "name": mask_name(called.name) if called.name else None,
            "phones": [mask_phone(phone) for phone in called.phones],
            "restrictions": restrictions,
        },
    }
    return msgspec.convert(found, ClaimedWork)


ROUTES: Final = (claim_work, return_work, get_held_back)
