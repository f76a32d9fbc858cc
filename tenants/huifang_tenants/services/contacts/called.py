"""Who is called about an obligation, and by which number (HT-7, PC-3, MS-1).

It is found anew at each step, since a claim, a number or an insured person may have come in or changed meanwhile.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from huifang_core.called import Called, OnFile, Parties, insures_its_policyholder, who_may_be_called
from huifang_core.events import ClaimReported, Reporter
from huifang_core.obligations import ContactChannel

from huifang_tenants.intake import join_personal
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.as_it_stands import AsItStands, as_they_stand
from huifang_tenants.services.contacts.numbers import number_to_dial
from huifang_tenants.stores import customers, parties
from huifang_tenants.stores.parties import Call
from huifang_tenants.stores.people import is_held


class Target(msgspec.Struct, frozen=True):
    """Who is to be contacted; `number` is the place of the number to dial, None where it is no call."""

    called: Called
    number: int | None

    def is_same_person(self, other: "Target") -> bool:
        """Tell whether one contact reaches both: obligations are bundled for one person, never for two (DEC-5)."""
        mine, theirs = self.called, other.called
        return mine.record == theirs.record and mine.name == theirs.name


async def may_be_called(scope: Scope, obligation_ids: Sequence[UUID]) -> dict[UUID, tuple[Called, ...]]:
    """Return everybody who may be called about these obligations, in order.

    Personal data is read; whoever calls it leaves a row in the ledger.
    """
    calls = await parties.calls(scope, obligation_ids)
    beyond = {call.contract_no for call in calls.values() if call.parties != ("policyholder",)}
    standing = await as_they_stand(scope, beyond) if beyond else {}
    found: dict[UUID, tuple[Called, ...]] = {}
    on_file: dict[UUID, OnFile | None] = {}
    for id, call in calls.items():
        holder = await _on_file(scope, call.customer_id, on_file)
        if holder is None:
            continue
        known = Parties(holder)
        if call.contract_no in standing:
            known = await _parties(scope, call, holder, standing[call.contract_no], on_file)
        found[id] = who_may_be_called(call.parties, known)
    return found


async def whom_to_call(
    scope: Scope, obligation_ids: Sequence[UUID], channel: ContactChannel
) -> dict[UUID, Target]:
    """Return who is to be contacted about each obligation: the first who can be. Those about which nobody can are left out."""
    people = await may_be_called(scope, obligation_ids)
    chosen: dict[tuple[Called, ...], Target | None] = {}
    for one in people.values():
        if one not in chosen:
            chosen[one] = await first_to_reach(scope, one, channel)
    return {id: target for id, one in people.items() if (target := chosen[one]) is not None}


async def first_to_reach(scope: Scope, people: Sequence[Called], channel: ContactChannel) -> Target | None:
    """Return the first of these people who can be contacted: by phone, who has a number not found wrong; else, who is on file; never one
    who has died or can't answer any more.
    """
    for called in people:
        if called.customer is not None and await is_held(scope, called.record):
            continue
        if channel != "phone":
            # Of somebody not on file no address is known.
            if called.customer is not None:
                return Target(called, None)
            continue
        number = await number_to_dial(scope, called.record, called.phones)
        if number is not None:
            return Target(called, number)
    return None


async def numbers_left(scope: Scope, obligation_id: UUID) -> bool:
    """Tell whether anybody can still be rung about an obligation."""
    return obligation_id in await whom_to_call(scope, [obligation_id], "phone")


async def _parties(
    scope: Scope, call: Call, holder: OnFile, standing: AsItStands, on_file: dict[UUID, OnFile | None]
) -> Parties:
    contract, source = standing.contract, standing.stored.source
    named: dict[str, tuple[OnFile, ...]] = {}
    for part, numbers in (("insured", contract.insured), ("beneficiaries", contract.beneficiaries)):
        # The policyholder is who holds the contract now, whatever became of the number since.
        others = [number for number in numbers if number != contract.policyholder]
        records = await parties.records_by_number(scope, source, others)
        found = [one for record in records if (one := await _on_file(scope, record, on_file)) is not None]
        if (part == "insured" and insures_its_policyholder(contract, holder.customer)) or (
            part == "beneficiaries" and contract.policyholder in numbers
        ):
            found.insert(0, holder)
        named[part] = tuple(found)
    return Parties(
        holder, named["insured"], named["beneficiaries"], await _reporter(scope, call.claim_no, standing)
    )


async def _on_file(scope: Scope, record: UUID, known: dict[UUID, OnFile | None]) -> OnFile | None:
    if record not in known:
        customer = await customers.read(scope, record)
        known[record] = None if customer is None else OnFile(record, customer)
    return known[record]


async def _reporter(scope: Scope, claim_no: str | None, standing: AsItStands) -> Reporter | None:
    """Who reported a claim, by the last of its reports that stands."""
    reports = [
        one
        for one in standing.events
        if isinstance(one.event.payload, ClaimReported) and one.event.payload.claim_no == claim_no
    ]
    if claim_no is None or not reports:
        return None
    last = reports[-1]
    plain = msgspec.to_builtins(last.event.payload)
    payload = join_personal(plain, await parties.personal_of_event(scope, last.id))
    return payload.reporter if isinstance(payload, ClaimReported) else None
