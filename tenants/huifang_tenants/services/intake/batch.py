"""What goes into one intake batch, already checked, and what comes out of it row by row."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.texts import Text, text

from huifang_tenants.intake import IncomingEvent

RowStatus = Literal["accepted", "unchanged", "parked", "refused"]

ParkReason = Literal[
    "unknown_contract", "unknown_policyholder", "unknown_unit", "rule_failed", "unmatched_callback"
]

PARKED: dict[ParkReason, Text] = {
    "unknown_contract": text(
        "所指的保单、缴费人或机构尚未导入,事件已挂起,到达后自动处理",
        "its contract, or the payer or office it names, has not come in yet; the event waits and is taken up when that happens",
    ),
    "unknown_policyholder": text(
        "投保人尚未导入,事件已挂起,客户到达后自动处理",
        "the contract's policyholder has not come in yet; the event waits and is taken up when that happens",
    ),
    "unknown_unit": text(
        "保单所属机构尚未导入,事件已挂起,机构到达后自动处理",
        "the contract's unit has not come in yet; the event waits and is taken up when that happens",
    ),
    "rule_failed": text(
        "规则执行出错,事件已挂起,修复后可重试", "a rule failed on it; the event waits and can be tried again"
    ),
    "unmatched_callback": text(
        "未找到与该历史回访对应的回访任务,已挂起",
        "no obligation fits this historic callback; it waits for one",
    ),
}


class CustomerIn(msgspec.Struct, frozen=True):
    """A customer that came in on `line`; `as_of` is when the data was true, where that is known."""

    line: int
    source: str
    customer: Customer
    as_of: datetime | None = None


class ContractIn(msgspec.Struct, frozen=True):
    """A contract that came in on `line`; `as_of` is when the data was true, where that is known."""

    line: int
    source: str
    contract: Contract
    as_of: datetime | None = None


class EventIn(msgspec.Struct, frozen=True):
    """An event that came in on `line`, with the contract and customer sent along."""

    line: int
    event: IncomingEvent


class Batch(msgspec.Struct, frozen=True):
    """Checked rows to be taken in together, in one transaction; a thousand or so serve best.

    `refresh` names contracts to derive anew though nothing came in for them; `recount` derives them even where the
    input is unchanged, as after a calendar was announced. With `all_or_nothing` one refused row keeps the others out; the result
    then names the refused ones alone.
    """

    customers: tuple[CustomerIn, ...] = ()
    contracts: tuple[ContractIn, ...] = ()
    events: tuple[EventIn, ...] = ()
    import_id: UUID | None = None
    refresh: tuple[str, ...] = ()
    recount: bool = False
    all_or_nothing: bool = False


class RowResult(msgspec.Struct, frozen=True):
    """What became of one row.

    accepted: taken in. unchanged: the same came in before. parked: taken in, waiting for what `code` names.
    refused: nothing of it was taken in, `code` and `message` say why.
    """

    line: int
    status: RowStatus
    id: UUID | None = None
    code: str | None = None
    message: Text | None = None


class Taken(msgspec.Struct, frozen=True):
    """The result of a batch: each row's, and how many obligations were made or changed."""

    rows: tuple[RowResult, ...]
    obligations_made: int = 0
    obligations_changed: int = 0
