"""What is asked of a telephone system (CTI), whichever it is; docs/cti.md says it to those who build or connect one (LN-4a)."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, Literal, Protocol
from uuid import UUID

import msgspec
from huifang_core.calls import CallEvent

Leg = Literal["caller", "customer"]
Failure = Literal["unreachable", "timed_out", "unauthorised", "not_allowed", "refused", "unusable"]

_LINE: Final = re.compile(
    r"hf-(?P<contact>[0-9a-f]{32})-(?P<number>[0-9]{1,6})(?:-(?P<leg>caller|customer))?"
)


class TelephoneFailed(Exception):
    """The telephone system did not do what it was asked; `failure` says why, and nothing of whom it was about."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"the telephone system failed: {failure}")
        self.failure = failure


class RecordingNotThere(Exception):
    """There is no recording of this name, or not yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no recording {name}")


class CallName(msgspec.Struct, frozen=True):
    """What a call is known by on both sides: `number` counts the calls of a contact."""

    contact_id: UUID
    number: int

    def line(self, leg: Leg) -> str:
        """The name of one side's line."""
        return f"{self}-{leg}"

    def __str__(self) -> str:
        """The name of what both lines share: the bridge that joins them, and the recording."""
        return f"hf-{self.contact_id.hex}-{self.number}"


class Told(msgspec.Struct, frozen=True):
    """Something that happened to a call."""

    call: CallName
    event: CallEvent


class Telephone(Protocol):
    """A telephone system as the switchboard uses it. Everything may be asked twice; all raise TelephoneFailed."""

    async def ring_caller(self, call: CallName, staff_no: str, extension: str | None) -> None:
        """Ring the caller's own telephone."""

    async def ring_customer(self, call: CallName, number: str) -> None:
        """Ring the customer while the caller hears it ringing."""

    async def connect(self, call: CallName) -> None:
        """Join both lines and begin to record what is said on them."""

    async def hang_up(self, call: CallName, leg: Leg) -> None:
        """Release one line; none is fine."""

    async def standing(self) -> Mapping[str, bool]:
        """The lines there are, by name, with whether somebody has answered on each."""

    def told(self) -> AbstractAsyncContextManager[AsyncIterator[Told]]:
        """What happens from now on, until the connection drops or the block is left."""

    def recording(self, name: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a stored recording; RecordingNotThere."""

    async def forget_recording(self, name: str) -> None:
        """Delete a stored recording; none is fine."""

    async def aclose(self) -> None:
        """Close every connection."""


def named(line: str) -> tuple[CallName, Leg | None] | None:
    """Return the call a line, bridge or recording belongs to, and which side a line is; None where it is not ours."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    leg: Leg | None = "caller" if match["leg"] == "caller" else "customer" if match["leg"] else None
    return CallName(UUID(match["contact"]), int(match["number"])), leg
