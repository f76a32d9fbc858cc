"""Deciding whose account (户) an event belongs to that names a payer, a certificate or an office instead of a contract.

Nothing is read or written here. An account is a contract: one a core system sent, or one made here of what events say. Its number
is the registration's certificate, as soon as one is known, else the payer's own; so whichever came in first, it is the same in the
end, and what was placed under the payer's number moves along. What nothing on file fits waits under the number it names.
"""

from collections.abc import Iterable

import msgspec
from huifang_core.accounts import ACCOUNT_LINES, FROM_EVENTS, OF_PAYERS, named_in
from huifang_core.contracts import Contract
from huifang_core.events import BusinessEvent, RegistrationOpened, order
from huifang_core.units import LEVELS

from huifang_tenants.ids import new_id
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.services.intake.held import HeldContract
from huifang_tenants.services.intake.people import People
from huifang_tenants.services.intake.snapshot import Snapshot
from huifang_tenants.stores.events import StoredEvent


class Accounts:
    """The accounts of a batch's payers; `contracts` and `events`, by number, are shared with the resolution and kept in step.

    `moved` are the numbers of events that belong to another contract than before.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        people: People,
        contracts: dict[str, HeldContract],
        events: dict[str, list[StoredEvent]],
    ) -> None:
        self._units = snapshot.units
        self._people = people
        self._contracts = contracts
        self._events = events
        self._numbers: dict[str, list[str]] = {}
        for held in contracts.values():
            self._note(held)
        self.moved: list[StoredEvent] = []

    def place(self, event: IncomingEvent) -> str | None:
        """Return the number of the contract an event belongs to, made where it must be; None where it stays without one."""
        if event.about is None:
            if isinstance(event.payload, RegistrationOpened) and event.contract_no is not None:
                self._register(event.contract_no, event.payload, event)
            return event.contract_no
        linked = self._linked(event)
        if event.type in OF_PAYERS:
            return self._of_payer(event, event.about, linked)
        return linked or self._about(
            event.source, event.about, event.payload is not None and named_in(event.payload) is None
        )

    def settle(self, number: str) -> str | None:
        """Find a contract for the events that wait under `number` without one, or make it; return its number, None where they wait on."""
        waiting = [
            stored.event
            for stored in self._events.get(number, ())
            if named_in(stored.event.payload) == number
        ]
        if number in self._contracts or not waiting:
            return None
        event = min(waiting, key=order)
        found = (
            self._of_payer(event, number, None)
            if event.type in OF_PAYERS
            else self._about(event.source, number, by_customer=False)
        )
        if found not in self._contracts:
            return None
        if found != number:
            self._move(number, found)
        return found

    def adopt(self, contract: Contract, source: str) -> None:
        """Let a contract that a core system sends for a payer take the place of the account made for want of one."""
        if contract.line not in ACCOUNT_LINES or contract.contract_no in self._contracts:
            return
        own = self._own(contract.policyholder, source)
        if own is not None:
            self._rename(own, contract.contract_no)

    def note(self, held: HeldContract) -> None:
        """Take note of a contract that came in, with what waits under its payer's number."""
        self._note(held)
        if held.base.line in ACCOUNT_LINES:
            self._gather(held)

    def _of_payer(self, event: IncomingEvent | BusinessEvent, payer: str, linked: str | None) -> str:
        certificate: str | None = getattr(event.payload, "certificate_no", None)
        if linked is None and certificate is not None and certificate in self._contracts:
            return certificate
        mine = [linked] if linked is not None else self._accounts_of(event.source, payer)
        registers = event.type == "registration.opened" and certificate is not None
        if registers and linked is None:
            # Another certificate is another registration, unless the one on file is known by its changes or payments alone.
            mine = [number for number in mine if not self._is_registered(number)]
        if not mine:
            return self._make(certificate or payer, payer, event.source, event)
        held, number = self._contracts[mine[0]], mine[0]
        newer = registers and (linked is None or event.corrects is not None)
        if certificate is None or certificate in self._contracts or held.as_of != FROM_EVENTS:
            # What a core system calls its contract is not for us to change.
            return number
        return self._rename(held, certificate) if number == payer or newer else number

    def _register(self, number: str, opened: RegistrationOpened, event: IncomingEvent) -> None:
        """Make the account that a registration names by its contract number, where no core system has sent it."""
        if number in self._contracts:
            return
        own = self._own(opened.payer, event.source)
        if own is not None:
            self._rename(own, number)
        else:
            self._make(number, opened.payer, event.source, event)

    def _own(self, payer: str, source: str) -> HeldContract | None:
        """A payer's account that was made for want of anything better than the payer's own number."""
        held = self._contracts.get(payer)
        if held is not None and held.as_of == FROM_EVENTS and self._is_theirs(held, source):
            return held
        return None

    def _about(self, source: str, named: str, by_customer: bool) -> str | None:
        if named in self._contracts:
            return named
        mine = self._accounts_of(source, named)
        if mine:
            return mine[0]
        if self._people.called(source, named) is not None:
            others = self._numbers.get(named, ())
            if not others:
                return self._make(named, named, source)
            # Which of several a customer means who names none is not for us to say.
            return None if by_customer and len(others) > 1 else min(others)
        if named in self._units:
            self._take(named, named, named, source)
        return named

    def _accounts_of(self, source: str, payer: str) -> list[str]:
        found = [
            held
            for held in map(self._contracts.get, self._numbers.get(payer, ()))
            if held is not None and held.base.line in ACCOUNT_LINES and self._is_theirs(held, source)
        ]
        own = [held for held in found if held.source == source]
        return sorted(held.base.contract_no for held in own or found)

    def _is_theirs(self, held: HeldContract, source: str) -> bool:
        """Whether the payer that `source` means by a number is the one this account is held by, as far as anybody knows."""
        number = held.base.policyholder
        theirs, meant = self._people.called(held.source, number), self._people.called(source, number)
        return theirs is None or meant is None or theirs.customer_id == meant.customer_id

    def _is_registered(self, number: str) -> bool:
        return any(
            stored.event.type == "registration.opened" and stored.event.retracts is None
            for stored in self._events.get(number, ())
        )

    def _linked(self, event: IncomingEvent) -> str | None:
        """The number under which the event lies that this one speaks against, or one that speaks against it."""
        target = event.corrects or event.retracts
        for number in self._near(event):
            for stored in self._events.get(number, ()):
                other = stored.event
                if other.source == event.source and (
                    other.event_id == target or event.event_id in (other.corrects, other.retracts)
                ):
                    return number if number in self._contracts else None
        return None

    def _near(self, event: IncomingEvent) -> Iterable[str]:
        named = event.about or ""
        return dict.fromkeys((*self._numbers.get(named, ()), named))

    def _make(
        self, number: str, payer: str, source: str, event: IncomingEvent | BusinessEvent | None = None
    ) -> str:
        """Make an account at the office its event names, else at the top; while there is no unit at all the payer's events wait."""
        unit: str | None = getattr(event.payload, "office", None) if event is not None else None
        unit = unit or self._top()
        if number in self._contracts:
            # Somebody else's, by another source's numbers.
            number = f"{number}@{source}"[:64]
        if unit is None:
            return payer
        if number not in self._contracts:
            self._take(number, payer, unit, source)
        return number

    def _take(self, number: str, payer: str, unit: str, source: str) -> None:
        base = Contract(contract_no=number, line=ACCOUNT_LINES[0], unit=unit, policyholder=payer)
        held = HeldContract(
            id=new_id(),
            source=source,
            base=base,
            current=base,
            as_of=FROM_EVENTS,
            policyholder_no=None,
            policyholder_id=None,
            expected=None,
            dirty=True,
        )
        self._contracts[number] = held
        self.note(held)

    def _top(self) -> str | None:
        """The unit above all others, None where there is none."""
        highest = min(
            self._units.values(), key=lambda unit: (LEVELS.index(unit.level), unit.code), default=None
        )
        return highest.code if highest is not None else None

    def _rename(self, held: HeldContract, number: str) -> str:
        before = held.base.contract_no
        del self._contracts[before]
        self._numbers[held.base.policyholder].remove(before)
        held.base = msgspec.structs.replace(held.base, contract_no=number)
        held.dirty = True
        self._contracts[number] = held
        self._note(held)
        self._move(before, number)
        return number

    def _gather(self, held: HeldContract) -> None:
        """Move to a payer's account what waits under the payer's own number."""
        payer, number = held.base.policyholder, held.base.contract_no
        if payer != number and payer not in self._contracts:
            self._move(payer, number)

    def _move(self, before: str, number: str) -> None:
        moved = [
            StoredEvent(
                stored.id,
                msgspec.structs.replace(stored.event, contract_no=number),
                stored.park_reason,
                stored.park_detail,
            )
            for stored in self._events.pop(before, ())
        ]
        self._events.setdefault(number, []).extend(moved)
        self.moved += moved

    def _note(self, held: HeldContract) -> None:
        numbers = self._numbers.setdefault(held.base.policyholder, [])
        if held.base.contract_no not in numbers:
            numbers.append(held.base.contract_no)
