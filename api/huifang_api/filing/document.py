"""A script as an authority reads it: what the page and the PDF show."""

from typing import Final

import msgspec
from huifang_core.scripts import CoveredItem, OutlineStep
from huifang_core.texts import Language

LANGUAGE: Final[Language] = "zh-CN"
"""The language of what an authority reads."""


class Document(msgspec.Struct, frozen=True):
    """The script written out whole, and where it covers what it must; `holds` is what the checker says."""

    language: Language
    insurer: str
    title: str
    plugin: str
    plugin_version: str
    script: str
    version: int
    hash: str
    holds: bool
    steps: tuple[OutlineStep, ...]
    items: tuple[CoveredItem, ...]
