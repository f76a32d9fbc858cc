"""The plugin of tax and social security offices as installed, and a caller who plays its scripts."""

import pytest
from huifang_core.registry import Plugin, Registry


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["tax_social_security"]


@pytest.fixture(scope="session")
def play(player):
    return player("tax_social_security")
