"""Walks through the scripts: what a caller says to whom, and what the answers set off."""

import pytest
from huifang_core.scripts import NoteOnPerson, NotifyRole

SCRIPTS = ["underwriting", "claim", "loss_assessment"]


def test_first_contact_by_phone(play) -> None:
    """PC-2, PC-4: who answers, terms, own will, attitude, that more callbacks follow, views."""
    played = play("underwriting")
    assert played.steps == [
        "greeting",
        "may_talk",
        "verify",
        "terms",
        "own_will",
        "service",
        "more_callbacks",
        "views",
        "end_completed",
    ]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()
    assert "今后我们还会做类似的回访" in played.said("more_callbacks")
    assert "意见、建议" in played.said("views")


def test_a_claim_by_phone(play) -> None:
    """HT-4, HT-9, PC-2: liability, loss figures and payment are clear, staff satisfactory."""
    played = play("claim")
    points = ["liability", "loss", "money_received", "service", "more_callbacks", "views"]
    assert [step for step in played.steps if step in points] == points
    assert "K-1" in played.said("liability")
    assert played.outcome.affirmative


def test_a_claim_declined_has_no_payment_to_ask_about(play) -> None:
    """HT-9, PC-1: all claims are called about, whatever their result."""
    played = play("claim", {"claim.result": "declined"})
    assert "money_received" not in played.steps
    assert played.outcome.completed
    assert "money_received" in play("claim", {"claim.result": None}).steps, "not known: asked"


def test_the_service_of_an_assessor(play) -> None:
    """HT-5, HT-6, HT-7: whoever reported the claim is asked, and proves to have been there."""
    played = play("loss_assessment", greeting="reporter")
    points = ["timely", "explained", "attitude", "integrity", "more_callbacks", "views"]
    assert [step for step in played.steps if step in points] == points
    (verify,) = (prompt for prompt in played.prompts if prompt.step == "verify")
    assert {"claim.reported_at", "claim.loss_region"} <= set(verify.compares)


@pytest.mark.parametrize("script", SCRIPTS)
def test_online_it_is_a_questionnaire(play, script) -> None:
    """PC-6: nobody introduces a caller there, but identity is verified and the same points are asked."""
    online = play(script, {"contact.channel": "online", "caller.staff_no": None})
    assert online.steps[:2] == ["welcome", "verify"]
    assert "问卷" in online.said("welcome")
    assert online.outcome.completed
    by_phone = play(script)
    assert online.steps[1:] == by_phone.steps[by_phone.steps.index("verify") :]
    assert play(script, {"contact.channel": "on_site"}).steps == by_phone.steps


@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_personal_is_said_before_identity_is_verified(play, script) -> None:
    """PC-3, HT-7: neither claim nor policy is named before it."""
    played = play(script)
    before = played.prompts[: played.steps.index("verify") + 1]
    for secret in ("K-1", "PM370120260000123", "王小明"):
        assert all(secret not in prompt.text for prompt in before)


@pytest.mark.parametrize("script", SCRIPTS)
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
def test_ways_out_before_the_points(play, script, step, answer, result) -> None:
    """DEC-1, REG-2: each way out is its own outcome, none of them a completed callback."""
    played = play(script, **{step: answer})
    assert played.outcome.finished.result == result
    assert not played.outcome.completed
    assert played.cases == (["contact_data"] if answer == "wrong_number" else [])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    ("answer", "opened", "affirmative"),
    [
        ("answered", [], True),
        ("suggestion", ["inquiry"], True),
        ("unsolved", ["problem"], False),
        ("complaint", ["complaint"], False),
    ],
)
def test_views_suggestions_and_what_cant_be_solved_on_the_spot(
    play, script, answer, opened, affirmative
) -> None:
    """PC-4: a suggestion is passed on and no fault; what stays unsolved becomes a transfer work order."""
    played = play(script, views=answer)
    assert played.cases == opened
    assert played.outcome.completed
    assert played.outcome.affirmative is affirmative


@pytest.mark.parametrize(
    ("script", "step", "answer", "opened"),
    [
        ("underwriting", "terms", "not_understood", "explanation"),
        ("underwriting", "own_will", "not_own_will", "unwilling_purchase"),
        ("underwriting", "service", "dissatisfied", "staff_attitude"),
        ("claim", "liability", "disputed", "claim_dispute"),
        ("claim", "loss", "disputed", "claim_dispute"),
        ("claim", "money_received", "not_received", "payment_missing"),
        ("claim", "service", "dissatisfied", "staff_attitude"),
        ("loss_assessment", "timely", "late", "staff_attitude"),
        ("loss_assessment", "explained", "disputed", "claim_dispute"),
        ("loss_assessment", "attitude", "dissatisfied", "staff_attitude"),
        ("loss_assessment", "integrity", "irregular", "irregular_charge"),
    ],
)
def test_what_is_not_as_it_should_be_becomes_a_work_order(play, script, step, answer, opened) -> None:
    """PC-2, PC-4, REG-2: completed, but not successful, and on its way to whoever solves it."""
    played = play(script, **{step: answer})
    assert played.cases == [opened]
    assert played.outcome.completed
    assert not played.outcome.affirmative


@pytest.mark.parametrize(
    ("script", "step"),
    [("underwriting", "terms"), ("claim", "liability"), ("claim", "loss"), ("loss_assessment", "explained")],
)
def test_what_was_explained_on_the_spot_needs_no_work_order(play, script, step) -> None:
    """PC-4: solved on the spot is solved."""
    played = play(script, **{step: "explained_now"})
    assert played.cases == []
    assert played.outcome.affirmative


def test_a_policy_nobody_wanted(play) -> None:
    """PC-2: bought of their own will, or compliance hears of it and the salesperson's record too."""
    played = play("underwriting", own_will="not_own_will")
    assert "own_will_detail" in played.steps
    (told,) = (f.effect for f in played.effects if isinstance(f.effect, NotifyRole))
    (noted,) = (f.effect for f in played.effects if isinstance(f.effect, NoteOnPerson))
    assert (told.role, told.level, noted.target) == ("compliance_officer", "province", "seller")


@pytest.mark.parametrize(
    ("step", "answer"), [("timely", "late"), ("attitude", "dissatisfied"), ("integrity", "irregular")]
)
def test_what_is_said_of_an_assessor_goes_on_record(play, step, answer) -> None:
    """HT-5: the callback is about the assessor."""
    played = play("loss_assessment", **{step: answer})
    (noted,) = (f.effect for f in played.effects if isinstance(f.effect, NoteOnPerson))
    assert noted.target == "assessor"
