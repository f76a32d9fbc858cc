"""How a story begins: a contract as issued, and the few steps many stories share."""

from datetime import date, timedelta
from random import Random
from typing import Any

from ordinary import (
    bill,
    customer_number,
    deliver,
    issue,
    make_contract,
)
from people import organisation, person
from timeline import BATCH, Timeline
from world import (
    WHOLE_LIFE,
    Product,
    Record,
)


class Writer:
    """Starts stories: a contract as issued, with a policyholder of its own unless one is given."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def rng(self, place: int) -> Random:
        return Random(f"{self.seed}:story:{place}")

    def adult(self, place: int, county: str = "370102", **changes: object) -> Record:
        """The policyholder that belongs to story `place`; it shares no index with an ordinary customer."""
        rng = self.rng(place + 1_000)
        return (
            person(rng, 4_000_000 + place, self.seed, customer_number(90_000_000 + place), county) | changes
        )

    def begin(
        self,
        place: int,
        shows: str,
        product: Product,
        issued: date,
        *,
        county: str = "370102",
        channel: str = "agent",
        holder: Record | None = None,
        own_holder: bool = True,
        source: str = BATCH,
        **changes: object,
    ) -> Timeline:
        """Story `place` up to its issue; `changes` overwrite the contract's fields (dots as two underscores)."""
        rng = self.rng(place)
        if holder is None:
            index, number = 4_000_000 + place, customer_number(90_000_000 + place)
            make = organisation if product.group else person
            holder = (
                make(rng, index, self.seed, number, county) if product.group else self.adult(place, county)
            )
        people = {"policyholder": holder["customer_no"], "insured": [holder["customer_no"]]}
        customers = [holder] if own_holder else []
        if holder["kind"] == "organisation":
            employee = self.adult(place + 500, county)
            people["insured"] = [employee["customer_no"]]
            customers.append(employee)
        contract = make_contract(rng, product, 9_000_000 + place, county, issued, channel, people)
        contract |= {name.replace("__", "."): value for name, value in changes.items()}
        timeline = Timeline(contract, customers, source=source, shows=shows)
        issue(timeline, rng)
        return timeline

    def renewal(
        self, place: int, shows: str, due: date, product: Product = WHOLE_LIFE, **more: Any
    ) -> Timeline:
        """A yearly contract delivered in its first year, whose premium of `due` has been billed."""
        issued = date(due.year - 1, due.month, due.day) - timedelta(days=1)
        timeline = self.begin(place, shows, product, issued, **more)
        deliver(timeline, self.rng(place), issued + timedelta(days=4))
        bill(timeline, due)
        return timeline

    def delivered(self, timeline: Timeline, day: date) -> Timeline:
        deliver(timeline, self.rng(int(timeline.number[-3:])), day)
        return timeline
