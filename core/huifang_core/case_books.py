"""What to change so that the cases on the books are those that rules want opened; as `reconcile` does for obligations."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from huifang_core.derive import Derivation, DesiredCase


class CaseOnBooks(msgspec.Struct, frozen=True):
    """A case that a rule had opened, as it stands on the books; `id` is the store's own."""

    id: str
    key: str
    plugin: str
    rule: str
    root_event_id: str
    input_hash: str
    withdrawn: bool


class OpenCase(msgspec.Struct, frozen=True, tag="open"):
    """Open a case."""

    desired: DesiredCase


class WithdrawCase(msgspec.Struct, frozen=True, tag="withdraw"):
    """Flag a case that is no longer wanted: its event was taken back, or says otherwise now."""

    id: str


class RestoreCase(msgspec.Struct, frozen=True, tag="restore"):
    """Take the flag off a case that is wanted again, and open it again where it was dealt with as withdrawn."""

    id: str


CaseChange = OpenCase | WithdrawCase | RestoreCase


def reconcile_cases(
    derivation: Derivation, books: Iterable[CaseOnBooks], *, cut_over: datetime | None = None
) -> tuple[CaseChange, ...]:
    """Return the changes that bring the cases in line with what was derived; none when applied a second time.

    Each is opened once by its key. One whose input is unchanged stays as it is, even if its rule would now say otherwise (GEN-4);
    so do those of plugins that were not asked, and those whose event made its rule fail. What happened before `cut_over` was dealt with
    in the system used before.
    """
    known = {entry.key: entry for entry in books}
    wanted = {desired.key: desired for desired in derivation.cases}
    failed = {(failure.plugin, failure.rule, failure.root_event_id) for failure in derivation.failures}
    made = {entry.input_hash for entry in known.values() if not entry.withdrawn and entry.key not in wanted}
    changes: list[CaseChange] = []
    for key, desired in sorted(wanted.items()):
        present = known.get(key)
        if present is not None:
            if present.withdrawn:
                changes.append(RestoreCase(present.id))
        elif desired.input_hash not in made and (cut_over is None or desired.happened_at >= cut_over):
            changes.append(OpenCase(desired))
    for key, entry in sorted(known.items()):
        if (
            key not in wanted
            and not entry.withdrawn
            and entry.plugin in derivation.plugins
            and (entry.plugin, entry.rule, entry.root_event_id) not in failed
            and entry.input_hash not in derivation.inputs
        ):
            changes.append(WithdrawCase(entry.id))
    return tuple(changes)
