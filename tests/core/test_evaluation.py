"""A contract's life goes on, and a new release of a plugin changes no obligation for that alone (GEN-4)."""

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from huifang_core.contracts import ContractStatus
from huifang_core.derive import derive
from huifang_core.reconcile import LIVE
from hypothesis import given
from hypothesis import strategies as st

LIFE = ("lapsed", "delivered", "paid", "status stated by the core system")


@pytest.fixture
def books(build: Any) -> Any:
    return build.books()


def again(build: Any, books: Any, *events: Any, plugin: Any, contract: Any = None) -> Any:
    """Derive and settle with what is on the books known, as intake does; return the changes."""
    made = frozenset(e.input_hash for e in books.entries.values() if e.status in LIVE)
    subject = msgspec.structs.replace(build.subject(*events, contract=contract), made=made)
    derived = derive(subject, [plugin], [build.settings(plugin.id)], build.calendar)
    return build.settle(books, derived, 20)


def release(build: Any, decide: Any, **more: Any) -> Any:
    return build.Plugin(build.rule("grace", "grace.entered", decide, **more), version="2")


def louder(build: Any) -> Any:
    """A release that demands the same with more urgency."""

    def decide(event: Any, parameters: Any, calendar: Any, trace: Any) -> Any:
        (draft,) = build.rules[1].evaluate(event, parameters, calendar, trace)
        return [msgspec.structs.replace(draft, priority=99)]

    return release(build, decide)


def goes_on(build: Any, how: str) -> tuple[list[Any], Any]:
    """What comes in next, and the contract as the core system describes it from then on."""
    return {
        "lapsed": ([build.event("l", "contract.lapsed", 5, on=build.on(5))], None),
        "delivered": ([build.event("d", "contract.delivered", 5, delivered_on=build.on(5))], None),
        "paid": ([build.event("p", "premium.paid", 5, paid_on=build.on(5), amount=Decimal(1))], None),
        "status stated by the core system": ([], build.contract(status="suspended", version=7)),
    }[how]


@pytest.mark.parametrize("how", LIFE)
@pytest.mark.parametrize("status", ["open", "completed"])
def test_gen_4_an_obligation_keeps_its_release_when_the_contract_moves_on(
    build: Any, books: Any, how: str, status: str
) -> None:
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    if status == "completed":
        books.complete(next(iter(books.statuses())))
    more, contract = goes_on(build, how)
    assert again(build, books, grace, *more, plugin=louder(build), contract=contract) == ()
    assert list(books.statuses().values()) == [status]


@pytest.mark.parametrize("says", ["nothing", "another occasion"])
def test_gen_4_nor_is_it_dropped_or_doubled(build: Any, books: Any, says: str) -> None:
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    decide = {
        "nothing": lambda event: [],
        "another occasion": lambda event: [build.draft("grace_period", "other", opens_on="premium.paid")],
    }[says]
    more, _ = goes_on(build, "lapsed")
    assert again(build, books, grace, *more, plugin=release(build, decide)) == ()


def test_gen_4_facts_that_change_the_result_are_judged_by_the_present_release(build: Any, books: Any) -> None:
    def decide(event: Any, contract: Any, parameters: Any, calendar: Any, trace: Any) -> Any:
        (draft,) = build.rules[1].evaluate(event, parameters, calendar, trace)
        return [msgspec.structs.replace(draft, priority=10 if contract.status == "lapsed" else 20)]

    plugin = release(build, decide)
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    suspended = build.contract(status="suspended", version=1)
    assert again(build, books, grace, plugin=plugin, contract=suspended) == (), (
        "suspended is as good as grace"
    )
    more, _ = goes_on(build, "lapsed")
    (change,) = again(build, books, grace, *more, plugin=plugin)
    assert (change.desired.draft.priority, change.desired.plugin_version) == (10, "2")


def test_gen_4_another_fact_is_another_input(build: Any, books: Any) -> None:
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    (change,) = again(build, books, grace, plugin=louder(build), contract=build.contract(seller_no="S9"))
    assert change.desired.plugin_version == "2"


def test_gen_4_events_a_rule_needs_and_makes_nothing_of_change_nothing(build: Any, books: Any) -> None:
    def first(event: Any, parameters: Any, calendar: Any, trace: Any, history: Any) -> Any:
        return build.rules[1].evaluate(event, parameters, calendar, trace)

    def second(event: Any, parameters: Any, calendar: Any, trace: Any, history: Any) -> Any:
        (draft,) = first(event, parameters, calendar, trace, history)
        paid = sum(e.payload.amount for e in history)
        return [msgspec.structs.replace(draft, priority=99 if paid < 50 else 1)]

    needs = {"needs": ["premium.paid"]}
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=release(build, first, **needs))
    plugin = release(build, second, **needs)
    paid = [
        build.event(f"p{n}", "premium.paid", 5 + n, paid_on=build.on(5), amount=Decimal(20)) for n in range(3)
    ]
    assert again(build, books, grace, *paid[:1], plugin=plugin) == ()
    assert again(build, books, grace, *paid[:2], plugin=plugin) == ()
    (change,) = again(build, books, grace, *paid, plugin=plugin)
    assert change.desired.draft.priority == 1


def test_a_rule_that_fails_on_what_was_before_takes_the_present_for_new(build: Any, books: Any) -> None:
    def decide(event: Any, contract: Any, parameters: Any, calendar: Any, trace: Any) -> Any:
        if contract.status != "lapsed":
            raise RuntimeError("never thought of that")
        return build.rules[1].evaluate(event, parameters, calendar, trace)

    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    more, _ = goes_on(build, "lapsed")
    again(build, books, grace, *more, plugin=release(build, decide))
    assert list(books.statuses().values()) == ["open"]


@given(st.lists(st.sampled_from(get_args(ContractStatus)), min_size=1, max_size=6), st.integers(0, 6))
def test_gen_4_any_way_through_the_statuses_keeps_what_a_rule_blind_to_them_made(
    build: Any, way: list[ContractStatus], released: int
) -> None:
    books = build.books()
    grace = build.event("a", "grace.entered", 0, grace_end=build.on(60), sequence=1)
    again(build, books, grace, plugin=build.Plugin())
    (first,) = books.entries.values()
    for place, status in enumerate(way):
        plugin = louder(build) if place >= released else build.Plugin()
        again(build, books, grace, plugin=plugin, contract=build.contract(status=status, version=1))
    assert list(books.entries.values()) == [first]
