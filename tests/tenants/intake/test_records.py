"""Whole records: every problem at once, unknown fields, lists in cells, and what fields must agree on."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.contracts import Contract, Fee, Premium
from huifang_core.customers import ContactPerson
from huifang_core.units import Staff


def test_two_broken_fields_of_a_row_are_both_told(told: Any, contract: Any) -> None:
    row = {**contract, "product_class": "classic", "channel": "market", "unit": ""}
    row["premium"] = {"mode": "monthly", "amount": "1.234"}
    assert told("contracts", row) == {
        "product_class": "no_such_code",
        "channel": "no_such_code",
        "unit": "missing",
        "premium.mode": "no_such_code",
        "premium.amount": "too_many_decimals",
    }


def test_dotted_and_numbered_columns_and_lists_in_cells_make_one_contract(check: Any) -> None:
    cells = {
        "contract_no": "P1",
        "line": "life",
        "unit": "SD",
        "policyholder": "C1",
        "insured": "C1; C2；C3;",
        "beneficiaries.2": "C9",
        "beneficiaries.1": "C8",
        "premium.mode": "regular",
        "premium.amount": "1200",
        "fees.2.name": "保单管理费",
        "fees.2.amount": "5",
        "fees.1.name": "初始费用",
        "fees.1.rate": "0.05",
        "fees.3.name": " ",
        "group": "是",
    }
    checked = check("contracts", cells, form="cells")
    assert checked.problems == ()
    assert checked.value == Contract(
        contract_no="P1",
        line="life",
        unit="SD",
        policyholder="C1",
        insured=("C1", "C2", "C3"),
        beneficiaries=("C8", "C9"),
        premium=Premium(mode="regular", amount=Decimal("1200.00")),
        fees=(Fee(name="初始费用", rate=Decimal("0.05")), Fee(name="保单管理费", amount=Decimal("5.00"))),
        group=True,
    )


def test_a_numbered_entry_keeps_the_number_of_its_column_in_problems(told: Any) -> None:
    cells = {"contract_no": "P1", "line": "life", "unit": "SD", "policyholder": "C1", "fees.3.rate": "2"}
    assert told("contracts", cells, form="cells") == {"fees.3.name": "missing", "fees.3.rate": "out_of_range"}


def test_a_bad_entry_of_a_list_in_a_cell_is_told_of_the_cell(check: Any) -> None:
    cells = {"staff_no": "S1", "name": "郝志远", "unit": "SD", "roles": "caller;phone_hero"}
    [problem] = check("staff", cells, form="cells").problems
    assert (problem.field, problem.code, problem.value_shown) == ("roles", "no_such_code", "phone_hero")


@pytest.mark.parametrize(
    "cells",
    [
        {"phones": "13220261012", "phones.1": "13220261013"},
        {"phones.1": "13220261012", "phones": "13220261013"},
    ],
)
def test_a_field_given_in_two_columns_is_told(told: Any, cells: dict[str, str]) -> None:
    row = {"customer_no": "C1", "kind": "individual", "name": "王思雨", **cells}
    assert list(told("customers", row, form="cells").values()) == ["given_twice"]


def test_unknown_fields_are_errors_in_the_api_and_warnings_in_files(check: Any, contract: Any) -> None:
    row = {**contract, "colour": "red", "premium": {"mode": "single", "currency": "CNY"}}
    in_file, in_api = check("contracts", row), check("contracts", row, strict=True)
    for checked, severity in ((in_file, "warning"), (in_api, "error")):
        assert {(p.field, p.code, p.severity) for p in checked.problems} == {
            ("colour", "unknown_field", severity),
            ("premium.currency", "unknown_field", severity),
        }
    assert in_file.value is not None
    assert in_api.value is None


def test_a_row_full_of_unknown_fields_is_told_briefly(check: Any, contract: Any) -> None:
    assert len(check("contracts", {**contract, **{f"x{n}": 1 for n in range(10_000)}}).problems) == 50


def test_units_and_staff_are_checked_too(check: Any, told: Any) -> None:
    assert check("staff", {"staff_no": "S1", "name": "仲伟", "unit": "SD", "is_seller": "否"}).value == Staff(
        staff_no="S1", name="仲伟", unit="SD"
    )
    left = {"staff_no": "S1", "name": "仲伟", "unit": "SD", "active_until": "2026-03-09"}
    assert check("staff", left).value.active_until == date(2026, 3, 9)
    assert told("units", {"code": "SD", "level": "region", "region": "370000x"}) == {
        "name": "missing",
        "level": "no_such_code",
        "region": "not_a_region",
    }


def test_a_contract_cannot_expire_before_it_takes_effect(told: Any, contract: Any) -> None:
    assert told("contracts", {**contract, "expires_on": "2026-08-31"}) == {"expires_on": "before_effective"}
    assert told("contracts", {**contract, "expires_on": "2026-09-01"}) == {}


def test_a_delivery_before_the_issue_is_a_warning(check: Any, contract: Any) -> None:
    checked = check("contracts", {**contract, "issued_on": "2026-09-02", "delivered_on": "2026-09-01"})
    assert [(p.field, p.code, p.severity) for p in checked.problems] == [
        ("delivered_on", "before_issued", "warning")
    ]
    assert checked.value is not None


def test_a_fee_item_without_a_figure_is_a_warning(check: Any, contract: Any) -> None:
    checked = check("contracts", {**contract, "fees": [{"name": "初始费用"}]})
    assert [(p.field, p.severity) for p in checked.problems] == [("fees.1", "warning")]


def test_an_organisation_has_a_credit_code_and_a_contact(check: Any, told: Any, customer: Any) -> None:
    firm = {
        "customer_no": "C2",
        "kind": "organisation",
        "name": "山东恒信信息技术有限公司",
        "id_type": "uscc",
        "id_number": "91371302ma2611389g",
        "contact": {"name": "刘婷婷", "phone": "13720550638"},
    }
    found = check("customers", firm).value
    assert found.id_number == "91371302MA2611389G"
    assert found.contact == ContactPerson(name="刘婷婷", phone="13720550638")
    assert told("customers", {**customer, "kind": "organisation"}) == {"id_type": "not_for_organisation"}


def test_an_id_number_needs_its_type(told: Any, customer: Any) -> None:
    row = {k: v for k, v in customer.items() if k != "id_type"}
    assert told("customers", row) == {"id_type": "missing"}
    assert told("customers", {**row, "id_type": "identity_card"}) == {"id_type": "no_such_code"}


@pytest.mark.parametrize(
    ("field", "written"),
    [("emails", ["nobody"]), ("emails", ["a@b@c"]), ("emails", ["a b@c"]), ("emails", ["@c"])],
)
def test_what_is_no_email_address_is_refused(
    told: Any, customer: Any, field: str, written: list[str]
) -> None:
    assert told("customers", {**customer, field: written}) == {"emails.1": "not_an_email"}


def test_an_empty_entry_of_a_json_list_is_told(told: Any, customer: Any) -> None:
    assert told("customers", {**customer, "phones": ["13220261012", ""]}) == {"phones.2": "empty_entry"}
    assert told("customers", {**customer, "phones": ["13220261012"] * 1001}) == {"phones": "too_many_items"}


CANARIES = {
    "name": "金丝雀\u0007",
    "id_number": "370611199406112889",
    "birth_date": "1994-06-31",
    "phones": ["13220261"],
    "emails": ["canary.example.com"],
    "address": "金丝雀巷7号\u0007",
    "contact": {"name": "金丝雀\u0007", "phone": "99999"},
}


def test_no_message_repeats_personal_data(check: Any, customer: Any) -> None:
    checked = check("customers", {**customer, **CANARIES})
    assert len(checked.problems) == 8
    told = repr(checked.problems)
    for canary in ("金丝雀", "37061119940611288", "06-31", "13220261", "canary", "99999"):
        assert canary not in told


@pytest.mark.parametrize("field", ["kind", "id_type", "gender", "region", "customer_no"])
@pytest.mark.parametrize(
    "canary", ["王金丝", "370611199406112886", "13220261012", "Wang Jin", "a@b.cn", "19940611"]
)
def test_personal_data_that_slipped_into_another_column_is_not_repeated(
    check: Any, customer: Any, field: str, canary: str
) -> None:
    row = {**customer, field: canary + "\u0007"}
    assert canary not in repr(check("customers", row).problems)
    assert canary not in repr(check("customers", {**customer, field: canary}).problems)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {"cooling_off_days": "not_stated"}),
        ({"expires_on": None}, {"cooling_off_days": "not_stated"}),
        ({"cooling_off_days": 0}, {}),
        ({"cooling_off_days": "ten"}, {"cooling_off_days": "not_an_integer"}),
        ({"line": "accident"}, {}),
        ({"group": True}, {}),
        ({"expires_on": "2027-08-31"}, {}),
        ({"effective_on": None}, {}),
    ],
)
def test_a_life_contract_without_its_cooling_off_period_is_told_when_it_comes_in(
    check: Any, told: Any, contract: Any, changes: dict[str, Any], problems: dict[str, str]
) -> None:
    """SD-6d: the customer is told its days, so that the callback could never be completed."""
    del contract["cooling_off_days"]
    assert told("contracts", {**contract, **changes}) == problems
    if problems.get("cooling_off_days") == "not_stated":
        checked = check("contracts", {**contract, **changes})
        assert [problem.severity for problem in checked.problems] == ["warning"]
        assert checked.value.cooling_off_days is None
