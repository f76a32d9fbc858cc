"""What the plugin declares: one rule, its numbers, its cases, its report."""

from datetime import date, datetime, timedelta

import pytest
from huifang_core.calling_hours import AROUND_THE_CLOCK
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import BusinessEvent, ClaimReported, Reporter
from huifang_core.ladder import Exhausted, NextAttempt, Position, after_attempt
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.scripts import OpenCase, effects_of, items_of
from huifang_core.trace import Trace, lines
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 11, 25)
LOSS = {
    "type": "claim.reported",
    "at": "2026-09-28 03:00",
    "data": {
        "claim_no": "K-1",
        "reported_at": "2026-09-28T03:00:00+08:00",
        "reporter": {"role": "driver"},
        "loss_region": "370102",
        "area": "urban",
        "surveyor_no": "S-1",
    },
}


@pytest.fixture
def draft(derive_case):
    (found,) = derive_case("motor_survey", contract={"line": "motor"}, events=[LOSS])
    return found.desired.draft


def test_day_and_night_before_everything_else(draft) -> None:
    """MS-1, DEC-6: quiet hours don't hold it back, and nothing a customer wished of sales calls does."""
    assert draft.around_the_clock
    assert draft.category == "mandatory"
    assert draft.priority == 100
    assert draft.call[:2] == ("reporter", "insured")
    assert draft.claim_no == "K-1"
    assert not draft.given_out, "whoever is free takes it from the queue"


def test_it_stops_when_its_time_is_over(plugin: Plugin) -> None:
    """DEC-3: it surveys the first minutes after a loss; what was missed stays overdue, and can still be recorded."""
    (rule,) = plugin.rules
    assert rule.after_due == "stop"


def test_whoever_does_not_answer_is_tried_again_within_the_time(draft) -> None:
    """MS-1: four attempts from minute 10 on, all before minute 30."""
    position, at, tried = Position(), draft.window.due_from, [draft.window.due_from]
    while True:
        following = after_attempt(
            draft.ladder, position, "no_answer", at, hours=AROUND_THE_CLOCK, due_by=draft.window.due_by
        )
        if isinstance(following, Exhausted):
            break
        assert isinstance(following, NextAttempt)
        position, at = following.position, following.callable_from
        tried.append(at)
    assert len(tried) == 4
    assert tried == sorted(tried)
    assert tried[-1] < draft.window.due_by


def test_visible_at_once_and_callable_from_minute_10(derive_case) -> None:
    """MS-1: it is open from the report on, so that a supervisor sees it, and given out ten minutes later."""
    (found,) = derive_case("motor_survey", contract={"line": "motor"}, events=[LOSS])
    assert found.created.status == "open"
    window = found.desired.draft.window
    reported_at = datetime(2026, 9, 28, 3, 0, tzinfo=SHANGHAI)
    assert (window.due_from, window.due_by) == (
        reported_at + timedelta(minutes=10),
        reported_at + timedelta(minutes=30),
    )


