"""Walks through the scripts: what a caller says to whom, and what the answers set off."""

from datetime import date
from decimal import Decimal

import pytest
from huifang_core.contracts import Premium
from huifang_core.scripts import NoteOnPerson, NotifyRole

REGULAR = Premium(mode="regular", amount=Decimal("3635.50"), interval_months=12, years=20)
KINDS = ("new_contract", "departed_seller", "policy_servicing", "lapse", "satisfaction", "claim")


def test_a_traditional_contract_for_a_single_premium(play, facts_for) -> None:
    """LN-3, LN-6: the policyholder first, then what the standard is assumed to hold."""
    played = play("new_contract", facts_for("new_contract"))
    assert played.steps == [
        "greeting",
        "may_talk",
        "verify",
        "opening",
        "signature_policyholder",
        "policy_received",
        "terms_read",
        "coverage",
        "exclusions",
        "not_misled",
        "cooling_off",
        "surrender_loss",
        "questions",
        "end_completed",
    ]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()
    assert "2026年3月21日" in played.said("cooling_off")
    assert "15 days" in play("new_contract", facts_for("new_contract"), language="en").said("cooling_off")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_personal_is_said_before_identity_is_verified(play, facts_for, kind) -> None:
    """LN-3, REG-5: the policy is named only to its policyholder."""
    played = play(kind, facts_for(kind))
    before = played.prompts[: played.steps.index("verify") + 1]
    assert all("TY370120260000123" not in prompt.text for prompt in before)
    assert before[-1].compares == ("customer.id_number",)
    assert "录音" in played.said("greeting")


