"""What the plugin declares, and what golden cases of one rule can't say."""

from datetime import date

import msgspec
import pytest
from huifang_core.limits import Frequency
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.plans import Share
from huifang_core.registry import Plugin
from huifang_core.trace import Trace, lines
from huifang_payer_feedback.settings import Settings

TODAY = date(2026, 11, 25)
PAID = {
    "type": "payment.completed",
    "at": "2026-09-29 15:00",
    "data": {"payer": "K1", "paid_at": "2026-09-29T15:00:00+08:00"},
}
ACCOUNT = {"line": "social_security", "contract_no": "K1", "policyholder": "K1"}


def test_the_offices_duties_go_on_when_late_and_surveys_stop(plugin: Plugin) -> None:
    """DEC-3, PF-1, PF-3, PF-4: a callback after a payment and an answer are owed; an opinion is asked for."""
    assert {rule.id: rule.after_due for rule in plugin.rules} == {
        "payment": "continue",
        "reply": "continue",
        "satisfaction": "stop",
        "second_callback": "continue",
    }


def test_the_rules_own_numbers(plugin: Plugin) -> None:
    """PF-3: five working days for the first contact, two for an answer; nothing else is stated."""
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at["payment.within_working_days"] == 5
    assert at["reply.within_working_days"] == 2
    stated = {
        name
        for name, parameter in plugin.parameters.parameters.items()
        if any(value.source != "none" for value in parameter.values)
    }
    assert stated == {
        "payment.within_working_days",
        "reply.within_working_days",
        "case.complaint.solve_within_working_days",
        "case.staff_conduct.solve_within_working_days",
        "case.problem.solve_within_working_days",
        "case.suggestion.solve_within_working_days",
    }


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("payment.within_working_days", 3, 6),
        ("reply.within_working_days", 1, 3),
        ("satisfaction.share", "0.5", "0.05"),
        ("satisfaction.within_working_days", 10, 30),
        ("survey_frequency.within_days", 180, 30),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("ladder.sms_attempts", 2, 0),
        ("ladder.email_attempts", 2, 0),
        ("ladder.visit_attempts", 2, 0),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter, laxer) -> None:
    """GEN-4."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_what_is_brought_up_in_a_callback_is_answered_as_soon(plugin: Plugin) -> None:
    """PF-3, PF-4: two working days from when the office hears of it, however it does."""
    days = {c.id: c.solve_within_working_days for c in plugin.case_classes}
    assert {days[id] for id in ("complaint", "staff_conduct", "problem", "suggestion")} == {2}


def test_surveys_of_one_person_are_limited_and_nothing_else_is(plugin: Plugin) -> None:
    """CARE-2: once in 90 days; what the office owes is neither counted nor held back."""
    (limit,) = plugin.limits
    assert isinstance(limit, Frequency)
    assert limit.categories == ("survey",)
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert (at[limit.at_most], at[limit.within_days]) == (1, 90)


def test_a_tenth_of_every_offices_payers_is_drawn_each_quarter(plugin: Plugin) -> None:
    """PF-3, DEC-14: regular surveys by a plan, so that the draw can be repeated."""
    (plan,) = plugin.plans
    assert (plan.size, plan.period) == (Share("satisfaction.share"), "quarter")


def test_retention_is_set_and_can_not_be_empty() -> None:
    """DEC-15: no contract bounds it."""
    assert Settings().retention_years == 5
    for wrong in (0, None):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"retention_years": wrong}, Settings)


@pytest.mark.parametrize("setting", ["channels", "reply_channels", "lines"])
def test_a_list_without_which_nobody_could_be_contacted_is_never_empty(setting: str) -> None:
    """PF-2."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({setting: []}, Settings)


def test_a_channel_named_twice_is_one_rung(derive_case) -> None:
    """PF-2: the ladder is climbed once."""
    (found,) = derive_case(
        "payer_feedback", contract=ACCOUNT, settings={"channels": ["phone", "sms", "phone"]}, events=[PAID]
    )
    assert [rung.channel for rung in found.desired.draft.ladder] == ["phone", "sms"]


def test_surveys_are_surveys_and_the_rest_is_mandatory(derive_case) -> None:
    """DEC-6, CARE-2: what a payer does not want holds back surveys alone."""
    drawn = {
        "type": "sample.drawn",
        "at": "2026-04-01",
        "data": {"plan": "payer_feedback/satisfaction", "period": "2026-Q1", "member": "core/Y", "rank": 1},
    }
    told = {
        "type": "feedback.received",
        "at": "2026-03-09",
        "data": {"kind": "problem", "received_at": "2026-03-09T15:30:00+08:00"},
    }
    found = derive_case("payer_feedback", contract=ACCOUNT, events=[PAID, drawn, told])
    assert {f.desired.draft.kind: f.desired.draft.category for f in found} == {
        "payment": "mandatory",
        "reply": "mandatory",
        "satisfaction": "survey",
    }


def test_a_trace_reads_well_in_both_languages(derive_case) -> None:
    """GEN-3: event, scope, payment, parameter with its source, days skipped and made up, decision; PF-3 named."""
    (found,) = derive_case("payer_feedback", contract=ACCOUNT, events=[PAID])
    zh = "\n".join(lines(found.desired.draft.trace, "zh-CN"))
    en = "\n".join(lines(found.desired.draft.trace, "en"))
    for words in ("缴费完成", "险种：社会保险", "缴费人回访制度", "2026-10-10", "PF-3"):
        assert words in zh
    for words in (
        "a payment was completed",
        "working day 5 after 2026-09-29 is 2026-10-12",
        "2026-10-01…2026-10-02",
    ):
        assert words in en
    assert all(max(line) >= "一" for line in zh.splitlines())


def test_the_report_shows_timeliness_the_five_facts_and_what_payers_brought_up(plugin: Plugin) -> None:
    """PF-4, REG-2, DEC-1: recorded, analysed; being in time and being satisfied are figures of their own."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    of = {id: {m.figure for m in table.measures if hasattr(m, "figure")} for id, table in tables.items()}
    assert {"due", "done_in_time", "done_late", "overdue"} <= of["by_office"]
    assert {"attempted", "connected", "right_party", "completed", "successful"} <= of["satisfied_by_office"]
    assert "successful" not in of["by_office"]
    assert tables["cases_by_office"].by == ("unit", "case_class")
