"""Contracts as the API shows them."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from huifang_core.contracts import Channel, ContractStatus, Line, ProductClass

from huifang_api.shapes.fields import (
    ContractNo,
    CreatedAt,
    Day,
    Id,
    Instant,
    NextCursor,
    UnitCode,
    UpdatedAt,
    described,
)


class ContractSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A contract (合同, 保单) as it stands, with later events applied."""

    id: Id
    contract_no: ContractNo
    source: Annotated[str, described("The source system that sent it.")]
    line: Annotated[Line, described("Line of business (险种).")]
    product_code: Annotated[str | None, described("Product code (产品代码).")]
    product_name: Annotated[str | None, described("Product name (产品名称).")]
    product_class: Annotated[
        ProductClass | None, described("Traditional (传统) or new-type (新型产品) class.")
    ]
    group: Annotated[bool, described("Whether it is a group contract (团体).")]
    unit: UnitCode
    channel: Annotated[Channel | None, described("Sales channel (销售渠道).")]
    seller_no: Annotated[str | None, described("Staff number of the salesperson (销售人员工号).")]
    policyholder_no: Annotated[
        str, described("Customer number of the policyholder (投保人) in the source system.")
    ]
    policyholder_id: Annotated[
        UUID | None, described("Id of the policyholder; null while that customer has not come in.")
    ]
    effective_on: Annotated[Day | None, described("First day of the term (生效日).")]
    expires_on: Annotated[Day | None, described("Last day of the term (满期日); null: whole of life.")]
    delivered_on: Annotated[
        Day | None, described("Day the customer signed for it (签收日): cooling-off runs from it (DEC-12).")
    ]
    status: Annotated[ContractStatus, described("Status (合同状态).")]
    region: Annotated[str | None, described("Place of underwriting, GB/T 2260, six digits.")]
    as_of: Annotated[Instant | None, described("When the latest fact applied to it happened, UTC.")]
    version: Annotated[int, described("Version in the source system; an older one never replaces a newer.")]
    revision: Annotated[int, described("Grows with every change here.")]
    created_at: CreatedAt
    updated_at: UpdatedAt


class ContractDetail(ContractSummary, frozen=True, kw_only=True):
    """A contract with everything the source system said of it."""

    base: Annotated[
        dict[str, Any],
        described("The contract as it came in last: premium, fees, parties by customer number."),
    ]
    looked_up_at: Annotated[
        Instant | None,
        described(
            "When the core system last gave or confirmed it, UTC; null: never, or something has come in since (SD-4)."
        ),
    ]
    confirmed_as_of: Annotated[Instant | None, described("When that was true in the core system, UTC.")]


class ContractPage(msgspec.Struct, frozen=True):
    """One page of contracts."""

    items: Annotated[list[ContractSummary], described("The contracts of this page.")]
    next_cursor: NextCursor
