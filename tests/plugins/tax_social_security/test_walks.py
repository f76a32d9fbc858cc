"""Interviews, warnings and talks as the heads of enterprises hear them."""

from decimal import Decimal

import pytest
from huifang_core.registry import Plugin
from huifang_core.scripts import NotifyRole, OpenCase

SAME = {
    "contract.line": "social_security",
    "registration.base_differs": False,
    "registration.declared_base": Decimal("5000.00"),
    "registration.contribution_base": Decimal("5000.00"),
}
DIFFERENT = {**SAME, "registration.base_differs": True, "registration.declared_base": Decimal("4000.00")}
TAX = {"contract.line": "tax", "registration.base_differs": False}
RISK = {"risk.kind": "欠缴"}


@pytest.fixture
def walk(play):
    return lambda kind, facts, **answers: play(kind, {**facts, "customer.id_last4": "7777"}, **answers)


def test_the_head_of_an_enterprise_is_asked_and_told_every_point(walk) -> None:
    """TS-1, TS-4: duty and service; what the certificate is, its items, how to apply; omitted, under-reported, concealed; views;
    verification; the right account."""
    played = walk("interview", SAME)
    assert played.steps == [
        "greeting",
        "may_talk",
        "verify",
        "duty",
        "service",
        "certificate_meaning",
        "certificate_items",
        "certificate_application",
        "omitted",
        "under_reported",
        "concealed",
        "certificate_views",
        "verification_duty",
        "impersonation",
        "account_choice",
        "account_right",
        "end_completed",
    ]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()


def test_a_difference_of_the_bases_is_held_up_to_the_head(walk) -> None:
    """TS-4: both figures are named, and a reason asked for."""
    played = walk("interview", DIFFERENT)
    assert "4,000.00元" in played.said("difference")
    assert "5,000.00元" in played.said("difference")
    assert played.outcome.completed
    unexplained = walk("interview", DIFFERENT, difference="unexplained")
    assert unexplained.cases == ["violation"]
    assert not unexplained.outcome.affirmative


def test_bases_are_told_to_nobody_before_identity_is_verified(walk) -> None:
    """TS-4, REG-5."""
    played = walk("interview", DIFFERENT)
    before = played.prompts[: played.steps.index("verify") + 1]
    assert all("00元" not in prompt.text for prompt in before)
    assert before[-1].compares == ("customer.id_last4",)


@pytest.mark.parametrize(
    ("answers", "severity"),
    [
        ({"omitted": "omitted"}, None),
        ({"under_reported": "lower"}, None),
        ({"concealed": "concealed"}, 4),
        ({"impersonation": "somebody"}, 4),
    ],
)
def test_a_violation_found_opens_a_case_that_must_be_pursued(plugin: Plugin, walk, answers, severity) -> None:
    """TS-4: at once, and the interview goes on to its end."""
    played = walk("interview", SAME, **answers)
    (opened,) = (fired.effect for fired in played.effects if isinstance(fired.effect, OpenCase))
    assert (opened.case_class, opened.severity, opened.when) == ("violation", severity, "immediate")
    assert played.outcome.completed
    assert not played.outcome.affirmative


def test_a_registration_for_taxes_is_not_asked_about_social_security(walk) -> None:
    """TS-1, TS-4."""
    played = walk("interview", TAX)
    assert played.steps[3:] == ["duty", "service", "account_choice", "account_right", "end_completed"]
    assert played.outcome.completed


def test_a_line_that_is_not_known_leaves_nothing_out(walk) -> None:
    """TS-4."""
    played = walk("interview", {"registration.base_differs": False})
    assert {"certificate_meaning", "omitted", "impersonation"} <= set(played.steps)


def test_misconduct_of_officers_goes_past_the_office(plugin: Plugin, walk) -> None:
    """TS-1: a most serious case, and compliance is told."""
    played = walk("interview", SAME, duty="improper")
    kinds = [type(fired.effect) for fired in played.effects]
    assert kinds == [OpenCase, NotifyRole]
    assert played.effects[0].effect.severity == 4
    assert "duty_detail" in played.steps
    (declared,) = (c for c in plugin.case_classes if c.id == "officer_conduct")
    assert declared.solved_at == "city"


def test_a_wrong_account_is_put_right(walk) -> None:
    """TS-4: choice of the right withholding bank account."""
    assert walk("interview", SAME, account_right="wrong").cases == ["bank_account"]
    assert walk("interview", SAME, account_right="not_used").outcome.affirmative


def test_views_on_the_certificate_are_answered(walk) -> None:
    """TS-4."""
    played = walk("interview", SAME, certificate_views="views")
    assert played.cases == ["inquiry"]
    assert played.outcome.affirmative


@pytest.mark.parametrize(
    ("kind", "step", "facts"),
    [
        ("interview", "greeting", SAME),
        ("risk_warning", "greeting", RISK),
        ("formal_talk", "opening", RISK),
    ],
)
def test_who_refuses_is_followed_up(walk, kind, step, facts) -> None:
    """TS-2: service refused leads on to a formal talk, and from there to what the rules say."""
    played = walk(kind, facts, **{step: "refused"})
    assert played.outcome.finished.result == "refused"
    assert played.cases == ["service_refused"]


def test_a_warning_names_the_risk_and_how_to_do_away_with_it(walk) -> None:
    """TS-2."""
    played = walk("risk_warning", RISK)
    assert "欠缴" in played.said("risk")
    assert played.steps[2:] == ["risk", "remedy", "correction", "end_completed"]
    assert walk("risk_warning", RISK, correction="refuses").cases == ["service_refused"]
    assert walk("risk_warning", RISK, correction="needs_help").outcome.affirmative


def test_a_risk_is_named_to_nobody_else(walk) -> None:
    """TS-2, REG-5."""
    for kind, answers in (("risk_warning", {}), ("formal_talk", {"corrected_by": "2026-04-10"})):
        played = walk(kind, RISK, **answers)
        assert all("欠缴" not in prompt.text for prompt in played.prompts[:2])


def test_a_formal_talk_tells_the_consequences_and_asks_for_a_commitment(walk) -> None:
    """TS-2: the problems, what follows if they stay, what the payer has to say, and by when they are put right."""
    played = walk("formal_talk", RISK, corrected_by="2026-04-10")
    assert played.steps[2:] == [
        "problems",
        "consequences",
        "statement",
        "commitment",
        "corrected_by",
        "end_completed",
    ]
    assert "滞纳金" in played.said("consequences")
    assert played.outcome.completed
    assert played.outcome.affirmative


@pytest.mark.parametrize(
    ("answers", "opened"),
    [
        ({"commitment": "refuses"}, "violation"),
        ({"consequences": "not_acknowledged", "corrected_by": "2026-04-10"}, "service_refused"),
        ({"problems": "disputed", "corrected_by": "2026-04-10"}, "inquiry"),
    ],
)
def test_what_a_formal_talk_leaves_open_is_a_case(walk, answers, opened) -> None:
    """TS-2, TS-4."""
    assert walk("formal_talk", RISK, **answers).cases == [opened]


def test_the_yearly_summary_asks_how_the_year_was(walk) -> None:
    """TS-1, TS-3."""
    played = walk("yearly_summary", {}, duty="improper", improved="worse", suggestions="suggestion")
    assert played.cases == ["officer_conduct", "officer_conduct", "inquiry"]
    assert played.outcome.completed
