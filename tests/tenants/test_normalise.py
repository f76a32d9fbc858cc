import pytest
from huifang_tenants.normalise import last_four, normalise_id_number, normalise_name, normalise_phone
from hypothesis import example, given
from hypothesis import strategies as st

ANY_TEXT = st.text(max_size=40)
PHONE_LIKE = st.text(alphabet="+0123456789 -()转x#.１２３", max_size=24)


@given(ANY_TEXT | PHONE_LIKE)
@example("+")
@example("t¨")
@example("0086 0086 13800138000")
@example("ß ﬁ İ ſ")
@example("ͅ")
def test_normalising_twice_is_normalising_once(value: str):
    for normalise in (normalise_id_number, normalise_phone, normalise_name):
        once = normalise(value)
        assert normalise(once) == once


@pytest.mark.parametrize(
    ("given_number", "expected"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086-13800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("(010) 6552 9988", "+861065529988"),
        ("010-65529988转801", "+861065529988"),
        ("010-65529988 ext. 801", "+861065529988"),
        ("+852 2345 6789", "+85223456789"),
        ("+44 20 7946 0958", "+442079460958"),
        ("95588", "95588"),
        ("110", "110"),
        ("不详", "不详"),
        ("", ""),
    ],
)
def test_phones(given_number: str, expected: str):
    assert normalise_phone(given_number) == expected


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "86", "0086"]), st.data()
)
def test_a_mobile_is_one_number_however_it_is_spaced(number: str, prefix: str, data: st.DataObject):
    gap = data.draw(st.sampled_from([" ", "-", "", "\u3000", "\u200b"]))
    assert (
        normalise_phone(f" {prefix}{gap}{number[:3]}{gap}{number[3:7]}{gap}{number[7:]} ") == "+86" + number
    )


@pytest.mark.parametrize(
    ("given_number", "expected"),
    [
        (" 11010119900307123x ", "11010119900307123X"),
        ("１１０１０１ 19900307-123Ｘ", "11010119900307123X"),
        ("H1234567(8)", "H12345678"),
        ("军字第2001988号", "军字第2001988号"),
    ],
)
def test_id_numbers(given_number: str, expected: str):
    assert normalise_id_number(given_number) == expected


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("张 三", "张三"),
        ("　张三　", "张三"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
        ("阿卜杜 • 热合曼", "阿卜杜·热合曼"),
        (" John   SMITH ", "john smith"),
        ("张三\u200b", "张三"),
    ],
)
def test_names(given_name: str, expected: str):
    assert normalise_name(given_name) == expected


def test_last_four():
    assert last_four("+8613800138000") == "8000"
    assert last_four("12") == "12"


def test_four_digits_typed_into_a_search_box_stay_what_they_are():
    assert all(last_four(normalise_phone(f"{number:04}")) == f"{number:04}" for number in range(10_000))
