"""docs/plugin-api.md is the one the docstrings give, and leaves no hook out."""

import subprocess
import sys
from pathlib import Path

from huifang_core import plugin

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/plugin-api.md"


def test_the_page_is_current() -> None:
    before = PAGE.read_text("utf-8")
    made = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.insert(0, 'docs'); import plugin_api; print(plugin_api.page(), end='')"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )  # fmt: skip
    assert made.stdout == before, "run `make docs`"


def test_every_hook_is_on_it() -> None:
    page = PAGE.read_text("utf-8")
    assert all(f"`{name}()" in page for name in vars(plugin) if name.startswith("huifang_"))
