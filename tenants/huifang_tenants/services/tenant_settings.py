"""Changing what a tenant sets for all its work."""

from huifang_tenants.scope import Scope
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant_settings import TenantSettings, settings_of, stored


async def change_settings(scope: Scope, settings: TenantSettings, actor: Actor) -> None:
    """Let these be the tenant's settings, with what changed in the ledger; other processes notice within seconds.

    The scope's own tenant is the one it was opened with. Nothing is written where nothing changes.
    """
    before, after = stored(settings_of(scope.tenant)), stored(settings)
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return
    # SQL: a function of the registry, which no tenant sees a table of.
    await scope.connection.fetchval("SELECT control.change_settings($1)", changed)
    details = {name: {"before": before[name], "after": value} for name, value in changed.items()}
    await record(
        scope,
        actor,
        "tenant.settings_changed",
        "tenant",
        scope.tenant.id,
        after,
        details=details,
    )
