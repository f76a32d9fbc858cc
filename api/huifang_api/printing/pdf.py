"""Typesetting: a template and a document of plain data become a PDF.

Templates are Typst files in `templates/`; one for each kind of paper, and `house.typ` with what they share. What they show reaches
them as data and never as source, so no name, question or reason can say anything to the typesetter. Fonts come with the
installation and never from the machine: a page looks the same everywhere, and Chinese is never a row of empty boxes.
"""

import asyncio
import functools
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import pylopdf_fonts_zh_cn
import typst

TEMPLATES: Final = Path(__file__).parent / "templates"
"""Where the templates lie; `#import "house.typ"` in one of them means the file beside it."""


class TemplateFailed(Exception):
    """A template could not be typeset with the data it was given; `template` names it. What Typst quotes of the data is left out."""

    def __init__(self, template: str) -> None:
        super().__init__(f"the template {template} could not be typeset")
        self.template = template


async def typeset(template: str, data: Any, *, made_at: datetime) -> bytes:
    """Return the PDF of a template filled with `data`: a struct, or whatever else msgspec writes as JSON.

    In a template `json(bytes(sys.inputs.data))` is the data, with the names its struct has. `made_at` becomes the date of the PDF, so
    that the same data gives the same bytes. A hundred pages take about half a second, in a thread of their own.

    The PDF can be kept for decades and searched (PDF/A) and read aloud (PDF/UA). A character that no font has, as in a rare name, is
    an empty box to be written into by hand; both norms forbid such a gap, so that paper follows neither. Raises TemplateFailed.
    """
    return await asyncio.to_thread(_compile, template, msgspec.json.encode(data).decode(), made_at)


def _compile(template: str, data: str, made_at: datetime) -> bytes:
    compiler = typst.Compiler(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )
    stamp = int(made_at.timestamp())
    try:
        try:
            made = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=stamp)
        except typst.TypstError:
            made = compiler.compile(format="pdf", timestamp=stamp)
    except typst.TypstError:
        # Its message shows the place that failed, and with it what stood there.
        raise TemplateFailed(template) from None
    return cast(bytes, made)


@functools.cache
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
