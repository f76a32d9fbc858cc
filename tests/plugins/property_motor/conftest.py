"""The property and motor plugin as installed, a caller who plays its scripts, and one draft of each kind of callback."""

from collections.abc import Callable
from typing import Any

import pytest
from huifang_core.obligations import ObligationDraft
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played
from huifang_core.testing import DeriveCase

REPORTED: dict[str, Any] = {
    "type": "claim.reported",
    "at": "2026-09-01 08:30",
    "data": {
        "claim_no": "K-1",
        "reported_at": "2026-09-01T08:30:00+08:00",
        "reporter": {"role": "driver"},
        "loss_region": "320102",
        "surveyor_no": "S-1",
    },
}
REGISTERED: dict[str, Any] = {
    "type": "claim.registered",
    "at": "2026-09-02",
    "data": {"claim_no": "K-1", "registered_at": "2026-09-02T09:00:00+08:00", "assessor_no": "A-1"},
}
SETTLED: dict[str, Any] = {
    "type": "claim.settled",
    "at": "2026-09-20",
    "data": {"claim_no": "K-1", "result": "paid", "amount": "5200.00", "paid_on": "2026-09-20"},
}
CLOSED: dict[str, Any] = {
    "type": "claim.closed",
    "at": "2026-09-28",
    "data": {"claim_no": "K-1", "closed_on": "2026-09-28"},
}
DRAWN: dict[str, Any] = {
    "type": "sample.drawn",
    "at": "2026-10-01",
    "claim_no": "K-1",
    "data": {
        "plan": "property_motor/assessment_service",
        "period": "2026-09",
        "member": "golden/e3",
        "rank": 1,
        "group": "A-1",
    },
}
HISTORY = [
    {"type": "contract.issued", "at": "2026-03-02"},
    REPORTED,
    REGISTERED,
    SETTLED,
    CLOSED,
    DRAWN,
]
MOTOR = {"line": "motor", "region": "370102", "effective_on": "2026-03-02", "expires_on": "2027-03-01"}

Drafts = Callable[..., dict[str, ObligationDraft]]


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["property_motor"]


@pytest.fixture
def drafts(derive_case: DeriveCase) -> Drafts:
    """Every callback that comes of a motor contract with a claim, or of one of `line`, by kind; `settings` are the tenant's."""

    def made(line: str = "motor", **settings: Any) -> dict[str, ObligationDraft]:
        # Only motor claims are ever drawn.
        events = HISTORY if line == "motor" else HISTORY[:-1]
        found = derive_case(
            "property_motor", contract={**MOTOR, "line": line}, settings=settings, events=events
        )
        return {f.desired.draft.kind: f.desired.draft for f in found}

    return made


@pytest.fixture(scope="session")
def play(player: Callable[[str], Callable[..., Played]]) -> Callable[..., Played]:
    """Play a script by phone about a claim that was paid, unless `facts` say otherwise."""
    of_plugin = player("property_motor")

    def play(script: str, facts: dict[str, Any] | None = None, **answers: str) -> Played:
        known = {
            "contact.channel": "phone",
            "contract.contract_no": "PM370120260000123",
            "claim.no": "K-1",
            "claim.result": "paid",
        }
        return of_plugin(script, {**known, **(facts or {})}, **answers)

    return play
