"""Every requirement this release holds is named by a test, so that a reader of the rule finds its proof."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

HELD = [
    "SD-0",
    "SD-1",
    "SD-2",
    "SD-3",
    "SD-4",
    "SD-5",
    "SD-6a",
    "SD-6b",
    "SD-6c",
    "SD-6d",
    "SD-6e",
    "SD-6f",
    "SD-6g",
    "SD-6h",
    "SD-7a",
    "SD-7b",
    "LN-1",
    "LN-2",
    "LN-3",
    "LN-4a",
    "LN-4b",
    "LN-4c",
    "LN-5",
    "LN-6",
    "HI-1",
    "HI-2",
    "HI-3",
    "REG-1",
    "REG-2",
    "REG-3",
    "REG-4",
    "REG-5",
    "REG-7",
    "REG-8",
    "GEN-1",
    "GEN-2",
    "GEN-3",
    "GEN-4",
    "GEN-5",
    "DEC-1",
    "DEC-2",
    "DEC-3",
    "DEC-4",
    "DEC-5",
    "DEC-6",
    "DEC-7",
    "DEC-8",
    "DEC-9",
    "DEC-10",
    "DEC-11",
    "DEC-12",
    "DEC-13",
]


def _named() -> set[str]:
    places = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/cases/*.yaml")]
    pattern = re.compile(r"\b(?:SD|LN|HI|REG|GEN|DEC)-\d+[a-h]?\b")
    here = Path(__file__)
    return {found for path in places if path != here for found in pattern.findall(path.read_text("utf-8"))}


def test_every_requirement_held_by_this_release_is_named_by_a_test() -> None:
    assert sorted(set(HELD) - _named()) == []


def test_the_search_finds_nothing_that_stands_nowhere() -> None:
    assert "SD-99" not in _named()
