"""The time agreed with a customer (HI-2), as lists of obligations and claims show it."""

from typing import Annotated

import msgspec
from huifang_core.obligations import ContactChannel

from huifang_api.shapes.fields import Instant, described


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """The time (预约) at which the customer is to be contacted, which has to be agreed first."""

    at: Annotated[Instant | None, described("The time agreed, UTC; null: agree on one.")]
    through: Annotated[ContactChannel | None, described("By which channel the customer was asked.")]
    agreed_by: Annotated[str | None, described("Staff number of who agreed on it.")]
    agreed_at: Annotated[Instant | None, described("When it was agreed, UTC.")]
    missed: Annotated[
        list[Instant], described("Times agreed before at which nobody contacted the customer, UTC.")
    ]
