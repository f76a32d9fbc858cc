"""The Shandong plugin as installed, and a caller who plays its scripts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played

BROUGHT_ALONG: dict[str, dict[str, Any]] = {
    "grace_period": {"grace.end": date(2026, 10, 31)},
    "after_grace_period": {"grace.end": date(2026, 10, 31)},
    "lapse": {"lapse.on": date(2026, 9, 20)},
    "surrender": {"surrender.on": date(2026, 9, 28)},
    "claim": {"claim.no": "K-1"},
}


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["shandong_life"]


@pytest.fixture(scope="session")
def play(player: Callable[[str], Callable[..., Played]]) -> Callable[..., Played]:
    """Play a script of the plugin to its end."""
    return player("shandong_life")


@pytest.fixture(scope="session")
def facts_for(facts_of: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Facts of a contract, with those that the obligation of this kind brings along."""

    def facts(kind: str, **changes: Any) -> dict[str, Any]:
        return {**facts_of(**changes), **BROUGHT_ALONG.get(kind, {})}

    return facts
