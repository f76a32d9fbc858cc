"""Before a plugin is switched on it is known what stands against it here, and nothing has changed (GEN-4)."""

from datetime import date
from typing import Any

import msgspec
import pytest
from huifang_core.units import Staff, Unit
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.preflight import Preflight, preflight
from huifang_tenants.stores.organisation import save_staff, save_units
from huifang_tenants.tenant import PLUGINS_ALLOWED

UNITS = (
    Unit("LN", "辽宁分公司", "province", "HO", "210000", "liaoning"),
    Unit("SY", "沈阳中支", "city", "LN", "210100"),
)


@pytest.fixture
async def insurer(house: Any) -> Any:
    """An insurer with two contracts in Shenyang, whose Liaoning rules are not on yet."""
    found = await house.insurer()
    async with found.scope() as opened:
        await save_units(opened, UNITS)
    for number in ("A", "B"):
        await found.issue(number, unit="SY", region="210100")
    return found


async def look(
    insurer: Any, plugin: str = "liaoning_life", settings: Any = None, parameters: Any = None
) -> Preflight:
    return await preflight(insurer.services, insurer.tenant, plugin, settings or {}, parameters or {})


def codes(found: Preflight) -> set[tuple[str, str]]:
    return {(concern.code, concern.subject) for concern in found.concerns}


async def test_ln_6_what_would_wait_for_a_filing_is_known_beforehand(insurer: Any) -> None:
    before = await insurer.dump()
    found = await look(insurer)
    assert (found.clear, found.contracts, found.callbacks) == (True, 2, {"new_contract": 2})
    assert ("script_not_filed", "liaoning_life.new_contract") in codes(found)
    assert await insurer.dump() == before


async def test_sd_3_so_is_that_nobody_is_trained(insurer: Any) -> None:
    assert "nobody_trained" not in {code for code, _ in codes(await look(insurer))}
    async with insurer.scope() as opened:
        await save_staff(opened, (Staff("C1", "李话务", "SD", ("caller",), trained_until=date(2026, 3, 9)),))
    assert ("nobody_trained", "phone") in codes(await look(insurer))


async def test_dec_4_and_what_would_be_late_when_made(house: Any) -> None:
    insurer = await house.insurer()
    async with insurer.scope() as opened:
        await save_units(opened, UNITS)
    await insurer.issue("A", delivered_on=date(2026, 1, 5), unit="SY", region="210100")
    assert ("late_at_birth", "new_contract") in codes(await look(insurer))


@pytest.mark.parametrize(
    ("settings", "parameters", "refusal"),
    [
        ({"colour": "red"}, {}, "plugin.setting_unknown"),
        ({"standard_leaves_out": 5}, {}, "plugin.setting_invalid"),
        ({}, {"nothing": 1}, "plugin.parameter_refused"),
    ],
)
async def test_what_would_be_refused_stands_against_it(
    insurer: Any, settings: Any, parameters: Any, refusal: str
) -> None:
    found = await look(insurer, settings=settings, parameters=parameters)
    assert (found.clear, found.contracts) == (False, 0)
    assert ("choice_refused", refusal) in codes(found)


async def test_a_script_that_proves_too_little_stands_against_it(insurer: Any, monkeypatch: Any) -> None:
    catalogue = await insurer.services.catalogue()
    entry = catalogue.plugins["liaoning_life"]
    script = entry.scripts[0]
    steps = {id: step for id, step in script.steps.items() if id != script.start}
    broken = msgspec.structs.replace(script, steps=steps)
    unsound = msgspec.structs.replace(entry, scripts=(broken, *entry.scripts[1:]))
    changed = msgspec.structs.replace(catalogue, plugins={**catalogue.plugins, "liaoning_life": unsound})

    async def lookup() -> Any:
        return changed

    monkeypatch.setattr(insurer.services, "catalogue", lookup)
    found = await look(insurer)
    assert (found.clear, ("script_unsound", broken.id) in codes(found)) == (False, True)


async def test_an_unknown_plugin_is_none(insurer: Any) -> None:
    with pytest.raises(Refused, match="not_found"):
        await look(insurer, "no_plugin")


async def test_what_the_tenant_may_not_use_stands_against_it(insurer: Any) -> None:
    tenant = msgspec.structs.replace(insurer.tenant, settings={PLUGINS_ALLOWED: ["health"]})
    found = await preflight(insurer.services, tenant, "liaoning_life", {}, {})
    assert (found.clear, found.contracts) == (False, 0)
    assert ("not_allowed", "liaoning_life") in codes(found)
