"""The payers' feedback plugin as installed, and a caller who plays its scripts."""

import pytest
from huifang_core.registry import Plugin, Registry


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["payer_feedback"]


@pytest.fixture(scope="session")
def play(player):
    return player("payer_feedback")
