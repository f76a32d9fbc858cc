"""Conditions: three-valued evaluation, reading, and the values that stand for all others."""

from datetime import date
from decimal import Decimal
from itertools import product

import msgspec
import pytest
from huifang_core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    ConditionError,
    FactAtLeast,
    FactBelow,
    FactIn,
    FactIs,
    FactSpec,
    Not,
    condition_from,
    deciding_values,
    definitely_false,
    evaluate,
    facts_of,
)
from huifang_core.content import ContentItem, applicable
from huifang_core.texts import text
from hypothesis import given
from hypothesis import strategies as st

SPECS = {
    "new_type": FactSpec("new_type", "boolean", text("新型产品", "New-type product")),
    "class": FactSpec("class", "code", text("类别", "Class"), ("a", "b", "c")),
    "years": FactSpec("years", "number", text("年数", "Years")),
}
ALL_VALUES = {
    "new_type": [True, False, None],
    "class": ["a", "b", "c", None],
    "years": [Decimal(n) / 2 for n in range(-2, 14)] + [None],
}
comparisons = st.one_of(
    st.builds(FactIs, st.just("new_type"), st.booleans()),
    st.builds(FactIn, st.just("class"), st.lists(st.sampled_from("abc"), min_size=1, unique=True).map(tuple)),
    st.builds(FactAtLeast, st.just("years"), st.integers(0, 5).map(Decimal)),
    st.builds(FactBelow, st.just("years"), st.integers(0, 5).map(Decimal)),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), (None, None), ("true", None), (1, None)]
)
def test_a_boolean_fact_is_compared_and_anything_else_is_unknown(value, expected):
    assert evaluate(FactIs("new_type", True), {"new_type": value}) is expected


@pytest.mark.parametrize(("value", "expected"), [("a", True), ("b", False), (None, None), (True, None)])
def test_a_code_is_one_of_those_named(value, expected):
    assert evaluate(FactIn("class", ("a", "c")), {"class": value}) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2, True), (Decimal("1.99"), False), (Decimal("2"), True), (True, None), ("2", None), (date.min, None)],
)
def test_a_threshold_itself_is_at_least_and_not_below(value, expected):
    assert evaluate(FactAtLeast("years", Decimal(2)), {"years": value}) is expected
    below = evaluate(FactBelow("years", Decimal(2)), {"years": value})
    assert below is (None if expected is None else not expected)


def test_unknown_facts_follow_kleene():
    unknown, true, false = FactIs("x", True), FactIs("t", True), FactIs("f", True)
    facts = {"t": True, "f": False}
    assert evaluate(AllOf((unknown, false)), facts) is False
    assert evaluate(AllOf((unknown, true)), facts) is None
    assert evaluate(AnyOf((unknown, true)), facts) is True
    assert evaluate(AnyOf((unknown, false)), facts) is None
    assert evaluate(Not(unknown), facts) is None


def test_an_unknown_fact_means_that_the_item_applies_sd_5():
    item = ContentItem("sd.fees", ("SD-6h",), text("费用", "Fees"), "tell", FactIs("new_type", True))
    assert applicable([item], {}) == (item,)
    assert applicable([item], {"new_type": None}) == (item,)
    assert applicable([item], {"new_type": False}) == ()


def test_short_conditions_are_read():
    assert condition_from({"fact": "a.b", "in": ["x"]}) == FactIn("a.b", ("x",))
    assert condition_from({"fact": "a.b", "is": True}) == FactIs("a.b", True)
    assert condition_from({"fact": "a.b", "is": "x"}) == FactIn("a.b", ("x",))
    assert condition_from({"fact": "n", "at_least": 2, "below": 5}) == AllOf(
        (FactAtLeast("n", Decimal(2)), FactBelow("n", Decimal(5)))
    )
    assert condition_from({"not": {"any": [{"fact": "a", "is": False}]}}) == Not(AnyOf((FactIs("a", False),)))


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ("x", "when"),
        ({}, "when"),
        ({"fact": "a"}, "when"),
        ({"fact": "A", "is": True}, "when"),
        ({"fact": "a", "is": 1.5}, "when"),
        ({"fact": "a", "in": []}, "when"),
        ({"fact": "a", "is": True, "maybe": 1}, "when"),
        ({"all": []}, "when"),
        ({"all": [{"fact": "a", "is": True}], "fact": "b"}, "when"),
        ({"all": [{"fact": "a", "is": True}, {"any": [3]}]}, "when.all[1].any[0]"),
        ({"test": "is", "fact": "a"}, "when"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_its_place(data, path):
    with pytest.raises(ConditionError) as refused:
        condition_from(data, "when")
    assert refused.value.path == path


@given(conditions)
def test_conditions_survive_json_and_read_back_tagged(condition):
    stored = msgspec.json.encode(condition)
    assert msgspec.json.decode(stored, type=Condition) == condition
    assert condition_from(msgspec.json.decode(stored)) == condition


@given(st.lists(conditions, min_size=1, max_size=3))
def test_deciding_values_stand_for_every_combination_of_facts(several):
    values = deciding_values(several, SPECS)
    assert set(values) == set().union(*map(facts_of, several))

    def verdicts(choices):
        facts = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
        return {tuple(definitely_false(condition, known) for condition in several) for known in facts}

    assert verdicts(values) == verdicts({fact: ALL_VALUES[fact] for fact in values})


def test_numbers_are_split_at_the_thresholds_that_occur():
    split = AllOf((FactAtLeast("years", Decimal(2)), Not(FactBelow("years", Decimal(5)))))
    assert deciding_values([split], SPECS) == {"years": (1, 2, 5)}
    far = AllOf((FactBelow("years", Decimal("100.5")), FactAtLeast("years", Decimal(3))))
    assert deciding_values([far], SPECS) == {"years": (2, 3, Decimal("100.5"))}
    assert deciding_values([AnyOf((split, Not(split)))], SPECS) == {"years": (1, 2, 5, None)}


def test_unknown_shares_the_place_of_a_known_value_where_nothing_tells_them_apart():
    assert deciding_values([FactIs("new_type", True)], SPECS) == {"new_type": (True, False)}
    assert deciding_values([FactIn("class", ("a", "b"))], SPECS) == {"class": ("a", "c")}
