"""A caller who plays the scripts of any plugin, to anybody with any contract."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.contracts import Contract, Premium
from huifang_core.facts import contract_facts
from huifang_core.registry import Registry
from huifang_core.scripts import items_of
from huifang_core.scripts.playing import Played
from huifang_core.scripts.playing import play as played_to_the_end
from huifang_core.texts import Language

Play = Callable[..., Played]
FactsOf = Callable[..., dict[str, Any]]

CALLER = {"insurer.name": "泰岳人寿", "caller.staff_no": "S0102", "customer.name": "王小明"}
CUSTOMER = {"customer.id_number": "370102199003077777"}


@pytest.fixture(scope="session")
def player(huifang_registry: Registry) -> Callable[[str], Play]:
    """`player(plugin_id)(kind, facts, **answers)` plays a script to its end.

    Answers are given by step; where none is, the first choice is taken, which is the affirmative one.
    """

    def of(plugin_id: str) -> Play:
        plugin = huifang_registry.plugins[plugin_id]
        scripts = {script.purpose: script for script in plugin.scripts}

        def play(
            kind: str,
            facts: Mapping[str, object],
            *,
            identity_verified: bool = False,
            language: Language = "zh-CN",
            **answers: str,
        ) -> Played:
            covered = items_of(scripts[kind])
            return played_to_the_end(
                scripts[kind],
                tuple(item for item in plugin.content_items if item.id in covered),
                {**CALLER, **CUSTOMER, **facts},
                answers,
                identity_verified=identity_verified,
                language=language,
            )

        return play

    return of


@pytest.fixture(scope="session")
def facts_of() -> FactsOf:
    """Facts of a delivered life contract, traditional and for a single premium unless `changes` say otherwise."""

    def facts(**changes: Any) -> dict[str, Any]:
        contract = {
            "contract_no": "TY370120260000123",
            "line": "life",
            "unit": "U-1",
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
        return contract_facts(Contract(**contract))

    return facts
