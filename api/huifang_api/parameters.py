"""Query parameters that many lists share, each described once for the API reference."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from litestar.params import QueryParameter

Order = Literal["asc", "desc"]

LimitParam: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=500, description="How many items to answer at most, 1 to 500.")
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
    Order | None, QueryParameter(description="`asc` or `desc`; the default is the list's own order.")
]
UnitParam: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=64, description="Code of a unit (机构); those below it are included."
    ),
]
ContractNoParam: TypeAlias = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=64, description="Contract number (合同号, 保单号), exact."),
]
CustomerIdParam: TypeAlias = Annotated[UUID | None, QueryParameter(description="Id of a customer (客户).")]
StaffNoParam: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=64, description="Staff number (工号), exact.")
]
Instant: TypeAlias = datetime
"""RFC 3339 with an offset; `checks.py` refuses any other form."""
