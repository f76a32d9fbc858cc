"""The Shandong plugin as installed, and a caller who plays its scripts."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.content import ContentItem
from huifang_core.contracts import Contract, Premium
from huifang_core.facts import contract_facts
from huifang_core.registry import Plugin, Registry
from huifang_core.scripts.playing import Played
from huifang_core.scripts.playing import play as played_to_the_end
from huifang_core.texts import Language
from huifang_shandong_life.content import CONTENT

FactsFor = Callable[..., dict[str, Any]]

BROUGHT_ALONG: dict[str, dict[str, Any]] = {
    "grace_period": {"grace.end": date(2026, 10, 31)},
    "after_grace_period": {"grace.end": date(2026, 10, 31)},
    "lapse": {"lapse.on": date(2026, 9, 20)},
    "surrender": {"surrender.on": date(2026, 9, 28)},
    "claim": {"claim.no": "K-1"},
}
CALLER = {"insurer.name": "泰岳人寿", "caller.staff_no": "S0102", "customer.name": "王小明"}
CUSTOMER = {"customer.id_number": "370102199003077777"}


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def plugin(huifang_registry: Registry) -> Plugin:
    assert not huifang_registry.broken
    return huifang_registry.plugins["shandong_life"]


@pytest.fixture(scope="session")
def play(plugin: Plugin) -> Play:
    """Play a script to its end: `answers` by step, else the first choice, which is the affirmative one."""
    scripts = {script.purpose: script for script in plugin.scripts}

    def play(
        kind: str,
        facts: Mapping[str, object],
        *,
        identity_verified: bool = False,
        language: Language = "zh-CN",
        **answers: str,
    ) -> Played:
        known = {**CALLER, **CUSTOMER, **facts}
        return played_to_the_end(
            scripts[kind],
            demanded(plugin, kind),
            known,
            answers,
            identity_verified=identity_verified,
            language=language,
        )

    return play


def demanded(plugin: Plugin, kind: str) -> tuple[ContentItem, ...]:
    """The content items that an obligation of this kind demands."""
    items = {item.id: item for item in plugin.content_items}
    return tuple(items[item] for item in CONTENT[kind])


@pytest.fixture(scope="session")
def facts_for() -> FactsFor:
    """Facts of a delivered contract, traditional and for a single premium unless `changes` say otherwise.

    Those that the obligation of this kind brings along are added.
    """

    def facts(kind: str, **changes: Any) -> dict[str, Any]:
        contract = Contract(
            **{
                "contract_no": "TY370120260000123",
                "line": "life",
                "unit": "SD-JN",
                "policyholder": "C1",
                "product_class": "traditional",
                "death_benefit": False,
                "channel": "agent",
                "effective_on": date(2026, 3, 2),
                "issued_on": date(2026, 3, 2),
                "delivered_on": date(2026, 3, 6),
                "cooling_off_days": 15,
                "premium": Premium(mode="single", amount=Decimal("10000.00")),
                **changes,
            }
        )
        return {**contract_facts(contract), **BROUGHT_ALONG.get(kind, {})}

    return facts
