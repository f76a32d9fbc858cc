"""What a tenant may set: which contracts are followed up, and in which months."""

from typing import Annotated, Literal

import msgspec
from huifang_core.packaged import described

Line = Literal["health", "critical_illness", "accident"]
Month = Annotated[int, msgspec.Meta(ge=1, le=120)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the health plugin; every one has a default."""

    lines: Annotated[
        tuple[Line, ...],
        described(
            "险种", "lines of business", "做健康险回访的险种。", "Lines of business that are followed up."
        ),
    ] = ("health",)
    individuals_only: Annotated[
        bool,
        described(
            "仅限个人客户",
            "individuals only",
            "是否仅回访个人投保的非团体保单；团体保单的投保单位不是被保障的人。",
            "Whether only individuals' own contracts are followed up; the organisation that holds a group contract is not who is covered.",
        ),
    ] = True
    months_added: Annotated[
        tuple[Month, ...],
        described(
            "增加的回访月份",
            "months added",
            "在建议的三、六、十二个月之外，保单生效后第几个月另做回访（HI-2）。",
            "Months after effect in which to contact besides the recommended three, six and twelve (HI-2).",
        ),
    ] = ()
    months_dropped: Annotated[
        tuple[Month, ...],
        described(
            "取消的回访月份",
            "months dropped",
            "建议的回访月份中不做的月份；建议并非强制要求（HI-2）。",
            "Recommended months without a contact; they are a recommendation, no duty (HI-2).",
        ),
    ] = ()
    insurer_name: Annotated[
        Annotated[str, msgspec.Meta(max_length=100)],
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "回访时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
        ),
    ] = ""
