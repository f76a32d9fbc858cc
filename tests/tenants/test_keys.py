import base64
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huifang_tenants.errors import KeyFileError, WrongKey
from huifang_tenants.keys import MasterKeys, TenantKeys, new_data_key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_created_file_is_private_and_opens_what_its_maker_wrapped(path: Path):
    made = MasterKeys.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]
    wrapped = made.wrap(b"secret", "tenant:1")
    assert MasterKeys.load(path).unwrap(wrapped, "tenant:1") == b"secret"


def test_an_existing_file_is_never_overwritten(path: Path):
    MasterKeys.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        MasterKeys.create(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_many_that_load_or_create_at_once_get_the_same_key(path: Path):
    with ThreadPoolExecutor(8) as pool:
        derived = {
            keys.derive("x") for keys in pool.map(lambda _: MasterKeys.load_or_create(path), range(16))
        }
    assert len(derived) == 1


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666, 0o601])
def test_a_file_open_to_others_is_refused(path: Path, mode: int):
    MasterKeys.create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        MasterKeys.load(path)


def test_a_group_may_read_a_mounted_secret(path: Path):
    MasterKeys.create(path)
    path.chmod(0o440)
    MasterKeys.load(path)


_GOOD = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"current": 1, "keys": {}}',
        json.dumps({"current": 2, "keys": {"1": _GOOD}}),
        json.dumps({"current": 1, "keys": {"1": "c2hvcnQ="}}),
        json.dumps({"current": 1, "keys": {"1": "!" + _GOOD}}),
        json.dumps({"current": 1, "keys": {"one": _GOOD}}),
        json.dumps({"current": 1, "keys": {"1": _GOOD}, "password": "hunter2"}),
    ],
)
def test_a_malformed_file_is_refused_without_being_quoted(path: Path, content: str):
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as caught:
        MasterKeys.load(path)
    assert "hunter2" not in str(caught.value)
    assert _GOOD not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_missing_file_says_so(path: Path):
    with pytest.raises(KeyFileError, match="missing"):
        MasterKeys.load(path)


def test_rotation_keeps_old_wrappings_readable_and_wraps_with_the_new_version(path: Path):
    old = MasterKeys.create(path)
    wrapped = old.wrap(b"data", "c")
    old.rotated().replace(path)
    new = MasterKeys.load(path)
    assert new.current == 2
    assert new.unwrap(wrapped, "c") == b"data"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(WrongKey, match="version 2"):
        old.unwrap(new.wrap(b"data", "c"), "c")


def test_replacing_never_loses_a_version(path: Path):
    MasterKeys.create(path)
    with pytest.raises(KeyFileError, match="lost"):
        MasterKeys.generate().replace(path)


def test_another_key_another_context_and_changed_bytes_are_refused():
    keys = MasterKeys.generate()
    wrapped = keys.wrap(new_data_key(), "tenant:1")
    with pytest.raises(WrongKey):
        keys.unwrap(wrapped, "tenant:2")
    with pytest.raises(WrongKey):
        MasterKeys.generate().unwrap(wrapped, "tenant:1")
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(WrongKey):
            keys.unwrap(bytes(changed), "tenant:1")
    with pytest.raises(WrongKey):
        keys.unwrap(b"", "tenant:1")


def test_derived_keys_are_apart_and_no_key_shows_itself():
    data_key = os.urandom(32)
    keys = TenantKeys(data_key)
    assert len({keys.field, keys.blind, keys.evidence, data_key}) == 4
    master = MasterKeys.generate()
    assert master.derive("a") != master.derive("b")
    assert repr(keys) == "TenantKeys(…)"
    assert repr(master) == "MasterKeys(versions=[1], current=1)"
