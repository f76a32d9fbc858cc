"""Imports whose process was cut off: they must not stand as running for ever."""

from datetime import timedelta
from typing import Final

from huifang_tenants.scope import Scope
from huifang_tenants.stores import imports
from huifang_tenants.stores.ledger import SYSTEM, record

SILENCE: Final = timedelta(minutes=10)
"""How long, in wall time, an import may give no sign of life; one that goes on does so every few seconds."""


async def end_silent_imports(scope: Scope) -> bool:
    """Put imports that were cut off on record as failed; what they had taken in stays, and the file can be sent again."""
    for import_id in await imports.fail_silent(scope, scope.wall_now - SILENCE):
        await record(scope, SYSTEM, "import.failed", "import", import_id, None, reason="cut_off")
    return False
