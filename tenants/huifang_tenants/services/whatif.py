"""Looking at a tenant's real history without changing it: why a contract stands as it does, and what other settings or releases would do."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.derive import Desired, SettingsVersion
from huifang_core.explain import Consideration

from huifang_tenants.plugin_host import Answer, HostBroken, HostFailure, PluginHost
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake.subjects import read_subjects
from huifang_tenants.services.plugins import check
from huifang_tenants.stores import contracts
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tenant import Tenant

_BATCH: Final = 500


class Difference(msgspec.Struct, frozen=True):
    """One obligation that other settings, or another release, would make, drop, or give another window."""

    change: Literal["appears", "vanishes", "moves"]
    contract_no: str
    kind: str
    due_by: datetime | None
    due_by_instead: datetime | None


class Simulation(msgspec.Struct):
    """What other settings, or another release, would change, over all contracts of a tenant; `failed` are contracts a rule failed on."""

    contracts: int = 0
    unchanged: int = 0
    failed: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)


async def explain_contract(services: Services, tenant: Tenant, contract_no: str) -> tuple[Consideration, ...]:
    """Return what every rule makes of every event of a contract, also where nothing came of it (GEN-3)."""
    found = await read_subjects(services, tenant, [contract_no])
    if contract_no in found.waiting:
        raise Refused("contract.incomplete", contract_no=contract_no, reason=found.waiting[contract_no])
    try:
        return await services.host.explain(found.subjects[0], found.settings, await services.announced())
    except HostBroken as error:
        raise Refused("contract.incomplete", contract_no=contract_no, reason=str(error)) from error


async def simulate(
    services: Services,
    tenant: Tenant,
    catalogue: Catalogue,
    plugin: str,
    *,
    settings: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    today: date,
    other: PluginHost | None = None,
) -> AsyncIterator[Simulation]:
    """Derive every contract as it stands and otherwise; yields the result as it grows.

    Otherwise is with other settings of one plugin, from its first day on, or by the release of it that the host `other` has loaded; by
    that one with the tenant's present settings, unless some are given. Refuses `not_found` (plugin), what `configure` refuses.
    """
    entry = (catalogue if other is None else await other.catalogue()).plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")

    async def present(scope: Scope) -> tuple[SettingsVersion, ...]:
        return await load_settings(scope)

    now = await in_scope(services.db, tenant, present, read_only=True)
    instead = now
    if other is None or settings is not None or parameters is not None:
        chosen = {**entry.default_settings, **(settings or {})}
        check(entry, chosen, parameters or {}, today)
        instead = (
            *(version for version in now if version.plugin != plugin),
            SettingsVersion(plugin, 0, chosen, parameters or {}),
        )
    result = Simulation()
    async for numbers in _contract_numbers(services, tenant):
        subjects = (await read_subjects(services, tenant, numbers)).subjects
        announced = await services.announced()
        before = await services.host.derive(subjects, now, announced)
        after = await (other or services.host).derive(subjects, instead, announced)
        result.contracts += len(numbers)
        for subject, old, new in zip(subjects, before, after, strict=True):
            _compare(result, subject.contract.contract_no, old, new)
        yield result


def _compare(
    result: Simulation, contract_no: str, old: Answer | HostFailure, new: Answer | HostFailure
) -> None:
    if (
        isinstance(old, HostFailure)
        or isinstance(new, HostFailure)
        or old.derivation.failures
        or new.derivation.failures
    ):
        result.failed += 1
        return
    before = _by_key(old.derivation.desired)
    after = _by_key(new.derivation.desired)
    for key in sorted({*before, *after}):
        was, would = before.get(key), after.get(key)
        either = was or would
        if either is None:
            continue
        due, instead = _due(was), _due(would)
        if was is not None and would is not None and due == instead:
            result.unchanged += 1
            continue
        change: Literal["appears", "vanishes", "moves"] = (
            "appears" if was is None else "vanishes" if would is None else "moves"
        )
        result.differences.append(Difference(change, contract_no, either.draft.kind, due, instead))


def _by_key(desired: Iterable[Desired]) -> dict[str, Desired]:
    return {one.key: one for one in desired}


def _due(desired: Desired | None) -> datetime | None:
    if desired is None or desired.draft.window is None:
        return None
    return desired.draft.window.due_by


async def _contract_numbers(services: Services, tenant: Tenant) -> AsyncIterator[list[str]]:
    last = ""

    while True:

        async def page(scope: Scope, after: str = last) -> list[str]:
            return await contracts.numbers_after(scope, after, _BATCH)

        numbers = await in_scope(services.db, tenant, page, read_only=True)
        if not numbers:
            return
        yield numbers
        last = numbers[-1]
