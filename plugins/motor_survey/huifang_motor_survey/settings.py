"""What a tenant may set; what MS-1 demands of every loss is no setting."""

from typing import Annotated

import msgspec
from huifang_core.packaged import described


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the plugin; every one has a default."""

    insurer_name: Annotated[
        Annotated[str, msgspec.Meta(max_length=100)],
        described(
            "话术中的公司名称",
            "the insurer's name in scripts",
            "回访时报出的公司名称；留空则用机构登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
        ),
    ] = ""
