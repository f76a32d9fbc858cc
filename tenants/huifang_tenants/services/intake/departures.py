"""Which contracts a seller's departure is an event of, where it names none: all that were sold, those that come in later included.

Nothing is read or written here.
"""

from collections.abc import Iterable, Sequence

from huifang_core.events import SellerDeparted, effective

from huifang_tenants.intake import IncomingEvent
from huifang_tenants.stores.events import StoredEvent


def names_no_contract(event: IncomingEvent) -> bool:
    """Tell whether an event is a departure of a seller, all of whose contracts it concerns."""
    return event.type == "seller.departed" and event.contract_no is None


class Departures:
    """What is known of the departures of a batch's sellers, `on_file` and in the batch itself."""

    def __init__(self, on_file: Iterable[StoredEvent]) -> None:
        self.on_file = tuple(on_file)
        self._all = list(self.on_file)
        self._standing: dict[str, list[StoredEvent]] | None = None

    def add(self, departure: StoredEvent) -> None:
        """Take note of one of the batch."""
        self._all.append(departure)
        self._standing = None

    def of(self, seller_no: str | None) -> Sequence[StoredEvent]:
        """Return the departures of a seller that stand: a contract sees neither those taken back nor those of others."""
        if self._standing is None:
            self._standing = self._by_seller()
        return self._standing.get(seller_no, ()) if seller_no is not None else ()

    def _by_seller(self) -> dict[str, list[StoredEvent]]:
        known = {(one.event.source, one.event.event_id): one for one in self._all}
        found: dict[str, list[StoredEvent]] = {}
        for event, _ in effective(tuple(one.event for one in self._all)):
            if isinstance(event.payload, SellerDeparted):
                found.setdefault(event.payload.seller_no, []).append(known[event.source, event.event_id])
        return found
