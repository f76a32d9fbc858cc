"""Facts of contracts and customers, with what is unknown left unknown."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.conditions import FactSpec
from huifang_core.contracts import Fee, Premium
from huifang_core.customers import Customer
from huifang_core.facts import FACTS, contract_facts, customer_facts, typed_facts


def fits(spec: FactSpec, value: Any) -> bool:
    """Whether a value is of the kind its fact is declared as."""
    kinds = {"boolean": bool, "date": date, "money": Decimal, "number": int, "text": str, "code": str}
    return isinstance(value, kinds[spec.kind]) and (spec.kind != "code" or value in spec.values)


def test_every_fact_is_of_the_kind_it_is_declared_as(build: Any) -> None:
    contract = build.contract(
        product_name="福寿",
        product_class="universal",
        death_benefit=True,
        channel="bank",
        premium=Premium("regular", Decimal("1200.00"), 12, 10),
        fees=(Fee("初始费用", Decimal("0.035"), Decimal("42.00")), Fee("保单管理费")),
        first_deduction=Decimal("42.00"),
        account_credit=Decimal("1158.00"),
        delivered_on=date(2026, 3, 5),
        cooling_off_days=15,
    )
    customer = Customer(
        "P1", "individual", "王芳", "resident_id", "370102199001011234", date(1990, 1, 1), "female"
    )
    found = {**contract_facts(contract), **customer_facts(customer)}
    assert set(found) <= set(FACTS)
    assert [id for id, value in found.items() if not fits(FACTS[id], value)] == []
    assert found["contract.fees"] == "初始费用 3.5% 42.00元;保单管理费"
    assert found["customer.id_last4"] == "1234"


def test_gen_5_the_cooling_off_period_does_not_count_the_day_of_delivery(build: Any) -> None:
    contract = build.contract(delivered_on=date(2026, 3, 5), cooling_off_days=15)
    assert contract_facts(contract)["contract.cooling_off_end"] == date(2026, 3, 20)


def test_sd_5_what_is_not_known_is_none_and_never_guessed(build: Any) -> None:
    found = contract_facts(build.contract())
    for id in (
        "product_class",
        "new_type",
        "fee_items",
        "death_benefit",
        "channel",
        "fees",
        "cooling_off_end",
    ):
        assert found[f"contract.{id}"] is None


def test_sd_6a_before_identity_is_verified_only_these_may_be_said() -> None:
    said = {id for id, spec in FACTS.items() if spec.before_identity}
    assert said == {
        "insurer.name",
        "caller.staff_no",
        "called.party",
        "called.name",
        "customer.name",
        "customer.gender",
    }


@pytest.mark.parametrize(
    ("id", "value", "expected"),
    [
        ("grace.end", "2026-05-01", date(2026, 5, 1)),
        ("grace.end", date(2026, 5, 1), date(2026, 5, 1)),
        ("grace.unpaid", "1200.00", Decimal("1200.00")),
        ("grace.unpaid", True, None),
        ("grace.unpaid", None, None),
        ("claim.no", 17, "17"),
        ("contract.new_type", False, False),
        ("contract.new_type", "false", None),
    ],
)
def test_a_fact_from_json_is_typed_as_declared(id: str, value: Any, expected: Any) -> None:
    assert typed_facts({id: value}) == {id: expected}


def test_an_undeclared_fact_is_refused() -> None:
    with pytest.raises(KeyError):
        typed_facts({"weather.today": "fine"})


def test_hi_1_cover_without_a_day_of_expiry_is_for_life(build: Any) -> None:
    assert contract_facts(build.contract(expires_on=None))["contract.whole_of_life"] is True
    assert contract_facts(build.contract(expires_on=date(2027, 3, 1)))["contract.whole_of_life"] is False


def test_hi_1_what_answers_may_correct_is_told_by_no_fact(build: Any) -> None:
    """Numbers are hidden from callers, so a script can name a phone number to correct it and never to say it."""
    customer = Customer("P1", "individual", "王芳", phones=("13800138000",), address="济南市历下区")
    assert {"customer.phone", "customer.address"} <= set(FACTS)
    assert not {"customer.phone", "customer.address"} & set(customer_facts(customer))
