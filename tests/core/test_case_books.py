"""Cases that rules open: once by their key, flagged when no longer wanted, and left alone by what does not concern them."""

from typing import Any

import pytest
from huifang_core.case_books import CaseOnBooks, OpenCase, RestoreCase, WithdrawCase, reconcile_cases
from huifang_core.cases import CaseDraft
from huifang_core.derive import Derivation
from huifang_core.rules import Rule
from huifang_core.texts import text


def opens(event: Any) -> list[CaseDraft]:
    if event.payload.about == "raises":
        raise ValueError("broken")
    if event.payload.about == "nothing":
        return []
    return [CaseDraft("tip_off", event.payload.about or event.event_id, text("举报", "tip-off"))]


def plugin(build: Any, evaluate: Any = opens) -> Any:
    rule = Rule(
        "tip", title=text("举报", "tip"), events=["tip_off.received"], cites=["TS-2"], evaluate=evaluate
    )
    return build.Plugin(rule)


def derived(build: Any, *events: Any, **changes: Any) -> Derivation:
    return build.derive(*events, plugins=[changes.pop("plugin", plugin(build))], **changes)


def tip(build: Any, id: str, about: str | None = None, **fields: Any) -> Any:
    return build.event(id, "tip_off.received", 1, about=about, **fields)


def kept(derivation: Derivation, *, withdrawn: bool = False) -> list[CaseOnBooks]:
    """The books once all that is wanted was opened."""
    return [
        CaseOnBooks(one.key, one.key, one.plugin, one.rule, one.root_event_id, one.input_hash, withdrawn)
        for one in derivation.cases
    ]


def test_a_case_is_opened_once(build: Any) -> None:
    found = derived(build, tip(build, "t1"), tip(build, "t2"))
    changes = reconcile_cases(found, [])
    assert [change.desired.key for change in changes if isinstance(change, OpenCase)] == [
        "guide/tip/t1",
        "guide/tip/t2",
    ]
    assert reconcile_cases(found, kept(found)) == ()


def test_one_whose_event_is_taken_back_is_flagged_and_restored_when_that_is_taken_back_too(
    build: Any,
) -> None:
    first = tip(build, "t1")
    books = kept(derived(build, first))
    taken_back = tip(build, "x", retracts="t1")
    assert reconcile_cases(derived(build, first, taken_back), books) == (WithdrawCase("guide/tip/t1"),)
    flagged = kept(derived(build, first), withdrawn=True)
    assert reconcile_cases(derived(build, first, taken_back), flagged) == ()
    assert reconcile_cases(derived(build, first), flagged) == (RestoreCase("guide/tip/t1"),)


def test_a_correction_that_asks_for_another_case_flags_the_first(build: Any) -> None:
    books = kept(derived(build, tip(build, "t1", "a")))
    corrected = derived(build, tip(build, "t1", "a"), tip(build, "t2", "b", corrects="t1"))
    opened, withdrawn = reconcile_cases(corrected, books)
    assert isinstance(opened, OpenCase)
    assert (opened.desired.key, opened.desired.root_event_id) == ("guide/tip/b", "t1")
    assert withdrawn == WithdrawCase("guide/tip/a")


def test_gen_4_another_release_of_a_plugin_changes_nothing_about_what_was_opened(build: Any) -> None:
    books = kept(derived(build, tip(build, "t1")))

    def lets_be(event: Any) -> list[CaseDraft]:
        return []

    nothing = derived(build, tip(build, "t1"), plugin=plugin(build, lets_be))
    assert nothing.cases == ()
    assert reconcile_cases(nothing, books) == ()

    def renamed(event: Any) -> list[CaseDraft]:
        return [CaseDraft("tip_off", "under another name", text("举报", "tip-off"))]

    assert reconcile_cases(derived(build, tip(build, "t1"), plugin=plugin(build, renamed)), books) == ()


def test_a_rule_that_fails_and_a_plugin_that_is_off_leave_cases_alone(build: Any) -> None:
    books = kept(derived(build, tip(build, "t1")))
    failing = derived(build, tip(build, "t1"), tip(build, "t2", "raises", corrects="t1"))
    assert failing.failures
    assert reconcile_cases(failing, books) == ()
    assert reconcile_cases(derived(build, settings=()), books) == ()


@pytest.mark.parametrize(("day", "opened"), [(1, 1), (2, 0)])
def test_what_happened_before_the_cut_over_was_dealt_with_elsewhere(
    build: Any, day: int, opened: int
) -> None:
    changes = reconcile_cases(derived(build, tip(build, "t1")), [], cut_over=build.at(day))
    assert len(changes) == opened
