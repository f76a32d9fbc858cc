"""What a tenant sets for all its work, whatever plugins it has on."""

from typing import Annotated, Any, Final

import msgspec
from huifang_core.calling_hours import CallingHours
from msgspec import Meta

from huifang_tenants.tenant import Tenant

_MIB: Final = 1024 * 1024


class Letterhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who writes to customers, besides the insurer's name; what is empty is left out."""

    department: Annotated[
        str, Meta(max_length=100, description="Department (部门).", examples=["客户回访中心"])
    ] = ""
    address: Annotated[
        str,
        Meta(
            max_length=200,
            description="Where answers are sent back to (回信地址).",
            examples=["济南市历下区经十路1号"],
        ),
    ] = ""
    postcode: Annotated[str, Meta(max_length=20, description="Postcode (邮编).", examples=["250014"])] = ""
    phone: Annotated[
        str, Meta(max_length=40, description="Where the customer may call (咨询电话).", examples=["95588"])
    ] = ""


class TenantSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings (机构设置) of a tenant; every one has a default."""

    insurer_name: Annotated[
        str,
        Meta(
            max_length=100,
            description="Name that callers give and reports carry (公司名称); empty: the name the tenant is registered by.",
            examples=["泰岳人寿"],
        ),
    ] = ""
    calling_hours: Annotated[
        CallingHours,
        Meta(
            description="Hours within which anybody is rung (外呼时段, REG-7); what is called around the clock has none (MS-1)."
        ),
    ] = CallingHours()
    calls_a_day: Annotated[
        int,
        Meta(
            ge=1,
            le=20,
            description="Calls dialled to one person a day at most, whatever for (每人每日拨打次数上限); what is called around the clock "
            "neither counts nor waits (MS-1).",
        ),
    ] = 3
    evidence_limit_bytes: Annotated[
        int,
        Meta(
            ge=_MIB,
            le=20 * 1024 * _MIB,
            description="Bytes that a recording or a scan may have (单个证据文件大小上限).",
        ),
    ] = 200 * _MIB
    draws_wait_days: Annotated[
        int,
        Meta(
            ge=0,
            le=31,
            description="Days after a period's end before its draw is made (抽样等待天数), for a core system that delivers late; "
            "what comes in after the draw is in no sample (CI-1).",
        ),
    ] = 0
    letterhead: Annotated[Letterhead, Meta(description="Who writes to customers (信函抬头).")] = Letterhead()
    letter_reply_days: Annotated[
        int,
        Meta(
            ge=1,
            le=180,
            description="Days after posting within which an answer to a letter is waited for (回函等待天数).",
        ),
    ] = 30


def settings_of(tenant: Tenant) -> TenantSettings:
    """Return a tenant's settings, defaults filled in."""
    own = {name: tenant.settings[name] for name in _NAMES if tenant.settings.get(name) is not None}
    return msgspec.convert(own, TenantSettings)


def insurer_name(tenant: Tenant) -> str:
    """Return what callers, papers and reports call the tenant."""
    return settings_of(tenant).insurer_name or tenant.name


def stored(settings: TenantSettings) -> dict[str, Any]:
    """Return settings as they are kept with the tenant."""
    found: dict[str, Any] = msgspec.to_builtins(settings)
    return found


_NAMES: Final = tuple(field.name for field in msgspec.structs.fields(TenantSettings))
