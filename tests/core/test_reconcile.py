"""The books follow the facts, and nothing on them is ever lost. `build.settle` proves each time that once is enough."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from huifang_core.reconcile import Close, Complete, Create, Open, reconcile
from huifang_core.workdays import AnnouncedDay, WorkingCalendar


@pytest.fixture
def books(build: Any) -> Any:
    return build.books()


@pytest.fixture(scope="session")
def grace(build: Any) -> Any:
    """Builds an entry into grace that ends on a day, as of day 0 unless said otherwise."""
    return lambda id, end, day=0, **more: build.event(
        id, "grace.entered", day, grace_end=build.on(end), **more
    )


def key(build: Any, end: int) -> str:
    return f"guide/grace/{build.on(end)}"


def test_dec_12_an_obligation_waits_for_delivery_and_opens_with_it(build: Any, books: Any) -> None:
    issued = build.event("1", "contract.issued")
    (created,) = build.settle(books, build.derive(issued))
    assert (created.status, created.generation, created.replaces) == ("waiting", 1, None)
    delivered = build.event("2", "contract.delivered", 3, delivered_on=build.on(3))
    (opened,) = build.settle(books, build.derive(issued, delivered), 4)
    assert isinstance(opened, Open)
    assert (opened.status, opened.born_late) == ("open", None)
    assert len(books.entries) == 1


def test_a_retracted_delivery_makes_it_wait_again(build: Any, books: Any) -> None:
    life = [
        build.event("1", "contract.issued"),
        build.event("2", "contract.delivered", 3, delivered_on=build.on(3)),
    ]
    build.settle(books, build.derive(*life))
    (change,) = build.settle(
        books, build.derive(*life, build.event("3", "contract.delivered", 4, retracts="2"))
    )
    assert (change.status, change.generation) == ("waiting", 2)


def test_a_corrected_date_supersedes_and_keeps_the_chain(build: Any, books: Any, grace: Any) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    (change,) = build.settle(books, build.derive(grace("a", 60), grace("b", 70, corrects="a")))
    assert isinstance(change, Create)
    assert (change.desired.key, change.replaces) == (key(build, 70), key(build, 60) + "#1")
    assert books.statuses() == {key(build, 70): "open"}
    (back,) = build.settle(
        books, build.derive(grace("a", 60), grace("b", 70, corrects="a"), grace("c", 70, retracts="b"))
    )
    assert (back.desired.key, back.generation) == (key(build, 60), 2), "generations go on counting"


def three(event: Any, build: Any) -> Any:
    end = event.payload.grace_end
    return [
        build.draft("plan", f"{end + timedelta(days)}", opens_on="contract.delivered", priority=days)
        for days in (30, 90, 300)
    ]


def test_of_several_obligations_from_one_event_each_finds_its_successor(
    build: Any, books: Any, grace: Any
) -> None:
    plugin = build.Plugin(
        build.rule("plan", "grace.entered", lambda event: three(event, build)),
        build.rule("other", "grace.entered", lambda event: three(event, build)[:1]),
    )
    build.settle(books, build.derive(grace("a", 60), plugins=[plugin]))
    before = sorted(books.entries)
    changes = build.settle(
        books, build.derive(grace("a", 60), grace("b", 61, corrects="a"), plugins=[plugin])
    )
    assert len(before) == len(changes) == 4
    assert sorted((c.replaces, c.desired.rule) for c in changes) == [
        (old, old.split("/")[1]) for old in before
    ]
    for change in changes:
        old = change.replaces.removesuffix("#1").rsplit("/", 1)[1]
        assert change.desired.draft.occasion > old
        assert change.desired.draft.occasion[:7] == old[:7] or change.desired.draft.occasion.endswith("01")


def test_a_retracted_event_cancels_with_its_reason_and_comes_back_as_a_new_generation(
    build: Any, books: Any, grace: Any
) -> None:
    life = [grace("a", 60)]
    build.settle(books, build.derive(*life))
    life.append(build.event("r", "grace.entered", 1, retracts="a"))
    assert build.settle(books, build.derive(*life)) == (
        Close(key(build, 60) + "#1", "cancelled", "no_longer_required"),
    )
    life.append(build.event("s", "grace.entered", 2, retracts="r"))
    (again,) = build.settle(books, build.derive(*life))
    assert (again.status, again.generation, again.replaces) == ("open", 2, None)


def test_paid_in_parts_it_is_voided_and_unpaid_again_it_comes_back(
    build: Any, books: Any, grace: Any
) -> None:
    life = [grace("a", 60)]
    build.settle(books, build.derive(*life))
    for id, amount in (("p", 60), ("q", 40)):
        life.append(build.event(id, "premium.paid", 5, paid_on=build.on(5), amount=Decimal(amount)))
        changes = build.settle(books, build.derive(*life))
    assert changes == (Close(key(build, 60) + "#1", "voided", "premium.paid", "q"),)
    life.append(build.event("r", "premium.paid", 6, retracts="p"))
    (again,) = build.settle(books, build.derive(*life))
    assert (again.status, again.generation, again.replaces) == ("open", 2, key(build, 60) + "#1")


def test_what_was_void_before_it_was_known_is_on_the_books_all_the_same(
    build: Any, books: Any, grace: Any
) -> None:
    paid = build.event("p", "premium.paid", 5, paid_on=build.on(5))
    (created,) = build.settle(books, build.derive(grace("a", 60), paid))
    assert created.status == "voided"


# Completion is never lost.


def test_a_completed_callback_stays_completed_when_its_date_is_corrected(
    build: Any, books: Any, grace: Any
) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    books.complete(key(build, 60))
    (change,) = build.settle(books, build.derive(grace("a", 60), grace("b", 70, corrects="a")))
    assert (change.status, change.replaces) == ("completed", key(build, 60) + "#1")
    assert books.statuses() == {key(build, 70): "completed"}


@pytest.mark.parametrize("then", ["retracted", "paid", "cancelled"])
def test_a_completed_callback_stays_completed_whatever_comes(
    build: Any, books: Any, grace: Any, then: str
) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    books.complete(key(build, 60))
    after = {
        "retracted": build.event("r", "grace.entered", 1, retracts="a"),
        "paid": build.event("p", "premium.paid", 5, paid_on=build.on(5)),
        "cancelled": build.event("c", "contract.cancelled", 5, on=build.on(5)),
    }
    assert build.settle(books, build.derive(grace("a", 60), after[then])) == ()


def test_completed_in_the_system_before_it_is_not_asked_again(build: Any, books: Any, grace: Any) -> None:
    done = build.event("cb", "callback.completed", 5, kind="grace_period", completed_at=build.at(5))
    build.settle(books, build.derive(grace("a", 60)))
    (change,) = build.settle(books, build.derive(grace("a", 60), done))
    assert isinstance(change, Complete)
    assert (
        build.settle(books, build.derive(grace("a", 60), done, grace("b", 70, corrects="a")))[0].status
        == "completed"
    )


def test_completed_in_the_system_before_and_delivered_since_is_settled_at_once(
    build: Any, books: Any
) -> None:
    issued = build.event("1", "contract.issued")
    build.settle(books, build.derive(issued))
    delivered = build.event("2", "contract.delivered", 3, delivered_on=build.on(3))
    done = build.event("cb", "callback.completed", 5, kind="new_contract", completed_at=build.at(5))
    build.settle(books, build.derive(issued, delivered, done))
    assert books.statuses() == {"guide/new/new": "completed"}


# What is left alone.


def test_a_rule_that_fails_leaves_the_books_of_its_event_alone_and_no_others(
    build: Any, books: Any, grace: Any
) -> None:
    life = [grace("a", 60), grace("b", 425, 365), grace("c", 790, 730)]
    build.settle(books, build.derive(*life))
    before = books.statuses()

    def fails_on_a(event: Any, parameters: Any, calendar: Any, trace: Any) -> Any:
        if event.event_id == "a":
            raise RuntimeError("no")
        return build.rules[1].evaluate(event, parameters, calendar, trace)

    plugin = build.Plugin(build.rule("grace", "grace.entered", fails_on_a))
    changed = [life[0], grace("b2", 430, 365, corrects="b"), life[2], grace("r", 790, 731, retracts="c")]
    build.settle(books, build.derive(*changed, life[1], plugins=[plugin]))
    assert books.statuses() == {key(build, 60): before[key(build, 60)], key(build, 430): "open"}


def test_a_plugin_switched_off_keeps_its_obligations_as_they_are(build: Any, books: Any, grace: Any) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    off = build.derive(grace("a", 60), build.event("r", "grace.entered", 1, retracts="a"), settings=[])
    assert build.settle(books, off) == ()
    other = build.derive(grace("a", 60), plugins=[build.Plugin(id="other")])
    assert [change.desired.plugin for change in build.settle(books, other)] == ["other"]


# GEN-4: a new release of a rule.


def release(build: Any, decide: Any) -> Any:
    return build.Plugin(build.rule("grace", "grace.entered", decide), version="2")


@pytest.mark.parametrize("says", ["nothing", "other demands", "another occasion"])
def test_gen_4_what_was_made_stays_as_it_was_whatever_a_new_release_says(
    build: Any, books: Any, grace: Any, says: str
) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    decide = {
        "nothing": lambda event: [],
        "other demands": lambda event, parameters: [
            build.draft(
                "grace_period",
                event.payload.grace_end.isoformat(),
                opens_on="premium.paid",
                priority=parameters["cooling_off.days"],
            )
        ],
        "another occasion": lambda event: [build.draft("grace_period", "other", opens_on="premium.paid")],
    }[says]
    plugin = release(build, decide)
    assert build.settle(books, build.derive(grace("a", 60), plugins=[plugin])) == ()
    next_year = grace("b", 425, 365)
    derived = build.derive(grace("a", 60), next_year, plugins=[plugin])
    assert all(change.desired.event_id == "b" for change in build.settle(books, derived)), (
        "new events, new release"
    )
    corrected = build.derive(grace("a", 60), grace("c", 70, corrects="a"), plugins=[plugin])
    assert key(build, 60) not in {k for k, s in _settled(build, books, corrected).items() if s == "open"}


def _settled(build: Any, books: Any, derivation: Any) -> Any:
    build.settle(books, derivation)
    return books.statuses()


def test_gen_4_an_old_obligation_is_still_voided_and_met_under_a_new_release(
    build: Any, books: Any, grace: Any
) -> None:
    def doubled(event: Any, parameters: Any, calendar: Any, trace: Any) -> Any:
        (draft,) = build.rules[1].evaluate(event, parameters, calendar, trace)
        return [msgspec.structs.replace(draft, priority=99)]

    plugin = release(build, doubled)
    build.settle(books, build.derive(grace("a", 60)))
    paid = build.event("p", "premium.paid", 5, paid_on=build.on(5))
    (change,) = build.settle(books, build.derive(grace("a", 60), paid, plugins=[plugin]))
    assert isinstance(change, Close)
    assert change.status == "voided"


def test_recount_applies_what_is_now_counted_to_what_is_on_the_books(
    build: Any, books: Any, grace: Any
) -> None:
    build.settle(books, build.derive(grace("a", 71, 20)))
    without = build.derive(grace("a", 71, 20), calendar=build.calendar.without_make_up_days())
    assert build.settle(books, without) == ()
    (change,) = build.settle(books, without, recount=True)
    assert change.replaces == key(build, 71) + "#1"


def test_a_provisional_date_is_counted_again_once_the_year_is_announced(
    build: Any, books: Any, grace: Any
) -> None:
    life = [grace("a", 60), grace("b", 330, 300)]
    build.settle(books, build.derive(*life))
    off = [AnnouncedDay(build.on(day), "holiday") for day in range(307, 312)]
    (change,) = build.settle(books, build.derive(*life, calendar=WorkingCalendar({2027: off})))
    assert change.replaces == key(build, 330) + "#1"
    assert not change.desired.draft.window.provisional


# Late at birth, and before the cut-over.


@pytest.mark.parametrize(
    ("now", "end", "cause"), [(0, 60, None), (80, 60, "event_came_late"), (0, 5, "window_empty")]
)
def test_dec_4_a_late_birth_is_marked_with_its_cause(
    build: Any, books: Any, grace: Any, now: int, end: int, cause: str | None
) -> None:
    (created,) = build.settle(books, build.derive(grace("a", end)), now)
    assert (created.status, created.born_late) == ("open", cause)


def test_what_was_due_before_the_cut_over_is_historic_until_its_date_turns_out_later(
    build: Any, books: Any, grace: Any
) -> None:
    cut_over = build.at(100)
    (created,) = build.settle(books, build.derive(grace("a", 60)), 200, cut_over=cut_over)
    assert created.status == "historic"
    derived = build.derive(grace("a", 60), grace("b", 190, corrects="a"))
    (moved,) = build.settle(books, derived, 200, cut_over=cut_over)
    assert (moved.status, moved.born_late) == ("open", "event_came_late")


def test_an_end_of_window_at_the_cut_over_itself_is_historic(build: Any, books: Any, grace: Any) -> None:
    derived = build.derive(grace("a", 60))
    due_by = derived.desired[0].draft.window.due_by
    for cut_over, status in ((due_by, "historic"), (due_by - timedelta(seconds=1), "open")):
        (created,) = reconcile(derived, (), now=build.at(0), cut_over=cut_over)
        assert isinstance(created, Create)
        assert created.status == status


def test_the_order_of_the_books_makes_no_difference(build: Any, books: Any, grace: Any) -> None:
    life = [grace("a", 60), grace("b", 70, corrects="a"), grace("c", 60, retracts="b")]
    for n in (1, 2, 3):
        build.settle(books, build.derive(*life[:n]))
    entries = list(books.entries.values())
    derived = build.derive(*life[:2])
    assert reconcile(derived, entries, now=build.at(0)) == reconcile(derived, entries[::-1], now=build.at(0))


def test_what_was_recalled_is_not_made_again_until_the_recall_is_lifted(
    build: Any, books: Any, grace: Any
) -> None:
    wrong = grace("a", 60)
    build.settle(books, build.derive(wrong))
    books.recall(key(build, 60))
    assert build.settle(books, build.derive(wrong)) == ()
    assert build.settle(books, build.derive(wrong), recount=True) == ()
    later = build.event("p", "premium.paid", 5, paid_on=build.on(5))
    assert build.settle(books, build.derive(wrong, later), 6) == ()
    books.lift_recalls()
    (again,) = build.settle(books, build.derive(wrong))
    assert (again.desired.key, again.generation, again.replaces) == (key(build, 60), 2, None)


def test_another_occasion_than_the_one_recalled_is_another_obligation(
    build: Any, books: Any, grace: Any
) -> None:
    build.settle(books, build.derive(grace("a", 60)))
    books.recall(key(build, 60))
    (change,) = build.settle(books, build.derive(grace("a", 60), grace("b", 70, corrects="a")))
    assert (change.desired.key, change.replaces) == (key(build, 70), None)
    assert books.statuses() == {key(build, 70): "open"}
