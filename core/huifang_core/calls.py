"""A call by a telephone system: first the caller's own telephone rings, then the customer's, then both are joined and recorded (LN-4a).

What happens is told by the telephone system, which may say it twice, late, or never. So each event is held against where the call
stands, gives what is to be done about it, and changes nothing where it comes too late.
"""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from huifang_core.contacts import Outcome

CallState = Literal["requested", "ringing", "connected", "ended", "failed"]
"""requested: the caller's own telephone rings; ringing: the customer's does; failed: it never came to ringing there."""

Side = Literal["caller", "customer", "system"]
Recording = Literal["none", "running", "wanted", "kept", "missing"]
"""wanted: the call is over and its recording is to be fetched; missing: it could not be had."""


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call as it stands; times are wall time. `number` counts the calls of one contact from 1.

    `cause` is the cause of the release of the customer's line (ITU-T Q.850), None where nobody said; `problem` why it failed, or was ended
    by the system: what is not recorded is no callback by phone.
    """

    number: int
    state: CallState
    requested_at: datetime
    ringing_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: Side | None = None
    cause: int | None = None
    problem: str | None = None
    recording: Recording = "none"

    @property
    def is_live(self) -> bool:
        """Whether somebody's telephone rings or somebody speaks."""
        return self.state in ("requested", "ringing", "connected")


class CallerAnswered(msgspec.Struct, frozen=True):
    """The caller took up the receiver."""


class CustomerAnswered(msgspec.Struct, frozen=True):
    """Somebody answered at the customer's."""


class CallerGone(msgspec.Struct, frozen=True):
    """The caller's line is released."""


class CustomerGone(msgspec.Struct, frozen=True):
    """The customer's line is released, or never came about."""

    cause: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """The call may not go on, can't be placed, or can't be recorded; `problem` says why."""

    problem: str


class RecordingEnded(msgspec.Struct, frozen=True):
    """The recording is complete, or failed."""

    failed: bool = False


CallEvent: TypeAlias = (
    CallerAnswered | CustomerAnswered | CallerGone | CustomerGone | Refused | RecordingEnded
)

Action = Literal["ring_customer", "connect", "hang_up_caller", "hang_up_customer", "fetch_recording"]


def advance(call: Call, event: CallEvent, at: datetime) -> tuple[Call, tuple[Action, ...]]:
    """Return the call after an event, and what is to be done about it; the same call where nothing changes."""
    match call.state, event:
        case "requested", CallerAnswered():
            return _with(call, state="ringing", ringing_at=at), ("ring_customer",)
        case "requested", CallerGone():
            return _with(call, state="failed", ended_at=at, problem="caller_not_reached"), ()
        case (("requested" | "ringing"), Refused(problem)):
            failed = _with(call, state="failed", ended_at=at, ended_by="system", problem=problem)
            return failed, ("hang_up_caller", "hang_up_customer")
        case "connected", Refused(problem):
            over = _with(_ended(call, at, "system"), problem=problem, recording="missing")
            return over, ("hang_up_caller", "hang_up_customer")
        case "ringing", CustomerAnswered():
            return _with(call, state="connected", connected_at=at, recording="running"), ("connect",)
        case "ringing", CustomerGone(cause):
            return _ended(call, at, "customer", cause), ("hang_up_caller",)
        case "ringing", CallerGone():
            return _ended(call, at, "caller"), ("hang_up_customer",)
        case "connected", CustomerGone(cause):
            over = _with(_ended(call, at, "customer", cause), recording="wanted")
            return over, ("hang_up_caller", "fetch_recording")
        case "connected", CallerGone():
            over = _with(_ended(call, at, "caller"), recording="wanted")
            return over, ("hang_up_customer", "fetch_recording")
        case (("requested" | "ended" | "failed"), CustomerAnswered()):
            return call, ("hang_up_customer",)
        case (("ended" | "failed"), CallerAnswered()):
            return call, ("hang_up_caller",)
        case _, RecordingEnded(failed=True) if call.recording in ("running", "wanted"):
            return _with(call, recording="missing"), ()
        case _, RecordingEnded() if call.recording == "wanted":
            return call, ("fetch_recording",)
        case _:
            return call, ()


def hung_up(call: Call, at: datetime) -> tuple[Call, tuple[Action, ...]]:
    """Return a call that the caller ends, whatever stage it is in."""
    if not call.is_live:
        return call, ()
    over = _ended(call, at, "caller")
    if call.state == "connected":
        return _with(over, recording="wanted"), ("hang_up_caller", "hang_up_customer", "fetch_recording")
    if call.state == "requested":
        over = _with(over, state="failed", problem="given_up")
    return over, ("hang_up_caller", "hang_up_customer")


def suggested_outcome(call: Call) -> Outcome | None:
    """Return the outcome that fits a call nobody answered, by its cause; None where somebody did, or it says nothing about the customer.

    A number that does not exist is a wrong one. A network that is congested or broken says nothing.
    """
    if call.state != "ended" or call.connected_at is not None or call.ended_by != "customer":
        return None
    match call.cause:
        case 1 | 3 | 22 | 28:
            return "wrong_number"
        case 17:
            return "busy"
        case 16 | 18 | 19 | 20 | 21 | 31:
            return "no_answer"
        case _:
            return None


def _ended(call: Call, at: datetime, by: Side, cause: int | None = None) -> Call:
    return _with(call, state="ended", ended_at=at, ended_by=by, cause=cause)


def _with(call: Call, **changes: object) -> Call:
    return msgspec.structs.replace(call, **changes)
