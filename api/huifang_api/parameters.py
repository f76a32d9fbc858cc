"""Parameters that many routes share, each described once for the API reference."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from huifang_core.obligations import ContactChannel
from litestar.params import HeaderParameter, QueryParameter

Order = Literal["asc", "desc"]

LimitParam: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=500, description="How many items to answer at most.")
]
CursorParam: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        description="Where to go on: `next_cursor` of the page before, of the same list in the same order.",
    ),
]
OrderParam: TypeAlias = Annotated[
    Order | None, QueryParameter(description="`asc` or `desc`; without it, the list's own order.")
]
UnitParam: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=64, description="Code of a unit (机构); those below it are included."
    ),
]
ContractNoParam: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=64, description="Contract number (合同号), exact.")
]
SellerNoParam: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=64,
        description="Staff number of the salesperson of the contract, as it stands (销售人员工号): whose customers (SP-1).",
    ),
]
CustomerIdParam: TypeAlias = Annotated[UUID | None, QueryParameter(description="Id of a customer (客户).")]
ObligationIdParam: TypeAlias = Annotated[
    UUID | None, QueryParameter(description="Id of an obligation (回访任务).")
]
StaffNoParam: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=64, description="Staff number (工号), exact.")
]
ChannelParam: TypeAlias = Annotated[
    ContactChannel | None, QueryParameter(description="Channel of contact (回访渠道).")
]
CodeParam: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=64, description="Exact value.")
]
FromParam: TypeAlias = Annotated[
    datetime | None, QueryParameter(description="From this instant on, RFC 3339 with offset.")
]
UntilParam: TypeAlias = Annotated[
    datetime | None, QueryParameter(description="Before this instant, RFC 3339 with offset.")
]
FlagParam: TypeAlias = Annotated[
    bool | None, QueryParameter(description="`true`: only those that are; `false`: only those that are not.")
]
OnBehalfOfParam: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="On-Behalf-Of",
        min_length=1,
        max_length=64,
        description="Staff number of the person for whom the client acts; stands in the ledger.",
    ),
]