def test_the_numbers_the_rule_states(plugin: Plugin) -> None:
    """MS-1: 30 minutes in town, 60 in the county, callable from minute 10."""
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at["motor_survey.urban_minutes"] == 30
    assert at["motor_survey.county_minutes"] == 60
    assert at["motor_survey.callable_after_minutes"] == 10


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("motor_survey.urban_minutes", 20, 31),
        ("motor_survey.county_minutes", 45, 61),
        ("ladder.phone_attempts", 5, 3),
        ("ladder.phone_wait_minutes", 3, 6),
        ("retention.years_up_to_one_year", 10, 4),
        ("retention.years_longer_than_one_year", 20, 9),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter: int, laxer: int) -> None:
    """GEN-4."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_a_trace_reads_well_in_both_languages(draft) -> None:
    """GEN-3: report, area, minutes with their source, decision."""
    zh, en = "\n".join(lines(draft.trace, "zh-CN")), "\n".join(lines(draft.trace, "en"))
    for words in ("报案时间：2026-09-28 03:00", "市区", "30分钟", "车险查勘及时性回访流程及话术", "全天候"):
        assert words in zh
    for words in ("reported at 2026-09-28 03:00", "town", "30 minutes from 2026-09-28 03:00:00", "MS-1"):
        assert words in en
    assert all(max(line) >= "一" for line in zh.splitlines())


def test_the_insurers_name_reaches_the_script(derive_case) -> None:
    (found,) = derive_case(
        "motor_survey", contract={"line": "motor"}, settings={"insurer_name": "泰岳财险"}, events=[LOSS]
    )
    assert found.desired.draft.facts["insurer.name"] == "泰岳财险"


def test_nothing_of_the_reporter_but_the_role_reaches_the_draft(plugin: Plugin) -> None:
    """MS-1: name and phone are for the caller alone."""
    reported_at = datetime(2026, 9, 28, 3, 0, tzinfo=SHANGHAI)
    payload = ClaimReported("K-1", reported_at, Reporter("driver", "赵六", "13800138000"), surveyor_no="S-1")
    event = BusinessEvent("core", "e1", "claim.reported", reported_at, reported_at, payload, "C-1", "K-1")
    (desired,) = made(plugin, event)
    assert "赵六" not in repr(desired.draft)
    assert "13800138000" not in repr(desired.draft)
    assert desired.draft.facts["claim.reporter_role"] == "driver"


def test_the_rule_plays_the_script_that_covers_its_points(plugin: Plugin, draft) -> None:
    """MS-4."""
    (script,) = plugin.scripts
    assert draft.script == script.id
    assert script.purpose == draft.kind
    assert items_of(script) == set(draft.content)
    assert script.identity == "not_needed"


def test_every_case_goes_to_the_place_of_the_loss(plugin: Plugin) -> None:
    """MS-2, MS-3: every class is opened by the script, and by the unit in charge there."""
    (script,) = plugin.scripts
    opened = [e for step in script.steps.values() for e in effects_of(step) if isinstance(e, OpenCase)]
    assert {e.case_class for e in opened} == {case_class.id for case_class in plugin.case_classes}
    assert {e.place for e in opened} == {"loss"}


def test_the_report_shows_timeliness_and_the_problems_of_surveys(plugin: Plugin) -> None:
    """MS-1, MS-2, DEC-2, REG-2."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    figures = {m.figure for m in tables["by_branch"].measures if hasattr(m, "figure")}
    assert {"due", "done_in_time", "done_late", "overdue"} <= figures
    assert tables["survey_problems_by_branch"].by == ("unit", "month", "case_class")


areas = st.sampled_from([None, "urban", "county"])
instants = st.builds(
    lambda day, time: datetime.combine(day, time, SHANGHAI),
    st.dates(date(2024, 1, 1), date(2026, 11, 20)),
    st.times(),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(areas, instants, st.timedeltas(timedelta(0), timedelta(hours=2)))
def test_minutes_run_day_and_night(plugin: Plugin, area, reported_at, late) -> None:
    """MS-1, GEN-5: counted from the report, whenever it became known; an area that is not known is as strict as town."""
    payload = ClaimReported("K-1", reported_at, area=area)
    time = reported_at + late
    (desired,) = made(
        plugin, BusinessEvent("core", "e1", "claim.reported", time, time, payload, "C-1", "K-1")
    )
    window = desired.draft.window
    assert window.due_from - reported_at == timedelta(minutes=10)
    assert window.due_by - reported_at == timedelta(minutes=60 if area == "county" else 30)


def made(plugin: Plugin, event: BusinessEvent):
    contract = Contract("C-1", "motor", "JN", "P-1")
    subject = Subject(contract, Party("P-1", "individual"), UnitView("JN", "city"), (event,))
    derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], WorkingCalendar())
    assert derivation.failures == ()
    return derivation.desired
