"""ID numbers by type: form, check digit, birth date and gender."""

from datetime import date
from typing import Any, get_args

import pytest
from huifang_core.customers import IdType
from huifang_tenants.intake.identity import check_identity
from huifang_tenants.intake.problems import Unfit
from stdnum.cn import ric

TODAY = date(2026, 10, 12)


def with_check_digit(number: str) -> str:
    return number + ric.calc_check_digit(number + "0")


def refusal(id_type: Any, number: str) -> str:
    with pytest.raises(Unfit) as refused:
        check_identity(id_type, number, TODAY)
    assert number not in str(refused.value.message)
    return refused.value.code


def test_a_resident_id_tells_birth_date_and_gender() -> None:
    assert check_identity("resident_id", "370611199406112886", TODAY) == (
        "370611199406112886",
        date(1994, 6, 11),
        "female",
    )


@pytest.mark.parametrize(
    "written", ["37030019650507680x", "３７０３００１９６５０５０７６８０Ｘ", "370300 19650507 680X"]
)
def test_a_resident_id_has_one_spelling(written: str) -> None:
    assert check_identity("resident_id", written, TODAY).number == "37030019650507680X"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("370611199406112883", "id_check_digit"),
        ("37061119940611288", "id_length"),
        ("370611940611288", "id_length"),
        ("37061119940611288A", "id_form"),
        (with_check_digit("37061120990611288"), "id_birth_date"),
        (with_check_digit("37061120261013288"), "id_birth_date"),
        (with_check_digit("37061118991231288"), "id_birth_date"),
        (with_check_digit("37061119940231288"), "id_birth_date"),
        (with_check_digit("99061119940611288"), "id_region"),
        (with_check_digit("00061119940611288"), "id_region"),
    ],
)
def test_a_resident_id_that_cannot_be_is_refused(number: str, code: str) -> None:
    assert refusal("resident_id", number) == code


def test_someone_born_today_in_an_abolished_county_is_accepted() -> None:
    # stdnum knows no 370602 before 1983, and would refuse.
    assert check_identity("resident_id", "370602196803172647", TODAY).birth_date == date(1968, 3, 17)
    assert check_identity("resident_id", with_check_digit("37059920261012288"), TODAY).birth_date == TODAY


@pytest.mark.parametrize(
    ("start", "id_types"),
    [
        ("810000", {"resident_id", "hk_mo_permit"}),
        ("820000", {"resident_id", "hk_mo_permit"}),
        ("830000", {"resident_id", "tw_permit"}),
        ("911123", {"foreigner_permit"}),
    ],
)
def test_residence_permits_are_accepted_under_their_types(start: str, id_types: set[str]) -> None:
    number = with_check_digit(f"{start}19900101001")
    for id_type in set(get_args(IdType)) - {"passport", "other", "uscc"}:
        if id_type in id_types:
            assert check_identity(id_type, number, TODAY) == (number, date(1990, 1, 1), "male")
        else:
            assert refusal(id_type, number) in ("id_region", "id_form")


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        ("hk_mo_permit", "H10482736"),
        ("hk_mo_permit", "m2059381700"),
        ("tw_permit", "12345678"),
        ("tw_permit", "1234567801B"),
        ("foreigner_permit", "USA110000010101"),
        ("passport", "EJ4927163"),
        ("passport", "e 1234 5678"),
        ("uscc", "91110000600037341L"),
        ("uscc", "N2330106MF2001234" + "0"),
        ("other", "军字第1234号"),
    ],
)
def test_other_papers_have_their_forms(id_type: Any, number: str) -> None:
    if number.startswith("N2"):
        from stdnum.cn import uscc

        number = number[:-1] + uscc.calc_check_digit(number)
    found = check_identity(id_type, number, TODAY)
    assert found.birth_date is None
    assert found.number == (number if id_type == "other" else number.replace(" ", "").upper())


@pytest.mark.parametrize(
    ("id_type", "number", "code"),
    [
        ("hk_mo_permit", "X10482736", "id_form"),
        ("tw_permit", "1234567", "id_form"),
        ("foreigner_permit", "12345678", "id_length"),
        ("passport", "E-?", "id_form"),
        ("passport", "EJQWERTZ", "id_form"),
        ("uscc", "91110000600037341X", "id_check_digit"),
        ("uscc", "9111000060003734I", "id_form"),
        ("uscc", "91110000600037341I", "id_form"),
    ],
)
def test_papers_of_another_form_are_refused(id_type: Any, number: str, code: str) -> None:
    assert refusal(id_type, number) == code


def test_birth_date_and_gender_must_agree_with_the_number(told: Any, customer: Any) -> None:
    assert told("customers", {**customer, "birth_date": "1994-06-12", "gender": "male"}) == {
        "birth_date": "disagrees_with_id",
        "gender": "disagrees_with_id",
    }
    assert told("customers", {**customer, "gender": "unknown"}) == {}


def test_nobody_is_born_tomorrow(told: Any) -> None:
    row = {"customer_no": "C1", "kind": "individual", "name": "王思雨"}
    assert told("customers", {**row, "birth_date": "2026-10-13"}) == {"birth_date": "in_future"}
    assert told("customers", {**row, "birth_date": "2026-10-12"}) == {}
