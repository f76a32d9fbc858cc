"""Phone numbers."""

import pytest
from huifang_tenants.intake.phones import phone
from huifang_tenants.intake.problems import Unfit


@pytest.mark.parametrize(
    "number",
    [
        "13220261012",
        "+86 132-2026-1012",
        "0086 13220261012",
        "0531-84000026",
        "0539-80000126",
        "(010) 6552 9988 转 801",
        "+86 10 6552 9988",
        "021-5888888",
        "95588",
        "12366",
        "110",
        "400-810-8888",
        "+852 2345 6789",
        "00852 2345 6789",
        "+1 650 253 0000",
    ],
)
def test_what_can_be_dialled_is_kept_as_it_is_written(number: str) -> None:
    assert phone(number) == number


def test_full_width_digits_are_made_plain_and_json_numbers_text() -> None:
    assert phone("１３２２０２６１０１２") == phone(13220261012) == "13220261012"


@pytest.mark.parametrize(
    "number", ["12", "abc", "1322026101", "132202610123", "+", "无", "13220261012;13220261013", "1" * 60]
)
def test_what_cannot_be_dialled_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(Unfit) as refused:
        phone(number)
    assert refused.value.severity == "error" or refused.value.kept == number
    assert number not in refused.value.message.en or len(number) < 4


def test_a_number_of_no_known_range_is_kept_with_a_warning() -> None:
    with pytest.raises(Unfit) as doubted:
        phone("+852 1345 6789")
    assert (doubted.value.severity, doubted.value.kept) == ("warning", "+852 1345 6789")
