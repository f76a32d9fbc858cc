"""Proving in writing who one is: what counts as the same, and what proves nothing (SD-6a, REG-6)."""

from datetime import date
from typing import Any

import pytest
from huifang_tenants.services.written.identity import asked_for, can_be_proven, is_proven

FACTS: dict[str, Any] = {
    "customer.id_number": "11010119900307123X",
    "customer.id_last4": "123X",
    "customer.birth_date": date(1990, 3, 7),
    "customer.name": "王小明",
    "contract.contract_no": "P1",
}


@pytest.mark.parametrize(
    "given",
    [
        "11010119900307123X",
        "11010119900307123x",
        " 110101 19900307 123x ",
        "１１０１０１１９９００３０７１２３Ｘ",
    ],
)
def test_spellings_of_one_number_are_the_same(given: str) -> None:
    assert is_proven(["customer.id_number"], FACTS, {"customer.id_number": given})


@pytest.mark.parametrize("given", ["", "123X", "110101199003071230", "*", "11010119900307123X0"])
def test_anything_else_is_not(given: str) -> None:
    assert not is_proven(["customer.id_number"], FACTS, {"customer.id_number": given})


@pytest.mark.parametrize("given", ["1990-03-07", "1990年3月7日", "1990/3/7", "1990.03.07"])
def test_a_day_may_be_written_as_people_do(given: str) -> None:
    assert is_proven(["customer.birth_date"], FACTS, {"customer.birth_date": given})
    assert not is_proven(["customer.birth_date"], FACTS, {"customer.birth_date": "1990-13-07"})


def test_all_that_is_on_file_has_to_be_right() -> None:
    compares = ["customer.id_last4", "customer.birth_date"]
    right = {"customer.id_last4": "123x", "customer.birth_date": "1990-03-07"}
    assert is_proven(compares, FACTS, right)
    for name in right:
        assert not is_proven(compares, FACTS, right | {name: "0"})
        assert not is_proven(compares, FACTS, {name: right[name]})
    # What is not on file can't be asked for.
    assert is_proven(compares, FACTS | {"customer.birth_date": None}, {"customer.id_last4": "123x"})


def test_papers_that_go_by_post_prove_nothing() -> None:
    assert asked_for(["contract.contract_no", "claim.loss_region", "customer.name"], FACTS) == ()
    assert not can_be_proven(["contract.contract_no", "customer.name"], FACTS)
    assert not is_proven(["contract.contract_no"], FACTS, {"contract.contract_no": "P1"})


def test_nothing_on_file_is_proven_by_nothing_given() -> None:
    empty: dict[str, Any] = dict.fromkeys(FACTS)
    assert not can_be_proven(["customer.id_number"], empty)
    assert not is_proven(["customer.id_number"], empty, {"customer.id_number": ""})
