"""Gzip, and files that are damaged or of a kind that isn't taken."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from huifang_tenants.intake import SourceError, open_source

UNITS = "code,name,level\n" + "".join(f"U{n},第{n}支公司,county\n" for n in range(5000))


def test_a_gzipped_file_reads_like_the_file_itself(read: Any) -> None:
    assert read(gzip.compress(UNITS.encode()), "units.csv.gz") == read(UNITS, "units.csv")


def test_a_path_is_opened_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "units.csv.gz"
    path.write_bytes(gzip.compress(UNITS.encode()))
    with open_source(path) as source:
        assert source.kind == "units"
        assert source.format == "csv"
        assert source.header == ("code", "name", "level")
        assert sum(1 for _ in source.rows) == 5000
    # An open file would be told as a ResourceWarning, which is an error here.


def test_a_stream_handed_in_stays_open() -> None:
    stream = io.BytesIO(UNITS.encode())
    open_source(stream, "units.csv").close()
    assert not stream.closed


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "units.csv")


def test_a_gzip_file_that_breaks_off_gives_its_rows_and_then_says_so() -> None:
    more = "".join(f"V{n},第{n * 7919}支公司,city\n" for n in range(20_000))
    cut = gzip.compress((UNITS + more).encode())[:-2000]
    given: list[Any] = []
    with open_source(io.BytesIO(cut), "units.csv.gz") as source, pytest.raises(SourceError) as refused:
        given.extend(source.rows)
    assert refused.value.code == "broken_gzip"
    assert len(given) > 5000


def test_what_only_begins_like_gzip_is_refused(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read(b"\x1f\x8b\x08\x00garbage")
    assert refused.value.code == "broken_gzip"


def test_a_gzip_bomb_is_refused(read: Any) -> None:
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = (
        pack.compress(b"code,name,level\n")
        + b"".join(pack.compress((b"x" * 2**19 + b"\n") * 2) for _ in range(80))
        + pack.flush()
    )
    assert len(bomb) < 200_000
    with pytest.raises(SourceError) as refused:
        read(bomb, "units.csv.gz")
    assert refused.value.code == "zip_bomb"


def test_an_old_excel_file_is_refused_with_advice(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "contracts.xls")
    assert refused.value.code == "old_excel"
