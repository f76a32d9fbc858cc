"""The work on draws, piece by piece, for whoever drives it: the worker, or the test clock of a sandbox."""

from datetime import date, timedelta
from typing import Final

from huifang_core.windows import day_of

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws.drawing import step
from huifang_tenants.services.draws.following import replace_ended, take_in_drawn
from huifang_tenants.stores import draws
from huifang_tenants.stores.draws import StoredDraw
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import settings_of

DRAWS: Final = "draws.due"
"""Kind of the job that makes the draws that are due, and replaces who came to nothing."""

LATE: Final = "draws.late"
"""Kind of the job that holds what came in late against the closed populations."""

_STEPS: Final = 20


def draws_ended_before(scope: Scope) -> date:
    """The day before which a period must have ended to be drawn from now.

    That is today, or earlier where a tenant lets its core system catch up first (setting `draws_wait_days`).
    """
    return day_of(scope.now) - timedelta(settings_of(scope.tenant).draws_wait_days)


async def next_draw_day(scope: Scope) -> date | None:
    """Return the next day on which a draw falls due; None where none is waiting."""
    before = draws_ended_before(scope)
    last = await draws.next_end(scope, before)
    return None if last is None else last + (day_of(scope.now) - before) + timedelta(1)


async def work_on_draws(services: Services, tenant: Tenant) -> bool:
    """Do some of what is due; tell whether there may be more."""

    async def find(scope: Scope) -> StoredDraw | None:
        return await draws.next_to_do(scope, draws_ended_before(scope))

    for _ in range(_STEPS):
        found = await in_scope(services.db, tenant, find, read_only=True)
        if found is not None:
            await step(services, tenant, found)
        elif not (await take_in_drawn(services, tenant) or await replace_ended(services, tenant)):
            return False
    return True
