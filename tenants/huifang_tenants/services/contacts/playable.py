"""Which obligations can be played now: those whose plugin is there and on, with their script and all they must cover.

A release may drop or rename a script while obligations still ask for it, a plugin may break or be switched off. What asks for it is
passed over in the queue, counted, and as overdue as ever (DEC-2); it is taken up again as soon as the script is back.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.content import ContentItem
from huifang_core.scripts import Script

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import plugins
from huifang_tenants.stores.queue import Playable

Cause = Literal["plugin_missing", "plugin_broken", "plugin_off", "script_missing", "item_missing"]
"""Why something can't be played."""


class Stage(msgspec.Struct, frozen=True):
    """What one tenant can play now: the plugins installed, and the ids of those that it has on."""

    catalogue: Catalogue
    on: frozenset[str]

    def playable(self) -> Playable:
        """Return all of it by name, as the queue asks for it."""
        entries = {id: entry for id, entry in self.catalogue.plugins.items() if id in self.on}
        return Playable(
            scripts=[f"{id}/{script.id}" for id, entry in entries.items() for script in entry.scripts],
            items=[f"{id}/{item.id}" for id, entry in entries.items() for item in entry.content_items],
        )

    def cause(self, plugin: str, script: str, content: Sequence[str]) -> Cause | None:
        """Return why an obligation can't be played, None where it can."""
        entry = self.catalogue.plugins.get(plugin)
        if entry is None:
            return "plugin_broken" if plugin in {b.id for b in self.catalogue.broken} else "plugin_missing"
        if plugin not in self.on:
            return "plugin_off"
        if entry.script(script) is None:
            return "script_missing"
        known = {item.id for item in entry.content_items}
        return "item_missing" if not known.issuperset(content) else None

    def part(
        self, plugin: str, script: str, content: Sequence[str]
    ) -> tuple[Script, tuple[ContentItem, ...]]:
        """Return the script of an obligation and the items it must cover, or refuse `contact.script_missing`."""
        cause = self.cause(plugin, script, content)
        entry = self.catalogue.plugins.get(plugin)
        found = entry.script(script) if entry is not None else None
        if cause is not None or entry is None or found is None:
            raise Refused("contact.script_missing", plugin=plugin, script=script, cause=cause)
        return found, entry.items(tuple(content))


async def stage(scope: Scope, catalogue: Catalogue) -> Stage:
    """Return what a tenant can play now."""
    return Stage(catalogue, await plugins.switched_on(scope))
