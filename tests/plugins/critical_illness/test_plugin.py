"""What the plugin declares, and its questionnaire as customers hear it."""

from datetime import date

import pytest
from huifang_core.parameters import ParameterError
from huifang_core.plans import Share
from huifang_core.registry import Plugin, Registry

TODAY = date(2026, 11, 25)


@pytest.fixture
def plugin(huifang_registry: Registry) -> Plugin:
    return huifang_registry.plugins["critical_illness"]


@pytest.fixture
def walk(player):
    return lambda **answers: player("critical_illness")(
        "questionnaire", {"customer.id_last4": "7777"}, **answers
    )


def test_a_share_of_every_branch_is_drawn_each_month(plugin: Plugin) -> None:
    """CI-1, DEC-14: by a plan, so that the draw can be repeated; the share is a dated number of the insurer's."""
    (plan,) = plugin.plans
    assert (plan.size, plan.period) == (Share("questionnaire.share"), "month")
    plugin.parameters.check_override("questionnaire.share", "0.5", TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override("questionnaire.share", "0.05", TODAY)


def test_a_questionnaire_is_a_survey_and_stops_when_its_time_is_up(plugin: Plugin) -> None:
    """DEC-3, CI-3."""
    (rule,) = plugin.rules
    assert rule.after_due == "stop"


def test_the_assumed_questions_say_so(plugin: Plugin) -> None:
    """CI-2: the rule refers to a questionnaire that it does not contain."""
    asked = [item for item in plugin.content_items if "CI-2" in item.cites]
    assert len(asked) == 6
    assert all("none" in item.cites for item in asked)


def test_who_agrees_is_asked_everything(walk) -> None:
    """CI-2, CI-3, CI-5: identity first, then consent, then the questions."""
    played = walk()
    assert played.steps[:3] == ["greeting", "verify", "consent"]
    assert played.outcome.completed
    assert played.outcome.affirmative
    assert played.cases == []


@pytest.mark.parametrize(("answer", "cases"), [("declined", []), ("complained", ["questionnaire_complaint"])])
def test_without_consent_nothing_is_asked(walk, answer, cases) -> None:
    """CI-3: a polite end, not completed; a complaint that the questionnaire causes is a case of its own class."""
    played = walk(consent=answer)
    assert played.steps == ["greeting", "verify", "consent", "end_refused"]
    assert not played.outcome.completed
    assert played.outcome.finished.result == "refused"
    assert played.cases == cases


@pytest.mark.parametrize(
    ("answers", "opened"),
    [
        ({"money_received": "not_received"}, "serious_problem"),
        ({"nothing_charged": "charged"}, "serious_problem"),
        ({"procedure": "cumbersome"}, "problem"),
        ({"service": "dissatisfied"}, "problem"),
        ({"suggestions": "suggestion"}, "suggestion"),
    ],
)
def test_what_is_brought_up_becomes_a_case(walk, answers, opened) -> None:
    """CI-4, CI-6: problems are followed up, serious ones by the province."""
    assert walk(**answers).cases == [opened]


def test_serious_problems_go_up(plugin: Plugin) -> None:
    """CI-4, CI-6: the province solves serious problems and plans improvements; all else is the branch's."""
    levels = {case_class.id: case_class.solved_at for case_class in plugin.case_classes}
    assert {id for id, level in levels.items() if level == "province"} == {
        "serious_problem",
        "improvement_plan",
    }


def test_contact_data_that_changed_is_corrected(walk) -> None:
    """CI-5."""
    played = walk(contact_data="changed")
    assert [fired.effect.field for fired in played.effects] == ["customer.phone", "customer.address"]


def test_the_report_analyses_areas_and_shows_what_branches_are_compared_by(plugin: Plugin) -> None:
    """CI-3, CI-4, CI-5, CI-7: by area and class of case, who declined, whose data is complete, and how branches rank."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    assert tables["by_area"].by == ("province", "city")
    assert tables["cases_by_branch"].by == ("unit", "case_class")
    rates = {m.id: (m.over, m.under) for m in tables["assessment"].measures if hasattr(m, "over")}
    assert rates == {
        "completed_rate": ("completed", "due"),
        "in_time_rate": ("done_in_time", "due"),
        "satisfied_rate": ("successful", "completed"),
    }
    assert {term.measure for term in tables["assessment"].ranking.terms} == set(rates)
    assert [m.id for m in tables["consent"].measures] == [
        "consent_asked",
        "consent_declined",
        "declined_rate",
    ]
    assert "complete_rate" in {m.id for m in tables["completeness"].measures}
