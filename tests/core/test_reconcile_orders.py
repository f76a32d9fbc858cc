"""In whichever order things come to be known, the same obligations stand in the end, met by the same callbacks."""

from itertools import permutations
from typing import Any

import pytest


def lives(build: Any) -> dict[str, list[Any]]:
    """Events of which each order is tried; days count from the first."""
    event, at, on = build.event, build.at, build.on

    def called(id: str, kind: str, day: int) -> Any:
        return event(id, "callback.completed", day, kind=kind, completed_at=at(day))

    def grace(id: str, end: int, day: int, **more: Any) -> Any:
        return event(id, "grace.entered", day, grace_end=on(end), **more)

    def paid(id: str, day: int) -> Any:
        return event(id, "premium.paid", day, paid_on=on(day))

    return {
        "called, then paid": [grace("a", 60, 0), called("cb", "grace_period", 5), paid("p", 9)],
        "called twice": [
            grace("a", 60, 0),
            called("cb1", "grace_period", 5),
            called("cb2", "grace_period", 6),
        ],
        "called, then taken back": [
            grace("a", 60, 0),
            called("cb", "grace_period", 5),
            event("r", "callback.completed", 6, retracts="cb"),
        ],
        "a later grace period turns out to be the one called for": [
            grace("a", 60, 0),
            grace("b", 430, 365),
            called("cb", "grace_period", 370),
            paid("p", 40),
        ],
        "delivered before the cut-over, and cancelled": [
            event("i", "contract.issued", 0),
            event("d", "contract.delivered", 2, delivered_on=on(2)),
            event("c", "contract.cancelled", 5, on=on(5)),
        ],
        "corrected, paid, and the payment taken back": [
            grace("a", 60, 0),
            grace("b", 70, 1, corrects="a"),
            paid("p", 9),
            event("r", "premium.paid", 10, retracts="p"),
        ],
        "delivered, and cancelled": [
            event("i", "contract.issued", 60),
            event("d", "contract.delivered", 62, delivered_on=on(62)),
            event("c", "contract.cancelled", 65, on=on(65)),
        ],
        "cancelled, and the delivery corrected": [
            event("i", "contract.issued", 60),
            event("d", "contract.delivered", 62, delivered_on=on(62)),
            event("c", "contract.cancelled", 80, on=on(80)),
            event("e", "contract.delivered", 81, delivered_on=on(64), corrects="d"),
        ],
        "paid, and the grace period taken back": [
            grace("a", 160, 100),
            paid("p", 109),
            event("r", "grace.entered", 110, retracts="a"),
        ],
        "paid twice, and one payment taken back": [
            grace("a", 160, 100),
            paid("p", 109),
            paid("q", 111),
            event("r", "premium.paid", 112, retracts="p"),
        ],
    }


@pytest.mark.parametrize("life", [pytest.param(n, id=str(n)) for n in range(10)])
def test_every_order_of_a_life_ends_alike(build: Any, life: int) -> None:
    events = list(lives(build).values())[life]
    ends = []
    for order in permutations(events):
        books = build.books()
        for n in range(1, len(order) + 1):
            build.settle(books, build.derive(*order[:n]), 500, cut_over=build.at(50))
        ends.append(
            {
                e.key: (
                    e.status,
                    e.window,
                    e.reason if e.status == "voided" else e.fingerprint,
                    e.imported_at,
                )
                for e in books.entries.values()
                if e.status not in ("superseded", "cancelled")
            }
        )
    assert all(end == ends[0] for end in ends)


def test_a_callback_made_before_the_payment_counts_though_it_comes_in_after_it(build: Any) -> None:
    books, life = build.books(), lives(build)["called, then paid"]
    grace, called, paid = life
    build.settle(books, build.derive(grace, paid), 100)
    assert set(books.statuses().values()) == {"voided"}
    build.settle(books, build.derive(grace, paid, called), 100)
    assert set(books.statuses().values()) == {"completed"}


def test_a_callback_that_belongs_to_a_later_obligation_leaves_the_earlier_one_open(build: Any) -> None:
    books = build.books()
    first, second, called, _ = lives(build)["a later grace period turns out to be the one called for"]
    build.settle(books, build.derive(first, called), 400)
    assert list(books.statuses().values()) == ["completed"]
    build.settle(books, build.derive(first, called, second), 400)
    assert sorted(books.statuses().values()) == ["completed", "open"]
