import pytest
from huifang_tenants.masking import (
    mask_account,
    mask_address,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
)
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and "*" not in text)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿卜杜·热合曼", "阿**"),
        ("John Smith", "J***"),
        ("李", "*"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+861065529988", "****9988"),
        ("95588", "*****"),
        ("", ""),
    ],
)
def test_phones(number: str, masked: str):
    assert mask_phone(number) == masked


def test_id_numbers_and_accounts():
    assert mask_id_number("11010119900307123X") == "**************123X"
    assert mask_id_number("1234567") == "*******"
    assert mask_account("6222020200112233445") == "***************3445"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("山东省济南市历下区经十路1号", "山东省济南市历下区****"),
        ("北京市朝阳区建国路88号", "北京市朝阳区****"),
        ("青岛市市南区香港中路76号", "青岛市市南区****"),
        ("内蒙古自治区呼和浩特市新城区中山路1号", "内蒙古自治区呼和浩特市新城区****"),
        ("经十路1号", "****"),
        ("10 Downing Street", "****"),
        ("大连市", "****"),
        ("", ""),
    ],
)
def test_addresses(address: str, masked: str):
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhang@example.com", "z***@example.com"),
        ("z@example.com", "***@example.com"),
        ("zhang", "***"),
        ("", ""),
    ],
)
def test_email(address: str, masked: str):
    assert mask_email(address) == masked


@given(TEXT)
def test_no_mask_tells_the_whole(value: str):
    text = value.strip()
    for mask in (mask_name, mask_id_number, mask_account, mask_phone, mask_address, mask_email):
        masked = mask(value)
        assert "*" in masked
        assert text not in masked


@given(st.from_regex(r"[0-9]{15,18}[0-9X]", fullmatch=True))
def test_at_most_four_characters_of_an_id_number_are_shown(number: str):
    assert len(mask_id_number(number).replace("*", "")) == 4
