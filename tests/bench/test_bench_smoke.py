"""Every bench runs once with tiny numbers: that its two sides did the same is checked, no time is."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
FIELDS = {"name", "value", "unit", "ratio", "against", "goal", "met"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The lines of the results file of one small run, by name."""
    file = tmp_path_factory.mktemp("bench") / "results.jsonl"
    command = [sys.executable, "-m", "bench", "--contracts", "300", "--repeats", "1", "--results", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    assert all(set(line) == FIELDS for line in lines)
    return {line["name"]: line for line in lines}


def test_every_bench_measures_something_beside_its_limit(results: dict[str, dict[str, object]]) -> None:
    for name in (
        "import",
        "import_memory",
        "contact_http",
        "scope",
        "planner",
        "rules.growth_x2",
        "rules.growth_x4",
    ):
        line = results[name]
        assert float(str(line["value"])) >= 0, line
        assert line["ratio"] is not None, line
        assert line["against"], line


def test_goals_say_whether_they_are_met(results: dict[str, dict[str, object]]) -> None:
    with_goal = {name for name, line in results.items() if line["goal"] is not None}
    rules = {"rules.growth_x2", "rules.growth_x4", "rules.proof_of_a_large_script"}
    assert with_goal == {"import", "import_memory", "contact_http", "planner", *rules}
    assert all(isinstance(results[name]["met"], bool) for name in with_goal)


def test_shares_of_an_import_make_up_the_whole(results: dict[str, dict[str, object]]) -> None:
    shares = [float(str(line["value"])) for name, line in results.items() if name.startswith("import.share.")]
    assert 99 < sum(shares) < 101


@pytest.mark.parametrize("name", ["import.rows", "contact_http.rows", "contact_http.statements"])
def test_both_sides_did_the_same(results: dict[str, dict[str, object]], name: str) -> None:
    assert float(str(results[name]["value"])) > 0
    assert results[name]["ratio"] == 1


def test_help_shows_examples() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "examples:" in done.stdout
