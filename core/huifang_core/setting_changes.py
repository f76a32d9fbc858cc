"""Settings across releases: a plugin renames, replaces and drops settings, and what tenants chose before still holds.

What a tenant chose is kept as it was chosen, version by version (GEN-4). Whoever reads it reads it as the plugin's present release
has it; so a change is data, and nobody needs the plugin's code for it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


class SettingChange(msgspec.Struct, frozen=True):
    """A setting of earlier releases, by the name it had `before`, and its name `now`; without `now` it was dropped.

    `values` are what single values of it, all of them texts, are called now; others stay as they are. Changes hold in the order in
    which they are declared, so that a setting can be renamed twice.
    """

    before: str
    now: str | None = None
    values: dict[str, Any] = {}


def upgraded(settings: Mapping[str, Any], changes: Iterable[SettingChange]) -> dict[str, Any]:
    """Return settings a tenant chose as the present release has them; what has its present name already is left alone."""
    found = dict(settings)
    for change in changes:
        if change.before not in found:
            continue
        value = found.pop(change.before)
        if change.now is not None:
            found.setdefault(change.now, change.values.get(value, value) if isinstance(value, str) else value)
    return found
