"""What a tenant may set: which branches take part, and how days are counted."""

from typing import Annotated

import msgspec
from huifang_core.packaged import described


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the critical illness plugin; every one has a default."""

    supervising_bureaus: Annotated[
        tuple[str, ...],
        described(
            "监管局",
            "supervising bureaus",
            "仅适用于由所列监管局监管的机构；留空则适用于全部机构。机构未登记监管局的，按适用处理（DEC-11）。",
            "Only claims of units under one of these bureaus are in the population; empty: of all units. A unit without a bureau on "
            "file is treated as in scope (DEC-11).",
        ),
    ] = ()
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
            "回访时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
            max_length=100,
        ),
    ] = ""
