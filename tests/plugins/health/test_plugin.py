"""What the plugin declares: the rule, the plan as parameters and settings, case classes, the report."""

from datetime import date

import msgspec
import pytest
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.registry import Plugin
from huifang_core.scripts import OpenCase, effects_of, items_of
from huifang_core.trace import Trace, lines
from huifang_health.settings import Settings

TODAY = date(2026, 11, 25)
ISSUED = {
    "contract": {"line": "health", "effective_on": "2026-01-15"},
    "events": [{"type": "contract.issued", "at": "2026-01-10"}],
}


def test_three_six_and_twelve_months_are_recommended(plugin: Plugin) -> None:
    """HI-2: a recommendation with its source, which tenants depart from by settings and not by another value."""
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at["follow_up.months_after_effect"] == (3, 6, 12)
    assert Settings().months_added == Settings().months_dropped == ()
    with pytest.raises(ParameterError):
        plugin.parameters.check_override("follow_up.months_after_effect", [1], TODAY)


@pytest.mark.parametrize(
    "settings", [{"months_added": [0]}, {"months_added": [121]}, {"months_dropped": [-3]}, {"months": [3]}]
)
def test_months_that_make_no_sense_are_refused(settings) -> None:
    """HI-2."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, Settings)


def test_a_contact_is_no_duty_and_a_time_is_agreed_first(plugin: Plugin, derive_case) -> None:
    """HI-2, DEC-3: a survey, by phone, at an appointment; what is not made in time stops."""
    (rule,) = plugin.rules
    assert rule.after_due == "stop"
    found = derive_case("health", **ISSUED)
    assert len(found) == 3
    for contact in found:
        draft = contact.desired.draft
        assert (draft.category, draft.appointment, draft.filed_script) == ("survey", True, False)
        assert [rung.channel for rung in draft.ladder] == ["phone"]
        assert not draft.around_the_clock


def test_the_rule_plays_a_script_that_covers_its_points(plugin: Plugin, derive_case) -> None:
    """HI-1, HI-3."""
    (script,) = plugin.scripts
    for contact in derive_case("health", **ISSUED):
        assert contact.desired.draft.script == script.id
        assert contact.desired.draft.kind == script.purpose
        assert items_of(script) == set(contact.desired.draft.content)


def test_health_and_use_hang_on_the_consent_and_nothing_else_does(plugin: Plugin) -> None:
    """HI-1, REG-5."""
    assert {item.id for item in plugin.content_items if item.consent == "health.consent"} == {
        "health.condition",
        "health.use",
    }
    assert [item.id for item in plugin.content_items if item.kind == "consent"] == ["health.consent"]
    assert all(item.consent is None or "REG-5" in item.cites for item in plugin.content_items)


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("follow_up.open_days_before", 3, 8),
        ("follow_up.close_days_after", 7, 15),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("retention.years_up_to_one_year", 10, 4),
        ("retention.years_longer_than_one_year", 30, 9),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter: int, laxer: int) -> None:
    """GEN-4, REG-4: each parameter knows which direction is stricter."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_only_the_months_and_retention_have_a_source(plugin: Plugin) -> None:
    """HI-2, REG-4: everything else is a default of ours, and says why."""
    stated = {
        name
        for name, p in plugin.parameters.parameters.items()
        if all(dated.source != "none" for dated in p.values)
    }
    assert stated == {
        "follow_up.months_after_effect",
        "retention.years_up_to_one_year",
        "retention.years_longer_than_one_year",
    }
    for name, parameter in plugin.parameters.parameters.items():
        for dated in parameter.values:
            assert dated.verified_on == TODAY, name
            assert dated.note or dated.source != "none", name


def test_each_contact_explains_itself_in_both_languages(derive_case) -> None:
    """GEN-3: its own month, and none of the others'."""
    found = {f.desired.draft.occasion: f.desired.draft for f in derive_case("health", **ISSUED)}
    en = "\n".join(lines(found["month_6"].trace, "en"))
    for words in (
        "in effect since 2026-01-15",
        "= (3, 6, 12) (HI-2",
        "6 month(s) from 2026-01-15 are 2026-07-15",
        "open from 2026-07-08 to the end of 2026-07-29",
        "6 months after effect, at a time agreed",
    ):
        assert words in en
    assert "2026-04-15" not in en
    for draft in found.values():
        assert draft.trace[0].kind == "event"
        assert draft.trace[-1].kind == "decision"
        assert all(max(line) >= "一" for line in lines(draft.trace, "zh-CN"))


def test_every_case_class_is_opened_by_the_script(plugin: Plugin) -> None:
    """HI-1, HI-3."""
    (script,) = plugin.scripts
    effects = [effect for step in script.steps.values() for effect in effects_of(step)]
    opened = {effect.case_class for effect in effects if isinstance(effect, OpenCase)}
    assert opened == {case_class.id for case_class in plugin.case_classes}


def test_no_note_says_anything_of_health(plugin: Plugin) -> None:
    """REG-5: what a case or notice shows to others are words of ours; no effect hangs on the state of health."""
    (script,) = plugin.scripts
    assert effects_of(script.steps["condition"]) == ()


def test_the_report_shows_timeliness_results_and_wishes(plugin: Plugin) -> None:
    """HI-2, REG-2: recorded and analysed."""
    (report,) = plugin.reports
    assert [table.id for table in report.tables] == [
        "by_branch",
        "by_month",
        "results",
        "problems",
        "problems_by_month",
    ]


def test_lines_are_those_of_personal_insurance() -> None:
    """HI-2: health alone, unless a tenant follows up more."""
    assert Settings().lines == ("health",)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"lines": ["motor"]}, Settings)
