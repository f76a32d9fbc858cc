"""What a tenant may set: whose customers are cared for, and on which days they are greeted."""

from typing import Annotated, Literal

import msgspec
from huifang_core.packaged import described
from huifang_core.schedules import DayOfYear

InsuredLine = Literal[
    "life", "health", "accident", "motor", "property", "cargo", "liability", "critical_illness"
]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the customer care plugin; every one has a default."""

    lines: Annotated[
        tuple[InsuredLine, ...],
        described(
            "险种",
            "lines of business",
            "其客户收到问候和提醒的险种。",
            "Lines of business whose customers are greeted and reminded.",
            min_length=1,
        ),
    ] = ("life", "health", "accident", "motor", "property")
    holidays: Annotated[
        tuple[DayOfYear, ...],
        described(
            "节日问候日期",
            "days of holiday greetings",
            "每年节日问候的日期（月-日）；春节等农历节日请按当年日期填写，留空则不问候。",
            "Days of the year (MM-DD) of holiday greetings; enter those of the lunar calendar, as Spring Festival, by the year's own "
            "date. Empty: no greetings.",
        ),
    ] = ("01-01", "10-01")
    contacts_per_seller_and_month: Annotated[
        int,
        described(
            "每名销售人员每月回访目标",
            "contacts per salesperson and month",
            "每名销售人员的客户每月应完成的回访件数，用于报表中的目标达成率；0 表示不设目标。",
            "How many contacts with the customers of each salesperson are aimed at in a month, as reports hold them against it; 0: no target.",
            ge=0,
            le=10_000,
        ),
    ] = 20
    ignore_make_up_days: Annotated[
        bool,
        described(
            "调休上班日不计为工作日",
            "make-up weekends don't count",
            "开启后，调休上班的周末不计为工作日（REG-8），期限会推后。",
            "If on, weekends worked in exchange for a holiday don't count as working days (REG-8), and deadlines come later.",
        ),
    ] = False
    insurer_name: Annotated[
        str,
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "联系客户时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
            max_length=100,
        ),
    ] = ""
