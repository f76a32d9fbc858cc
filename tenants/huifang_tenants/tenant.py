"""What the product knows of one tenant while it works for it."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from huifang_tenants.fields import FieldCipher
from huifang_tenants.keys import TenantKeys

TenantState = Literal["provisioning", "active", "suspended"]

PLUGINS_ALLOWED: Final = "plugins_allowed"
"""Name of the setting that lists the plugins a tenant may use; no tenant changes it."""


class Tenant(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A tenant as the registry of its cell knows it, its keys opened.

    `schema_name` is also the name of its database role. `clock_at` is the frozen business time of a sandbox
    tenant and None for all others. `cut_over_on` is the day from which Huifang makes its obligations.
    """

    id: UUID
    slug: str
    name: str
    schema_name: str
    state: TenantState
    cell: str
    cut_over_on: date | None
    clock_at: datetime | None
    settings: dict[str, Any]
    created_at: datetime
    keys: TenantKeys
    cipher: FieldCipher

    @property
    def is_sandbox(self) -> bool:
        """Whether business time is a test clock."""
        return self.clock_at is not None

    def may_use(self, plugin: str) -> bool:
        """Whether the administrator of the installation lets it use a plugin; without a list it may use any."""
        allowed: list[str] | None = self.settings.get(PLUGINS_ALLOWED)
        return allowed is None or plugin in allowed


class TenantSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as an administrator lists it: without keys, with how its last migration ended."""

    id: UUID
    slug: str
    name: str
    schema_name: str
    state: TenantState
    cell: str
    cut_over_on: date | None
    clock_at: datetime | None
    created_at: datetime
    migration: Literal["done", "failed"] | None
    step: str | None
    error: str | None
