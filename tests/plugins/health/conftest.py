"""The health plugin as installed, and a caller who plays its script."""

from collections.abc import Callable

import pytest
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["health"]


@pytest.fixture(scope="session")
def play(player: Callable[[str], Callable[..., Played]]) -> Callable[..., Played]:
    """Play the script of a follow-up to its end."""
    of = player("health")
    return lambda facts, **options: of("health_follow_up", facts, **options)
