"""Open callbacks whose script can't be played raise an alarm until it is back: nobody is given them meanwhile."""

from typing import Final

from huifang_core.catalogue import Catalogue

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.alarms import keep_standing, stands

SCRIPTS: Final = "upkeep.scripts"
"""Kind of the job that looks for callbacks whose script is missing."""

_ALARM: Final = "script_missing"


async def scripts_need_watching(scope: Scope, catalogue: Catalogue) -> bool:
    """Tell whether a script asked for is missing, or not filed, or was: a few probes of an index, for every tick."""
    playable = (await stage(scope, catalogue)).playable()
    return (
        not set(playable.scripts).issuperset(await upkeep.scripts_asked_for(scope))
        or not set(playable.filed).issuperset(await upkeep.scripts_asked_for(scope, must_be_filed=True))
        or await stands(scope, _ALARM)
    )


async def watch_scripts(scope: Scope, catalogue: Catalogue) -> None:
    """Let an alarm stand for each script that open callbacks ask for and that can't be played.

    It says why, how many callbacks there are and when the first falls due; they stay as overdue as they are (DEC-2).
    """
    now = await stage(scope, catalogue)
    wanted = {
        f"{row['plugin']}/{row['script']}": {
            "plugin": row["plugin"],
            "script": row["script"],
            "cause": _cause(now, row["plugin"], row["script"], must_be_filed=row["filed"]),
            "number": row["number"],
            "earliest": row["earliest"].isoformat(),
        }
        for row in await upkeep.without_script(scope, now.playable())
    }
    await keep_standing(scope, _ALARM, wanted)


def _cause(now: Stage, plugin: str, script: str, *, must_be_filed: bool) -> str:
    # Where the script is there, what it should cover is not, or not in a version that was filed.
    return now.cause(plugin, script, ()) or ("script_not_filed" if must_be_filed else "item_missing")
