"""What to change so that the obligations on the books are the ones that should exist.

Nothing is ever deleted: an obligation is voided, superseded or cancelled, each with its reason.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime

import msgspec

from huifang_core.derive import Derivation, Desired
from huifang_core.obligations import ObligationStatus, born_late
from huifang_core.windows import Window

LIVE: frozenset[ObligationStatus] = frozenset(
    {"waiting", "open", "unreachable", "expired", "historic", "completed", "voided"}
)
"""Statuses in which an obligation still stands for its key."""


class OnBooks(msgspec.Struct, frozen=True):
    """An obligation as it stands on the books; `id` is the store's own, `generation` counts from 1 per key.

    `imported_at` is when the callback was made that completed it, if that was one of the system used before. `reason` is
    why it has its status, of a voided one the `VoidedBy.reason`. `recalled`: cancelled because it was made wrongly; it stands in the
    way of its like until the recall is lifted.
    """

    id: str
    key: str
    generation: int
    plugin: str
    rule: str
    root_event_id: str
    status: ObligationStatus
    input_hash: str
    fingerprint: str
    imported_at: datetime | None = None
    reason: str | None = None
    window: Window | None = None
    recalled: bool = False


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


_UNMET: frozenset[ObligationStatus] = frozenset({"waiting", "open", "unreachable", "expired"})


def reconcile(
    derivation: Derivation,
    books: Iterable[OnBooks],
    *,
    now: datetime,
    cut_over: datetime | None = None,
    recount: bool = False,
) -> tuple[Change, ...]:
    """Return the changes that bring the books in line with what was derived; none when applied a second time.

    What was recalled is not made again, whatever the rules say of it now. An obligation whose input is unchanged, or changed in nothing its rule builds on, stays as it was made, even if its rule would
    now say otherwise (GEN-4); `recount` overrides that, where the calendar to count by was changed. Obligations of plugins that were not asked are
    left alone, and those whose event made its rule fail. What was due before `cut_over` is historic.
    """
    live: dict[str, OnBooks] = {}
    last: dict[str, int] = {}
    recalled: dict[str, OnBooks] = {}
    for entry in sorted(books, key=lambda e: (e.key, e.generation)):
        last[entry.key] = entry.generation
        if entry.input_hash in derivation.same:
            entry = msgspec.structs.replace(entry, input_hash=derivation.same[entry.input_hash])
        if entry.status in LIVE:
            live[entry.key] = entry
        elif entry.recalled:
            recalled[entry.key] = entry
    wanted = {desired.key: desired for desired in derivation.desired}
    failed = {(failure.plugin, failure.rule, failure.root_event_id) for failure in derivation.failures}
    untouched = {
        key
        for key, entry in live.items()
        if entry.plugin not in derivation.plugins or (entry.plugin, entry.rule, entry.root_event_id) in failed
    }
    unchanged = (
        set()
        if recount
        else {key for key, entry in live.items() if entry.input_hash in derivation.inputs} - untouched
    )
    # What a rule would now put under another key is on the books already, under the key it had then.
    made = {live[key].input_hash for key in unchanged if key not in wanted}
    made |= {entry.input_hash for key, entry in recalled.items() if key not in wanted}
    moved = _moved(live, wanted.keys() | untouched | unchanged)
    changes: list[Change] = []
    replaced: set[str] = set()
    for key, desired in sorted(wanted.items()):
        present = live.get(key)
        if key in untouched or (present is None and (key in recalled or desired.input_hash in made)):
            continue
        generation = last.get(key, 0) + 1
        if present is not None:
            change = _adjust(present, desired, generation, now, cut_over, keep=key in unchanged)
            if change is not None:
                changes.append(change)
            continue
        earlier = moved.get((desired.plugin, desired.rule, desired.root_event_id))
        replaces = earlier.pop(0) if earlier else None
        if replaces is not None:
            replaced.add(replaces.id)
        changes.append(_create(desired, generation, now, cut_over, replaces))
    for key, entry in live.items():
        if (
            key not in wanted.keys() | untouched | unchanged
            and entry.id not in replaced
            and entry.status != "completed"
        ):
            changes.append(Close(entry.id, "cancelled", "no_longer_required"))
    return tuple(changes)


def _moved(live: Mapping[str, OnBooks], kept: Set[str]) -> dict[tuple[str, str, str], list[OnBooks]]:
    """Entries whose occasion is gone, by what they were made from: a corrected event may have given them another.

    They are in the order of their keys, so that of several made from one event each finds its successor.
    """
    moved: dict[tuple[str, str, str], list[OnBooks]] = {}
    for key, entry in live.items():
        if key not in kept:
            moved.setdefault((entry.plugin, entry.rule, entry.root_event_id), []).append(entry)
    return moved


def _create(
    desired: Desired, generation: int, now: datetime, cut_over: datetime | None, replaces: OnBooks | None
) -> Create:
    status, late = _status_at_birth(desired, now, cut_over)
    if replaces is not None and replaces.status == "completed" and replaces.imported_at is None:
        status = "completed"
    return Create(desired, status, generation, late, replaces.id if replaces else None)


def _adjust(
    present: OnBooks,
    desired: Desired,
    generation: int,
    now: datetime,
    cut_over: datetime | None,
    *,
    keep: bool,
) -> Change | None:
    """Return what changes for an entry that is still wanted; with `keep` it is not made anew for other demands.

    In whichever order things come to be known, what stands in the end is what would have been made of all of it at once;
    of what is voided, the window and the event that voided it, which say whether it was late by then.
    """
    keep = keep or present.fingerprint == desired.fingerprint
    in_window = present.window == desired.draft.window
    anew = _create(desired, generation, now, cut_over, present)
    done = desired.done
    if present.imported_at is not None and (done is None or done.completed_at != present.imported_at):
        # The callback that met it was taken back, or belongs to another obligation that has come in since.
        return anew
    match present.status:
        case "completed":
            return None if keep else anew
        case "voided":
            same = desired.voided is not None and desired.voided.reason == present.reason
            return None if anew.status == "voided" and same and in_window else anew
        case "historic":
            if done is not None and keep:
                return Complete(present.id, desired)
            return None if keep else anew
    if done is not None:
        return Complete(present.id, desired) if keep else anew
    if desired.voided is not None and anew.status == "voided":
        return (
            Close(present.id, "voided", desired.voided.type, desired.voided.event_id) if in_window else anew
        )
    if keep:
        return None
    if present.status == "waiting" and desired.draft.window is not None:
        return Open(present.id, desired, anew.status, anew.born_late)
    return anew


def _status_at_birth(
    desired: Desired, now: datetime, cut_over: datetime | None
) -> tuple[ObligationStatus, str | None]:
    window = desired.draft.window
    late = born_late(window, desired.happened_at, now) if window is not None else None
    if desired.done is not None:
        return "completed", late
    if window is not None and cut_over is not None and window.due_by <= cut_over:
        return "historic", late
    if desired.voided is not None:
        return "voided", late
    return ("open", late) if window is not None else ("waiting", None)
