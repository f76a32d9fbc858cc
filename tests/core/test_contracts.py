"""Terms, product classes and changes of contracts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.contracts import (
    Contract,
    Premium,
    amended,
    check_changes,
    is_longer_than_one_year,
    is_new_type,
    shows_fee_items,
)

DAY = date.fromisoformat


def contract(**fields: Any) -> Contract:
    return Contract(contract_no="C1", line="life", unit="37", policyholder="P1", **fields)


@pytest.mark.parametrize(
    ("effective", "expires", "longer"),
    [
        ("2026-03-01", "2027-02-28", False),
        ("2026-03-01", "2027-03-01", False),
        ("2026-03-01", "2027-03-02", True),
        ("2023-03-01", "2024-02-29", False),
        ("2023-03-01", "2024-03-01", False),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", False),
        ("2024-02-29", "2025-03-02", True),
        ("2023-12-31", "2024-12-30", False),
        ("2023-12-31", "2024-12-31", False),
        ("2023-12-31", "2025-01-01", True),
        ("2026-03-01", "2036-03-01", True),
    ],
)
def test_sd_1_exactly_one_year_in_either_writing_is_out(effective: str, expires: str, longer: bool) -> None:
    term = contract(effective_on=DAY(effective), expires_on=DAY(expires))
    assert is_longer_than_one_year(term) is longer


def test_sd_1_whole_of_life_is_longer_and_an_unknown_term_unknown() -> None:
    assert is_longer_than_one_year(contract(effective_on=DAY("2026-03-01"))) is True
    assert is_longer_than_one_year(contract(expires_on=DAY("2036-03-01"))) is None


@pytest.mark.parametrize(
    ("product_class", "accumulating", "new_type", "fees"),
    [
        ("traditional", None, False, False),
        ("participating", True, True, True),
        ("participating", False, True, False),
        ("participating", None, True, None),
        ("universal", None, True, True),
        ("unit_linked", None, True, True),
        (None, True, None, None),
    ],
)
def test_sd_6g_and_sd_6h_follow_the_product_class_and_unknown_stays_unknown(
    product_class: Any, accumulating: bool | None, new_type: bool | None, fees: bool | None
) -> None:
    product = contract(product_class=product_class, accumulating=accumulating)
    assert is_new_type(product) is new_type
    assert shows_fee_items(product) is fees


def test_a_change_of_the_premium_leaves_its_other_members_alone() -> None:
    yearly = contract(premium=Premium("regular", Decimal("1200.00"), 12, 10), insured=("P1", "P2"))
    changed = amended(yearly, {"premium": {"amount": "624.00", "interval_months": 6}, "insured": ["P3"]})
    assert changed.premium == Premium("regular", Decimal("624.00"), 6, 10)
    assert changed.insured == ("P3",)
    assert amended(changed, {"premium": None}).premium is None
    assert amended(contract(), {"premium": {"mode": "single"}}).premium == Premium("single")


@pytest.mark.parametrize(
    "changes",
    [
        {"contract_no": "C2"},
        {"colour": "red"},
        {"effective_on": "yesterday"},
        {"premium": {"mood": "regular"}},
        {"unit": None},
    ],
)
def test_what_can_t_be_changed_is_refused_by_name(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"`{next(iter(changes))}`"):
        check_changes(changes)
