"""Walks through the script: the order of MS-4, and what each branch of MS-2 and MS-3 sets off."""

import pytest
from huifang_core.scripts import NoteOnPerson, NotifyPerson, NotifyRole, OpenCase


def effects(played, kind):
    return [fired.effect for fired in played.effects if isinstance(fired.effect, kind)]


def test_all_is_well(play) -> None:
    """MS-4: may we talk, has the surveyor called, has he arrived, anything else."""
    played = play()
    assert played.steps == ["may_talk", "called", "arrived", "needs", "end_completed"]
    assert played.effects == ()
    assert played.outcome.completed
    assert played.outcome.affirmative


def test_nobody_is_asked_who_they_are(play) -> None:
    """MS-4: identity is not needed, and nothing personal is said."""
    played = play()
    assert not any(prompt.compares for prompt in played.prompts)
    assert all("王小明" not in prompt.text for prompt in played.prompts)


def test_not_now_ends_it_politely_and_for_good(play) -> None:
    """MS-4: the customer was reached in time and is not rung again."""
    played = play(may_talk="not_now")
    assert played.steps == ["may_talk", "end_politely"]
    assert played.outcome.finished.result == "completed"
    assert played.outcome.completed
    assert "随时联系我们" in played.prompts[-1].text


def test_a_surveyor_who_has_not_called_is_told_at_once_and_it_ends(play) -> None:
    """MS-2, MS-4: the surveyor is told, it goes on the surveyor's record, and the customer keeps the phone free."""
    played = play(called="not_called")
    assert played.steps == ["may_talk", "called", "surveyor_told", "end_completed"]
    (told,), (noted,) = effects(played, NotifyPerson), effects(played, NoteOnPerson)
    assert told.target == noted.target == "surveyor"
    assert all(fired.effect.when == "immediate" for fired in played.effects)
    assert played.cases == ["surveyor_not_called"]
    assert "保持电话畅通" in played.said("surveyor_told")
    assert played.outcome.completed
    assert played.outcome.negative == ("survey.called_in_time",)


def test_a_surveyor_who_called_late_has_it_on_record(play) -> None:
    """MS-2: within 10 minutes is what was asked."""
    played = play(called="called_late")
    assert effects(played, NotifyPerson) == []
    (noted,) = effects(played, NoteOnPerson)
    assert noted.target == "surveyor"
    assert "arrived" in played.steps
    assert not played.outcome.affirmative


def test_not_arrived_but_another_time_agreed(play) -> None:
    """MS-4."""
    played = play(arrived="not_arrived")
    assert played.steps[2:] == ["arrived", "time_agreed", "needs", "end_completed"]
    assert played.effects == ()


def test_not_arrived_and_no_other_time_agreed(play) -> None:
    """MS-4: the surveyor is told to agree on one; then further questions."""
    played = play(arrived="not_arrived", time_agreed="not_agreed")
    (told,) = effects(played, NotifyPerson)
    assert told.target == "surveyor"
    assert played.steps[-3:] == ["time_to_be_agreed", "needs", "end_completed"]


@pytest.mark.parametrize(
    ("answer", "step", "words"),
    [("sent", "another_sent", "另派了查勘员"), ("none_free", "none_free", "处理进展也会随时通知您")],
)
def test_a_surveyor_who_cant_arrive_in_time(play, answer, step, words) -> None:
    """MS-2: the service manager of the place of loss sends another; where none is free the customer is told and kept informed."""
    played = play(arrived="not_arrived", time_agreed="cannot_arrive", another_surveyor=answer)
    (told,) = effects(played, NotifyRole)
    assert (told.role, told.level, told.place) == ("case_handler", "city", "loss")
    assert played.cases == ["surveyor_unavailable"]
    assert words in played.said(step)
    assert played.steps[-2:] == ["needs", "end_completed"]


@pytest.mark.parametrize("at", ["may_talk", "needs", "surveyor_told"])
def test_too_many_calls(play, at) -> None:
    """MS-2: apologise, and say that they can reach us whenever they need us."""
    first = {"called": "not_called"} if at == "surveyor_told" else {}
    played = play(**{at: "too_many_calls"}, **first)
    assert played.steps[-2:] == ["fewer_calls", "end_completed"]
    assert "抱歉" in played.said("fewer_calls")
    assert "随时联系我们" in played.said("fewer_calls")


@pytest.mark.parametrize("at", ["needs", "surveyor_told"])
def test_a_dissatisfied_customer_whose_matter_is_solved_on_the_spot(play, at) -> None:
    """MS-2: apologise, ask for details, solve within authority."""
    first = {"called": "not_called"} if at == "surveyor_told" else {}
    played = play(**{at: "dissatisfied"}, **first)
    assert "抱歉" in played.said("dissatisfied_detail")
    assert played.steps[-3:] == ["dissatisfied_detail", "solved", "end_completed"]
    assert "dissatisfaction" not in played.cases


def test_a_dissatisfied_customer_handed_to_the_surveyor(play) -> None:
    """MS-2."""
    played = play(needs="dissatisfied", solved="to_surveyor")
    (told,) = effects(played, NotifyPerson)
    assert told.target == "surveyor"
    assert played.cases == ["dissatisfaction"]
    assert played.steps[-2:] == ["passed_on", "end_completed"]


def test_a_dissatisfied_customer_handed_to_the_service_manager(play) -> None:
    """MS-2."""
    played = play(needs="dissatisfied", solved="to_service_manager")
    (told,) = effects(played, NotifyRole)
    assert (told.role, told.place) == ("case_handler", "loss")
    assert played.cases == ["dissatisfaction"]


@pytest.mark.parametrize(("answer", "underwriting_told"), [("needed", True), ("not_needed", False)])
def test_a_dissatisfied_customer_of_a_dual_agency_case(play, answer, underwriting_told) -> None:
    """MS-3: to the dispatcher of the handling place, followed up; the place of underwriting is told where necessary."""
    played = play(dual_agency=True, needs="dissatisfied", underwriting_place=answer)
    told = effects(played, NotifyRole)
    assert [notice.place for notice in told] == ["loss", "contract"][: 1 + underwriting_told]
    (opened,) = effects(played, OpenCase)
    assert (opened.case_class, opened.place) == ("dual_agency", "loss")
    assert "solved" not in played.steps
    assert played.steps[-2:] == ["passed_on", "end_completed"]


@pytest.mark.parametrize("answer", ["to_surveyor", "to_service_manager"])
def test_another_need_is_answered_or_handed_on(play, answer) -> None:
    """MS-2: within authority at once, else by whoever can."""
    assert play(needs="answered").effects == ()
    played = play(needs="other_need", need_passed_on=answer)
    assert played.cases == ["inquiry"]
    assert len(effects(played, NotifyPerson)) == (answer == "to_surveyor")
    assert len(effects(played, NotifyRole)) == (answer == "to_service_manager")


def test_a_wrong_number_is_checked_at_once(play) -> None:
    """DEC-1, MS-1."""
    played = play(may_talk="wrong_number")
    assert played.outcome.finished.result == "wrong_number"
    assert played.cases == ["contact_data"]
    assert not played.outcome.completed
