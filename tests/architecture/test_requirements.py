"""Every requirement is held by something and proven by a test; docs/requirements.md says by which."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def requirements() -> ModuleType:
    spec = importlib.util.spec_from_file_location("requirements", ROOT / "docs/requirements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted(requirements: ModuleType) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = yaml.safe_load(requirements.LIST.read_text("utf-8"))
    return found


def test_no_requirement_lacks_a_holder_or_a_proof(
    requirements: ModuleType, wanted: dict[str, dict[str, object]]
) -> None:
    assert requirements.gaps(wanted) == []


def test_the_page_is_the_one_the_code_gives(
    requirements: ModuleType, wanted: dict[str, dict[str, object]]
) -> None:
    assert requirements.TABLE.read_text("utf-8") == requirements.table(wanted), "run `make docs`"


def test_a_gap_is_found(requirements: ModuleType) -> None:
    # Put together here, or this very test would name it.
    nowhere = "SD-" + "99"
    assert requirements.gaps({nowhere: {"of": "x", "en": "y"}})[0] == f"{nowhere} has no holder and no proof"
    assert not any(
        problem.startswith(nowhere)
        for problem in requirements.gaps({nowhere: {"of": "x", "en": "y", "planned": True}})
    )


def test_what_is_held_and_proven_is_no_longer_planned(requirements: ModuleType) -> None:
    problems = requirements.gaps({"SD-7a": {"of": "x", "en": "y", "planned": True}})
    assert problems[0] == "SD-7a is held and proven: it is no longer planned"


def test_a_part_that_is_planned_may_stand_beside_what_is_held(requirements: ModuleType) -> None:
    part = {"SD-7a": {"of": "x", "en": "y", "planned": "the rest"}}
    assert not any(problem.startswith("SD-7a") for problem in requirements.gaps(part))
    assert "y *(planned: the rest)*" in requirements.table(part)
