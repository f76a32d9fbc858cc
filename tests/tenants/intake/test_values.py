"""Single values: what is taken, what it becomes, and what is said of the rest."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def value(check: Any, contract: dict[str, Any]) -> Any:
    """What a contract's field holds after checking, or the code of its problem."""

    def run(field: str, written: Any, form: str = "object") -> Any:
        row = contract if form == "object" else {k: v for k, v in contract.items() if isinstance(v, str)}
        checked = check("contracts", {**row, field: written}, form=form)
        if checked.value is None:
            [problem] = checked.problems
            return problem.code
        return getattr(checked.value, field)

    return run


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("1200", "1200.00"),
        ("1200.5", "1200.50"),
        ("0", "0.00"),
        ("007.10", "7.10"),
        (1200, "1200.00"),
        ("１２００．５０", "1200.50"),
        (" 12.00\u3000", "12.00"),
        ("9999999999999.99", "9999999999999.99"),
    ],
)
def test_money_comes_back_with_two_decimals(value: Any, written: Any, becomes: str) -> None:
    assert str(value("account_credit", written)) == becomes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("12.345", "too_many_decimals"),
        ("-1", "negative"),
        (-1, "negative"),
        ("10000000000000", "too_large"),
        pytest.param(10**5000, "too_large", id="more digits than Python writes out"),
        ("1e3", "not_money"),
        ("NaN", "not_money"),
        ("Infinity", "not_money"),
        ("1,200.00", "not_money"),
        ("¥12", "not_money"),
        (".5", "not_money"),
        ("一千", "not_money"),
        (12.5, "float"),
        (True, "not_text"),
        (["12"], "not_text"),
    ],
)
def test_what_is_no_money_is_refused(value: Any, written: Any, code: str) -> None:
    assert value("account_credit", written) == code


@pytest.mark.parametrize(
    ("written", "becomes"), [("0.0500", "0.05"), ("1.0", "1"), (1, "1"), ("0", "0"), ("0.000001", "0.000001")]
)
def test_rates_are_shares_without_trailing_noughts(
    check: Any, contract: Any, written: Any, becomes: str
) -> None:
    row = {**contract, "fees": [{"name": "初始费用", "rate": written}]}
    rate = check("contracts", row).value.fees[0].rate
    assert rate == Decimal(becomes)
    assert format(rate, "f") == becomes


@pytest.mark.parametrize(
    ("written", "code"),
    [("1.01", "out_of_range"), ("5%", "not_a_rate"), ("0.0000001", "too_many_decimals"), (0.05, "float")],
)
def test_what_is_no_rate_is_refused(told: Any, contract: Any, written: Any, code: str) -> None:
    row = {**contract, "fees": [{"name": "a", "rate": "0.1"}, {"name": "b", "rate": written}]}
    assert told("contracts", row) == {"fees.2.rate": code}


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("true", True),
        ("FALSE", False),
        ("是", True),
        ("否", False),
        (" 是 ", True),
        ("ｔｒｕｅ", True),
        (False, False),
    ],
)
def test_booleans_are_true_false_or_their_chinese(value: Any, written: Any, becomes: bool) -> None:
    assert value("group", written) is becomes


@pytest.mark.parametrize("written", ["1", "0", 1, 0, "Y", "yes", "有", [], {}])
def test_other_words_for_yes_and_no_are_refused(value: Any, written: Any) -> None:
    assert value("group", written) == "not_a_boolean"


