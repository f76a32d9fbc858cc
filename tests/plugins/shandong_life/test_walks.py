"""Walks through the scripts: what a caller says to whom, and what the answers set off."""

from decimal import Decimal

import pytest
from huifang_core.cases import MOST_SERIOUS
from huifang_core.contracts import Fee, Premium
from huifang_core.registry import Plugin
from huifang_core.scripts import NoteOnPerson, NotifyRole, OpenCase

REGULAR = Premium(mode="regular", amount=Decimal("3635.50"), interval_months=12, years=20)
FEES = (
    Fee("初始费用", rate=Decimal("0.05")),
    Fee("风险保险费", amount=Decimal("101.12")),
    Fee("保单管理费", amount=Decimal("5.00")),
)


def test_a_traditional_contract_for_a_single_premium(play, facts_for) -> None:
    """SD-6a, SD-6b, SD-6c, SD-6d: identity first, then signature, terms, coverage, exclusions, cooling-off, loss."""
    played = play("new_contract", facts_for("new_contract"))
    assert played.steps == [
        "greeting",
        "may_talk",
        "verify",
        "opening",
        "signature_policyholder",
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
    assert "15天" in played.said("cooling_off")
    assert "2026年3月21日" in played.said("cooling_off")


def test_nothing_personal_is_said_before_identity_is_verified(play, facts_for) -> None:
    """SD-6a: by the number of an ID document; before it, not even the policy is named."""
    played = play("new_contract", facts_for("new_contract"))
    before = played.prompts[: played.steps.index("verify") + 1]
    assert all("TY370120260000123" not in prompt.text for prompt in before)
    assert before[-1].compares == ("customer.id_number",)
    assert "王小明" in played.said("greeting")
    assert "泰岳人寿" in played.said("greeting")


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
@pytest.mark.parametrize(
    "kind", ["new_contract", "grace_period", "after_grace_period", "lapse", "surrender", "claim"]
)
def test_ways_out_before_the_points(play, facts_for, kind, step, answer, result) -> None:
    """DEC-1, REG-2: each way out is its own outcome, none of them a completed callback."""
    played = play(kind, facts_for(kind), **{step: answer})
    assert played.outcome.finished.result == result
    assert not played.outcome.completed
    assert not played.outcome.identity_verified


def test_who_passed_away_is_not_asked_for_again(play, facts_for) -> None:
    played = play("claim", facts_for("claim"), greeting="passed_away")
    assert played.outcome.finished.result == "deceased"
    assert played.cases == ["contact_data"]


def test_a_regular_premium_is_told(play, facts_for) -> None:
    """SD-6e: the payment period and the premium per period, each as a point of its own."""
    played = play("new_contract", facts_for("new_contract", premium=REGULAR))
    assert "20年" in played.said("premium_years")
    assert "3,635.50元" in played.said("premium_amount")
    assert "每12个月" in played.said("premium_amount")
    assert played.outcome.completed


def test_a_benefit_on_death_needs_the_insureds_signature(play, facts_for) -> None:
    """SD-6b: signed by someone else opens an explanation item, and the call goes on to its end."""
    facts = facts_for("new_contract", death_benefit=True)
    played = play("new_contract", facts, signature_insured="not_genuine")
    assert played.cases == ["explanation_item"]
    assert played.outcome.completed
    assert not played.outcome.affirmative
    assert played.outcome.negative == ("new_contract.signature_insured",)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("signature_policyholder", "not_genuine"),
        ("signature_policyholder", "unsure"),
        ("terms_read", "not_read"),
        ("description_read", "not_read"),
        ("coverage", "not_understood"),
        ("exclusions", "not_understood"),
    ],
)
def test_unclear_or_unsigned_is_an_explanation_item(plugin: Plugin, play, facts_for, step, answer) -> None:
    """SD-2, SD-6b, SD-6c: solved at the city branch, in person."""
    facts = facts_for("new_contract", product_class="participating", accumulating=False)
    played = play("new_contract", facts, **{step: answer})
    assert played.cases == ["explanation_item"]
    assert not played.outcome.affirmative
    (explanation,) = (c for c in plugin.case_classes if c.id == "explanation_item")
    assert explanation.solved_at == "city"


