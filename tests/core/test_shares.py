"""The tenth of visits and letters (LN-5, DEC-9): where it stands and how much more fits in."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from huifang_core.catalogue import catalogue_of
from huifang_core.limits import ChannelShare
from huifang_core.registry import load_registry
from huifang_core.shares import Bounds, Share, bounds_on, level_of, period_of, room
from hypothesis import given
from hypothesis import strategies as st

TENTH = Decimal("0.1")


@pytest.mark.parametrize(
    ("by_channels", "completed", "in_hand", "fits"),
    [
        (0, 0, 0, 0),
        (0, 8, 0, 0),
        (0, 9, 0, 1),
        (0, 18, 0, 2),
        (0, 18, 1, 1),
        (1, 10, 0, 0),
        (1, 19, 0, 1),
        (5, 10, 0, 0),
    ],
)
def test_ln_5_of_ten_callbacks_one_may_be_a_visit(
    by_channels: int, completed: int, in_hand: int, fits: int
) -> None:
    assert room(Share(by_channels, completed, in_hand), TENTH, 100) == fits


@given(
    phones=st.integers(0, 500),
    visits=st.integers(0, 80),
    in_hand=st.integers(0, 30),
    wanted=st.integers(0, 40),
    at_most=st.decimals("0", "1", places=3),
)
def test_dec_9_as_much_as_fits_in_and_not_one_more(
    phones: int, visits: int, in_hand: int, wanted: int, at_most: Decimal
) -> None:
    """Held against counting one by one with fractions."""
    share = Share(visits, phones + visits, in_hand)
    expected = 0
    while expected < wanted:
        more = in_hand + expected + 1
        if Fraction(visits + more, phones + visits + more) > Fraction(at_most):
            break
        expected += 1
    assert room(share, at_most, wanted) == expected


@given(
    steps=st.lists(st.sampled_from(["phone", "visit", "give_up"]), max_size=120),
    at_most=st.sampled_from([Decimal("0.05"), TENTH, Decimal("0.34")]),
)
def test_ln_5_however_work_ends_the_share_never_passes(steps: list[str], at_most: Decimal) -> None:
    """A model of a year: calls complete, visits are given out where there is room, and complete or are given up."""
    phones = visits = 0
    for step in steps:
        share = Share(visits, phones + visits)
        if step == "phone":
            phones += 1
        elif room(share, at_most, 1):
            visits += step == "visit"
        assert Share(visits, phones + visits).figure <= at_most


def test_dec_9_the_alarm_comes_before_the_breach() -> None:
    bounds = Bounds(TENTH, Decimal("0.08"))
    assert [level_of(Share(n, 100), bounds) for n in (0, 7, 8, 10, 11)] == [
        "within",
        "within",
        "near",
        "near",
        "past",
    ]
    assert level_of(Share(0, 0), Bounds(TENTH, Decimal(0))) == "within"
    assert Share(7, 93, 3).would_be(1) == Decimal(11) / 97


def test_gen_4_bounds_are_dated_parameters_that_a_tenant_may_tighten() -> None:
    entry = catalogue_of(load_registry()).plugins["liaoning_life"]
    (limit,) = entry.limits
    assert isinstance(limit, ChannelShare)
    day = date(2026, 3, 10)
    assert bounds_on(limit, entry.parameters, {}, day) == Bounds(TENTH, Decimal("0.08"))
    own = {"channel_share.at_most": 0.05, "channel_share.warn_at": "0.5"}
    assert bounds_on(limit, entry.parameters, own, day) == Bounds(Decimal("0.05"), Decimal("0.08"))
    assert period_of(limit, day).name == "2026"
