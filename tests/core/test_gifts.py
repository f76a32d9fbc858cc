"""Gifts: what may follow what, and what they may be worth (CARE-1)."""

from decimal import Decimal
from itertools import product
from typing import get_args

import pytest
from huifang_core.gifts import COUNTED, TRANSITIONS, GiftBounds, GiftStatus, check_transition, strictest
from huifang_core.obligations import IllegalTransition
from hypothesis import given
from hypothesis import strategies as st

STATUSES: tuple[GiftStatus, ...] = get_args(GiftStatus)
YUAN = st.decimals("0.01", "500", places=2)


@pytest.mark.parametrize(("current", "wanted"), list(product(STATUSES, STATUSES)))
def test_a_gift_is_given_only_after_it_was_approved(current: GiftStatus, wanted: GiftStatus) -> None:
    if wanted in TRANSITIONS[current]:
        assert check_transition(current, wanted) == wanted
        assert wanted != "given" or current == "approved"
    else:
        with pytest.raises(IllegalTransition, match="gift"):
            check_transition(current, wanted)


@given(st.lists(YUAN, max_size=20))
def test_care_1_whatever_is_asked_for_the_year_stays_within_its_limit(values: list[Decimal]) -> None:
    bounds, counted = GiftBounds(Decimal(100), Decimal(200)), Decimal(0)
    for value in values:
        if bounds.allow(value, counted):
            assert value <= 100
            counted += value
    assert counted <= 200
    assert bounds.left(counted) == 200 - counted


def test_the_strictest_limit_counts() -> None:
    one, other = GiftBounds(Decimal(100), Decimal(200)), GiftBounds(Decimal(150), Decimal(150))
    assert strictest((one, other)) == GiftBounds(Decimal(100), Decimal(150))
    assert strictest(()) is None
    assert frozenset({"requested", "approved", "given"}) == COUNTED
