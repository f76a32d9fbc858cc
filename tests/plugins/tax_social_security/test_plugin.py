"""What the plugin declares, and what golden cases of one rule can't say."""

from datetime import date

import msgspec
import pytest
from huifang_core.parameters import ParameterError
from huifang_core.plans import Full, Number
from huifang_core.registry import Plugin
from huifang_core.schedules import occurrences
from huifang_core.trace import lines
from huifang_tax_social_security.settings import Settings

TODAY = date(2026, 11, 25)
ACCOUNT = {"line": "social_security", "contract_no": "C1", "policyholder": "K1", "unit": "JN"}
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def drawn(plan: str) -> dict:
    return {
        "type": "sample.drawn",
        "at": "2026-04-01",
        "data": {"plan": f"tax_social_security/{plan}", "period": "2026-Q1", "member": "core/s", "rank": 1},
    }


def test_whatever_the_office_owes_goes_on_when_late(plugin: Plugin) -> None:
    """DEC-3: interviews, checks, warnings and talks are its duty, and none of them stops."""
    assert {rule.id for rule in plugin.rules} == {
        "interview",
        "campaign",
        "spot_check",
        "yearly_summary",
        "exchange_check",
        "base_check",
        "risk_warning",
        "formal_talk",
        "tip_off",
        "tip_off_decided",
    }
    assert {rule.after_due for rule in plugin.rules} == {"continue"}


def test_the_source_states_no_number_and_says_so(plugin: Plugin) -> None:
    """TS-1 to TS-4 name what is to be done: every number is a default, each but the plainest with its reason."""
    values = [dated for p in plugin.parameters.parameters.values() for dated in p.values]
    assert {dated.source for dated in values} == {"none"}
    assert sum(dated.note is None for dated in values) <= 4


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("interview.within_working_days", 30, 61),
        ("campaign.within_working_days", 10, 21),
        ("yearly_summary.within_working_days", 20, 41),
        ("spot_check.within_working_days", 5, 11),
        ("spot_check.per_office", 10, 4),
        ("exchange_check.per_office", 5, 2),
        ("risk_warning.within_working_days", 3, 6),
        ("formal_talk.within_working_days", 5, 11),
        ("formal_talk.problems", 2, 4),
        ("formal_talk.within_months", 24, 6),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("ladder.visit_attempts", 2, 0),
        ("ladder.letter_attempts", 2, 0),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter: int, laxer: int) -> None:
    """GEN-4."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_rounds_and_campaigns_begin_when_the_tenant_says(plugin: Plugin) -> None:
    """TS-1, TS-3: interviews once a year by default, campaigns before and after the annual review; the roll every quarter."""
    schedules = {schedule.id: schedule for schedule in plugin.schedules}
    days = {
        id: [found.on.isoformat()[5:] for found in occurrences(schedule, None, *YEAR)]
        for id, schedule in schedules.items()
    }
    assert days == {
        "interview": ["04-01"],
        "campaign": ["03-01", "07-01"],
        "roll": ["01-01", "04-01", "07-01", "10-01"],
    }
    own = {"campaign_dates": ["05-10"], "interview_dates": ["02-01", "08-01"]}
    assert [o.on.month for o in occurrences(schedules["campaign"], None, *YEAR, own)] == [5]
    assert [o.on.month for o in occurrences(schedules["interview"], None, *YEAR, own)] == [2, 8]
    assert [o.on.month for o in occurrences(schedules["roll"], None, *YEAR, own)] == [1, 4, 7, 10]
    assert {schedule.lines for schedule in plugin.schedules} == {("social_security", "tax")}


def test_the_roll_comes_once_in_every_period_of_a_plan(plugin: Plugin) -> None:
    """TS-3, DEC-14: so that everybody has the same chance, and nobody has two."""
    assert {plan.id: (plan.size, plan.period) for plan in plugin.plans} == {
        "spot_check": (Number("spot_check.per_office"), "quarter"),
        "exchange_check": (Number("exchange_check.per_office"), "quarter"),
        "yearly_summary": (Full(), "year"),
    }
    roll = next(schedule for schedule in plugin.schedules if schedule.id == "roll")
    for year in (2024, 2025, 2026):
        months = [o.on.month for o in occurrences(roll, None, date(year, 1, 1), date(year, 12, 31))]
        assert sorted((month - 1) // 3 for month in months) == [0, 1, 2, 3]


@pytest.mark.parametrize("channel", ["on_site", "phone"])
@pytest.mark.parametrize("interviews", [["phone"], ["on_site", "phone"]])
def test_a_spot_check_is_never_announced(derive_case, channel: str, interviews: list[str]) -> None:
    """TS-3: whatever the tenant sets, one channel and no appointment."""
    (found,) = derive_case(
        "tax_social_security",
        contract=ACCOUNT,
        settings={"spot_check_channel": channel, "interview_channels": interviews},
        events=[drawn("spot_check")],
    )
    draft = found.desired.draft
    assert [rung.channel for rung in draft.ladder] == [channel]
    assert not draft.appointment
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"spot_check_channel": "sms"}, Settings)


def test_a_formal_talk_is_face_to_face_and_by_appointment(derive_case) -> None:
    """TS-2: the payer is called in."""
    flagged = {"type": "risk.flagged", "at": "2026-03-10", "data": {"kind": "service_refused"}}
    (found,) = derive_case("tax_social_security", contract=ACCOUNT, events=[flagged])
    draft = found.desired.draft
    assert [rung.channel for rung in draft.ladder] == ["on_site"]
    assert draft.appointment
    assert draft.category == "mandatory"


def test_retention_is_set_and_can_not_be_empty() -> None:
    """DEC-15: no contract bounds it."""
    assert Settings().retention_years == 5
    for wrong in (0, None):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"retention_years": wrong}, Settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("interview_dates", []),
        ("interview_channels", []),
        ("interview_dates", ["13-01"]),
        ("campaign_dates", ["3-1"]),
    ],
)
def test_settings_by_which_nobody_would_be_interviewed_are_refused(setting: str, value: list[str]) -> None:
    """TS-1, TS-3."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({setting: value}, Settings)


