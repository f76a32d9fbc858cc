"""Typesetting: Chinese is Chinese on every machine, and what is shown is never taken for an instruction."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huifang_api.printing import TemplateFailed, pdf, typeset

from ..pages import Page

MADE_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
LETTER = '#import "house.typ": data, paper\n#show: paper.with(title: data.title)\n= #data.title\n#data.body'


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes a template of this source, beside the house's own style; returns its name."""
    shutil.copy(pdf.TEMPLATES / "house.typ", tmp_path)
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)

    def make(source: str) -> str:
        (tmp_path / "sample.typ").write_text(source, "utf-8")
        return "sample"

    return make


async def test_chinese_is_set_in_the_fonts_of_the_installation_and_can_be_searched(
    template: Callable[[str], str], look: Callable[[bytes], list[Page]]
) -> None:
    body = "尊敬的王小明女士：您的保险合同已生效。Ünïcode €1,234.50，罕用字：龘䶮。"
    made = await typeset(template(LETTER), {"title": "回访函", "body": body}, made_at=MADE_AT)
    assert b"NotoSerifSC" in made
    assert b"NotoSansSC" in made
    [page] = look(made)
    assert page.line == "".join(f"回访函{body}1/1".split())


async def test_every_character_of_gb_2312_has_a_shape(template: Callable[[str], str]) -> None:
    rows = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    hanzi = b"".join(rows).decode("gb2312", errors="ignore")
    assert len(hanzi) == 6763
    made = await typeset(template(LETTER), {"title": "汉字", "body": hanzi}, made_at=MADE_AT)
    assert b"pdfaid:part" in made, "a character without a shape would have kept it from being PDF/A"


async def test_a_name_no_font_can_write_leaves_a_box_and_not_a_failure(
    template: Callable[[str], str], look: Callable[[bytes], list[Page]]
) -> None:
    whole = await typeset(template(LETTER), {"title": "回访函", "body": "王小明"}, made_at=MADE_AT)
    assert b"pdfaid:part" in whole
    assert b"pdfuaid:part" in whole
    gap = await typeset(template(LETTER), {"title": "回访函", "body": "王\ue000明"}, made_at=MADE_AT)
    assert b"pdfaid:part" not in gap
    assert "回访函" in look(gap)[0].line


async def test_what_is_shown_is_never_source(
    template: Callable[[str], str], look: Callable[[bytes], list[Page]]
) -> None:
    body = '#read("/etc/passwd") $x$ *bold* = heading #panic("no") \\ " ] <label> @label'
    made = await typeset(template(LETTER), {"title": "#title", "body": body}, made_at=MADE_AT)
    [page] = look(made)
    assert "".join(body.split()) in page.line


async def test_the_same_data_gives_the_same_bytes(template: Callable[[str], str]) -> None:
    name, data = template(LETTER), {"title": "回访函", "body": "正文"}
    first = await typeset(name, data, made_at=MADE_AT)
    assert await typeset(name, data, made_at=MADE_AT) == first
    assert b"2026-03-02T01:30:00" in first


async def test_what_fails_quotes_nothing_of_what_it_was_given(template: Callable[[str], str]) -> None:
    source = '#import "house.typ": data\n#panic(data.name)'
    with pytest.raises(TemplateFailed) as failed:
        await typeset(template(source), {"name": "王小明"}, made_at=MADE_AT)
    assert "王小明" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.template == "sample"
