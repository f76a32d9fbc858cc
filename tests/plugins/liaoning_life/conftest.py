"""The Liaoning plugin as installed, a caller who plays its scripts, and what happens to a contract in Liaoning."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from huifang_core.obligations import ObligationDraft
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played
from huifang_core.testing import DeriveCase

BROUGHT_ALONG: dict[str, dict[str, Any]] = {
    "departed_seller": {"seller.departed_on": date(2026, 9, 18)},
    "policy_servicing": {"change.on": date(2026, 9, 28)},
    "lapse": {"lapse.on": date(2026, 9, 20)},
    "claim": {"claim.no": "K-1"},
}
EVERYTHING = ["departed_seller", "policy_servicing", "lapse", "satisfaction", "claim"]
EVENTS: dict[str, dict[str, Any]] = {
    "new_contract": {"type": "contract.issued", "at": "2026-03-02"},
    "departed_seller": {
        "type": "seller.departed",
        "at": "2026-03-09",
        "data": {"seller_no": "S1", "on": "2026-03-09"},
    },
    "policy_servicing": {"type": "contract.changed", "at": "2026-03-10", "data": {"kind": "loan"}},
    "lapse": {"type": "contract.lapsed", "at": "2026-03-11", "data": {"on": "2026-03-11"}},
    "satisfaction": {
        "type": "schedule.reached",
        "at": "2026-03-02",
        "data": {"schedule": "liaoning_life/satisfaction", "period": "2026-03-02", "on": "2026-03-02"},
    },
    "claim": {"type": "claim.settled", "at": "2026-03-12", "data": {"claim_no": "K-1", "result": "paid"}},
}


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["liaoning_life"]


@pytest.fixture(scope="session")
def play(player: Callable[[str], Callable[..., Played]]) -> Callable[..., Played]:
    """Play a script of the plugin to its end."""
    return player("liaoning_life")


@pytest.fixture(scope="session")
def facts_for(facts_of: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Facts of a contract, with those that the obligation of this kind brings along."""

    def facts(kind: str, **changes: Any) -> dict[str, Any]:
        return {**facts_of(**changes), **BROUGHT_ALONG.get(kind, {})}

    return facts


@pytest.fixture
def drafts(derive_case: DeriveCase) -> dict[str, ObligationDraft]:
    """One callback of each kind, all for one contract of a tenant that has set everything up."""
    found = derive_case(
        "liaoning_life",
        contract={"line": "life", "seller_no": "S1", "delivered_on": "2026-03-06"},
        unit={"supervisor": "liaoning"},
        settings={"projects": EVERYTHING},
        events=list(EVENTS.values()),
    )
    return {f.desired.draft.kind: f.desired.draft for f in found}
