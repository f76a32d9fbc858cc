"""What says who is called about an obligation: whom its rule names, and who has to do with its contract and claim."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.obligations import CalledParty
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.customers import refs_of
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.tables.events import Event
from huifang_tenants.tables.obligations import Obligation

_CONTRACT_NO: Final[Any] = Obligation.contract_id.contract_no
_CALLS: Final = Kept(
    Obligation.select(
        Obligation.id,
        Obligation.customer_id,
        _CONTRACT_NO.as_alias("contract_no"),
        QueryString("{} -> 'call'", Obligation.draft, alias="call"),
        QueryString("{} ->> 'claim_no'", Obligation.draft, alias="claim_no"),
    ).where(Obligation.id == any_of(Slot("ids")))
)
_PERSONAL: Final = Kept(Event.select(Event.personal_enc).where(Event.id == Slot("id")))


class Call(msgspec.Struct, frozen=True):
    """Whom the rule of an obligation names, in that order; `customer_id` is the policyholder's record."""

    id: UUID
    customer_id: UUID
    contract_no: str
    claim_no: str | None
    parties: tuple[CalledParty, ...]


async def calls(scope: Scope, obligation_ids: Sequence[UUID]) -> dict[UUID, Call]:
    """Return whom the rules of these obligations name."""
    return {
        row["id"]: Call(
            row["id"],
            row["customer_id"],
            row["contract_no"],
            row["claim_no"],
            # A draft leaves out what is as it mostly is.
            tuple(row["call"] or ("policyholder",)),
        )
        for row in await _CALLS.rows(scope, ids=list(obligation_ids))
    }


async def records_by_number(scope: Scope, source: str, numbers: Iterable[str]) -> list[UUID]:
    """Return whom these customer numbers lead to, each person once: by the source's own number, else by that of wherever just one person is."""
    wanted = list(dict.fromkeys(numbers))
    refs = await refs_of(scope, wanted)
    found: dict[UUID, None] = {}
    for number in wanted:
        known = refs.get(number, [])
        people = {ref.customer_id for ref in known if ref.source == source} or {
            ref.customer_id for ref in known
        }
        if len(people) == 1:
            found.update(dict.fromkeys(people))
    return list(found)


async def personal_of_event(scope: Scope, id: UUID) -> dict[str, Any] | None:
    """Return the personal fields of an event's payload; whoever calls it leaves a row in the ledger."""
    row = await _PERSONAL.row(scope, id=id)
    if row is None or row["personal_enc"] is None:
        return None
    found: dict[str, Any] = scope.cipher.decrypt_json(row["personal_enc"], "event.personal", id)
    return found
