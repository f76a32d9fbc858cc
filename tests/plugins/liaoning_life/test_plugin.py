"""What the plugin declares: rules, parameters, the limit, the schedule, settings, case classes, reports."""

from datetime import date
from decimal import Decimal

import pytest
from huifang_core.limits import ChannelShare
from huifang_core.parameters import ParameterError, ParametersAt
from huifang_core.registry import Plugin
from huifang_core.reports import CaseTable
from huifang_core.schedules import occurrences
from huifang_core.trace import Trace, lines
from huifang_liaoning_life.settings import Settings
from huifang_liaoning_life.standard import EDITIONS

TODAY = date(2026, 11, 25)


def test_new_contracts_alone_unless_more_is_set_up(plugin: Plugin, derive_case) -> None:
    """LN-2: the other kinds only as the business needs them."""
    assert Settings().projects == ()
    events = [
        {"type": "contract.issued", "at": "2026-03-02"},
        {"type": "seller.departed", "at": "2026-03-09", "data": {"seller_no": "S1", "on": "2026-03-09"}},
        {"type": "contract.changed", "at": "2026-03-10", "data": {"kind": "loan"}},
        {"type": "contract.lapsed", "at": "2026-03-11", "data": {"on": "2026-03-11"}},
        {"type": "claim.settled", "at": "2026-03-12", "data": {"claim_no": "K-1", "result": "paid"}},
    ]
    given = {"contract": {"line": "life", "seller_no": "S1"}, "unit": {"supervisor": "liaoning"}}
    found = derive_case("liaoning_life", events=events, **given)
    assert [f.desired.draft.kind for f in found] == ["new_contract"]
    for project in ("departed_seller", "policy_servicing", "lapse", "claim"):
        found = derive_case("liaoning_life", events=events, settings={"projects": [project]}, **given)
        assert {f.desired.draft.kind for f in found} == {"new_contract", project}


def test_life_and_health_of_liaonings_own_units(plugin: Plugin) -> None:
    """LN-1, DEC-11: Dalian has a bureau of its own."""
    assert Settings().lines == ("life", "health")
    assert Settings().supervising_bureaus == ("liaoning",)


def test_what_is_mandatory_goes_on_when_late_and_a_survey_stops(plugin: Plugin, drafts) -> None:
    """DEC-3: an opinion that nobody gave in time is not asked for any more."""
    assert {rule.id for rule in plugin.rules if rule.after_due == "stop"} == {"satisfaction"}
    assert {kind for kind, draft in drafts.items() if draft.category == "survey"} == {"satisfaction"}
    assert {draft.category for kind, draft in drafts.items() if kind != "satisfaction"} == {"mandatory"}


def test_only_new_contracts_need_a_filed_script(drafts) -> None:
    """LN-6: by phone, visit or letter it is one and the same, so all cover the same items."""
    assert {kind for kind, draft in drafts.items() if draft.filed_script} == {"new_contract"}


def test_phone_then_a_visit_by_somebody_else_then_a_letter(drafts) -> None:
    """LN-4a, LN-4b, LN-4c, REG-3, DEC-7: the salesperson may come along, but never makes the visit."""
    for draft in drafts.values():
        assert [(rung.channel, rung.attempts) for rung in draft.ladder] == [
            ("phone", 3),
            ("on_site", 1),
            ("letter", 1),
        ]
        assert draft.ladder[0].wait_minutes == 120
        assert not draft.seller_may_visit


def test_the_policyholder_is_called(drafts) -> None:
    """LN-3: after a claim the insured or a beneficiary where the policyholder can't be."""
    assert {draft.call for kind, draft in drafts.items() if kind != "claim"} == {("policyholder",)}
    assert drafts["claim"].call[0] == "policyholder"
    assert drafts["claim"].claim_no == "K-1"


