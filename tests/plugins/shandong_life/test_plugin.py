"""What the plugin declares: rules, parameters, settings, case classes, reports."""

from datetime import date

import pytest
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.registry import Plugin
from huifang_core.trace import Trace, lines
from huifang_shandong_life.settings import Settings

TODAY = date(2026, 11, 23)
IN_SHANDONG = {"unit": {"supervisor": "shandong"}}
GRACE = {
    "type": "grace.entered",
    "at": "2026-08-27",
    "data": {"grace_end": "2026-10-25", "unpaid": "1200.00"},
}


def test_all_callbacks_are_mandatory(plugin: Plugin) -> None:
    """SD-1, SD-4, DEC-3: new contracts, grace periods and after them, lapses, surrenders, claims, cases solved; none stops when late."""
    assert {rule.id for rule in plugin.rules} == {
        "new_contract",
        "grace_period",
        "after_grace_period",
        "lapse",
        "surrender",
        "claim",
        "second_callback",
    }
    assert {rule.after_due for rule in plugin.rules} == {"continue"}


def test_shandongs_bureau_by_default(derive_case) -> None:
    """SD-0, DEC-11: units of the Shandong bureau, and not of Qingdao's."""
    assert Settings().supervising_bureaus == ("shandong",)
    contract = {"line": "life"}
    for bureau, expected in (("shandong", 1), ("qingdao", 0), ("liaoning", 0)):
        found = derive_case("shandong_life", contract=contract, unit={"supervisor": bureau}, events=[GRACE])
        assert len(found) == expected, bureau


def test_phone_first_then_a_visit_then_a_letter(derive_case) -> None:
    """SD-2, REG-3: three calls two hours apart, one visit, one letter."""
    (found,) = derive_case("shandong_life", contract={"line": "life"}, events=[GRACE], **IN_SHANDONG)
    rungs = [(rung.channel, rung.attempts) for rung in found.desired.draft.ladder]
    assert rungs == [("phone", 3), ("on_site", 1), ("letter", 1)]
    assert found.desired.draft.ladder[0].wait_minutes == 120


def test_a_new_contract_is_called_within_its_own_cooling_off_period(derive_case) -> None:
    """REG-1: its length is contract data."""
    for own in (10, 15, 20):
        (found,) = derive_case(
            "shandong_life",
            contract={"line": "life", "delivered_on": "2026-03-06", "cooling_off_days": own},
            events=[{"type": "contract.issued", "at": "2026-03-02"}],
            **IN_SHANDONG,
        )
        window = found.desired.draft.window
        assert (window.due_by - window.due_from).days == own + 1


def test_the_guides_numbers(plugin: Plugin) -> None:
    """SD-7a, SD-7b, REG-4: fifteen working days before and after; five and ten years."""
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at["grace_period.before_end_working_days"] == 15
    assert at["grace_period.after_end_working_days"] == 15
    assert at["retention.years_up_to_one_year"] == 5
    assert at["retention.years_longer_than_one_year"] == 10


