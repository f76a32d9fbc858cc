"""What the plugin declares: rules, plan, parameters, settings, work orders, reports."""

from datetime import date
from typing import get_args

import pytest
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.plans import Successes
from huifang_core.registry import Plugin
from huifang_core.trace import Trace, lines
from huifang_property_motor.settings import (
    CLAIMS_SERVICE,
    FIRST_CONTACT,
    Callback,
    Settings,
    callbacks_made,
)

TODAY = date(2026, 11, 25)
MOTOR_KINDS = {"motor_settled", "assessment_service", "out_of_area", "underwriting", "claim_closed"}


def test_both_insurers_callbacks_are_made_by_default(drafts) -> None:
    """HT-1, PC-1: of a motor contract five kinds, of the other lines those of first contact and the settled claim."""
    assert set(drafts()) == MOTOR_KINDS
    for line in ("property", "cargo", "liability", "accident"):
        assert set(drafts(line)) == {"lines_settled", "underwriting", "claim_closed"}, line
    assert drafts("life") == {}


def test_either_insurers_rules_alone(drafts) -> None:
    """HT-1, PC-1: the variant chooses a set of rules; single switches add to it and take from it."""
    assert set(drafts(variant="claims_service")) == MOTOR_KINDS - FIRST_CONTACT
    assert set(drafts(variant="first_contact")) == FIRST_CONTACT
    mixed = {"variant": "first_contact", "switched_on": ["motor_settled"], "switched_off": ["underwriting"]}
    assert set(drafts(**mixed)) == {"claim_closed", "motor_settled"}
    both = Settings(switched_on=("underwriting",), switched_off=("underwriting",))
    assert "underwriting" not in callbacks_made(both)
    assert set(get_args(Callback)) == CLAIMS_SERVICE | FIRST_CONTACT


def test_mandatory_callbacks_go_on_and_the_sample_stops(plugin: Plugin, drafts) -> None:
    """DEC-3: who is not reached in time is replaced in a sample; nobody is in the callbacks that all get."""
    stops = {rule.id for rule in plugin.rules if rule.after_due == "stop"}
    assert stops == {"assessment_service"}
    surveys = {kind for kind, draft in drafts().items() if draft.category == "survey"}
    assert surveys == {"assessment_service"}


def test_callbacks_around_claims_are_made_by_phone_alone(drafts) -> None:
    """HT-2: recorded calls, kept at least five years from the end of the contract."""
    found = {**drafts(), **drafts("property")}
    for kind in CLAIMS_SERVICE:
        (rung,) = found[kind].ladder
        assert (rung.channel, rung.attempts, rung.wait_minutes) == ("phone", 3, 120), kind
        assert found[kind].retention.years == 5
        assert not found[kind].seller_may_visit


def test_first_contact_goes_through_three_channels_and_sales_make_the_visit(drafts) -> None:
    """PC-5, PC-6, DEC-7: each channel is a rung of its own; the visit is the sales' own work."""
    found = drafts()
    for kind in FIRST_CONTACT:
        rungs = [(rung.channel, rung.attempts) for rung in found[kind].ladder]
        assert rungs == [("phone", 3), ("on_site", 1), ("online", 2)]
        assert found[kind].seller_may_visit
    without_visits = drafts(first_contact_channels=["phone", "online", "phone"])
    assert [rung.channel for rung in without_visits["underwriting"].ladder] == ["phone", "online"]
    assert not without_visits["underwriting"].seller_may_visit


def test_lists_around_claims_are_given_out(drafts) -> None:
    """HT-3, HT-8, DEC-8: by the team leader, to the vendor's callers where there is one; first contacts come from the queue."""
    by_default = drafts()
    assert {kind for kind, draft in by_default.items() if draft.given_out} == MOTOR_KINDS - FIRST_CONTACT
    assert {draft.vendor for draft in by_default.values()} == {None}
    outside = drafts(calling_vendor="V-7", lists_given_out=False)
    assert {kind for kind, draft in outside.items() if draft.vendor == "V-7"} == MOTOR_KINDS - FIRST_CONTACT
    assert {kind for kind, draft in outside.items() if draft.given_out} == MOTOR_KINDS - FIRST_CONTACT
    from_the_queue = drafts(lists_given_out=False)
    assert not any(draft.given_out for draft in from_the_queue.values())


def test_a_draft_names_its_claim_and_who_is_called(drafts) -> None:
    """HT-4, HT-7, PC-3."""
    found = {**drafts("property"), **drafts()}
    about_claims = {kind for kind, draft in found.items() if draft.claim_no == "K-1"}
    assert about_claims == set(found) - {"underwriting"}
    assert found["motor_settled"].call == ("insured", "driver", "other_party")
    for kind in ("assessment_service", "out_of_area"):
        assert found[kind].call == ("reporter", "insured", "driver", "other_party")
    assert found["claim_closed"].call == ("insured",)


