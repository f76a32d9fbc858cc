import os
from datetime import date
from uuid import uuid4

import msgspec
import pytest
from huifang_tenants.errors import WrongKey
from huifang_tenants.fields import FieldCipher
from hypothesis import given
from hypothesis import strategies as st

CIPHER = FieldCipher(bytes(range(32)))
ROW = uuid4()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(value: str):
    assert CIPHER.decrypt(CIPHER.encrypt(value, "customer.name", ROW), "customer.name", ROW) == value


def test_the_same_value_never_looks_the_same():
    assert CIPHER.encrypt("张三", "customer.name", ROW) != CIPHER.encrypt("张三", "customer.name", ROW)


def test_a_ciphertext_moved_to_another_row_column_or_tenant_is_refused():
    sealed = CIPHER.encrypt("张三", "customer.name", ROW)
    with pytest.raises(WrongKey):
        CIPHER.decrypt(sealed, "customer.name", uuid4())
    with pytest.raises(WrongKey):
        CIPHER.decrypt(sealed, "customer.address", ROW)
    with pytest.raises(WrongKey):
        FieldCipher(os.urandom(32)).decrypt(sealed, "customer.name", ROW)


@given(st.integers(0, 40), st.integers(1, 255))
def test_changed_bytes_are_refused(position: int, flip: int):
    sealed = bytearray(CIPHER.encrypt("张三丰, 138", "customer.name", ROW))
    sealed[position] ^= flip
    with pytest.raises(WrongKey):
        CIPHER.decrypt(bytes(sealed), "customer.name", ROW)


@pytest.mark.parametrize("nonsense", [b"", b"\x01", b"\x02" + bytes(60), "张三".encode()])
def test_what_is_no_ciphertext_is_refused(nonsense: bytes):
    with pytest.raises(WrongKey):
        CIPHER.decrypt(nonsense, "customer.name", ROW)


def test_structures_are_sealed_as_json_and_come_back_typed():
    class Phone(msgspec.Struct):
        number: str
        since: date

    phones = [Phone("13800138000", date(2026, 1, 2))]
    sealed = CIPHER.encrypt_json(phones, "customer.phones", ROW)
    assert CIPHER.decrypt_json(sealed, "customer.phones", ROW, list[Phone]) == phones
    assert CIPHER.decrypt_json(sealed, "customer.phones", ROW) == [
        {"number": "13800138000", "since": "2026-01-02"}
    ]


def test_all_spellings_of_a_number_or_name_have_one_blind_index():
    assert CIPHER.blind("id_number", " 11010119900307123x") == CIPHER.blind(
        "id_number", "11010119900307123Ｘ"
    )
    assert CIPHER.blind("phone", "138 0013 8000") == CIPHER.blind("phone", "+86-13800138000")
    assert CIPHER.blind("name", "张 三") == CIPHER.blind("name", "张三")
    assert CIPHER.blind("id_last4", "123x") == CIPHER.blind("id_last4", "11010119900307123X")
    assert CIPHER.blind("phone_last4", "8000") == CIPHER.blind("phone_last4", "13800138000")


def test_blind_indexes_of_kinds_values_and_tenants_differ():
    made = {
        CIPHER.blind("id_last4", "8000"),
        CIPHER.blind("phone_last4", "8000"),
        CIPHER.blind("name", "8000"),
        CIPHER.blind("phone", "8000"),
        CIPHER.blind("id_number", "8000"),
        CIPHER.blind("id_number", "8001"),
        CIPHER.blind_identity("passport", "8000"),
        CIPHER.blind_identity("resident_id", "8000"),
        FieldCipher(bytes(32)).blind("id_number", "8000"),
    }
    assert len(made) == 9
    assert {len(one) for one in made} == {16}
    assert len(CIPHER.fingerprint(b"x")) == 32


def test_the_cipher_does_not_show_its_key():
    assert repr(CIPHER) == "FieldCipher(…)"
