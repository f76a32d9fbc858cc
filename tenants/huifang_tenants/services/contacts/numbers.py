"""Which of a customer's numbers can be dialled: those on file that were not found wrong (ASK: no call to a number not on file)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import RECORDS

_RECORDS: Final = f"ARRAY{RECORDS.format(id='$1')}"


async def wrong_numbers(scope: Scope, customer_id: UUID, phones: Sequence[str]) -> set[int]:
    """Return the places in `phones` of numbers that turned out to be wrong when they were dialled last.

    The number itself counts and not its place, so that a change of the customer's data neither hides nor revives one; and the
    person, whichever record was dialled (DEC-10).
    """
    rows = await scope.connection.fetch(
        f"SELECT id, number_enc, outcome FROM contact WHERE customer_id = ANY({_RECORDS})"  # noqa: S608
        f" AND number_enc IS NOT NULL AND outcome IS NOT NULL AND EXISTS (SELECT FROM contact w"
        f" WHERE w.customer_id = ANY({_RECORDS}) AND w.outcome = 'wrong_number') ORDER BY concluded_at, id",
        customer_id,
    )
    last = {
        scope.cipher.decrypt(row["number_enc"], "contact.number", row["id"]): row["outcome"] for row in rows
    }
    return {place for place, phone in enumerate(phones) if last.get(phone) == "wrong_number"}


async def number_to_dial(scope: Scope, customer_id: UUID, phones: Sequence[str]) -> int | None:
    """Return the place of the first number not found wrong, or None where there is none to dial."""
    if not phones:
        return None
    wrong = await wrong_numbers(scope, customer_id, phones)
    return next((place for place in range(len(phones)) if place not in wrong), None)
