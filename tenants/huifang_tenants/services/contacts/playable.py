"""Which obligations can be played now: those whose plugin is there and on, with their script and all they must cover.

A release may drop or rename a script while obligations still ask for it, a plugin may break or be switched off. What asks for it is
passed over in the queue, counted, and as overdue as ever (DEC-2); it is taken up again as soon as the script is back. Where the script
must be filed first (LN-6), a version that is not is as good as missing; the one filed last goes on being used where it covers all
that the obligation must.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from huifang_core.catalogue import Catalogue, PluginEntry
from huifang_core.content import ContentItem
from huifang_core.filings import Filing, usable, version_for
from huifang_core.obligations import ObligationDraft
from huifang_core.scripts import Script, script_hash
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, filings, plugins
from huifang_tenants.stores.queue import Playable

Cause = Literal[
    "plugin_missing", "plugin_broken", "plugin_off", "script_missing", "item_missing", "script_not_filed"
]
"""Why something can't be played."""


class Stage(msgspec.Struct, frozen=True):
    """What one tenant can play now: the plugins installed, the ids of those that it has on, and what it filed.

    `filed` are the versions that may be used where filing is demanded, by "plugin/script", the one to use first.
    """

    catalogue: Catalogue
    on: frozenset[str]
    filed: Mapping[str, tuple[Filing, ...]] = {}

    def playable(self) -> Playable:
        """Return all of it by name, as the queue asks for it."""
        entries = {id: entry for id, entry in self.catalogue.plugins.items() if id in self.on}
        versions = [(name, filing) for name, filings in self.filed.items() for filing in filings]
        return Playable(
            scripts=[f"{id}/{script.id}" for id, entry in entries.items() for script in entry.scripts],
            items=[f"{id}/{item.id}" for id, entry in entries.items() for item in entry.content_items],
            filed=[name for name, _ in versions],
            filed_items=[" ".join(sorted(filing.items)) for _, filing in versions],
        )

    def cause(
        self, plugin: str, script: str, content: Sequence[str], *, must_be_filed: bool = False
    ) -> Cause | None:
        """Return why an obligation can't be played, None where it can."""
        entry = self.catalogue.plugins.get(plugin)
        if entry is None:
            return "plugin_broken" if plugin in {b.id for b in self.catalogue.broken} else "plugin_missing"
        if plugin not in self.on:
            return "plugin_off"
        if entry.script(script) is None:
            return "script_missing"
        known = {item.id for item in entry.content_items}
        if not known.issuperset(content):
            return "item_missing"
        return "script_not_filed" if must_be_filed and self._filed(plugin, script, content) is None else None

    async def part(
        self, scope: Scope, plugin: str, draft: ObligationDraft
    ) -> tuple[Script, tuple[ContentItem, ...]]:
        """Return the script of an obligation and the items it must cover.

        Refuses `contact.script_missing` and `contact.script_not_filed`.
        """
        entry, installed = self._installed(plugin, draft)
        items = entry.items(draft.content)
        hash = self._filed(plugin, draft.script, draft.content) if draft.filed_script else None
        if hash is None or hash == script_hash(installed):
            return installed, items
        return await contacts.load_script(scope, hash), items

    def plays(self, plugin: str, draft: ObligationDraft) -> bool:
        """Tell whether an obligation can be played."""
        return self.cause(plugin, draft.script, draft.content, must_be_filed=draft.filed_script) is None

    def check(self, plugin: str, draft: ObligationDraft) -> None:
        """Refuse what can't be played: `contact.script_missing` or `contact.script_not_filed`."""
        self._installed(plugin, draft)

    def _installed(self, plugin: str, draft: ObligationDraft) -> tuple[PluginEntry, Script]:
        cause = self.cause(plugin, draft.script, draft.content, must_be_filed=draft.filed_script)
        entry = self.catalogue.plugins.get(plugin)
        found = entry.script(draft.script) if entry is not None else None
        if cause == "script_not_filed" and found is not None:
            raise Refused(
                "contact.script_not_filed", plugin=plugin, script=draft.script, version=found.version
            )
        if cause is not None or entry is None or found is None:
            raise Refused("contact.script_missing", plugin=plugin, script=draft.script, cause=cause)
        return entry, found

    def _filed(self, plugin: str, script: str, content: Sequence[str]) -> str | None:
        return version_for(self.filed.get(f"{plugin}/{script}", ()), content)


async def stage(scope: Scope, catalogue: Catalogue) -> Stage:
    """Return what a tenant can play now."""
    today = day_of(scope.now)
    filed = {}
    for name, standing in (await filings.in_force(scope, today)).items():
        plugin, _, script = name.partition("/")
        entry = catalogue.plugins.get(plugin)
        installed = entry.script(script) if entry is not None else None
        filed[name] = usable(standing, script_hash(installed) if installed is not None else None, today)
    return Stage(catalogue, await plugins.switched_on(scope), filed)
