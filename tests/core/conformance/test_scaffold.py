"""A new plugin passes its own tests at once, and is checked from its folder alone."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest
from huifang_core.conformance.report import Report
from huifang_core.scaffold import ScaffoldError, new_plugin

TODAY = date(2026, 11, 25)


def checked(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "huifang_core.conformance",
        *map(str, arguments),
        "--today",
        "2026-11-25",
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", ["jiangsu_life", "x2", "tax_office_of_a_very_small_place"])
def test_a_new_plugin_conforms_without_a_change(tmp_path: Path, name: str) -> None:
    assert new_plugin(name, tmp_path, today=TODAY)
    done = checked(tmp_path / name, "--json")
    report = msgspec.json.decode(done.stdout, type=Report)
    assert (done.returncode, report.passed, report.findings) == (0, True, ())
    assert (report.plugin, report.cases) == (name, 3)


def test_a_rule_that_was_broken_is_reported_with_the_way_to_mend_it(tmp_path: Path) -> None:
    new_plugin("jiangsu_life", tmp_path, today=TODAY)
    parameters = tmp_path / "jiangsu_life/huifang_jiangsu_life/parameters.yaml"
    parameters.write_text(
        parameters.read_text("utf-8").replace("value: 10, cites: [JL-1]", "value: 9, cites: [JL-1]")
    )
    done = checked(tmp_path / "jiangsu_life")
    assert done.returncode == 1
    assert "✗ golden cases" in done.stdout
    assert "due_by is 2026-03-14 00:00, expected 2026-03-16 24:00" in done.stdout
    assert "→ work it out by hand from the source again" in done.stdout


@pytest.mark.parametrize("name", ["Jiangsu", "1st", "a", "class", "jiangsu-life", "../evil"])
def test_a_name_that_won_t_do_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScaffoldError, match="is no name for a plugin"):
        new_plugin(name, tmp_path, today=TODAY)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    new_plugin("jiangsu_life", tmp_path, today=TODAY)
    with pytest.raises(ScaffoldError, match="is there already"):
        new_plugin("jiangsu_life", tmp_path, today=TODAY)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "has no pyproject.toml"),
        ("[project]\nname = 'x'\n", "must name one entry point"),
        ("no toml", "can't be read"),
        ('[project.entry-points."huifang.plugins"]\nx = "no_such_module"\n', "No module named"),
    ],
)
def test_a_folder_without_a_plugin_says_what_it_lacks(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "pyproject.toml").write_text(content)
    done = checked(tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


def test_an_unknown_plugin_is_named(tmp_path: Path) -> None:
    done = checked("no_such_plugin")
    assert done.returncode == 2
    assert "no such folder, installed distribution or plugin id" in done.stderr


def test_an_installed_plugin_is_found_by_its_id_and_its_distribution() -> None:
    for name in ("shandong_life", "huifang-shandong-life"):
        done = checked(name, "--json")
        assert msgspec.json.decode(done.stdout, type=Report).plugin == "shandong_life"
        assert done.returncode == 0, done.stdout