def test_visits_and_letters_are_at_most_a_tenth(plugin: Plugin) -> None:
    """LN-5, DEC-9: over a calendar year, warned of before; past it somebody in charge approves."""
    (limit,) = plugin.limits
    assert isinstance(limit, ChannelShare)
    assert (limit.channels, limit.period, limit.approved_by) == (
        ("on_site", "letter"),
        "calendar_year",
        "team_leader",
    )
    at = ParametersAt(plugin.parameters, TODAY, {}, Trace())
    assert at[limit.at_most] == Decimal("0.1")
    assert at[limit.warn_at] == Decimal("0.08")
    plugin.parameters.check_override(limit.at_most, Decimal("0.05"), TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(limit.at_most, Decimal("0.11"), TODAY)


def test_the_survey_comes_round_once_a_year_for_a_customer(plugin: Plugin) -> None:
    """LN-2, GEN-5: on the anniversary of effect; from a leap day on the last of February."""
    (schedule,) = plugin.schedules
    assert (schedule.per, schedule.statuses) == ("customer", ("in_force",))
    days = occurrences(schedule, date(2024, 2, 29), date(2024, 1, 1), date(2028, 12, 31))
    assert [occurrence.on for occurrence in days] == [
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_the_rules_only_number_is_the_tenth(plugin: Plugin) -> None:
    """LN-5, REG-4: everything else is a default of ours, and says so, with the reason."""
    stated = {
        name
        for name, p in plugin.parameters.parameters.items()
        if all(dated.source != "none" for dated in p.values)
    }
    assert stated == {
        "channel_share.at_most",
        "retention.years_up_to_one_year",
        "retention.years_longer_than_one_year",
    }
    for name, parameter in plugin.parameters.parameters.items():
        for dated in parameter.values:
            assert dated.verified_on == TODAY, name
            assert dated.note or dated.source != "none", name


def test_the_provincial_standard_is_marked_as_assumed(plugin: Plugin, drafts) -> None:
    """LN-6: in the parameter, in every trace, and in the items, none of which claims to be the standard's own."""
    parameter = plugin.parameters.parameters["new_contract.content_standard"]
    assert [(dated.value, dated.source) for dated in parameter.values] == [("assumed", "none")]
    assert set(EDITIONS) == {dated.value for dated in parameter.values}
    said = "\n".join(lines(drafts["new_contract"].trace, "en"))
    assert (
        "edition of the provincial standard (assumed) = assumed (LN-6; our default, no source states it)"
        in said
    )
    for item in EDITIONS["assumed"]:
        assert "none" in item.cites or item.cites in (("LN-3",), ("LN-6", "REG-1")), item.id


@pytest.mark.parametrize(
    ("name", "stricter", "laxer"),
    [
        ("new_contract.cooling_off_default_days", 7, 11),
        ("new_contract.delivery_alarm_days", 5, 30),
        ("new_contract.short_term_within_days", 10, 16),
        ("departed_seller.within_working_days", 10, 21),
        ("policy_servicing.within_working_days", 5, 11),
        ("lapse.within_working_days", 10, 16),
        ("satisfaction.within_days", 14, 31),
        ("claim.within_working_days", 5, 11),
        ("channel_share.warn_at", "0.05", "0.09"),
        ("ladder.phone_attempts", 5, 2),
        ("ladder.phone_wait_minutes", 240, 30),
        ("ladder.visit_attempts", 2, 0),
        ("ladder.letter_attempts", 2, 0),
        ("ladder.visit_lead_days", 3, 1),
        ("ladder.letter_lead_days", 7, 4),
        ("retention.years_up_to_one_year", 10, 4),
        ("retention.years_longer_than_one_year", 30, 9),
    ],
)
def test_a_tenant_may_be_stricter_never_laxer(plugin: Plugin, name: str, stricter, laxer) -> None:
    """GEN-4, REG-4: each parameter knows which direction is stricter."""
    plugin.parameters.check_override(name, stricter, TODAY)
    with pytest.raises(ParameterError):
        plugin.parameters.check_override(name, laxer, TODAY)


def test_no_tenant_picks_the_edition_of_the_standard(plugin: Plugin) -> None:
    """LN-6: a new edition is a dated value of the plugin; a tenant leaves out what the text lacks."""
    with pytest.raises(ParameterError):
        plugin.parameters.check_override("new_contract.content_standard", "own", TODAY)


def test_a_trace_reads_well_in_both_languages(drafts) -> None:
    """GEN-3: event, scope, priority, days counted, ladder, decision."""
    zh = "\n".join(lines(drafts["new_contract"].trace, "zh-CN"))
    en = "\n".join(lines(drafts["new_contract"].trace, "en"))
    for words in (
        "保单承保",
        "liaoning",
        "优先回访（LN-1）",
        "专线电话并录音",
        "书面报备",
        "须进行新契约回访（LN-2、REG-1）",
    ):
        assert words in zh
    for words in (
        "the contract was issued",
        "comes first (LN-1)",
        "dedicated phone line",
        "filed with the regulator",
    ):
        assert words in en
    for draft in drafts.values():
        assert draft.trace[0].kind == "event"
        assert draft.trace[-1].kind == "decision"
        assert all(max(line) >= "一" for line in lines(draft.trace, "zh-CN"))


def test_the_insurers_name_reaches_the_script(derive_case) -> None:
    """LN-6: callers say who is calling."""
    (found,) = derive_case(
        "liaoning_life",
        contract={"line": "life"},
        settings={"insurer_name": "北方人寿"},
        events=[{"type": "contract.issued", "at": "2026-03-02"}],
    )
    assert found.desired.draft.facts["insurer.name"] == "北方人寿"


def test_a_premium_kept_is_the_one_most_serious_class(plugin: Plugin) -> None:
    """LN-2: what a departed salesperson may have left behind."""
    assert [c.id for c in plugin.case_classes if c.severity == 4] == ["premium_misappropriation"]
    assert {c.id: c.solved_at for c in plugin.case_classes}["explanation_item"] == "city"


def test_the_report_shows_channels_products_and_problems(plugin: Plugin) -> None:
    """LN-1, LN-5, REG-2, DEC-1: the share of visits and letters can be read off; success stands apart from timeliness."""
    (report,) = plugin.reports
    tables = {table.id: table for table in report.tables}
    assert tables["channel_share"].by == ("channel",)
    assert [m.figure for m in tables["channel_share"].measures] == ["completed", "successful"]
    assert tables["by_product"].by == ("kind", "product_class", "sales_channel")
    figures = {m.figure for m in tables["by_channel"].measures if hasattr(m, "figure")}
    assert {"attempted", "connected", "right_party", "completed", "successful"} <= figures
    assert isinstance(tables["problems"], CaseTable)
