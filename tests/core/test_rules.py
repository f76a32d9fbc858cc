"""A rule is checked when it is written and again for every draft it returns."""

from collections.abc import Callable
from typing import Any

import pytest
from huifang_core.obligations import ObligationDraft, VoidOn
from huifang_core.rules import ARGUMENTS, Rule, RuleError
from huifang_core.texts import text


def error_of(build: Any, evaluate: Callable[..., Any]) -> str | None:
    """What a rule that decides like this fails with."""
    derived = build.derive(
        build.event("a", "contract.issued"),
        plugins=[build.Plugin(build.rule("r", "contract.issued", evaluate))],
    )
    return derived.failures[0].error if derived.failures else None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"events": ["contract.stolen"]}, "no such event type: contract.stolen"),
        ({"needs": ["weather.changed"]}, "no such event type: weather.changed"),
        ({"cites": []}, "cites no requirement"),
        ({"cites": "SD-1"}, "give a tuple"),
        ({"evaluate": lambda event, clock: []}, "asks for clock; it may ask for event, contract"),
        ({"evaluate": lambda **anything: []}, "asks for anything"),
    ],
)
def test_a_rule_that_can_t_work_is_refused_when_it_is_written(change: dict[str, Any], reason: str) -> None:
    fields: dict[str, Any] = {
        "title": text("规则", "rule"),
        "events": ["contract.issued"],
        "cites": ["SD-1"],
        "evaluate": lambda event: [],
    }
    with pytest.raises(RuleError, match=reason):
        Rule("r", **{**fields, **change})


def test_a_rule_gets_what_it_names_and_nothing_else(build: Any) -> None:
    seen: dict[str, Any] = {}

    def greedy(
        event: Any,
        contract: Any,
        customer: Any,
        unit: Any,
        parameters: Any,
        settings: Any,
        calendar: Any,
        history: Any,
        trace: Any,
    ) -> list[ObligationDraft]:
        seen.update({name: value for name, value in locals().items() if name in ARGUMENTS})
        return []

    events = (
        build.event("a", "contract.issued"),
        build.event("p", "premium.paid", 1, paid_on=build.on(1)),
        build.event("l", "contract.lapsed", 2, on=build.on(2)),
    )
    asking = build.rule("r", "contract.issued", greedy, needs=["premium.paid", "contract.issued"])
    build.derive(*events, plugins=[build.Plugin(asking)])
    assert set(seen) == set(ARGUMENTS)
    assert [event.event_id for event in seen["history"]] == ["p"], "what it needs, itself left out"
    assert seen["settings"].reminders is True
    assert not hasattr(seen["customer"], "name"), "no personal data reaches a rule"
    assert (
        build.derive(*events, plugins=[build.Plugin(build.rule("r", "contract.issued", lambda: ()))]).failures
        == ()
    )


def test_drafts_may_be_yielded(build: Any) -> None:
    def yielding(trace: Any) -> Any:
        trace.decision("due", "须回访", "to be called")
        yield build.draft("x", "1", opens_on="contract.delivered")
        yield build.draft("x", "2", opens_on="contract.delivered")

    rule = build.rule("r", "contract.issued", yielding)
    derived = build.derive(build.event("a", "contract.issued"), plugins=[build.Plugin(rule)])
    assert [one.draft.occasion for one in derived.desired] == ["1", "2"]
    assert all(len(one.draft.trace) == 1 for one in derived.desired), "gen-3: the trace is filled in"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "neither a window nor an event that opens it"),
        ({"opens_on": "contract.devoured"}, "unknown event type: contract.devoured"),
        ({"opens_on": "contract.delivered", "void_on": (VoidOn("money.came", None),)}, "money.came"),  # type: ignore[arg-type]
    ],
)
def test_dec_4_a_draft_that_could_never_be_met_fails_instead_of_waiting_for_ever(
    build: Any, fields: dict[str, Any], reason: str
) -> None:
    assert reason in (error_of(build, lambda: [build.draft("x", "1", **fields)]) or "")


def test_dec_4_two_drafts_of_one_occasion_fail_instead_of_losing_one(build: Any) -> None:
    twice = [build.draft("x", "1", opens_on="contract.delivered")] * 2
    assert "share an occasion" in (error_of(build, lambda: twice) or "")


@pytest.mark.parametrize("wrong", [None, [None], ["draft"], 7])
def test_what_is_no_draft_fails(build: Any, wrong: Any) -> None:
    assert error_of(build, lambda: wrong) is not None
