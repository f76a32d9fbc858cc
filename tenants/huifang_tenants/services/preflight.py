"""Looking at a plugin before it is switched on or set anew: what stands against it here, and what it would make (GEN-4).

Nothing is changed. The tenant's first contracts are derived as they would be, so that what waits for a filing, or for people who are
trained, is known before callbacks fall due.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec
from huifang_core.catalogue import PluginEntry, stale_parameters
from huifang_core.derive import SettingsVersion, Subject
from huifang_core.facts import FACTS
from huifang_core.obligations import ObligationDraft, born_late
from huifang_core.scripts import check, items_of, publishable
from huifang_core.texts import Text, text
from huifang_core.windows import day_of

from huifang_tenants.plugin_host import HostFailure
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts.people import CHANNELS_OF
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake.subjects import read_subjects
from huifang_tenants.services.plugins import check as check_choice
from huifang_tenants.services.plugins import check_settings
from huifang_tenants.stores import contracts
from huifang_tenants.stores.organisation import trained_roles
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tenant import Tenant

_LOOKED_AT: Final = 500

ConcernCode = Literal[
    "not_allowed",
    "choice_refused",
    "script_unsound",
    "parameter_stale",
    "rule_fails",
    "script_not_filed",
    "nobody_trained",
    "late_at_birth",
]


class Concern(msgspec.Struct, frozen=True):
    """Something to see to: an error before the plugin is switched on, a warning before its callbacks fall due."""

    code: ConcernCode
    severity: Literal["error", "warning"]
    subject: str
    message: Text


class Preflight(msgspec.Struct, frozen=True):
    """What was found, over how many contracts, and the callbacks that the plugin would make for them, by kind."""

    concerns: tuple[Concern, ...]
    contracts: int
    callbacks: dict[str, int]

    @property
    def clear(self) -> bool:
        """Whether nothing stands against it."""
        return all(concern.severity != "error" for concern in self.concerns)


class _Here(msgspec.Struct, frozen=True):
    """What is looked at of a tenant: its clock, first contracts, settings, filings, and the roles of those who are trained."""

    now: datetime
    numbers: tuple[str, ...]
    versions: tuple[SettingsVersion, ...]
    stage: Stage
    roles: frozenset[str]


async def preflight(
    services: Services, tenant: Tenant, plugin: str, settings: dict[str, Any], parameters: dict[str, Any]
) -> Preflight:
    """Return what switching a plugin on with these settings would meet. Not inside a scope. Refuses `not_found` (plugin)."""
    catalogue = await services.catalogue()
    entry = catalogue.plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")

    async def read(scope: Scope) -> _Here:
        return _Here(
            scope.now,
            tuple(number for _, number in await contracts.following(scope, None, _LOOKED_AT)),
            await load_settings(scope),
            await stage(scope, catalogue),
            await trained_roles(scope, day_of(scope.now)),
        )

    here = await in_scope(services.db, tenant, read, read_only=True)
    chosen = {**entry.default_settings, **settings}
    refused = await _refused(services, tenant, entry, settings, parameters, day_of(here.now))
    concerns = [*refused, *_of_scripts(entry), *_of_parameters(entry, day_of(here.now))]
    if refused:
        return Preflight(tuple(concerns), 0, {})
    versions = (
        *(version for version in here.versions if version.plugin != plugin),
        SettingsVersion(plugin, 0, chosen, parameters),
    )
    subjects = (await read_subjects(services, tenant, here.numbers)).subjects
    drafts, failures = await _drafts(services, plugin, subjects, versions)
    concerns += failures
    concerns += _of_drafts(here, plugin, drafts)
    callbacks = Counter(draft.kind for draft, _ in drafts)
    return Preflight(tuple(concerns), len(subjects), dict(sorted(callbacks.items())))


async def _refused(
    services: Services,
    tenant: Tenant,
    entry: PluginEntry,
    settings: dict[str, Any],
    parameters: dict[str, Any],
    today: date,
) -> list[Concern]:
    plugin = entry.manifest.id
    if not tenant.may_use(plugin):
        message = text("本机构未获准使用该插件", "this tenant may not use it")
        return [Concern("not_allowed", "error", plugin, message)]
    try:
        await check_settings(services, plugin, settings)
        check_choice(entry, {**entry.default_settings, **settings}, parameters, today)
    except Refused as refusal:
        why = ", ".join(f"{name}: {value}" for name, value in refusal.fields.items())
        message = text(f"设置或参数不被接受（{why}）", f"its settings or parameters are refused ({why})")
        return [Concern("choice_refused", "error", refusal.code, message)]
    return []


def _of_scripts(entry: PluginEntry) -> Iterator[Concern]:
    for script in entry.scripts:
        covered = items_of(script)
        items = [item for item in entry.content_items if item.id in covered]
        if not publishable(check(script, items, tuple(FACTS.values()))):
            message = text("话术未能覆盖全部内容", "the script does not cover all that it must")
            yield Concern("script_unsound", "error", script.id, message)


def _of_parameters(entry: PluginEntry, today: date) -> Iterator[Concern]:
    for name in stale_parameters(entry, today):
        message = text("参数一年以上未与法规核对", "nobody has held it against its source for a year")
        yield Concern("parameter_stale", "warning", name, message)


async def _drafts(
    services: Services, plugin: str, subjects: tuple[Subject, ...], versions: tuple[SettingsVersion, ...]
) -> tuple[list[tuple[ObligationDraft, datetime]], list[Concern]]:
    """What the plugin would demand, whole, with when what set it off happened; and the rules that fail."""
    drafts: list[tuple[ObligationDraft, datetime]] = []
    failed: Counter[str] = Counter()
    for answer in await services.host.derive(subjects, versions, await services.announced()):
        if isinstance(answer, HostFailure):
            failed[answer.reason] += 1
            continue
        failed.update(
            f"{failure.rule}: {failure.error}"
            for failure in answer.derivation.failures
            if failure.plugin == plugin
        )
        for desired in answer.derivation.desired:
            if desired.plugin == plugin and desired.voided is None and desired.done is None:
                document = answer.documents[desired.key]
                whole = msgspec.json.decode(document.draft, type=ObligationDraft)
                drafts.append((whole, desired.happened_at))
    concerns = [
        Concern(
            "rule_fails",
            "error",
            reason,
            text(f"规则在{number}份合同上失败", f"it fails on {number} contract(s)"),
        )
        for reason, number in sorted(failed.items())
    ]
    return drafts, concerns


def _of_drafts(
    here: _Here, plugin: str, drafts: Iterable[tuple[ObligationDraft, datetime]]
) -> Iterator[Concern]:
    unfiled: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    late: Counter[str] = Counter()
    on = msgspec.structs.replace(here.stage, on=here.stage.on | {plugin})
    for draft, happened_at in drafts:
        if (
            on.cause(plugin, draft.script, draft.content, must_be_filed=draft.filed_script)
            == "script_not_filed"
        ):
            unfiled[draft.script] += 1
        channels[draft.ladder[0].channel] += 1
        if draft.window is not None and born_late(draft.window, happened_at, here.now) is not None:
            late[draft.kind] += 1
    for script, number in sorted(unfiled.items()):
        message = text(
            f"没有已报备的版本，{number}项回访将等待（LN-6）",
            f"no version of it is filed: {number} callback(s) would wait (LN-6)",
        )
        yield Concern("script_not_filed", "warning", script, message)
    worked = {channel for role in here.roles for channel in CHANNELS_OF.get(role, ())}
    for channel, number in sorted(channels.items()):
        if channel in ("phone", "on_site", "letter") and channel not in worked:
            message = text(
                f"没有培训有效的人员从事该渠道，{number}项回访无人可做（SD-3）",
                f"nobody who works in it is trained: {number} callback(s) would have nobody to make them (SD-3)",
            )
            yield Concern("nobody_trained", "warning", channel, message)
    for kind, number in sorted(late.items()):
        message = text(
            f"{number}项回访生成时即已逾期（DEC-4）", f"{number} callback(s) would be late when made (DEC-4)"
        )
        yield Concern("late_at_birth", "warning", kind, message)
