"""Lists given out (分派, HT-8): drawing one, spreading it over callers, covering for somebody, and giving work back."""

from typing import Final

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services.assignments import Share, give_out, return_assigned
from huifang_tenants.stores import assignments
from huifang_tenants.stores.assignments import ListWanted
from huifang_tenants.stores.ledger import Actor
from litestar import get, post
from litestar.params import JSONBody

from huifang_api.access import acting, needs, own_work, tenant_scope
from huifang_api.paging import shaped
from huifang_api.parameters import UnitParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.assignments import GivenOut, GiveOut, Load, Loads, ReturnAssigned
from huifang_api.shapes.queue import Returned
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_TAGS: Final = ("Steering",)
_GIVING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted",
)  # fmt: skip


@get("/assignments", opt=needs("obligations:read"), operation_id="list_assignments", tags=_TAGS)
async def list_assignments(request: ApiRequest, unit: UnitParam = None) -> Loads:
    """List what everybody has in hand: how much, how much of it is overdue, and whether the person is still here and trained."""
    async with tenant_scope(request, read_only=True) as scope:
        rows = await assignments.loads(scope, unit)
    return Loads(shaped(Load, [dict(row) for row in rows]))


@post(
    "/assignments",
    opt=needs("obligations:write", raises=_GIVING),
    operation_id="give_out_work",
    tags=_TAGS,
    status_code=200,
)
async def give_out_work(request: ApiRequest, data: JSONBody[GiveOut]) -> GivenOut:
    """Draw a list and spread it evenly over callers; only its assignee can claim an obligation then (DEC-8).

    Team leaders may, within their unit and below. What concerns one customer goes to one caller. Nobody is given what they may not do:
    untrained people nothing (SD-3), an outside vendor's callers their own vendor's work alone (HT-3). With `assignee` it covers for
    somebody on leave.
    """
    wanted = msgspec.convert(data.filter, ListWanted, from_attributes=True)
    shares = [Share(caller.staff_no, caller.at_most) for caller in data.callers]

    async def write(scope: Scope) -> GivenOut:
        actor = await acting(request, scope, data.staff_no)
        found = await give_out(scope, wanted, shares, actor, limit=data.limit)
        return GivenOut({who: list(ids) for who, ids in found.given.items()}, list(found.left))

    return await in_tenant(request, write)


@post(
    "/assignments/return",
    opt=needs("contacts:write", raises=("staff.not_found", "assignment.not_assigned"), vendors=True),
    operation_id="return_assigned_work",
    tags=_TAGS,
    status_code=200,
)
async def return_assigned_work(request: ApiRequest, data: JSONBody[ReturnAssigned]) -> Returned:
    """Give work that was given to this person back to the team leader, all that was not begun or these."""
    actor = Actor(request.auth.actor, data.staff_no)

    async def write(scope: Scope) -> int:
        await own_work(request, scope, data.staff_no)
        return await return_assigned(scope, data.staff_no, data.reason, actor, data.obligation_ids)

    return Returned(await in_tenant(request, write))


ROUTES: Final = (list_assignments, give_out_work, return_assigned_work)
