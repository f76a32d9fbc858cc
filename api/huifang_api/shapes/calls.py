"""A call by the telephone system as the API shows it: where it stands, without the number."""

from typing import Annotated

import msgspec
from huifang_core.calls import CallState, Recording, Side
from huifang_core.contacts import Outcome

from huifang_api.shapes.fields import Instant, described


class CallStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A call (通话) of a contact by the telephone system. Times are UTC."""

    number: Annotated[int, described("Which call of the contact it is, from 1.")]
    state: Annotated[
        CallState,
        described(
            "requested: the caller's own telephone rings; ringing: the customer's does; connected; ended; failed: it never came to"
            " ringing at the customer's, which is no attempt."
        ),
    ]
    requested_at: Annotated[Instant, described("When it was asked for.")]
    ringing_at: Annotated[Instant | None, described("When the customer's telephone began to ring.")]
    connected_at: Annotated[Instant | None, described("When somebody answered there.")]
    ended_at: Annotated[Instant | None, described("When it ended.")]
    ended_by: Annotated[Side | None, described("Who hung up first, where that is known.")]
    cause: Annotated[int | None, described("Cause of the release by ITU-T Q.850, such as 17 for busy.")]
    problem: Annotated[str | None, described("Why it failed.")]
    recording: Annotated[
        Recording,
        described(
            "wanted: it is being fetched; kept: it is evidence of the contact; missing: it can't be had, which is an alarm."
        ),
    ]
    suggested: Annotated[
        Outcome | None,
        described("The outcome that fits where nobody answered; null where the script says it."),
    ]
