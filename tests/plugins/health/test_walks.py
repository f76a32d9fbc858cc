"""Walks through the script: what is asked of whom, and what the answers set off."""

from datetime import date
from typing import Any

import pytest
from huifang_core.scripts import CorrectDatum, InvalidAnswer


@pytest.fixture(scope="session")
def facts(facts_of: Any) -> dict[str, Any]:
    """A health policy of five years."""
    found: dict[str, Any] = facts_of(
        line="health", effective_on=date(2026, 1, 15), expires_on=date(2031, 1, 14)
    )
    return found


def corrected(played: Any) -> dict[str, str]:
    return {f.effect.field: f.value for f in played.effects if isinstance(f.effect, CorrectDatum)}


def test_every_point_in_its_order(play, facts) -> None:
    """HI-1, HI-3: data, questions, warnings, consent, health, satisfaction, feedback, services."""
    played = play(facts)
    assert played.steps == [
        "greeting",
        "may_talk",
        "verify",
        "policy_no",
        "period_fixed",
        "phone",
        "address",
        "coverage",
        "deductible",
        "claim_process",
        "limits",
        "fraud",
        "consent",
        "condition",
        "use",
        "satisfaction",
        "feedback",
        "services",
        "questions",
        "end_completed",
    ]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()
    assert "TY370120260000123" in played.said("policy_no")
    assert "2031年1月14日" in played.said("period_fixed")


@pytest.mark.parametrize("answer", ["declined", "not_the_insured"])
def test_without_consent_health_is_passed_over(play, facts, answer) -> None:
    """HI-1, REG-5: whoever declines, or can't agree for the insured, is asked nothing more about it; and is no problem."""
    played = play(facts, consent=answer)
    assert not {"condition", "use"} & set(played.steps)
    assert "satisfaction" in played.steps
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()


def test_the_question_of_consent_says_what_for_and_that_one_may_decline(play, facts) -> None:
    """REG-5: separate, told what it is for, free."""
    said = play(facts).said("consent")
    for words in ("只用来改进给您的服务", "敏感信息", "可以不同意", "监护人"):
        assert words in said


def test_cover_for_life_has_no_end_to_check(play, facts_of) -> None:
    """HI-1."""
    played = play(facts_of(line="health", expires_on=None))
    assert "period_whole" in played.steps
    assert "period_fixed" not in played.steps
    assert played.outcome.completed


def test_a_period_that_differs_is_put_down_day_by_day(play, facts) -> None:
    """HI-1: what the customer's policy says is proposed as the datum, and a case follows it up."""
    played = play(
        facts,
        period_fixed="differs",
        effective_right="2026-01-16",
        expires_right="stated",
        expires_day="2031-01-15",
    )
    assert corrected(played) == {"contract.effective_on": "2026-01-16", "contract.expires_on": "2031-01-15"}
    assert played.cases == ["data_correction"]
    assert played.outcome.completed
    assert played.outcome.negative == ("health.period",)


def test_a_day_that_is_none_is_not_taken(play, facts) -> None:
    """HI-1."""
    with pytest.raises(InvalidAnswer):
        play(facts, period_fixed="differs", effective_right="开年")


@pytest.mark.parametrize(
    ("step", "answer", "detail", "said", "field"),
    [
        ("policy_no", "differs", "policy_no_right", "TY1", "contract.contract_no"),
        ("phone", "changed", "phone_right", "13900139000", "customer.phone"),
        ("address", "changed", "address_right", "沈阳市和平区", "customer.address"),
    ],
)
def test_data_that_changed_are_proposed_for_correction(
    play, facts, step, answer, detail, said, field
) -> None:
    """HI-1: personal data, policy number and period are to be correct."""
    played = play(facts, **{step: answer, detail: said})
    assert corrected(played) == {field: said}
    assert played.cases == ["data_correction"]
    assert played.outcome.completed


@pytest.mark.parametrize("step", ["coverage", "deductible", "claim_process"])
def test_a_question_answered_is_no_problem_and_one_left_open_is(play, facts, step) -> None:
    """HI-1: questions are answered in the contact; what stays unclear is explained by somebody else."""
    assert play(facts, **{step: "explained"}).effects == ()
    left = play(facts, **{step: "not_clear"})
    assert left.cases == ["explanation_item"]
    assert left.outcome.negative == (f"health.{step}",)


@pytest.mark.parametrize(
    ("answer", "opened"), [("wants_advice", "health_advice"), ("wants_claim_help", "claim_help")]
)
def test_services_are_offered_and_arranged(play, facts, answer, opened) -> None:
    """HI-3."""
    played = play(facts, services=answer)
    assert played.cases == [opened]
    assert played.outcome.affirmative


def test_trouble_in_using_the_policy_gets_help(play, facts) -> None:
    """HI-1, HI-3."""
    played = play(facts, use="trouble")
    assert played.cases == ["claim_help"]
    assert played.outcome.negative == ("health.use",)


def test_dissatisfaction_is_taken_up(play, facts) -> None:
    """HI-1."""
    assert play(facts, satisfaction="dissatisfied").cases == ["complaint"]


def test_nothing_personal_is_said_before_identity_is_verified(play, facts) -> None:
    """REG-5: not even that there is a policy number."""
    played = play(facts)
    before = played.prompts[: played.steps.index("verify") + 1]
    assert all("TY370120260000123" not in prompt.text for prompt in before)


@pytest.mark.parametrize(
    ("step", "answer", "result"),
    [
        ("greeting", "not_available", "call_back"),
        ("greeting", "wrong_number", "wrong_number"),
        ("greeting", "refused", "refused"),
        ("greeting", "passed_away", "deceased"),
        ("may_talk", "later", "call_back"),
        ("verify", "failed", "identity_failed"),
        ("verify", "refused", "refused"),
    ],
)
def test_ways_out_before_the_points(play, facts, step, answer, result) -> None:
    """DEC-1, REG-2: each way out is its own outcome, none of them a completed contact."""
    played = play(facts, **{step: answer})
    assert played.outcome.finished.result == result
    assert not played.outcome.completed


def test_a_second_section_begins_with_the_policy(play, facts) -> None:
    """DEC-5: bundled with a mandatory callback, identity was asked there."""
    played = play(facts, identity_verified=True)
    assert played.steps[0] == "policy_no"
    assert played.outcome.completed
