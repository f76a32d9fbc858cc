"""What a tenant decides for itself.

Every field has a default, a title and a description in both languages. Numbers that a rule counts with are no settings: they stand in
`parameters.yaml`, where they are dated and cited.
"""

from typing import Annotated, Literal

import msgspec
from huifang_core.packaged import described
from huifang_core.schedules import DayOfYear
from huifang_core.setting_changes import SettingChange

CoveredLine = Literal["property", "liability", "cargo"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the reference plugin."""

    lines: Annotated[
        tuple[CoveredLine, ...],
        described("险种", "lines of business", "适用的险种。", "Lines of business in scope.", min_length=1),
    ] = ("property", "liability", "cargo")
    open_days: Annotated[
        tuple[DayOfYear, ...],
        described(
            "开放日",
            "open days",
            "每年邀请客户的日期（月-日）。",
            "Days of the year (MM-DD) on which customers are invited.",
        ),
    ] = ("03-15",)
    contacts_per_seller_and_month: Annotated[
        int,
        described(
            "每名销售人员每月目标",
            "contacts per salesperson and month",
            "报表中对照的目标件数；0 表示不设目标。",
            "The target that reports hold figures against; 0: none.",
            ge=0,
            le=10_000,
        ),
    ] = 10
    ignore_make_up_days: Annotated[
        bool,
        described(
            "调休上班日不计为工作日",
            "make-up weekends don't count",
            "开启后，调休上班的周末不计为工作日（REG-8）。",
            "If on, weekends worked in exchange for a holiday don't count as working days (REG-8).",
        ),
    ] = False
    insurer_name: Annotated[
        str,
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "联系客户时报出的名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
            max_length=100,
        ),
    ] = ""


# Release 0.1 called the name `company`, with a word for "as registered", and had a greeting that is gone. Tenants keep what they
# chose, to the letter; it is read as this release has it.
SETTING_CHANGES: tuple[SettingChange, ...] = (
    SettingChange("greeting"),
    SettingChange("company", "insurer_name", {"(registered)": ""}),
)
"""What became of the settings of release 0.1."""