def test_sold_through_a_bank(play, facts_for) -> None:
    """SD-6f: an insurer runs it, and it is insurance; who thought otherwise may have been misled."""
    facts = facts_for("new_contract", channel="bank")
    played = play("new_contract", facts)
    assert "保险公司经营" in played.said("bank_insurer")
    assert "不是银行存款" in played.said("bank_insurance")
    misled = play("new_contract", facts, bank_insurance="thought_otherwise")
    assert misled.cases == ["mis_selling"]


def test_a_universal_contract_with_its_fees(play, facts_for) -> None:
    """SD-6g, SD-6h: uncertain benefits; fee items and rates, first deduction and credit of this very contract."""
    facts = facts_for(
        "new_contract",
        product_class="universal",
        fees=FEES,
        first_deduction=Decimal("1370.12"),
        account_credit=Decimal("23909.88"),
    )
    played = play("new_contract", facts)
    order = [
        "benefits_uncertain",
        "illustrations_assumed",
        "result_may_differ",
        "fee_items",
        "first_deduction",
    ]
    assert [step for step in played.steps if step in order] == order
    for words in ("初始费用 5%", "风险保险费 101.12元", "保单管理费 5.00元"):
        assert words in played.said("fee_items")
    assert "1,370.12元" in played.said("first_deduction")
    assert "23,909.88元" in played.said("account_credit")
    assert played.outcome.completed


def test_a_credit_the_core_has_not_stated_keeps_the_callback_from_being_complete(play, facts_for) -> None:
    """SD-6h: what can't be told is not passed over."""
    facts = facts_for(
        "new_contract", product_class="universal", fees=FEES, first_deduction=Decimal("1370.12")
    )
    played = play("new_contract", facts)
    assert played.outcome.finished.result == "completed"
    assert not played.outcome.completed
    assert played.outcome.blocked_by == ("contract.account_credit",)


def test_a_cooling_off_end_that_is_not_known_is_never_made_up(play, facts_for) -> None:
    """SD-6d: the window may be counted by a default, but a customer is told of the contract's own period only."""
    played = play("new_contract", facts_for("new_contract", cooling_off_days=None))
    assert played.outcome.blocked_by == ("contract.cooling_off_days", "contract.cooling_off_end")


def test_who_was_misled_is_heard_out(play, facts_for) -> None:
    """SD-5: no dodging of direct questions; compliance hears of it, and so does the salesperson's record."""
    played = play("new_contract", facts_for("new_contract"), not_misled="misled")
    assert "misled_detail" in played.steps
    assert played.cases == ["mis_selling"]
    kinds = [type(fired.effect) for fired in played.effects]
    assert NotifyRole in kinds
    assert NoteOnPerson in kinds
    assert played.outcome.completed
    assert not played.outcome.affirmative


def test_wanting_to_cancel_is_the_customers_right(play, facts_for) -> None:
    """SD-6d: it opens a case of help, and the callback counts as affirmative."""
    played = play("new_contract", facts_for("new_contract"), cooling_off="wants_to_cancel")
    assert played.cases == ["inquiry"]
    assert played.outcome.affirmative


@pytest.mark.parametrize(("answer", "opened"), [("question", "inquiry"), ("complaint", "complaint")])
@pytest.mark.parametrize("kind", ["new_contract", "grace_period", "lapse", "surrender", "claim"])
def test_questions_and_complaints_are_taken_down(play, facts_for, kind, answer, opened) -> None:
    """SD-4: problems are classified as they come up."""
    played = play(kind, facts_for(kind, premium=REGULAR), questions=answer)
    assert played.cases == [opened]
    assert played.outcome.completed


