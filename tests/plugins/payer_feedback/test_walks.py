"""Callbacks as payers hear them."""

from datetime import date

import pytest
from huifang_core.registry import Plugin
from huifang_core.scripts import OpenCase

TOLD = {
    "feedback.received_on": date(2026, 3, 9),
    "feedback.kind": "problem",
    "case.answer": "系统已修复，可以重新缴费。",
}
SOLVED = {"case.number": "7", "case.solved_on": date(2026, 3, 9), "case.answer": "已重新核定并退还多缴部分。"}
FACTS = {"payment": {}, "reply": TOLD, "satisfaction": {}, "second_callback": SOLVED}


@pytest.fixture
def walk(play):
    return lambda kind, **answers: play(kind, {**FACTS[kind], "customer.id_last4": "7777"}, **answers)


def test_a_satisfied_payer_is_asked_every_point(walk) -> None:
    """PF-1, PF-2, PF-3: satisfaction, difficulties, process, channels, service, attitude, skill, efficiency; how to reply, and when an
    answer comes."""
    played = walk("payment")
    assert played.steps == [
        "greeting",
        "may_talk",
        "satisfaction",
        "difficulties",
        "process",
        "channels",
        "service",
        "attitude",
        "skill",
        "efficiency",
        "way_to_reply",
        "answer_due",
        "end_completed",
    ]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.effects == ()
    assert "回复" in played.said("way_to_reply")
    assert "两个工作日" in played.said("answer_due")


@pytest.mark.parametrize(
    ("answers", "opened"),
    [
        ({"satisfaction": "dissatisfied"}, "problem"),
        ({"difficulties": "unsolved"}, "problem"),
        ({"process": "suggestion"}, "suggestion"),
        ({"channels": "suggestion"}, "suggestion"),
        ({"service": "suggestion"}, "suggestion"),
        ({"attitude": "poor"}, "staff_conduct"),
        ({"skill": "poor"}, "staff_conduct"),
        ({"efficiency": "poor"}, "staff_conduct"),
    ],
)
def test_whatever_is_brought_up_becomes_a_case_and_the_callback_goes_on(walk, answers, opened) -> None:
    """PF-3, PF-4: nothing recorded is left out."""
    played = walk("payment", **answers)
    assert played.cases == [opened]
    assert played.outcome.completed
    assert played.outcome.affirmative == (opened == "suggestion")


def test_several_suggestions_are_several_cases(walk) -> None:
    """PF-4: each is answered."""
    played = walk("payment", process="suggestion", channels="suggestion", service="suggestion")
    assert played.cases == ["suggestion"] * 3
    assert {step for step in played.steps if step.endswith("_detail")} == {
        "process_detail",
        "channels_detail",
        "service_detail",
    }


def test_who_met_nobody_still_has_every_point_on_record(walk) -> None:
    """PF-1: paid online."""
    played = walk("payment", attitude="not_met", skill="not_met", efficiency="not_met")
    assert played.outcome.completed
    assert played.outcome.affirmative


def test_an_answer_is_given_to_the_payer_alone(walk) -> None:
    """PF-3, REG-5: what somebody brought up is theirs, so identity comes first."""
    played = walk("reply")
    before = played.prompts[: played.steps.index("verify") + 1]
    assert all("3月9日" not in prompt.text for prompt in before)
    assert before[-1].compares == ("customer.id_last4",)
    assert "2026年3月9日" in played.said("answer")
    assert "系统已修复" in played.said("answer")
    assert played.outcome.identity_verified
    assert played.outcome.completed


def test_opinions_need_no_proof_of_who_gives_them_and_nothing_personal_is_said(plugin: Plugin) -> None:
    """PF-1: a text message can't ask for an ID number."""
    by_purpose = {script.purpose: script.identity for script in plugin.scripts}
    assert by_purpose == {
        "payment": "not_needed",
        "satisfaction": "not_needed",
        "reply": "required",
        "second_callback": "required",
    }


@pytest.mark.parametrize(
    ("answers", "opened"),
    [({"answer": "not_answered"}, ["problem"]), ({"satisfied": "dissatisfied"}, ["complaint"])],
)
def test_a_payer_who_is_not_content_with_the_answer_gets_another(walk, answers, opened) -> None:
    """PF-4: keep following."""
    played = walk("reply", **answers)
    assert played.cases == opened
    assert not played.outcome.affirmative


@pytest.mark.parametrize("way", ["adopted", "declined", "solved"])
def test_whether_it_is_taken_up_is_told(walk, way) -> None:
    """PF-4: tell the payer."""
    assert walk("reply", adopted=way).outcome.affirmative


@pytest.mark.parametrize("kind", ["payment", "reply", "satisfaction", "second_callback"])
@pytest.mark.parametrize(
    ("answer", "result"),
    [("not_available", "call_back"), ("wrong_number", "wrong_number"), ("refused", "refused")],
)
def test_ways_out_are_outcomes_of_their_own(walk, kind, answer, result) -> None:
    """DEC-1, REG-2."""
    played = walk(kind, greeting=answer)
    assert played.outcome.finished.result == result
    assert not played.outcome.completed
    assert played.cases == (["contact_data"] if answer == "wrong_number" else [])


@pytest.mark.parametrize(("said", "content"), [("solved", True), ("not_solved", False)])
def test_what_came_of_a_case_is_told_and_the_payer_has_the_last_word(walk, said, content) -> None:
    """PF-4: tell the payer, keep following."""
    played = walk("second_callback", satisfied=said)
    assert "已重新核定" in played.said("answer")
    assert [fired.effect.satisfied for fired in played.effects] == [content]
    assert played.outcome.completed


def test_a_survey_asks_whether_the_service_got_better(walk) -> None:
    """PF-3, PF-4: the cycle closes."""
    played = walk("satisfaction", improved="worse", suggestions="suggestion")
    assert played.cases == ["problem", "suggestion"]
    assert all(isinstance(fired.effect, OpenCase) for fired in played.effects)
    assert played.outcome.completed