def test_every_number_says_where_it_comes_from(plugin: Plugin) -> None:
    """GEN-3: a source, or `none` for a default of ours, and when somebody last looked."""
    for name, parameter in plugin.parameters.parameters.items():
        for dated in parameter.values:
            assert dated.source, name
            assert dated.cites, name
            assert dated.verified_on >= TODAY, name
    stated = {
        name for name, p in plugin.parameters.parameters.items() if all(v.source != "none" for v in p.values)
    }
    assert stated == {
        "grace_period.before_end_working_days",
        "grace_period.after_end_working_days",
        "grace_period.assumed_length_days",
        "retention.years_up_to_one_year",
        "retention.years_longer_than_one_year",
    }


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("grace_period.before_end_working_days", 20, 14),
        ("grace_period.after_end_working_days", 10, 16),
        ("new_contract.cooling_off_default_days", 7, 11),
        ("new_contract.delivery_alarm_days", 5, 30),
        ("lapse.within_working_days", 10, 20),
        ("surrender.within_working_days", 5, 15),
        ("claim.within_working_days", 5, 15),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("ladder.visit_attempts", 2, 0),
        ("ladder.letter_attempts", 2, 0),
        ("retention.years_up_to_one_year", 10, 4),
        ("retention.years_longer_than_one_year", 30, 9),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter: int, laxer: int) -> None:
    """GEN-4: each parameter knows which direction is stricter."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_gen_4_rules_still_count_with_the_greatest_value_a_tenant_may_set(
    plugin: Plugin, derive_case
) -> None:
    highest = {
        name: parameter.greatest
        for name, parameter in plugin.parameters.parameters.items()
        if parameter.stricter == "higher"
    }
    (found,) = derive_case(
        "shandong_life", contract={"line": "life"}, parameters=highest, events=[GRACE], **IN_SHANDONG
    )
    assert found.desired.draft.window is not None
    assert found.desired.draft.window.is_empty
    assert found.desired.draft.retention.years == 100


def test_a_stricter_value_is_counted_with_and_explained(derive_case) -> None:
    """GEN-3, GEN-4: the trace gives the tenant's value and the guide's."""
    (found,) = derive_case(
        "shandong_life",
        contract={"line": "life"},
        parameters={"grace_period.before_end_working_days": 20},
        events=[GRACE],
        **IN_SHANDONG,
    )
    said = "\n".join(lines(found.desired.draft.trace, "en"))
    assert "= 20" in said
    assert "the rule says 15" in said


def test_a_trace_reads_well_in_both_languages(derive_case) -> None:
    """GEN-3: event, scope, parameter with its source, days skipped and made up, decision; SD-7a named."""
    (found,) = derive_case("shandong_life", contract={"line": "life"}, events=[GRACE], **IN_SHANDONG)
    zh = "\n".join(lines(found.desired.draft.trace, "zh-CN"))
    en = "\n".join(lines(found.desired.draft.trace, "en"))
    for words in (
        "进入宽限期",
        "shandong",
        "山东省人身保险公司客户回访工作指引",
        "2026-09-29",
        "2026-10-10",
        "SD-7a",
    ):
        assert words in zh
    for words in (
        "entered its grace period",
        "working day 15 before 2026-10-25",
        "2026-10-01…2026-10-02",
        "SD-7a",
    ):
        assert words in en
    assert "规定未明确，系统默认值" in zh
    assert "our default, no source states it" in en
    assert all(max(line) >= "一" for line in zh.splitlines())


def test_the_insurers_name_reaches_the_script(derive_case) -> None:
    """SD-6: callers say who is calling."""
    given = {"contract": {"line": "life"}, "events": [GRACE], **IN_SHANDONG}
    (found,) = derive_case("shandong_life", settings={"insurer_name": "泰岳人寿"}, **given)
    assert found.desired.draft.facts["insurer.name"] == "泰岳人寿"
    (found,) = derive_case("shandong_life", **given)
    assert "insurer.name" not in found.desired.draft.facts


def test_case_classes_say_who_solves_them_and_how_soon(plugin: Plugin) -> None:
    """SD-2, SD-7b: explanation items at the city branch; a premium kept is the one most serious class."""
    by_id = {case_class.id: case_class for case_class in plugin.case_classes}
    assert by_id["explanation_item"].solved_at == "city"
    assert [c.id for c in plugin.case_classes if c.severity == 4] == ["premium_misappropriation"]
    for case_class in plugin.case_classes:
        parameter = plugin.parameters.parameters[f"case.{case_class.id}.solve_within_working_days"]
        assert case_class.solve_within_working_days == parameter.at(TODAY).value


def test_the_report_keeps_timeliness_success_and_the_five_facts_apart(plugin: Plugin) -> None:
    """SD-2, SD-4, REG-2, DEC-1: phone work to be moved up and problems by class stand in tables of their own."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    figures = {m.figure for m in tables["by_channel"].measures if hasattr(m, "figure")}
    assert {"attempted", "connected", "right_party", "completed", "successful"} <= figures
    timeliness = {m.figure for m in tables["by_branch"].measures if hasattr(m, "figure")}
    assert {"due", "done_in_time", "done_late", "overdue", "voided_overdue"} <= timeliness
    assert "successful" not in timeliness
    assert [m.figure for m in tables["to_be_moved_up"].measures] == ["phone_below_province"]
    assert tables["problems"].by == ("case_class", "severity")
