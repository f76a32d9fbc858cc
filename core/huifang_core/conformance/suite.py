"""The checks in the order in which they are run and reported."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from huifang_core.conformance.battery import run_battery
from huifang_core.conformance.behaviour import check_behaviour
from huifang_core.conformance.code import check_code
from huifang_core.conformance.declarations import check_manifest, check_references, check_settings
from huifang_core.conformance.findings import Finding
from huifang_core.conformance.numbers import check_parameters
from huifang_core.conformance.outcomes import check_outcomes
from huifang_core.conformance.scripts import check_scripts
from huifang_core.conformance.texts import check_texts
from huifang_core.registry import Plugin

CHECKS: Mapping[str, str] = {
    "manifest": "id, version, cites and description",
    "settings": "every setting has a default, and a title and description in both languages",
    "parameters": "every number is dated, cited, checked of late, and used",
    "references": "whatever is named somewhere exists",
    "scripts": "every script is proven against what the rules demand",
    "texts": "every text stands in both languages",
    "code": "no clock, no chance, no input or output in the plugin's modules",
    "outcomes": "what it answers outcomes with is repeatable, explained, and can be done",
    "behaviour": "rules and plans are pure and repeatable over a wide range of contracts and events",
}
"""Every check by name, with what it makes sure of."""


def check_plugin(plugin: Plugin, *, today: date) -> tuple[Finding, ...]:
    """Return everything wrong with a plugin, in the order of `CHECKS`; `today` is for how old a look at a source may be."""
    battery = run_battery(plugin)
    found: list[Finding] = []
    checks: dict[str, Callable[[], Iterable[Finding]]] = {
        "manifest": lambda: check_manifest(plugin),
        "settings": lambda: check_settings(plugin),
        "parameters": lambda: check_parameters(plugin, battery, today),
        "references": lambda: check_references(plugin, battery),
        "scripts": lambda: check_scripts(plugin, battery),
        "texts": lambda: check_texts(plugin, battery),
        "code": lambda: check_code(plugin),
        "outcomes": lambda: check_outcomes(plugin, battery),
        "behaviour": lambda: check_behaviour(battery),
    }
    for name in CHECKS:
        found += checks[name]()
    return tuple(dict.fromkeys(found))
