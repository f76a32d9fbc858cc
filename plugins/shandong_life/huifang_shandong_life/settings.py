"""What a tenant may set: which contracts and callbacks the Shandong rules apply to."""

from typing import Annotated, Literal

import msgspec
from huifang_core.packaged import described

PersonalLine = Literal["life", "health", "accident"]
ClaimResult = Literal["paid", "declined", "zero"]
OptionalCallback = Literal["lapse", "surrender", "claim"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the Shandong plugin; every one has a default."""

    supervising_bureaus: Annotated[
        tuple[str, ...],
        described(
            "监管局",
            "supervising bureaus",
            "保单所属机构由其中任一监管局监管的，适用本指引；青岛不属山东局（DEC-11）。机构未登记监管局的，按适用处理。",
            "Contracts of units supervised by one of these are in scope; Qingdao is not Shandong's (DEC-11). "
            "A unit without a bureau on file is treated as in scope.",
        ),
    ] = ("shandong",)
    lines: Annotated[
        tuple[PersonalLine, ...],
        described(
            "险种", "lines of business", "适用本指引的人身保险险种。", "Lines of personal insurance in scope."
        ),
    ] = ("life", "health", "accident")
    individuals_only_elsewhere: Annotated[
        bool,
        described(
            "新单以外也仅限个人客户",
            "individuals only, beyond new contracts",
            "宽限期、失效、退保、赔付回访是否也仅针对个人投保的非团体保单（SD-1）；新单始终仅限个人。",
            "Whether callbacks for grace periods, lapses, surrenders and claims are limited to individual, "
            "non-group contracts too (SD-1); those for new contracts always are.",
        ),
    ] = True
    optional_callbacks: Annotated[
        tuple[OptionalCallback, ...],
        described(
            "指引未规定时限与内容的回访",
            "callbacks without a stated time or content",
            "指引将失效、退保、赔付列入回访范围，但未规定时限与内容（SD-1）；期限与内容由本系统给出默认值。停用前请先确认监管要求。",
            "The guide names lapses, surrenders and claims as in scope, but states neither time nor content (SD-1); "
            "both are defaults of this product. Make sure of the regulator's view before switching one off.",
        ),
    ] = ("lapse", "surrender", "claim")
    surrender_includes_cooling_off_cancellation: Annotated[
        bool,
        described(
            "犹豫期撤单也做退保回访",
            "surrender callback after a cancellation, too",
            "犹豫期内解除合同的，是否也进行退保回访。",
            "Whether a contract cancelled within its cooling-off period is called back as a surrender.",
        ),
    ] = False
    claim_results: Annotated[
        tuple[ClaimResult, ...],
        described(
            "须回访的赔案结论",
            "results of claims that are called back",
            "赔案结论属于所列之一的进行赔付回访；默认仅限已赔付。",
            "Claims with one of these results are called back; by default only those paid.",
        ),
    ] = ("paid",)
    ignore_make_up_days: Annotated[
        bool,
        described(
            "调休上班日不计为工作日",
            "make-up weekends don't count",
            "开启后，调休上班的周末不计为工作日（REG-8）。注意：宽限期结束前的期限会提前，结束后的期限会推后。",
            "If on, weekends worked in exchange for a holiday don't count as working days (REG-8). Mind that deadlines "
            "before the end of a grace period come earlier, those after it later.",
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