@pytest.mark.parametrize(
    ("step", "answer", "result"),
    [
        ("greeting", "not_available", "call_back"),
        ("greeting", "wrong_number", "wrong_number"),
        ("greeting", "refused", "refused"),
        ("may_talk", "later", "call_back"),
        ("may_talk", "refused", "refused"),
        ("verify", "failed", "identity_failed"),
        ("verify", "refused", "refused"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_ways_out_before_the_points(play, facts_for, kind, step, answer, result) -> None:
    """DEC-1, REG-2: each way out is its own outcome, none of them a completed callback."""
    played = play(kind, facts_for(kind), **{step: answer})
    assert played.outcome.finished.result == result
    assert not played.outcome.completed
    assert not played.outcome.identity_verified


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "new_contract"])
def test_who_passed_away_is_not_asked_for_again(play, facts_for, kind) -> None:
    played = play(kind, facts_for(kind), greeting="passed_away")
    assert played.outcome.finished.result == "deceased"
    assert played.cases == ["contact_data"]


def test_a_new_type_product_sold_by_a_bank(play, facts_for) -> None:
    """LN-1, LN-6: description, insurance and no deposit, uncertain benefits, fees."""
    facts = facts_for("new_contract", product_class="universal", channel="bank", premium=REGULAR)
    played = play("new_contract", facts)
    order = [
        "description_read",
        "bank_insurance",
        "premium_years",
        "premium_amount",
        "benefits_uncertain",
        "fees_charged",
    ]
    assert [step for step in played.steps if step in order] == order
    assert "3,635.50元" in played.said("premium_amount")
    assert played.outcome.completed
    misled = play("new_contract", facts, bank_insurance="thought_otherwise")
    assert misled.cases == ["mis_selling"]
    assert misled.outcome.negative == ("new_contract.bank_insurance",)


def test_health_cover_of_one_year_has_no_cooling_off_to_tell(play, facts_for) -> None:
    """LN-1: but a waiting period, a deductible and a share."""
    facts = facts_for("new_contract", line="health", expires_on=date(2027, 3, 1), cooling_off_days=None)
    played = play("new_contract", facts)
    assert "health_limits" in played.steps
    assert "cooling_off" not in played.steps
    assert played.outcome.completed


def test_who_was_misled_is_heard_out(play, facts_for) -> None:
    """LN-6: compliance hears of it, and so does the salesperson's record."""
    played = play("new_contract", facts_for("new_contract"), not_misled="misled")
    assert "misled_detail" in played.steps
    assert played.cases == ["mis_selling"]
    kinds = {type(fired.effect) for fired in played.effects}
    assert {NotifyRole, NoteOnPerson} <= kinds
    assert not played.outcome.affirmative


def test_wanting_to_cancel_is_the_customers_right(play, facts_for) -> None:
    """REG-1: it opens a case of help, and the callback counts as affirmative."""
    played = play("new_contract", facts_for("new_contract"), cooling_off="wants_to_cancel")
    assert played.cases == ["inquiry"]
    assert played.outcome.affirmative


@pytest.mark.parametrize(
    ("kind", "step", "answer", "noted"),
    [
        ("departed_seller", "premiums_booked", "to_salesperson", []),
        ("lapse", "premium_kept", "to_salesperson", ["seller"]),
        ("lapse", "premium_kept", "to_another", []),
    ],
)
def test_a_premium_handed_to_somebody(play, facts_for, kind, step, answer, noted) -> None:
    """LN-2: a problem item of the most serious class, and compliance is told.

    The contract may have a new salesperson when the old one has left, who must not find a note of this on record.
    """
    played = play(kind, facts_for(kind), **{step: answer})
    assert played.cases == ["premium_misappropriation"]
    assert "kept_detail" in played.steps
    (told,) = (f.effect for f in played.effects if isinstance(f.effect, NotifyRole))
    assert (told.role, told.level) == ("compliance_officer", "province")
    assert [f.effect.target for f in played.effects if isinstance(f.effect, NoteOnPerson)] == noted
    assert played.outcome.completed
    assert not played.outcome.affirmative


def test_the_departure_is_told_with_its_day_and_no_name(play, facts_for) -> None:
    """LN-2."""
    played = play("departed_seller", facts_for("departed_seller"))
    assert "2026年9月18日" in played.said("told")
    assert [
        step for step in played.steps if step in ("told", "premiums_booked", "nothing_kept", "service")
    ] == [
        "told",
        "premiums_booked",
        "nothing_kept",
        "service",
    ]


@pytest.mark.parametrize(
    ("kind", "step", "answer", "opened"),
    [
        ("departed_seller", "not_talked_over", "somebody", "mis_selling"),
        ("departed_seller", "nothing_kept", "something", "explanation_item"),
        ("policy_servicing", "own_wish", "not_own_wish", "unwanted_change"),
        ("policy_servicing", "correct", "differs", "explanation_item"),
        ("policy_servicing", "service", "dissatisfied", "complaint"),
        ("lapse", "reinstatement", "wants_to_reinstate", "inquiry"),
        ("satisfaction", "overall", "dissatisfied", "complaint"),
        ("satisfaction", "salesperson", "dissatisfied", "complaint"),
        ("claim", "money_received", "not_received", "money_not_received"),
        ("claim", "nothing_charged", "charged", "complaint"),
        ("claim", "result_clear", "not_clear", "explanation_item"),
    ],
)
def test_what_an_answer_opens(play, facts_for, kind, step, answer, opened) -> None:
    """LN-2, REG-2: what is not as it should be becomes a problem item, and the callback goes on to its end."""
    played = play(kind, facts_for(kind), **{step: answer})
    assert played.cases == [opened]
    assert played.outcome.completed


@pytest.mark.parametrize(("answer", "opened"), [("question", "inquiry"), ("complaint", "complaint")])
@pytest.mark.parametrize("kind", KINDS)
def test_questions_and_complaints_are_taken_down(play, facts_for, kind, answer, opened) -> None:
    played = play(kind, facts_for(kind), questions=answer)
    assert played.cases == [opened]
    assert played.outcome.completed


def test_two_callbacks_in_one_call_ask_for_identity_once(play, facts_for) -> None:
    """DEC-5: the second section begins with its own points."""
    played = play("lapse", facts_for("lapse"), identity_verified=True)
    assert played.steps[0] == "status"
    assert played.outcome.completed
    assert played.outcome.affirmative
