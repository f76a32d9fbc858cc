"""What commands share that tell a tenant of other systems: secrets out of files, addresses that may be called, settings with their record."""

import sys
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click
import msgspec
from huifang_tenants.provisioning import change_setting
from huifang_tenants.scope import scope
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant

from huifang_api.cli.installation import Installation
from huifang_api.core_system.guard import AddressNotAllowed, checked_addresses
from huifang_api.runtime import Runtime


def secret_in(file: str, what: str = "secret") -> str:
    """Return the secret in a file, or on stdin for `-`; UsageError unless it is one line of ASCII characters."""
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    secret = text.strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise click.UsageError(f"the {what} must be one line of ASCII characters")
    return secret


async def check_callable(host: str, port: int, allowed_networks: Iterable[str]) -> None:
    """Refuse at once what would be refused at every call; a name that can't be resolved now may be one later."""
    try:
        await checked_addresses(host, port, [ip_network(network) for network in allowed_networks])
    except AddressNotAllowed:
        raise click.UsageError(
            f"{host} is this machine, link-local or a cloud's metadata service; --allow it if it is meant"
        ) from None
    except OSError:
        return


async def put_setting(
    here: Installation,
    runtime: Runtime,
    tenant: Tenant,
    name: str,
    wanted: msgspec.Struct | None,
    actor: Actor,
    action: str,
    details: dict[str, Any] | None,
) -> None:
    """Write a setting of the administrator's, or take it away with None, and leave `details`, without secrets, in the tenant's ledger."""
    await change_setting(here.admin_url, tenant.id, name, msgspec.to_builtins(wanted))
    async with scope(runtime.database, tenant) as opened:
        await record(opened, actor, action, "tenant", None, details, details=details)
