"""Playing a case through a plugin here, with everything its rules thought: what an author sees of a contract of somebody else's."""

import msgspec

from huifang_core.explain import Consideration, explain
from huifang_core.golden.format import Case, Expected, instant_of
from huifang_core.golden.run import (
    Found,
    GoldenPlugin,
    derive_given,
    given_calendar,
    given_settings,
    given_subject,
)
from huifang_core.obligations import ObligationDraft


class Replayed(msgspec.Struct, frozen=True):
    """What came of a case: the obligations with their windows, every rule's steps, and in which windows it differs from what is expected."""

    obligations: tuple[Found, ...]
    considered: tuple[Consideration, ...]
    differences: tuple[str, ...]


def replay(plugin: GoldenPlugin, case: Case) -> Replayed:
    """Derive a case by a plugin and hold kinds and windows against what is expected. Raises GoldenError where it can't be derived."""
    found = derive_given(plugin, case.given)
    considered = explain(
        given_subject(case.given), [plugin], [given_settings(plugin, case.given)], given_calendar(case.given)
    )
    left = [one.desired.draft for one in found]
    differences = []
    for wanted in case.expect:
        fitting = [draft for draft in left if _is(wanted, draft)]
        if fitting:
            left.remove(fitting[0])
        else:
            differences.append(
                f"{wanted.kind} from {wanted.due_from} to {wanted.due_by}: was made there, is not made here"
            )
    differences += [
        f"{draft.kind} from {draft.window and draft.window.due_from} to {draft.window and draft.window.due_by}:"
        " is made here, was not there"
        for draft in left
    ]
    return Replayed(found, considered, tuple(differences))


def _is(wanted: Expected, draft: ObligationDraft) -> bool:
    """Whether an obligation is the one expected, by its kind and what is said of its window."""
    if wanted.kind != draft.kind or wanted.occasion not in (None, draft.occasion):
        return False
    if draft.window is None:
        return wanted.due_by is None
    return wanted.status != "waiting" and all(
        said is None or instant_of(said) == found
        for said, found in ((wanted.due_from, draft.window.due_from), (wanted.due_by, draft.window.due_by))
    )