def test_in_the_grace_period_the_last_day_is_told(play, facts_for) -> None:
    """SD-7a: the end date, and a reminder to pay."""
    played = play("grace_period", facts_for("grace_period"))
    assert "2026年10月31日" in played.said("end_told")
    assert "reminder" in played.steps
    english = play("grace_period", facts_for("grace_period"), language="en")
    assert "31 October 2026" in english.said("end_told")


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("after_grace_period", {"premium_kept": "given"}),
        ("lapse", {"premium_kept": "given"}),
        ("grace_period", {"end_told": "says_paid", "paid_how": "to_salesperson"}),
    ],
)
def test_a_premium_kept_by_a_salesperson(plugin: Plugin, play, facts_for, kind, answers) -> None:
    """SD-7b: a problem item of the most serious class, at once; compliance is told, the salesperson's record noted."""
    played = play(kind, facts_for(kind), **answers)
    (opened,) = (f.effect for f in played.effects if isinstance(f.effect, OpenCase))
    assert opened.case_class == "premium_misappropriation"
    (declared,) = (c for c in plugin.case_classes if c.id == opened.case_class)
    assert declared.severity == MOST_SERIOUS
    assert opened.severity in (None, MOST_SERIOUS)
    (told,) = (f.effect for f in played.effects if isinstance(f.effect, NotifyRole))
    assert (told.role, told.level) == ("compliance_officer", "province")
    (noted,) = (f.effect for f in played.effects if isinstance(f.effect, NoteOnPerson))
    assert noted.target == "seller"
    assert all(fired.effect.when == "immediate" for fired in played.effects)
    assert played.outcome.completed
    assert not played.outcome.affirmative


def test_after_the_grace_period_the_four_points_are_raised(play, facts_for) -> None:
    """SD-7b: why, whether a salesperson has the money, that the policy lapsed, how to reinstate it."""
    played = play("after_grace_period", facts_for("after_grace_period"))
    points = [step for step in played.steps if step in ("reason", "premium_kept", "status", "reinstatement")]
    assert points == ["reason", "premium_kept", "status", "reinstatement"]
    assert "复效申请" in played.said("reinstatement")
    assert "2026年10月31日" in played.said("status")


def test_another_reason_is_written_down(play, facts_for) -> None:
    """SD-7b: find out why the premium is unpaid."""
    played = play("after_grace_period", facts_for("after_grace_period"), reason="other")
    assert played.steps.index("reason_detail") == played.steps.index("reason") + 1


def test_a_surrender_the_customer_did_not_want(play, facts_for) -> None:
    """SD-1: surrenders are in scope."""
    played = play("surrender", facts_for("surrender"), own_wish="not_own_wish")
    assert played.cases == ["unwanted_surrender"]
    assert not played.outcome.affirmative


def test_a_claim_payment_that_did_not_arrive(play, facts_for) -> None:
    """SD-1: claims are in scope."""
    played = play("claim", facts_for("claim"), money_received="not_received")
    assert played.cases == ["money_not_received"]


def test_two_callbacks_in_one_call_ask_for_identity_once(play, facts_for) -> None:
    """DEC-5: the second section begins with its own points."""
    played = play("lapse", facts_for("lapse"), identity_verified=True)
    assert played.steps[0] == "reason"
    assert played.outcome.completed
    assert played.outcome.affirmative


def test_facts_that_are_not_known_are_raised_rather_than_left_out(play, facts_for) -> None:
    """SD-5: with nothing known of the product every point comes up."""
    facts = facts_for("new_contract", product_class=None, death_benefit=None, channel=None, premium=None)
    played = play("new_contract", facts)
    for step in ("signature_insured", "description_read", "bank_insurance", "premium_amount", "fee_items"):
        assert step in played.steps
    assert not played.outcome.completed


def test_the_lapse_is_told_with_its_day(play, facts_for) -> None:
    """SD-7b: the policy's state."""
    assert "2026年9月20日" in play("lapse", facts_for("lapse")).said("status")
