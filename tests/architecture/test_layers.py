"""Imports point one way: api > tenants > core, scope < tables < stores < services, plugins on the kernel alone."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def test_every_import_keeps_the_contracts_of_pyproject(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_the_kernel_imports_no_i_o() -> None:
    # What would make a rule or a script depend on anything but its input.
    forbidden = (
        "asyncio",
        "asyncpg",
        "http",
        "litestar",
        "piccolo",
        "requests",
        "socket",
        "subprocess",
        "time",
    )
    offences = [
        f"{path.name}:{number}: {line}"
        for path in sorted((ROOT / "core" / "huifang_core").rglob("*.py"))
        if "testing" not in path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for module in forbidden
        if line.startswith((f"import {module}", f"from {module} ", f"from {module}."))
    ]
    assert offences == []
