"""Playing a case through a plugin here, with everything its rules thought: what an author sees of a contract of somebody else's."""

import msgspec

from huifang_core.explain import Consideration, explain
from huifang_core.golden.format import Case, instant_of
from huifang_core.golden.run import (
    Found,
    GoldenPlugin,
    derive_given,
    given_calendar,
    given_settings,
    given_subject,
)


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
    wanted = [
        (one.kind, *(instant_of(at) if at else None for at in (one.due_from, one.due_by)))
        for one in case.expect
    ]
    made = [
        (
            draft.kind,
            draft.window.due_from if draft.window else None,
            draft.window.due_by if draft.window else None,
        )
        for draft in (one.desired.draft for one in found)
    ]
    differences = []
    for row in wanted:
        if row in made:
            made.remove(row)
        else:
            differences.append(f"{row[0]} from {row[1]} to {row[2]}: was made there, is not made here")
    differences += [
        f"{kind} from {opens} to {closes}: is made here, was not there" for kind, opens, closes in made
    ]
    return Replayed(found, considered, tuple(differences))
