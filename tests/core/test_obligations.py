"""What may become of an obligation, and when it is void, late or overdue."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from huifang_core.obligations import (
    LATE_COMPLETION,
    TRANSITIONS,
    WORKABLE,
    IllegalTransition,
    ObligationStatus,
    VoidOn,
    born_late,
    check_transition,
    is_overdue,
    voided_by,
)
from huifang_core.reconcile import LIVE
from huifang_core.windows import Window
from hypothesis import given
from hypothesis import strategies as st

STATUSES: tuple[ObligationStatus, ...] = get_args(ObligationStatus)


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_a_status_follows_another_only_if_the_table_says_so(
    current: ObligationStatus, wanted: ObligationStatus
) -> None:
    if wanted in TRANSITIONS[current]:
        assert check_transition(current, wanted) == wanted
    else:
        with pytest.raises(IllegalTransition, match=f"{current} can't become {wanted}"):
            check_transition(current, wanted)


def test_every_status_can_be_reached_and_the_last_ones_stay() -> None:
    assert set(TRANSITIONS) == set(STATUSES)
    reached: set[ObligationStatus] = set()
    frontier: set[ObligationStatus] = {"waiting", "open", "historic"}
    while frontier:
        reached |= frontier
        frontier = {after for status in frontier for after in TRANSITIONS[status]} - reached
    assert reached == set(STATUSES)
    assert {status for status in STATUSES if not TRANSITIONS[status]} == {"superseded", "cancelled"}


def test_nothing_leaves_completed_but_being_replaced_with_its_completion() -> None:
    assert TRANSITIONS["completed"] == {"superseded"}


def test_dec_3_late_completion_can_be_recorded_from_wherever_work_stopped() -> None:
    assert {"open", "unreachable", "expired"} == LATE_COMPLETION
    assert all("completed" in TRANSITIONS[status] for status in LATE_COMPLETION)
    assert WORKABLE < LIVE
    assert set(STATUSES) - LIVE == {"superseded", "cancelled"}


@pytest.mark.parametrize("status", STATUSES)
def test_dec_2_overdue_is_due_and_not_completed_with_no_job_run(build: Any, status: ObligationStatus) -> None:
    due = build.at(10)
    counts = status in ("open", "unreachable", "expired")
    assert is_overdue(status, due, due) is counts, "the end of the window is outside it"
    assert not is_overdue(status, due, due - timedelta(microseconds=1))
    assert not is_overdue(status, None, due)


@pytest.mark.parametrize(
    ("window", "happened", "made", "cause"),
    [
        ((5, 5), 0, 0, "window_empty"),
        ((5, 4), 0, 0, "window_empty"),
        ((0, 5), 5, 6, "past_when_it_happened"),
        ((0, 5), 1, 5, "event_came_late"),
        ((0, 5), 1, 4.9, None),
    ],
)
def test_dec_4_an_obligation_late_at_birth_says_why(
    build: Any, window: tuple[int, int], happened: float, made: float, cause: str | None
) -> None:
    assert born_late(Window(*map(build.at, window)), build.at(happened), build.at(made)) == cause


def paid(build: Any, id: str, day: int, amount: int | None) -> Any:
    return build.event(
        id, "premium.paid", day, paid_on=build.on(day), amount=None if amount is None else Decimal(amount)
    )


def test_a_payment_voids_only_once_the_parts_cover_what_is_owed(build: Any) -> None:
    condition = (VoidOn("premium.paid", build.on(1), Decimal(100)),)
    early, first, second = paid(build, "a", 0, 100), paid(build, "b", 2, 60), paid(build, "c", 3, 40)
    assert voided_by(condition, (early, first)) is None, "what was paid before does not count"
    assert voided_by(condition, (early, first, second)).event_id == "c"  # type: ignore[union-attr]
    whole = paid(build, "d", 2, None)
    assert voided_by(condition, (whole,)).event_id == "d", "no amount covers everything"  # type: ignore[union-attr]


@given(st.lists(st.integers(1, 60), max_size=6), st.integers(1, 200))
def test_partial_payments_void_exactly_when_their_sum_is_reached(
    build: Any, amounts: list[int], owed: int
) -> None:
    events = tuple(paid(build, str(n), n, amount) for n, amount in enumerate(amounts))
    found = voided_by((VoidOn("premium.paid", build.on(0), Decimal(owed)),), events)
    sums = [sum(amounts[: n + 1]) for n in range(len(amounts))]
    crossing = next((str(n) for n, total in enumerate(sums) if total >= owed), None)
    assert (found.event_id if found else None) == crossing


def test_an_event_counts_on_the_day_it_speaks_of_not_on_the_day_it_was_sent(build: Any) -> None:
    late_news = build.event("a", "contract.cancelled", 20, on=build.on(1))
    assert voided_by((VoidOn("contract.cancelled", build.on(2)),), (late_news,)) is None
    assert voided_by((VoidOn("contract.cancelled", build.on(1)),), (late_news,)) is not None
    delivered = build.event("b", "contract.delivered", 20, delivered_on=build.on(1))
    assert voided_by((VoidOn("contract.delivered", build.on(2)),), (delivered,)) is None
