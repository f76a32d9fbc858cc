"""The forecast of work as the API shows it."""

from typing import Annotated

import msgspec
from huifang_core.obligations import ContactChannel
from huifang_tenants.services.forecast import Step

from huifang_api.shapes.fields import Instant, described


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts that begin in an hour or day."""

    at: Annotated[Instant, described("Its beginning, UTC; days are days in Asia/Shanghai.")]
    unit: Annotated[str | None, described("Code of the unit (机构); null: of all units asked for.")]
    channel: Annotated[ContactChannel, described("Channel of the attempts.")]
    attempts: Annotated[int, described("How many, if nobody answered any before.")]
    staff: Annotated[
        int, described("How many people may make them: trained and here that day, of the unit or above.")
    ]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What the next days bring (工作量预测)."""

    now: Annotated[Instant, described("Business time it was made at, UTC.")]
    until: Annotated[Instant, described("Its end, itself outside, UTC.")]
    step: Annotated[Step, described("Whether it is told by hours or days.")]
    loads: Annotated[
        list[Load], described("By unit, oldest first; hours or days without attempts are left out.")
    ]
    totals: Annotated[list[Load], described("Over all units asked for.")]
    overdue: Annotated[int, described("Overdue callbacks, to be worked at once on top of that.")]
    shortfalls: Annotated[
        dict[str, int],
        described(
            "Callbacks of which no attempt, or not all, can be made before they are due: `no_calling_time`, `person_used_up` "
            "(rung often enough each day), `attempts_left`."
        ),
    ]
