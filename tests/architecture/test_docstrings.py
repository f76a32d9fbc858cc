"""Everything public says what it means: each package, module, class, function and method has a docstring."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "tenants", "api", "plugins")
# Packages and modules, classes, methods, functions, nested classes, and docstrings that say nothing.
RULES = "D100,D101,D102,D103,D104,D106,D419"


def undocumented(*paths: str) -> str:
    """What ruff finds in these paths."""
    command = [sys.executable, "-m", "ruff", "check", "--select", RULES, "--output-format", "concise", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False).stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_is_documented(package: str) -> None:
    assert undocumented(package).strip() == "All checks passed!"


def test_what_is_not_documented_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""Documented."""\n\n\ndef loud(): ...\n\n\ndef _quiet(): ...\n\n\nclass Empty:\n    """ """\n'
    )
    found = undocumented(str(module))
    assert "D103" in found
    assert "D419" in found
    assert "_quiet" not in found