def test_campaigns_may_be_switched_off() -> None:
    """TS-3: their days are the office's own."""
    assert msgspec.convert({"campaign_dates": []}, Settings).campaign_dates == ()


def test_a_violation_is_a_serious_case_above_the_office_itself(plugin: Plugin) -> None:
    """TS-4: it must be pursued, and not by whoever let it happen."""
    classes = {c.id: c for c in plugin.case_classes}
    assert (classes["violation"].severity, classes["violation"].solved_at) == (3, "city")
    assert classes["officer_conduct"].solved_at == "city"
    assert classes["exchange_check"].solved_at == "city"


def test_a_trace_reads_well_in_both_languages(derive_case) -> None:
    """GEN-3: event, schedule, scope, parameter, days, decision; TS-1 named."""
    reached = {
        "type": "schedule.reached",
        "at": "2026-04-01 00:00",
        "data": {"schedule": "tax_social_security/interview", "period": "2026-04-01", "on": "2026-04-01"},
    }
    (found,) = derive_case("tax_social_security", contract=ACCOUNT, events=[reached])
    zh = "\n".join(lines(found.desired.draft.trace, "zh-CN"))
    en = "\n".join(lines(found.desired.draft.trace, "en"))
    for words in ("计划日期到达", "险种：社会保险", "系统默认值", "2026-06-30", "TS-1"):
        assert words in zh
    for words in (
        "a planned day has come",
        "our default, no source states it",
        "working day 60 after 2026-04-01",
    ):
        assert words in en
    assert all(max(line) >= "一" for line in zh.splitlines())


def test_the_report_shows_coverage_and_what_is_pursued(plugin: Plugin) -> None:
    """TS-1, TS-3, REG-2, DEC-1: by office, each of the five facts; being in time is a figure of its own."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    of = {id: {m.figure for m in table.measures if hasattr(m, "figure")} for id, table in tables.items()}
    assert {"attempted", "connected", "right_party", "completed", "successful"} <= of["coverage"]
    assert {"due", "done_in_time", "done_late", "overdue"} <= of["by_office"]
    assert {"opened", "solved", "unsolved"} <= of["cases_by_office"]
