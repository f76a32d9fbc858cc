"""A contract lives through random events; its books are held against what a clerk would write down."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)


@dataclass
class Grace:
    """A grace period as the clerk knows it; `settled` is its status once it was taken back."""

    id: str
    since: int
    end: int
    completed: bool = False
    settled: str | None = None
    correction: str = ""


@dataclass
class Clerk:
    """What should be on the books, from the state of things and not from their history."""

    issued: bool = False
    delivered: str = ""
    cancelled: str = ""
    new_completed: bool = False
    graces: list[Grace] = field(default_factory=list)
    payments: dict[str, tuple[int, int]] = field(default_factory=dict)

    def new_contract(self) -> str:
        """Status of the callback for the new contract."""
        if self.new_completed:
            return "completed"
        if self.cancelled:
            return "voided"
        return "open" if self.delivered else "waiting"

    def grace(self, grace: Grace) -> str | None:
        """Status of a callback in a grace period, None where nothing is left of it."""
        if grace.settled is not None:
            return "completed" if grace.settled == "completed" else None
        if grace.completed:
            return "completed"
        paid = sum(amount for day, amount in self.payments.values() if day >= grace.since)
        return "voided" if paid >= 100 else "open"


class ContractLife(RuleBasedStateMachine):
    """Events come in one after the other, some twice, and are derived from in shuffled order."""

    build: Any

    def __init__(self) -> None:
        super().__init__()
        self.clerk, self.books = Clerk(), self.build.books()
        self.events: list[Any] = []
        self.day = 0
        self.ends = iter(range(100, 10_000, 7))

    def happen(self, type: str, *, since: int | None = None, **fields: Any) -> str:
        """Take in one event and return its id."""
        id = f"e{len(self.events)}"
        self.events.append(self.build.event(id, type, self.day if since is None else since, **fields))
        return id

    def standing(self) -> list[Grace]:
        """The grace periods that were not taken back."""
        return [grace for grace in self.clerk.graces if grace.settled is None]

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.day += days

    @precondition(lambda self: not self.clerk.issued)
    @rule()
    def issue(self) -> None:
        self.happen("contract.issued")
        self.clerk.issued = True

    @rule()
    def deliver_or_correct_the_delivery(self) -> None:
        self.clerk.delivered = self.happen(
            "contract.delivered",
            delivered_on=self.build.on(self.day),
            corrects=self.clerk.delivered or None,
        )

    @precondition(lambda self: self.clerk.delivered)
    @rule()
    def take_the_whole_delivery_back(self) -> None:
        while self.clerk.delivered:
            last = next(e for e in self.events if e.event_id == self.clerk.delivered)
            self.happen("contract.delivered", retracts=last.event_id)
            self.clerk.delivered = last.corrects or ""

    @precondition(lambda self: self.clerk.issued and not self.clerk.cancelled)
    @rule()
    def cancel(self) -> None:
        self.clerk.cancelled = self.happen("contract.cancelled", on=self.build.on(self.day))

    @precondition(lambda self: self.clerk.cancelled)
    @rule()
    def take_the_cancellation_back(self) -> None:
        self.happen("contract.cancelled", retracts=self.clerk.cancelled)
        self.clerk.cancelled = ""

    @rule()
    def enter_grace(self) -> None:
        end = next(self.ends)
        id = self.happen("grace.entered", grace_end=self.build.on(end))
        self.clerk.graces.append(Grace(id, self.day, end, correction=id))

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def correct_a_grace_period(self, data: st.DataObject) -> None:
        grace = data.draw(st.sampled_from(self.standing()))
        grace.end = next(self.ends)
        of = data.draw(st.sampled_from([grace.id, grace.correction]))
        grace.correction = self.happen(
            "grace.entered",
            since=grace.since,
            grace_end=self.build.on(grace.end),
            corrects=of,
            received_at=self.build.at(1000 + len(self.events)),
        )

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def take_a_grace_period_back(self, data: st.DataObject) -> None:
        grace = data.draw(st.sampled_from(self.standing()))
        self.happen("grace.entered", retracts=grace.id, received_at=self.build.at(1000 + len(self.events)))
        grace.settled = self.clerk.grace(grace)

    @rule(amount=st.sampled_from([30, 50, 100]))
    def pay(self, amount: int) -> None:
        id = self.happen("premium.paid", paid_on=self.build.on(self.day), amount=Decimal(amount))
        self.clerk.payments[id] = (self.day, amount)

    @precondition(lambda self: self.clerk.payments)
    @rule(data=st.data())
    def take_a_payment_back(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.clerk.payments)))
        self.happen("premium.paid", retracts=id)
        del self.clerk.payments[id]

    @precondition(lambda self: self.events)
    @rule(data=st.data())
    def the_same_event_comes_again(self, data: st.DataObject) -> None:
        self.events.append(data.draw(st.sampled_from(self.events)))

    @rule(data=st.data())
    def complete_a_callback(self, data: st.DataObject) -> None:
        workable = sorted(key for key, status in self.books.statuses().items() if status == "open")
        if not workable:
            return
        key = data.draw(st.sampled_from(workable))
        self.books.complete(key)
        if key == "guide/new/new":
            self.clerk.new_completed = True
        for grace in self.standing():
            grace.completed |= key == f"guide/grace/{self.build.on(grace.end)}"

    @rule(random=st.randoms(use_true_random=False))
    def events_come_in_another_order(self, random: Any) -> None:
        random.shuffle(self.events)

    @invariant()
    def the_books_are_what_the_clerk_would_write(self) -> None:
        self.build.settle(self.books, self.build.derive(*self.events), self.day)
        expected = {"guide/new/new": self.clerk.new_contract()} if self.clerk.issued else {}
        for grace in self.clerk.graces:
            status = self.clerk.grace(grace)
            if status is not None:
                expected[f"guide/grace/{self.build.on(grace.end)}"] = status
        assert self.books.statuses() == expected


def test_dec_4_gen_3_the_books_follow_any_life_of_a_contract(build: Any) -> None:
    class Life(ContractLife):
        pass

    Life.build = build
    run_state_machine_as_test(
        Life, settings=settings(max_examples=150, stateful_step_count=30, deadline=None, derandomize=True)
    )