@pytest.mark.parametrize("written", ["2026-09-30", " 2026-09-30 ", "２０２６-０９-３０"])
def test_days_are_year_month_and_day(value: Any, written: str) -> None:
    assert value("issued_on", written) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "no_such_day"),
        ("2026-00-10", "no_such_day"),
        ("2026/09/30", "not_a_date"),
        ("20260930", "not_a_date"),
        ("2026-W01-1", "not_a_date"),
        ("2026-9-30", "not_a_date"),
        ("2026-09-30T00:00:00", "not_a_date"),
        ("9999-12-31", "year_out_of_range"),
        ("1899-12-31", "year_out_of_range"),
        (20260930, "not_a_date"),
        (1.5, "not_a_date"),
    ],
)
def test_other_days_are_refused(value: Any, written: Any, code: str) -> None:
    assert value("issued_on", written) == code


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("2026-09-05T10:00:00+08:00", datetime(2026, 9, 5, 2, tzinfo=UTC)),
        ("2026-09-05T02:00:00Z", datetime(2026, 9, 5, 2, tzinfo=UTC)),
        ("2026-09-05t02:00:00.250z", datetime(2026, 9, 5, 2, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-09-05T10:00:00", datetime(2026, 9, 5, 2, tzinfo=UTC)),
        ("2026-09-05 10:00", datetime(2026, 9, 5, 2, tzinfo=UTC)),
        ("2026-09-05", datetime(2026, 9, 4, 16, tzinfo=UTC)),
        ("２０２６-０９-０５", datetime(2026, 9, 4, 16, tzinfo=UTC)),
    ],
)
def test_instants_are_utc_and_chinese_time_without_an_offset(
    check: Any, event: Any, written: str, becomes: datetime
) -> None:
    assert check("events", {**event, "time": written}).value.time == becomes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("昨天", "not_an_instant"),
        ("2026-09-05T10", "not_an_instant"),
        ("2026-09-05T10:00:00+0800", "not_an_instant"),
        ("20260905T100000Z", "not_an_instant"),
        ("2026-09-05T25:00:00Z", "no_such_instant"),
        ("2026-09-05T10:00:00+99:00", "no_such_instant"),
        ("2026-02-30", "no_such_instant"),
        ("0001-01-01T00:00:00+08:00", "year_out_of_range"),
        (1757037600, "not_an_instant"),
    ],
)
def test_other_instants_are_refused(told: Any, event: Any, written: Any, code: str) -> None:
    assert told("events", {**event, "time": written}) == {"time": code}


@pytest.mark.parametrize("written", ["12", 12, "１２"])
def test_whole_numbers_may_be_text(value: Any, written: Any) -> None:
    assert value("version", written) == 12


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("12.0", "not_an_integer"),
        (12.0, "not_an_integer"),
        (True, "not_an_integer"),
        ("zwölf", "not_an_integer"),
        ("-1", "out_of_range"),
        (2**60, "out_of_range"),
        ("9" * 5000, "not_an_integer"),
    ],
)
def test_other_numbers_are_refused(value: Any, written: Any, code: str) -> None:
    assert value("version", written) == code


def test_codes_lose_full_width_and_invisible_characters_and_names_do_not(check: Any, contract: Any) -> None:
    row = {**contract, "contract_no": "\ufeffＰ－０１\u200b ", "product_name": " 金禧（分红型）Ａ "}
    found = check("contracts", row).value
    assert found.contract_no == "P-01"
    assert found.product_name == "金禧（分红型）Ａ"


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("contract_no", "x" * 65, "too_long"),
        ("product_name", "x" * 201, "too_long"),
        ("contract_no", "a\0b", "control_character"),
        ("product_name", "a\u0007b", "control_character"),
        ("product_name", "a\ud800", "control_character"),
        ("product_name", "a\nb", "line_break"),
        ("contract_no", 7, "not_text"),
        ("contract_no", {"a": 1}, "not_text"),
        ("premium", "1200", "not_an_object"),
        ("insured", "C1", "not_a_list"),
        ("line", "Life", "no_such_code"),
        ("region", "3707", "not_a_region"),
        ("region", "990101", "no_such_region"),
    ],
)
def test_text_that_does_not_fit_is_refused(
    told: Any, contract: Any, field: str, written: Any, code: str
) -> None:
    assert told("contracts", {**contract, field: written})[field] == code


def test_a_code_that_does_not_exist_is_answered_with_those_that_do(check: Any, contract: Any) -> None:
    [problem] = check("contracts", {**contract, "product_class": "classic"}).problems
    assert "traditional, participating, universal, unit_linked" in problem.message.en
    assert "traditional" in problem.message.zh_cn
    assert problem.value_shown == "classic"


def test_blank_text_and_null_mean_that_nothing_is_there(check: Any, contract: Any) -> None:
    assert check("contracts", {**contract, "expires_on": " ", "premium": None, "region": ""}).problems == ()
