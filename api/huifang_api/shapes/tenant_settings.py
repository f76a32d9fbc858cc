"""The tenant's settings as the API takes them in."""

from typing import Annotated

from huifang_tenants.tenant_settings import TenantSettings
from msgspec import Meta


class SetSettings(TenantSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings (机构设置) of the tenant anew; whatever is left out falls back to its default."""

    staff_no: Annotated[
        str | None, Meta(description="Staff number of whom it is done for, for the ledger.", examples=["H1"])
    ] = None
