"""What a tenant may set: which of the two insurers' rules apply, when, where and by whom callbacks are made."""

from typing import Annotated, Literal

import msgspec
from huifang_core.packaged import described
from huifang_core.regions import RegionLevel

Variant = Literal["claims_service", "first_contact", "both"]
Callback = Literal[
    "motor_settled", "assessment_service", "out_of_area", "lines_settled", "underwriting", "claim_closed"
]
InsuredLine = Literal["motor", "property", "cargo", "liability", "accident"]
ClaimResult = Literal["paid", "declined", "zero"]
FirstContactChannel = Literal["phone", "on_site", "online"]

CLAIMS_SERVICE: frozenset[Callback] = frozenset(
    {"motor_settled", "assessment_service", "out_of_area", "lines_settled"}
)
"""The callbacks around claims (HT-1)."""

FIRST_CONTACT: frozenset[Callback] = frozenset({"underwriting", "claim_closed"})
"""The first contacts after underwriting and after a claim (PC-1)."""

_OF_VARIANT: dict[Variant, frozenset[Callback]] = {
    "claims_service": CLAIMS_SERVICE,
    "first_contact": FIRST_CONTACT,
    "both": CLAIMS_SERVICE | FIRST_CONTACT,
}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the plugin; every one has a default."""

    variant: Annotated[
        Variant,
        described(
            "回访制度",
            "set of rules",
            "理赔服务回访（HT）：车险已决、定损服务、异地案件、商险与个险已决；首次回访（PC）：承保后与理赔结束后；或两者并行。"
            "默认两者并行，同一客户的回访会合并为一次联系。",
            "Callbacks around claims (HT): motor settled, loss assessment, out of area, commercial and personal lines settled; "
            "first contact (PC): after underwriting and after a claim; or both, which is the default: one contact then serves "
            "all that is due to a customer.",
        ),
    ] = "both"
    switched_on: Annotated[
        tuple[Callback, ...],
        described(
            "另行启用的回访",
            "callbacks switched on",
            "所选制度以外另行启用的回访。",
            "Callbacks made beyond those of the set chosen.",
        ),
    ] = ()
    switched_off: Annotated[
        tuple[Callback, ...],
        described(
            "停用的回访",
            "callbacks switched off",
            "所选制度中停用的回访；同时启用和停用的按停用处理。",
            "Callbacks of the set chosen that are not made; one both on and off is off.",
        ),
    ] = ()
    motor_settled_from_day: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=15)],
        described(
            "车险已决回访起始日",
            "first day of motor settled callbacks",
            "自赔款支付日起第几日开始回访（HT-4）；晚于截止日的按截止日当天处理。",
            "From which day after the payment the claim is called about (HT-4); later than the last day means on the last day.",
        ),
    ] = 10
    compare_regions_at: Annotated[
        RegionLevel,
        described(
            "异地判断的行政区划级别",
            "level at which places are compared",
            "出险地与承保地在该级别相同的不算异地（HT-6）；区划代码不够细、无法判断的，按异地处理。",
            "A loss in the same province, city or county as the underwriting is not out of area (HT-6); where a code is too "
            "coarse to tell, it counts as out of area.",
        ),
    ] = "city"
    lines_settled_results: Annotated[
        tuple[ClaimResult, ...],
        described(
            "商险与个险须回访的赔案结论",
            "results of commercial and personal lines that are called back",
            "商险、个险已决回访针对所列结论的赔案；制度要求对所有案件回访，默认全部（HT-9）。",
            "Commercial and personal lines settled are called back with these results; the rule says all cases, so all by "
            "default (HT-9).",
        ),
    ] = ("paid", "declined", "zero")
    first_contact_lines: Annotated[
        tuple[InsuredLine, ...],
        described(
            "首次回访的险种",
            "lines of first contact",
            "承保后与理赔结束后回访的险种（PC-1）。",
            "Lines of business called after underwriting and after a claim (PC-1).",
        ),
    ] = ("motor", "property", "cargo", "liability", "accident")
    first_contact_channels: Annotated[
        Annotated[tuple[FirstContactChannel, ...], msgspec.Meta(min_length=1)],
        described(
            "首次回访的方式及次序",
            "channels of first contact, in order",
            "依次采用的回访方式：电话、现场、线上问卷（PC-6）；前一种未能完成的转下一种。",
            "Channels tried one after the other: phone, visit, online questionnaire (PC-6); what one can't complete the next does.",
        ),
    ] = ("phone", "on_site", "online")
    legal_representative: Annotated[
        bool,
        described(
            "必要时回访法定代表人",
            "legal representative where needed",
            "单位客户的保险事务负责人联系不上时，是否可回访法定代表人（PC-3）。",
            "Whether an organisation's legal representative may be called where its contact can't be reached (PC-3).",
        ),
    ] = True
    transfer_orders_for_feedback: Annotated[
        bool,
        described(
            "客户反馈生成转办工单",
            "transfer work orders for feedback",
            "收到的客户建议、问题、投诉是否生成转办工单（PC-4）。",
            "Whether suggestions, problems and complaints that come in become transfer work orders (PC-4).",
        ),
    ] = True
    calling_vendor: Annotated[
        Annotated[str, msgspec.Meta(max_length=64)],
        described(
            "外包回访团队",
            "outside calling team",
            "承担理赔服务回访的外包公司代码，与人员资料中的一致；留空为本公司团队（HT-3）。",
            "Code of the vendor whose callers make the callbacks around claims, as in the staff data; empty: the insurer's own "
            "team (HT-3).",
        ),
    ] = ""
    lists_given_out: Annotated[
        bool,
        described(
            "由组长分配清单",
            "lists given out by the team leader",
            "理赔服务回访由回访组长分配后，仅被分配的访员可以领取（HT-8、DEC-8）；外包团队始终如此。",
            "Callbacks around claims are given out by the team leader, and only their assignee can claim them (HT-8, DEC-8); "
            "always so for an outside team.",
        ),
    ] = True
    insurer_name: Annotated[
        Annotated[str, msgspec.Meta(max_length=100)],
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "回访时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
        ),
    ] = ""


def callbacks_made(settings: Settings) -> frozenset[Callback]:
    """Return the callbacks a tenant makes: those of its variant, with the single switches on top."""
    return (_OF_VARIANT[settings.variant] | set(settings.switched_on)) - set(settings.switched_off)
