"""The motor survey plugin as installed, and a caller who plays its script."""

from collections.abc import Callable
from typing import Any

import pytest
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["motor_survey"]


@pytest.fixture(scope="session")
def play(player: Callable[[str], Callable[..., Played]]) -> Callable[..., Played]:
    """Play the script about a loss that is no dual-agency case, unless `dual_agency` says so."""
    of_plugin = player("motor_survey")

    def play(*, dual_agency: bool = False, **answers: Any) -> Played:
        return of_plugin("survey_timeliness", {"claim.dual_agency": dual_agency}, **answers)

    return play
