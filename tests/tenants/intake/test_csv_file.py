"""CSV: encodings, separators, quotes, line numbers, and rows that can't be read."""

import io
from typing import Any

import pytest
from huifang_tenants.intake import RawRow, RowProblem, SourceError, open_source

HEADER = "code,name,level\n"


def rows_of(found: list[Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(row.line, row.values) for row in found if isinstance(row, RawRow)]


def problems_of(found: list[Any]) -> list[tuple[int, str, str]]:
    return [(p.line, p.problem.field, p.problem.code) for p in found if isinstance(p, RowProblem)]


def test_cells_come_under_the_names_of_the_header_and_empty_ones_not_at_all(read: Any) -> None:
    found = read("code,name,level,parent\nSD,山东,province,\n")
    assert rows_of(found) == [(2, {"code": "SD", "name": "山东", "level": "province"})]
    assert found[0].raw == ("SD", "山东", "province", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_in_use_is_recognised(read: Any, encoding: str) -> None:
    found = read(
        (HEADER + "SD,泰岳人寿山东分公司,province\nQD,𠮷野支公司,city\n").encode(encoding), "units.csv"
    )
    assert [values["name"] for _, values in rows_of(found)] == ["泰岳人寿山东分公司", "𠮷野支公司"]


def test_gb18030_is_recognised_when_its_first_chinese_character_comes_late(read: Any) -> None:
    data = (HEADER + "A,Head Office,head_office\n" * 5000 + "SD,山东分公司,province\n").encode("gb18030")
    assert len(data) > 100_000
    assert rows_of(read(data))[-1] == (5002, {"code": "SD", "name": "山东分公司", "level": "province"})


def test_one_broken_line_is_a_problem_of_that_line_alone(read: Any) -> None:
    good = (HEADER + "A,甲公司,city\nB,乙公司,city\n").encode()
    found = read(good + b"C,\xff\xfe\x80,city\n" + "D,丁公司,city\n".encode())
    assert [line for line, _ in rows_of(found)] == [2, 3, 5]
    assert problems_of(found) == [(4, "(row)", "bad_encoding")]


def test_utf_16_is_refused_with_advice(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read((HEADER + "A,甲,city\n").encode("utf-16"))
    assert refused.value.code == "utf_16"
    assert "UTF-8" in refused.value.message.zh_cn


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_seen_in_the_header(read: Any, separator: str) -> None:
    text = "code,name,level\nA,甲,city\n".replace(",", separator)
    assert rows_of(read(text)) == [(2, {"code": "A", "name": "甲", "level": "city"})]


def test_rows_after_a_quoted_line_break_keep_their_line_numbers(read: Any) -> None:
    found = read(HEADER + 'A,"甲\n分公司",city\r\n\nB,乙,city\nC,丙\n')
    assert rows_of(found) == [
        (2, {"code": "A", "name": "甲\n分公司", "level": "city"}),
        (5, {"code": "B", "name": "乙", "level": "city"}),
    ]
    assert problems_of(found) == [(6, "(row)", "wrong_column_count")]


def test_a_row_with_too_few_or_too_many_cells_is_told_with_both_counts(read: Any) -> None:
    found = read(HEADER + "A,甲\nB,乙,city,x\n")
    assert problems_of(found) == [(2, "(row)", "wrong_column_count"), (3, "(row)", "wrong_column_count")]
    assert "2 columns" in found[0].problem.message.en
    assert "3" in found[0].problem.message.en
    assert found[1].raw == ("B", "乙", "city", "x")


def test_a_nul_character_is_a_problem_of_its_row(read: Any) -> None:
    found = read(HEADER + "A,a\0b,city\nB,乙,city\n")
    assert problems_of(found) == [(2, "(row)", "nul")]
    assert [line for line, _ in rows_of(found)] == [3]


def test_a_quote_that_is_never_closed_names_the_lines_it_swallowed(read: Any) -> None:
    found = read(HEADER + 'A,甲,city\nB,"乙,city\nC,丙,city\n')
    assert [line for line, _ in rows_of(found)] == [2]
    assert problems_of(found) == [(3, "(row)", "bad_quotes")]
    assert "lines 3 to 4" in found[1].problem.message.en


def test_an_open_quote_in_a_large_file_costs_little_memory_and_reading_goes_on(read: Any) -> None:
    found = read(HEADER + 'B,"乙,city\n' + "C,丙,city\n" * 60_000)
    assert problems_of(found)[0] == (2, "(row)", "bad_quotes")
    assert rows_of(found)[-1][0] == 60_002


def test_a_line_without_end_is_skipped(read: Any) -> None:
    found = read(HEADER + "A," + "x" * 3_000_000 + ",city\nB,乙,city\n")
    assert problems_of(found) == [(2, "(row)", "too_long")]
    assert [line for line, _ in rows_of(found)] == [3]


def test_a_cell_too_long_to_read_is_called_that(read: Any) -> None:
    found = read(HEADER + "A," + "长" * 200_000 + ",city\nB,乙,city\n")
    assert problems_of(found) == [(2, "(row)", "too_long")]
    assert [line for line, _ in rows_of(found)] == [3]


def test_blank_rows_are_passed_over(read: Any) -> None:
    assert [line for line, _ in rows_of(read(HEADER + "\n,,\nA,甲,city\n,,\n\n"))] == [4]


def test_unknown_columns_warn_once_and_their_cells_are_left_out(read: Any) -> None:
    found = read("code,name,level,nickname,\nA,甲,city,老甲,\nB,乙,city,老乙,\n")
    assert problems_of(found) == [(1, "nickname", "unknown_column")]
    assert found[0].problem.severity == "warning"
    assert all("nickname" not in values for _, values in rows_of(found))
    assert found[1].raw == ("A", "甲", "city", "老甲", "")


def test_header_names_may_be_capitals_or_full_width(read: Any) -> None:
    assert rows_of(read(" Code ,ｎａｍｅ,LEVEL\nA,甲,city\n")) == [
        (2, {"code": "A", "name": "甲", "level": "city"})
    ]


def test_a_missing_column_refuses_the_file_and_names_it(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read("code,name\nA,甲\n", "units.csv")
    assert refused.value.code == "missing_columns"
    assert "level" in refused.value.message.en


def test_a_column_given_twice_refuses_the_file(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read("code,name,level,name\nA,甲,city,乙\n")
    assert refused.value.code == "duplicate_columns"


def test_a_file_without_header_is_refused_without_repeating_its_first_row(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read("C1,individual,王思雨,resident_id,370611199406112886\n", "customers.csv")
    message = refused.value.message
    assert "王思雨" not in message.zh_cn + message.en
    assert "370611199406112886" not in message.zh_cn + message.en


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(read: Any, content: bytes) -> None:
    with pytest.raises(SourceError, match="empty"):
        read(content, "units.csv")


def test_rows_are_read_one_by_one_from_a_stream_that_cannot_seek() -> None:
    class Endless(io.RawIOBase):
        """A file without end: only a reader that streams gets anywhere."""

        sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            chunk = (HEADER if not self.sent else "A,甲,city\n" * 100).encode()[: len(buffer)]
            buffer[: len(chunk)] = chunk
            self.sent += 1
            return len(chunk)

    with open_source(io.BufferedReader(Endless()), "units.csv") as source:
        first = [next(source.rows) for _ in range(10)]
    assert isinstance(first[-1], RawRow)
    assert first[-1].line == 11
