"""A contract as a batch leaves it, while the batch is being worked out."""

from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract

from huifang_tenants.stores.customers import Ref


class HeldContract(msgspec.Struct):
    """A contract as the batch leaves it; `expected` is the revision on file, None for a new one.

    `base` is as it came in, `current` as it stands by its events. `ref` is the number that leads to its policyholder,
    where that was found in this batch. `handed_over`: what is to be done has another policyholder or unit than on file.
    """

    id: UUID
    source: str
    base: Contract
    current: Contract
    as_of: datetime | None
    policyholder_no: str | None
    policyholder_id: UUID | None
    expected: int | None
    dirty: bool = False
    touched: bool = False
    handed_over: bool = False
    ref: Ref | None = None