def test_the_sample_is_drawn_by_the_kernel(plugin: Plugin) -> None:
    """HT-5: two successes per assessor and month, with substitutes; nothing here could lean on the draw."""
    (plan,) = plugin.plans
    assert plan.size == Successes("assessment_service.successes_per_assessor")
    assert (plan.period, plan.replace, plan.events) == ("month", True, {"claim.registered"})
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at["assessment_service.successes_per_assessor"] == 2


def test_out_of_area_is_a_rule_and_no_plan(plugin: Plugin) -> None:
    """HT-6: all of them, so that a report that comes late is not lost with a population that was closed."""
    (rule,) = (rule for rule in plugin.rules if rule.id == "out_of_area")
    assert rule.events == {"claim.reported"}
    assert "out_of_area" not in {plan.id for plan in plugin.plans}


def test_the_numbers_the_rules_state(plugin: Plugin) -> None:
    """HT-4, HT-5, HT-6, PC-1, HT-2, REG-4: all else is a default of ours."""
    stated = {
        name: parameter.at(TODAY).value
        for name, parameter in plugin.parameters.parameters.items()
        if all(value.source != "none" for value in parameter.values)
    }
    assert stated == {
        "motor_settled.within_days": 15,
        "assessment_service.successes_per_assessor": 2,
        "assessment.excluded_reporters": ("agent", "salesperson", "repair_shop"),
        "underwriting.within_months": 1,
        "claim_closed.within_days": 7,
        "retention.years_up_to_one_year": 5,
        "retention.years_longer_than_one_year": 10,
    }
    assert Settings().motor_settled_from_day == 10


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("motor_settled.within_days", 12, 16),
        ("assessment_service.successes_per_assessor", 3, 1),
        ("assessment_service.within_days", 10, 16),
        ("out_of_area.within_days_after_month", 10, 16),
        ("lines_settled.within_days", 10, 16),
        ("claim_closed.within_days", 5, 8),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("ladder.visit_attempts", 2, 0),
        ("ladder.online_attempts", 3, 1),
        ("retention.years_up_to_one_year", 10, 4),
        ("retention.years_longer_than_one_year", 30, 9),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter: int, laxer: int) -> None:
    """GEN-4: each parameter knows which direction is stricter."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_nobody_drops_more_reporters_than_the_rule(plugin: Plugin) -> None:
    """HT-5, HT-6: who reported is dropped by the rule alone."""
    with pytest.raises(ParameterError):
        plugin.parameters.check_override("assessment.excluded_reporters", ["agent", "insured"], TODAY)


def test_a_trace_reads_well_in_both_languages(drafts) -> None:
    """GEN-3: event, line, result, days counted, parameter with its source, decision."""
    trace = drafts()["motor_settled"].trace
    zh, en = "\n".join(lines(trace, "zh-CN")), "\n".join(lines(trace, "en"))
    for words in ("赔案已决", "机动车辆保险", "已赔付", "2026-09-30", "华泰财产保险有限公司", "HT-4"):
        assert words in zh
    for words in (
        "the claim was settled",
        "paid on 2026-09-20",
        "day 15 after 2026-09-20 (not counting that day) is 2026-10-05",
    ):
        assert words in en
    assert all(max(line) >= "一" for line in zh.splitlines())


def test_the_insurers_name_reaches_the_script(drafts) -> None:
    assert drafts(insurer_name="泰岳财险")["claim_closed"].facts["insurer.name"] == "泰岳财险"
    assert "insurer.name" not in drafts()["claim_closed"].facts


def test_money_taken_over_a_claim_is_the_most_serious_work_order(plugin: Plugin) -> None:
    """PC-4: what can't be solved on the spot goes to the department responsible, each class with its time."""
    assert [c.id for c in plugin.case_classes if c.severity == 4] == ["irregular_charge"]
    for case_class in plugin.case_classes:
        assert "转办工单" in case_class.title.zh_cn
        assert "PC-4" in case_class.cites
        assert case_class.solve_within_working_days in range(1, 6)


def test_the_analysis_goes_over_phone_visits_and_questionnaires(plugin: Plugin) -> None:
    """PC-5, PC-6, REG-2, REG-3: results by channel with the five facts apart, work orders by class."""
    tables = {table.id: table for report in plugin.reports for table in report.tables}
    assert tables["by_channel"].by == ("channel", "kind")
    figures = {m.figure for m in tables["by_channel"].measures if hasattr(m, "figure")}
    assert {"attempted", "connected", "right_party", "completed", "successful"} <= figures
    assert tables["by_kind"].by == ("kind", "month")
    assert tables["orders"].by == ("case_class", "severity")
