"""Parameters are dated, cited, and never laxer for a tenant than the law (GEN-4)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.parameters import MOST, ParameterError, ParametersAt, ParameterSet, load_parameters
from huifang_core.trace import Trace, lines
from hypothesis import given
from hypothesis import strategies as st

DAY = date.fromisoformat
HEAD = "  title: {zh-CN: 天数, en: days}\n  unit: days\n"
TWO_LAWS = f"""
grace.days:
{HEAD}  stricter: lower
  values:
    - {{value: 15, cites: [SD-7b], source: old law, verified_on: 2026-01-01}}
    - {{value: 10, cites: [SD-7b], source: new law, verified_on: 2026-01-01, from: 2026-07-01}}
ahead.days:
{HEAD}  stricter: higher
  values:
    - {{value: 15, cites: [SD-7a], source: law, verified_on: 2026-01-01}}
letters.share:
{HEAD}  stricter: lower
  values:
    - {{value: 0.10, cites: [LN-5], source: law, verified_on: 2026-01-01}}
lines:
{HEAD}  values:
    - {{value: [life, health], cites: [LN-1], source: law, verified_on: 2026-01-01, from: 2026-02-01}}
"""
LAWS = load_parameters(TWO_LAWS)


def at(day: str, **overrides: Any) -> tuple[ParametersAt, Trace]:
    """The parameters on a day for a tenant with these values of its own."""
    trace = Trace()
    return ParametersAt(LAWS, DAY(day), {k.replace("_", "."): v for k, v in overrides.items()}, trace), trace


def test_gen_4_a_new_value_applies_from_its_day() -> None:
    assert at("2026-06-30")[0]["grace.days"] == 15
    assert at("2026-07-01")[0]["grace.days"] == 10
    assert LAWS.parameters["lines"].at(DAY("2026-01-31")) is None
    with pytest.raises(KeyError, match="no value on 2026-01-31"):
        at("2026-01-31")[0]["lines"]


def test_gen_3_what_a_rule_reads_stands_in_its_trace_once_with_source_and_day() -> None:
    parameters, trace = at("2026-08-01")
    assert parameters["grace.days"] == parameters["grace.days"] == 10
    assert lines(trace.steps, "en") == ["1. parameter days = 10 (SD-7b; new law; since 2026-07-01)"]
    assert trace.steps[0].values["cites"] == ("SD-7b",)
    assert parameters.used == {"grace.days": 10}


def test_values_are_exact_and_can_t_be_changed_by_a_rule() -> None:
    parameters, _ = at("2026-08-01")
    assert parameters["letters.share"] == Decimal("0.10")
    assert parameters["lines"] == ("life", "health")


@given(st.integers(0, 40))
def test_gen_4_a_tenant_may_be_stricter_and_never_laxer(value: int) -> None:
    for name, allowed in (("grace.days", 1 <= value <= 15), ("ahead.days", value >= 15)):
        if allowed:
            LAWS.check_override(name, value, DAY("2026-03-01"))
        else:
            with pytest.raises(ParameterError, match=r"laxer|too low"):
                LAWS.check_override(name, value, DAY("2026-03-01"))


@given(st.integers(1, 40), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_gen_4_no_value_of_a_tenant_s_is_ever_laxer_than_the_law_of_the_day(own: int, day: date) -> None:
    law = 15 if day < DAY("2026-07-01") else 10
    assert at(day.isoformat(), grace_days=own)[0]["grace.days"] == min(own, law)
    assert at(day.isoformat(), ahead_days=own)[0]["ahead.days"] == max(own, 15)


def test_gen_4_a_tenant_s_value_that_the_law_has_overtaken_is_named_and_not_used() -> None:
    parameters, trace = at("2026-08-01", grace_days=12)
    assert parameters["grace.days"] == 10
    assert "the tenant's own 12 is laxer than the rule and not used" in lines(trace.steps, "en")[0]
    stricter, trace = at("2026-08-01", grace_days=8)
    assert stricter["grace.days"] == 8
    assert "the tenant's own, the rule says 10" in lines(trace.steps, "en")[0]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("unknown", 1, "known are ahead.days, grace.days"),
        ("grace.days", "ten", "same kind"),
        ("grace.days", True, "same kind"),
        ("grace.days", 9.5, "same kind"),
        ("grace.days", 0, "too low"),
        ("ahead.days", 3_661, "too high; 3660 days is the most"),
        ("ahead.days", 10**400, "too high"),
        ("letters.share", "-0.01", "too low"),
        ("letters.share", "NaN", "same kind"),
        ("letters.share", 0.2, "laxer"),
        ("lines", ["life"], "can't be changed"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused_with_its_reason(
    name: str, value: Any, reason: str
) -> None:
    with pytest.raises(ParameterError, match=reason):
        LAWS.check_override(name, value, DAY("2026-03-01"))


@pytest.mark.parametrize("unit", [*MOST, "yuan"])
def test_gen_4_no_value_of_a_tenant_s_takes_a_date_beyond_the_calendar(unit: str) -> None:
    laws = load_parameters(
        one(f"value: 15, {CITED}", "  stricter: higher\n").replace("unit: days", f"unit: {unit}")
    )
    most = laws.parameters["p"].greatest
    laws.check_override("p", most, DAY("2026-03-01"))
    with pytest.raises(ParameterError, match=f"too high; {most} {unit} is the most that makes sense"):
        laws.check_override("p", most + 1, DAY("2026-03-01"))


def test_gen_4_a_plugin_says_where_more_or_less_makes_sense_than_in_its_unit() -> None:
    laws = load_parameters(one(f"value: 15, {CITED}", "  stricter: higher\n  most: 30\n"))
    laws.check_override("p", 30, DAY("2026-03-01"))
    with pytest.raises(ParameterError, match="too high"):
        laws.check_override("p", 31, DAY("2026-03-01"))


def test_gen_4_a_value_set_before_there_was_a_bound_is_named_and_not_used() -> None:
    parameters, trace = at("2026-03-01", ahead_days=10**9)
    assert parameters["ahead.days"] == 15
    assert "the tenant's own 1000000000 is more than makes sense and not used" in lines(trace.steps, "en")[0]


@pytest.mark.parametrize("share", [0.05, "0.05", Decimal("0.05"), 0])
def test_a_share_from_json_is_read_as_an_exact_number(share: Any) -> None:
    LAWS.check_override("letters.share", share, DAY("2026-03-01"))
    value = at("2026-03-01", letters_share=share)[0]["letters.share"]
    assert value == Decimal(str(share))
    assert isinstance(value, Decimal)


def test_gen_4_changes_of_law_are_known_by_their_day() -> None:
    assert LAWS.changes_by(DAY("2026-06-30")) == ()
    assert LAWS.changes_by(DAY("2026-07-01")) == (("grace.days", DAY("2026-07-01"), 10),)


def one(values: str, more: str = "") -> str:
    """A file of one parameter."""
    return f"p:\n{HEAD}{more}  values:\n" + "".join(f"    - {{{value}}}\n" for value in values.split("|"))


CITED = "cites: [SD-1], source: none, verified_on: 2026-01-01"


@pytest.mark.parametrize(
    ("yaml_text", "reason"),
    [
        (one(f"value: 1, {CITED}|value: 2, {CITED}"), "must start after"),
        (one(f"value: 1, {CITED}, from: 2026-02-01|value: 2, {CITED}, from: 2026-02-01"), "must start after"),
        (one(f"value: 1, {CITED}, from: 2026-02-01|value: 2, {CITED}, from: 2026-01-01"), "must start after"),
        (one(f"value: 1, {CITED}|value: yes, {CITED}, from: 2026-02-01"), "another kind"),
        (one("value: 1, cites: [], source: none, verified_on: 2026-01-01"), "cites no requirement"),
        (one("value: {a: 1}, cites: [SD-1], source: none, verified_on: 2026-01-01"), "no number"),
        (one(f"value: [life], {CITED}", "  stricter: lower\n"), "no text or list is stricter"),
        (one(f"value: 3661, {CITED}"), "value 1 is more than 3660 days"),
        (
            one(f"value: 1, {CITED}|value: 40, {CITED}, from: 2026-02-01", "  most: 30\n"),
            "value 2 is more than 30",
        ),
        (f"p:\n{HEAD}  values: []\n", "has no value"),
        (one(f"value: 1, {CITED}") + one(f"value: 2, {CITED}"), "`p` stands here twice"),
        (one(f"value: 1, worth: 2, {CITED}"), "unknown field"),
        ("p: [", "parameter file"),
        ("", "parameter file"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_reason(yaml_text: str, reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        load_parameters(yaml_text)


def test_no_parameters_are_fine() -> None:
    ParameterSet({}).check()
    assert ParameterSet({}).changes_by(DAY("2026-01-01")) == ()
