"""Events that speak of each other: a correction may name another contract than the event it corrects, and bears on both."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.stores import events
from huifang_tenants.stores.events import StoredEvent

_Key = tuple[str, str]
_SEED: Final = 20121


class Referring(Protocol):
    """An event, on file or coming in, as far as it names itself and another of its source."""

    @property
    def source(self) -> str:
        """Where it comes from."""

    @property
    def event_id(self) -> str:
        """Its id in that source."""

    @property
    def corrects(self) -> str | None:
        """The id of the event it replaces."""

    @property
    def retracts(self) -> str | None:
        """The id of the event it takes back."""


class Links:
    """Which of these events correct or retract which."""

    def __init__(self, among: Iterable[StoredEvent]) -> None:
        self._known: dict[_Key, StoredEvent] = {}
        self._about: dict[_Key, list[StoredEvent]] = {}
        for stored in among:
            self._known[_key(stored.event)] = stored
            reference = _reference(stored.event)
            if reference is not None:
                self._about.setdefault(reference, []).append(stored)

    def bearing_on(self, own: Sequence[StoredEvent]) -> list[StoredEvent]:
        """Return these events, and all that are linked to one of them, at whatever distance."""
        if not self._about:
            return list(own)
        found: dict[UUID, StoredEvent] = {}
        waiting = list(own)
        while waiting:
            stored = waiting.pop(0)
            if stored.id in found:
                continue
            found[stored.id] = stored
            waiting += self._about.get(_key(stored.event), ())
            reference = _reference(stored.event)
            if reference in self._known:
                waiting.append(self._known[reference])
        return list(found.values())


async def histories(scope: Scope, numbers: Iterable[str]) -> dict[str, list[StoredEvent]]:
    """Return all events that bear on each of these contracts, by contract number."""
    wanted = list(numbers)
    found = await events.of_contracts(scope, wanted)
    loose = await complete(scope, found)
    links = Links((*loose, *(stored for history in found.values() for stored in history)))
    return {number: links.bearing_on(found.get(number, ())) for number in wanted}


async def complete(
    scope: Scope, histories: dict[str, list[StoredEvent]], incoming: Iterable[Referring] = ()
) -> list[StoredEvent]:
    """Add to these histories, by contract number, those of every contract linked to them or to what comes in.

    Returns linked events that name no contract.
    """
    loose: dict[UUID, StoredEvent] = {}
    looked_at: list[Referring] = list(incoming)
    looked_at += [stored.event for history in histories.values() for stored in history]
    seen = {_key(event) for event in looked_at}
    while looked_at:
        found = [one for one in await _linked(scope, looked_at) if _key(one.event) not in seen]
        loose.update((one.id, one) for one in found if one.event.contract_no is None)
        numbers = {one.event.contract_no for one in found if one.event.contract_no is not None}
        further = await events.of_contracts(scope, numbers - histories.keys())
        histories.update(further)
        looked_at = [one.event for one in found]
        looked_at += [one.event for history in further.values() for one in history]
        seen.update(_key(event) for event in looked_at)
    return list(loose.values())


async def hold_together(scope: Scope, incoming: Sequence[Referring], known: Iterable[Referring]) -> bool:
    """Keep others from bringing in what is linked to `incoming` until the scope ends; tell whether all there is, is `known`.

    Of an event and its correction that come in at once, in batches of different contracts, the second one to be saved
    sees the first one here. To be called before anything else is locked.
    """
    if not incoming:
        return True
    # SQL: an advisory lock.
    speaks = any(_reference(event) is not None for event in incoming)
    await scope.connection.execute(
        f"SELECT pg_advisory_xact_lock{'' if speaks else '_shared'}(hashtextextended($1, {_SEED}))",
        scope.tenant.schema_name,
    )
    seen = {_key(event) for event in (*incoming, *known)}
    return all(_key(one.event) in seen for one in await _linked(scope, incoming))


async def _linked(scope: Scope, among: Iterable[Referring]) -> list[StoredEvent]:
    """Events on file that one of these corrects or retracts, or that do so with one of these."""
    keys = {_key(event) for event in among}
    targets = {target for event in among if (target := _reference(event)) is not None}
    found = await events.speaking_of(scope, keys)
    return [*found, *(await events.by_keys(scope, targets))]


def _key(event: Referring) -> _Key:
    return event.source, event.event_id


def _reference(event: Referring) -> _Key | None:
    target = event.retracts or event.corrects
    return None if target is None else (event.source, target)
