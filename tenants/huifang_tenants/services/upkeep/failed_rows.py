"""Refused rows that were kept to be corrected: their time is limited, since they may hold personal data."""

from huifang_tenants.scope import Scope
from huifang_tenants.stores import imports
from huifang_tenants.stores.ledger import SYSTEM, record


async def erase_failed_rows(scope: Scope) -> bool:
    """Erase the refused rows of one import whose time is over; what was wrong with them stays on record."""
    import_id = await imports.erase_rows(scope)
    if import_id is None:
        return False
    await record(scope, SYSTEM, "import.failed_rows_erased", "import", import_id, None)
    return True
