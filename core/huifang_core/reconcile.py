"""What to change so that the obligations on the books are the ones that should exist.

Nothing is ever deleted: an obligation is voided, superseded or cancelled, each with its reason.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from huifang_core.derive import Derivation, Desired
from huifang_core.obligations import ObligationStatus, born_late

LIVE: frozenset[ObligationStatus] = frozenset(
    {"waiting", "open", "unreachable", "expired", "historic", "completed", "voided"}
)
"""Statuses in which an obligation still stands for its key."""


class OnBooks(msgspec.Struct, frozen=True):
    """An obligation as it stands on the books; `id` is the store's own, `generation` counts from 1 per key."""

    id: str
    key: str
    generation: int
    plugin: str
    rule: str
    root_event_id: str
    status: ObligationStatus
    input_hash: str
    fingerprint: str


class Create(msgspec.Struct, frozen=True, tag="create"):
    """Put `desired` on the books; `replaces` is the obligation it supersedes, whose completion it takes over."""

    desired: Desired
    status: ObligationStatus
    generation: int
    born_late: str | None = None
    replaces: str | None = None


class Open(msgspec.Struct, frozen=True, tag="open"):
    """A waiting obligation now has its window."""

    id: str
    desired: Desired
    status: ObligationStatus
    born_late: str | None = None


class Close(msgspec.Struct, frozen=True, tag="close"):
    """Take an obligation off: voided or cancelled, with the reason and the event behind it."""

    id: str
    status: ObligationStatus
    reason: str
    event_id: str | None = None


class Complete(msgspec.Struct, frozen=True, tag="complete"):
    """A callback of the system used before met this obligation."""

    id: str
    desired: Desired


Change = Create | Open | Close | Complete


def reconcile(
    derivation: Derivation,
    books: Iterable[OnBooks],
    *,
    now: datetime,
    cut_over: datetime | None = None,
    recount: bool = False,
) -> tuple[Change, ...]:
    """Return the changes that bring the books in line with what was derived.

    An obligation whose input is unchanged stays as it was made, even if its rule would now say otherwise (GEN-4);
    `recount` overrides that where a calendar was announced since. Obligations of plugins that were not asked, or of a rule
    that failed, are left alone. What was due before `cut_over` is historic.
    """
    live: dict[str, OnBooks] = {}
    last: dict[str, int] = {}
    for entry in books:
        last[entry.key] = max(entry.generation, last.get(entry.key, 0))
        if entry.status in LIVE:
            live[entry.key] = entry
    wanted = {desired.key: desired for desired in derivation.desired}
    failed = {(failure.plugin, failure.rule) for failure in derivation.failures}
    moved = {entry.root_event_id: entry for key, entry in live.items() if key not in wanted}
    changes: list[Change] = []
    replaced: set[str] = set()
    for key, desired in wanted.items():
        present = live.get(key)
        if present is None:
            earlier = moved.get(desired.root_event_id)
            if earlier is not None and (
                earlier.id in replaced or (earlier.plugin, earlier.rule) != (desired.plugin, desired.rule)
            ):
                earlier = None
            if earlier is not None:
                replaced.add(earlier.id)
            changes.append(_create(desired, last.get(key, 0) + 1, now, cut_over, earlier))
        else:
            change = _adjust(present, desired, last[key] + 1, now, cut_over, recount)
            if change is not None:
                changes.append(change)
    for key, entry in live.items():
        if (
            key not in wanted
            and entry.id not in replaced
            and entry.status not in ("completed", "voided")
            and entry.plugin in derivation.plugins
            and (entry.plugin, entry.rule) not in failed
        ):
            changes.append(Close(entry.id, "cancelled", "no_longer_required"))
    return tuple(changes)


def _create(
    desired: Desired, generation: int, now: datetime, cut_over: datetime | None, replaces: OnBooks | None
) -> Create:
    status, late = _status_at_birth(desired, now, cut_over)
    return Create(desired, status, generation, late, replaces.id if replaces else None)


def _adjust(
    present: OnBooks,
    desired: Desired,
    generation: int,
    now: datetime,
    cut_over: datetime | None,
    recount: bool,
) -> Change | None:
    if desired.done is not None and present.status in (
        "waiting",
        "open",
        "unreachable",
        "expired",
        "historic",
    ):
        return Complete(present.id, desired)
    if desired.voided is not None:
        if present.status in ("waiting", "open", "unreachable", "expired"):
            return Close(present.id, "voided", desired.voided.type, desired.voided.event_id)
        return None
    if present.status == "voided":
        return _create(desired, generation, now, cut_over, present)
    if present.fingerprint == desired.fingerprint or (
        present.input_hash == desired.input_hash and not recount
    ):
        return None
    if present.status == "waiting" and desired.draft.window is not None:
        status, late = _status_at_birth(desired, now, cut_over)
        return Open(present.id, desired, status, late)
    return _create(desired, generation, now, cut_over, present)


def _status_at_birth(
    desired: Desired, now: datetime, cut_over: datetime | None
) -> tuple[ObligationStatus, str | None]:
    window = desired.draft.window
    late = born_late(window, desired.happened_at, now) if window is not None else None
    if desired.done is not None:
        return "completed", late
    if desired.voided is not None:
        return "voided", late
    if window is None:
        return "waiting", None
    if cut_over is not None and window.due_by <= cut_over:
        return "historic", late
    return "open", late
