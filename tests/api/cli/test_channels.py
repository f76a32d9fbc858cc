"""`huifang channel`: set, shown without secrets, and switched off (REG-6, PF-2)."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Huifang = Callable[..., Any]


@pytest.fixture(scope="module")
def tenant(huifang: Huifang) -> str:
    for slug in ("writing", "another"):
        assert huifang("tenant", "create", slug, "--name", "书面回访").code == 0
    return "writing"


def picture() -> bytes:
    """A picture of one point."""

    def part(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(b"\0\0\0\0"))
        + part(b"IEND", b"")
    )


def test_channels_are_set_shown_without_secrets_and_switched_off(
    huifang: Huifang, tenant: str, tmp_path: Path
) -> None:
    secret, password, logo, texts = (tmp_path / name for name in ("s.txt", "p.txt", "l.png", "t.json"))
    secret.write_text("s3cret-canary\n")
    password.write_text("passw0rd-canary\n")
    logo.write_bytes(picture())
    texts.write_text('{"invitation": {"zh-CN": "请填写{link}", "en": "Please see {link}"}}', encoding="utf-8")
    host = ("--host", "callback.taiyue.example")
    commands = (
        ("online", *host, "--name", "泰岳人寿", "Taiyue Life", "--logo", str(logo)),
        ("email", "--server", "mail.example.invalid", "--user", "u", "--password-file", str(password),
         "--mailbox", "callback@taiyue.example", "--hook-secret-file", str(secret)),
        ("sms", "--address", "https://sms.example.invalid/v1", "--signature", "泰岳人寿", "--secret-file", str(secret),
         "--texts", str(texts)),
    )  # fmt: skip
    printed = ""
    for arguments in commands:
        done = huifang("channel", *arguments, "--tenant", tenant)
        assert done.code == 0, done.err
        printed += done.out + done.err
    found = huifang("channel", "show", "--tenant", tenant, "--json")
    shown = found.json()
    assert shown["online"]["host"] == "callback.taiyue.example"
    assert shown["email"]["mailbox"] == "callback@taiyue.example"
    assert shown["sms"]["texts"]["invitation"]["en"] == "Please see {link}"
    assert "canary" not in printed + found.out
    assert "sealed" not in found.out
    taken = huifang("channel", "online", *host, "--tenant", "another")
    assert (taken.code, "another tenant" in taken.err) == (2, True)
    assert huifang("channel", "off", "sms", "--tenant", tenant).code == 0
    assert huifang("channel", "show", "--tenant", tenant, "--json").json()["sms"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["online", "--host", "https://callback.example.cn"],
        ["online", "--host", "callback.example.cn", "--colour", "#ffee00"],
        ["sms", "--address", "http://169.254.169.254/", "--signature", "泰岳", "--secret-file", "-"],
        ["sms", "--address", "http://127.0.0.1:1/", "--signature", "泰岳", "--secret-file", __file__],
    ],
)
def test_what_can_not_be_used_is_refused_with_code_2(
    huifang: Huifang, tenant: str, arguments: list[str]
) -> None:
    ended = huifang("channel", *arguments, "--tenant", tenant)
    assert ended.code == 2, ended.err
    assert len(ended.err.strip().splitlines()) == 1
