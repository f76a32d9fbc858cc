"""What a tenant may set: which contracts the Liaoning rule applies to, and which callbacks are set up beyond new contracts."""

from typing import Annotated, Literal

import msgspec
from huifang_core.content import ItemId
from huifang_core.packaged import described

PersonalLine = Literal["life", "health", "accident"]
ClaimResult = Literal["paid", "declined", "zero"]
Project = Literal["departed_seller", "policy_servicing", "lapse", "satisfaction", "claim"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the Liaoning plugin; every one has a default."""

    supervising_bureaus: Annotated[
        tuple[str, ...],
        described(
            "监管局",
            "supervising bureaus",
            "保单所属机构由其中任一监管局监管的，适用本规定；大连不属辽宁局（DEC-11）。机构未登记监管局的，按适用处理。",
            "Contracts of units supervised by one of these are in scope; Dalian is not Liaoning's (DEC-11). "
            "A unit without a bureau on file is treated as in scope.",
        ),
    ] = ("liaoning",)
    lines: Annotated[
        tuple[PersonalLine, ...],
        described(
            "险种",
            "lines of business",
            "适用本规定的险种：寿险和健康险（LN-1）。规定未提及意外险，可自行加入。",
            "Lines in scope: life and health (LN-1). The rule doesn't mention accident insurance; it may be added.",
        ),
    ] = ("life", "health")
    individuals_only: Annotated[
        bool,
        described(
            "仅限个人客户",
            "individuals only",
            "规定的回访对象为投保人本人（LN-3），故默认不含单位投保和团体保单。扩大范围时请确认话术适用于单位。",
            "The person called is the policyholder in person (LN-3), so organisations and group contracts are out by default. "
            "Make sure that the scripts suit organisations before you take them in.",
        ),
    ] = True
    projects: Annotated[
        tuple[Project, ...],
        described(
            "新单以外的回访项目",
            "callbacks beyond new contracts",
            "根据业务需要开办的回访：离司人员保单、保全、续期停效、满意度、理赔（LN-2）。新单回访始终进行。期限与内容规定未明确，由本系统给出默认值。",
            "Callbacks set up as the business needs: policies of departed salespeople, policy servicing, lapsed or suspended renewals, "
            "satisfaction, claims (LN-2). New contracts are always called back. The rule states neither time nor content for the "
            "others; both are defaults of this product.",
        ),
    ] = ()
    change_kinds: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=500)], ...],
        described(
            "须回访的保全项目",
            "kinds of policy servicing that are called back",
            "核心系统的保全项目代码；留空则所有保全项目均回访。仅在开办保全回访后生效。",
            "Codes of the core system; empty: every kind. Of use only where callbacks for policy servicing are set up.",
        ),
    ] = ()
    claim_results: Annotated[
        tuple[ClaimResult, ...],
        described(
            "须回访的赔案结论",
            "results of claims that are called back",
            "赔案结论属于所列之一的进行理赔回访；默认仅限已赔付。仅在开办理赔回访后生效。",
            "Claims with one of these results are called back; by default only those paid. Of use only where callbacks for claims "
            "are set up.",
        ),
    ] = ("paid",)
    standard_leaves_out: Annotated[
        tuple[ItemId, ...],
        described(
            "省标准未包含的新单内容项",
            "items the provincial standard lacks",
            "新单回访内容为对《辽宁省寿险产品客户电话回访标准》的推定（LN-6）。对照标准原文，不含的内容项可列于此，不再要求；身份核实始终要求。",
            "The content of callbacks for new contracts is what we assume the provincial standard to hold (LN-6). Items that its text "
            "lacks can be listed here and are then not demanded; identity always is.",
        ),
    ] = ()
    ignore_make_up_days: Annotated[
        bool,
        described(
            "调休上班日不计为工作日",
            "make-up weekends don't count",
            "开启后，调休上班的周末不计为工作日（REG-8），期限会推后。",
            "If on, weekends worked in exchange for a holiday don't count as working days (REG-8); deadlines come later.",
        ),
    ] = False
    insurer_name: Annotated[
        Annotated[str, msgspec.Meta(max_length=100)],
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "回访时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
        ),
    ] = ""
