"""Files are known by their first bytes; what a client declares is held against them (REG-3)."""

import pytest
from huifang_tenants.evidence_types import ALLOWED, HEAD, agrees, sniff
from hypothesis import given
from hypothesis import strategies as st

FILES = {
    "audio/wav": b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00",
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "audio/ogg": b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01",
    "audio/mp4": b"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00",
    "audio/amr": b"#!AMR\n\x3c",
    "audio/amr-wb": b"#!AMR-WB\n\x3c",
    "application/pdf": b"%PDF-1.4\n%\xe2\xe3",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/tiff": b"II*\x00\x08\x00\x00\x00",
    "image/webp": b"RIFF\x24\x08\x00\x00WEBPVP8 ",
}


@pytest.mark.parametrize(("name", "head"), FILES.items())
def test_each_type_is_known_by_its_head(name: str, head: bytes) -> None:
    assert sniff(head) == name
    assert agrees(name.upper() + "; charset=binary", name)
    assert agrees(None, name)
    assert agrees("application/octet-stream", name)
    assert not agrees("text/html", name)


def test_every_allowed_type_has_a_file_here() -> None:
    assert {name for names in ALLOWED.values() for name in names} == set(FILES)


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x64", b"\xff\xf3\x40\xc4", b"\xff\xfa\x92\x60"])
def test_mp3_without_a_tag_is_known_by_its_frame(head: bytes) -> None:
    assert sniff(head) == "audio/mpeg"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<!DOCTYPE html>",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"\xff\xf1\x50\x80",  # AAC in ADTS
        b"\xff\xfb\xf0\x00",  # a bit rate that does not exist
        b"\xff\xfb\x0c\x00",  # a sampling rate that does not exist
        b"\xff\xfe<\x00s\x00",  # a text in UTF-16
        b"RIFF\x00\x00\x00\x00AVI ",
        b"\x00\x00\x00\x1cftypqt  ",
        b"OggS" + bytes(24) + b"\x80theora",
        b" %PDF-1.4",
        b"#!/bin/sh\n",
        b"<svg xmlns=",
    ],
)
def test_what_is_not_allowed_is_not_known(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=HEAD))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    assert sniff(head) in {None, *FILES}
