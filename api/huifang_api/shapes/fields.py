"""Field types that many shapes share, with what they mean."""

from datetime import date, datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from msgspec import Meta

from huifang_api.faults import NO_NUL


def described(what: str) -> Meta:
    """The description of one field."""
    return Meta(description=what)


Id: TypeAlias = Annotated[UUID, described("Id, a UUID; never changes.")]
UnitCode: TypeAlias = Annotated[str, described("Code of the unit (机构) in charge.")]
ContractNo: TypeAlias = Annotated[str, described("Contract number (合同号, 保单号).")]
ContractId: TypeAlias = Annotated[UUID, described("Id of the contract.")]
CustomerId: TypeAlias = Annotated[UUID, described("Id of the customer (客户).")]
StaffNo: TypeAlias = Annotated[str, described("Staff number (工号).")]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""Always with an offset; msgspec writes `date-time` into the schema for these only."""
Day: TypeAlias = date
Document: TypeAlias = dict[str, Any]
CreatedAt: TypeAlias = Annotated[Instant, described("When it was first taken in, UTC.")]
UpdatedAt: TypeAlias = Annotated[Instant, described("When it last changed, UTC.")]
NextCursor: TypeAlias = Annotated[
    str | None, described("Pass it as `cursor` for the next page; null on the last one.")
]
Reason: TypeAlias = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=500,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
        description="Why the data must be seen; stands in the ledger, so no personal data in it.",
        examples=["客户投诉,需核对回访记录"],
    ),
]

GivenStaffNo = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=NO_NUL,
        description="Staff number (工号) of the person who does it.",
        examples=["QD-1001"],
    ),
]
