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
from huifang_core.scripts import FiredEffect, SectionOutcome, begin, current, outcome_of, reply
from huifang_core.scripts.state import Prompt
from huifang_shandong_life.content import CONTENT
from msgspec import Struct

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


class Played(Struct, frozen=True):
    """A section that came to its end: the steps met in order, what was set off, and what it amounts to."""

    prompts: tuple[Prompt, ...]
    effects: tuple[FiredEffect, ...]
    outcome: SectionOutcome

    @property
    def steps(self) -> list[str]:
        return [prompt.step for prompt in self.prompts]

    @property
    def cases(self) -> list[str]:
        return [fired.effect.case_class for fired in self.effects if hasattr(fired.effect, "case_class")]

    def said(self, step: str) -> str:
        return next(prompt.text for prompt in self.prompts if prompt.step == step)


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
        language: str = "zh-CN",
        **answers: str,
    ) -> Played:
        script, items = scripts[kind], demanded(plugin, kind)
        known = {**CALLER, **CUSTOMER, **facts}
        state = begin(script, items, known, identity_verified=identity_verified)
        prompts, effects = [], []
        while True:
            prompt = current(script, state, known, language)
            prompts.append(prompt)
            if prompt.kind == "end":
                break
            answer = answers.get(prompt.step) or (prompt.choices[0].code if prompt.choices else "记录")
            advance = reply(script, items, state, known, answer)
            state = advance.state
            effects += advance.effects
        assert set(answers) <= {p.step for p in prompts}
        return Played(tuple(prompts), tuple(effects), outcome_of(script, items, state, known))

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
