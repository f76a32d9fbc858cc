"""What holds work back for the sake of the person: wishes (DEC-6), frequencies (CARE-2), and the calls of a day; checked when it is
given out, begun and dialled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huifang_core.catalogue import Catalogue
from huifang_core.obligations import ContactChannel
from huifang_core.windows import day_of, end_of_day, start_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.declared_limits import declared_limits
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import restraints as store
from huifang_tenants.stores.restraints import Rate, Restraints
from huifang_tenants.tenant_settings import settings_of


async def restraints_now(scope: Scope, catalogue: Catalogue) -> Restraints:
    """Return what holds work back now, but for shares of channels."""
    frequencies = (await declared_limits(scope, catalogue)).frequencies
    return Restraints(
        day=start_of_day(day_of(scope.now)),
        calls=settings_of(scope.tenant).calls_a_day,
        # The strictest wins by itself: all of those that name a category count for it, whatever plugin a contact is of.
        rates=tuple(
            Rate(
                category,
                one.limit.categories,
                one.at_most,
                scope.now - timedelta(one.within_days),
            )
            for one in frequencies
            for category in one.limit.categories
        ),
    )


async def check(
    scope: Scope,
    catalogue: Catalogue,
    obligation_ids: Sequence[UUID],
    called: UUID,
    channel: ContactChannel,
    *,
    dialled: bool,
    around_the_clock: bool = False,
) -> None:
    """Refuse what the person does not want (`contact.not_wanted`), is asked too often (`contact.too_often`), or, where it is dialled
    now, has been rung often enough for today (`contact.calls_used_up`). `called` is the record of whoever is called.
    """
    now = await restraints_now(scope, catalogue)
    found = await store.hold_back(scope, obligation_ids, now)
    causes = {cause for those in found.values() for cause in those}
    if "wish" in causes:
        raise Refused("contact.not_wanted")
    if "too_often" in causes:
        raise Refused("contact.too_often")
    if not dialled or channel != "phone" or around_the_clock:
        return
    await store.hold_person(scope, called)
    if not await may_be_rung(scope, called, now):
        raise Refused("contact.calls_used_up", calls=now.calls, free_at=free_at(scope).isoformat())


async def may_be_rung(scope: Scope, customer_id: UUID, now: Restraints) -> bool:
    """Tell whether a person can be rung once more today."""
    return await store.calls_to(scope, customer_id, now.day) < now.calls


def free_at(scope: Scope) -> datetime:
    """Return when somebody whose calls of today are used up can be rung again."""
    return settings_of(scope.tenant).calling_hours.next(end_of_day(day_of(scope.now)))
