"""The two clocks: wall time for leases, tokens, retries and the ledger; business time for windows and caps."""

from datetime import UTC, datetime

from huifang_tenants.tenant import Tenant


def wall_now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)


def business_now(tenant: Tenant, wall: datetime) -> datetime:
    """The tenant's business time at wall time `wall`: the frozen test clock of a sandbox, else `wall` itself.

    `tenant` may come from the registry's cache; inside a scope use `Scope.now`, which is never stale.
    """
    return tenant.clock_at if tenant.clock_at is not None else wall
