"""Obligations follow from all that is known of a contract, in whatever order it came to be known."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from huifang_core.derive import current_contract, settings_on
from huifang_core.events import effective
from huifang_core.parameters import load_parameters
from huifang_core.windows import end_of_day, within_days
from huifang_core.workdays import AnnouncedDay, WorkingCalendar
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="session")
def life(build: Any) -> list[Any]:
    """A contract's life: issued, delivered, grace, a part paid, corrected, retracted, called back before."""
    return [
        build.event("1", "contract.issued", 0),
        build.event("2", "contract.delivered", 3, delivered_on=build.on(3)),
        build.event("3", "grace.entered", 100, grace_end=build.on(160), unpaid=Decimal(100)),
        build.event("4", "premium.paid", 110, paid_on=build.on(110), amount=Decimal(40)),
        build.event("5", "contract.delivered", 4, delivered_on=build.on(4), corrects="2"),
        build.event("6", "grace.entered", 101, grace_end=build.on(170), corrects="3"),
        build.event("7", "contract.surrendered", 120, on=build.on(120)),
        build.event("8", "contract.surrendered", 121, retracts="7"),
        build.event("9", "callback.completed", 5, kind="new_contract", completed_at=build.at(5)),
    ]


@given(st.permutations(range(9)), st.lists(st.integers(0, 8), max_size=4))
def test_neither_order_nor_repetition_nor_time_of_arrival_changes_anything(
    build: Any, life: list[Any], positions: list[int], again: list[int]
) -> None:
    expected = build.derive(*life)
    assert build.derive(*(life[n] for n in [*positions, *again])) == expected
    later = [msgspec.structs.replace(e, received_at=e.received_at + timedelta(days=500)) for e in life]
    assert build.derive(*later) == expected


def test_a_repeated_part_payment_counts_once(build: Any, life: list[Any]) -> None:
    sixty = build.event("10", "premium.paid", 111, paid_on=build.on(111), amount=Decimal(60))
    grace = {d.key: d for d in build.derive(*life, *[life[3]] * 3).desired}[
        "guide/grace/" + build.on(170).isoformat()
    ]
    assert grace.voided is None, "forty yuan sent three times are not a hundred"
    paid_up = build.derive(*life, sixty)
    assert [d.voided.event_id for d in paid_up.desired if d.voided] == ["10"]


def test_reg_1_cooling_off_is_counted_from_delivery_and_waits_for_it(build: Any) -> None:
    issued = build.event("1", "contract.issued")
    (waiting,) = build.derive(issued).desired
    assert waiting.draft.window is None
    assert waiting.draft.opens_on == "contract.delivered"
    delivered = build.event("2", "contract.delivered", 3, delivered_on=build.on(3))
    (due,) = build.derive(issued, delivered).desired
    assert due.key == waiting.key
    assert due.draft.window.due_by == end_of_day(build.on(18))


def test_a_corrected_date_moves_the_window_and_goes_back_to_the_first_event(
    build: Any, life: list[Any]
) -> None:
    derived = {d.rule: d for d in build.derive(*life).desired}
    assert derived["new"].draft.window.due_by == end_of_day(build.on(19))
    assert derived["grace"].event_id == "6"
    assert derived["grace"].root_event_id == "3"


def test_a_retracted_event_leaves_nothing(build: Any) -> None:
    grace = build.event("3", "grace.entered", 0, grace_end=build.on(60))
    assert len(build.derive(grace).desired) == 1
    assert build.derive(grace, build.event("4", "grace.entered", 1, retracts="3")).desired == ()


def test_a_rule_that_raises_does_not_stop_the_others(build: Any, life: list[Any]) -> None:
    def broken(event: Any) -> Any:
        raise RuntimeError("first line\nsecond line")

    bad = build.Plugin(build.rule("bad", "grace.entered", broken), id="bad")
    derived = build.derive(*life, plugins=[bad, build.Plugin()])
    (failure,) = derived.failures
    assert (failure.plugin, failure.rule, failure.event_id, failure.root_event_id) == ("bad", "bad", "6", "3")
    assert failure.error == "RuntimeError: first line second line"
    assert derived.desired == build.derive(*life).desired
    assert derived.plugins == ("bad", "guide")


def test_settings_that_do_not_fit_fail_the_rules_of_that_plugin_only(build: Any, life: list[Any]) -> None:
    settings = [build.settings("other", settings={"reminders": "perhaps"}), build.settings("guide")]
    derived = build.derive(*life, plugins=[build.Plugin(id="other"), build.Plugin()], settings=settings)
    assert {failure.plugin for failure in derived.failures} == {"other"}
    assert {one.plugin for one in derived.desired} == {"guide"}


def test_a_draft_that_can_t_be_stored_fails_and_takes_its_siblings_with_it(build: Any) -> None:
    rule = build.rule(
        "r",
        "contract.issued",
        lambda: [
            build.draft("x", "1", opens_on="contract.delivered"),
            build.draft("x", "2", opens_on="contract.delivered", facts={"grace.end": object()}),
        ],
    )
    derived = build.derive(build.event("a", "contract.issued"), plugins=[build.Plugin(rule)])
    assert derived.desired == ()
    assert len(derived.failures) == 1


def test_a_plugin_without_settings_is_off(build: Any, life: list[Any]) -> None:
    derived = build.derive(*life, settings=[])
    assert (derived.desired, derived.plugins) == ((), ())


def test_gen_4_settings_apply_from_their_day_and_the_first_also_before(build: Any) -> None:
    early = build.settings(valid_from=build.on(10), version=1)
    late = build.settings(valid_from=build.on(20), version=2)
    again = build.settings(valid_from=build.on(20), version=3)
    versions = [again, early, late, build.settings("other", version=9)]
    chosen = {day: settings_on(versions, "guide", build.on(day)).version for day in (0, 10, 19, 20, 99)}  # type: ignore[union-attr]
    assert chosen == {0: 1, 10: 1, 19: 1, 20: 3, 99: 3}
    assert settings_on(versions, "absent", build.on(0)) is None


@pytest.mark.parametrize(
    ("events", "completed", "unmatched"),
    [
        ([("new_contract", 5)], {"new"}, 0),
        ([("new_contract", -1)], set(), 1),
        ([("birthday", 5)], set(), 1),
        ([("grace_period", 90), ("grace_period", 105)], {"grace"}, 1),
        ([("grace_period", 105), ("grace_period", 110)], {"grace"}, 1),
    ],
)
def test_a_callback_of_the_system_before_meets_the_obligation_there_was(
    build: Any, events: list[tuple[str, int]], completed: set[str], unmatched: int
) -> None:
    made = [
        build.event(f"cb{n}", "callback.completed", 200, kind=kind, completed_at=build.at(day))
        for n, (kind, day) in enumerate(events)
    ]
    derived = build.derive(
        build.event("1", "contract.issued"),
        build.event("3", "grace.entered", 100, grace_end=build.on(160)),
        *made,
    )
    assert {d.rule for d in derived.desired if d.done} == completed
    assert len(derived.unmatched) == unmatched
    for desired in derived.desired:
        if desired.done and desired.rule == "grace":
            assert desired.done.completed_at == build.at(105), "the first that fits is the one that counts"


def test_two_callbacks_meet_two_obligations_latest_first_come(build: Any) -> None:
    derived = build.derive(
        build.event("a", "grace.entered", 0, grace_end=build.on(60)),
        build.event("b", "grace.entered", 365, grace_end=build.on(425)),
        build.event("y", "callback.completed", 400, kind="grace_period", completed_at=build.at(370)),
        build.event("x", "callback.completed", 401, kind="grace_period", completed_at=build.at(20)),
    )
    assert {d.event_id: d.done.completed_at for d in derived.desired} == {
        "a": build.at(20),
        "b": build.at(370),
    }


def test_a_callback_of_the_system_before_meets_the_one_that_was_open_then(build: Any) -> None:
    """HI-2: of three contacts made from one event, the one whose window had begun, however their keys sort."""

    def three(event: Any, trace: Any) -> Any:
        return [
            build.draft(
                "follow_up",
                f"month_{months}",
                window=within_days(build.on(30 * months), 10, trace),
            )
            for months in (3, 6, 12)
        ]

    plugin = build.Plugin(build.rule("plan", "contract.issued", three))
    issued = build.event("1", "contract.issued")
    for day, met in ((95, "month_3"), (185, "month_6"), (400, "month_12")):
        made = build.event("cb", "callback.completed", 500, kind="follow_up", completed_at=build.at(day))
        derived = build.derive(issued, made, plugins=[plugin])
        assert [d.draft.occasion for d in derived.desired if d.done] == [met]


# What an obligation's input is (GEN-4).


def one(derivation: Any) -> Any:
    (desired,) = derivation.desired
    return desired


def test_gen_4_neither_a_release_nor_the_order_of_keys_is_part_of_the_input(build: Any) -> None:
    grace = build.event("3", "grace.entered", 0, grace_end=build.on(60))

    def other_release(event: Any, parameters: Any) -> Any:
        parameters["cooling_off.days"], parameters["grace.working_days"]
        return []

    new = build.Plugin(build.rule("grace", "grace.entered", other_release), version="2")
    made = one(build.derive(grace))
    assert made.input_hash in build.derive(grace, plugins=[new]).inputs
    two = {"parameters": {"grace.working_days": 16, "cooling_off.days": 9}}
    turned = {"parameters": dict(reversed(two["parameters"].items()))}
    hashes = {
        one(build.derive(grace, settings=[build.settings(**keys)])).input_hash for keys in (two, turned)
    }
    assert len(hashes) == 1
    assert made.input_hash not in hashes


def test_gen_4_facts_and_the_law_of_the_day_are(build: Any) -> None:
    grace = build.event("3", "grace.entered", 0, grace_end=build.on(60))
    law = load_parameters(
        "grace.working_days: {title: {zh-CN: 天, en: days}, unit: working_days, values: ["
        "{value: 15, cites: [SD-7a], source: a, verified_on: 2026-01-01},"
        "{value: 20, cites: [SD-7a], source: b, verified_on: 2026-01-01, from: 2026-03-02}]}"
    )
    variants = [
        build.derive(grace),
        build.derive(grace, contract=build.contract(seller_no="S1")),
        build.derive(msgspec.structs.replace(grace, event_id="4")),
        build.derive(grace, plugins=[build.Plugin(parameters=law)]),
        build.derive(grace, settings=[build.settings(settings={"reminders": False})]),
    ]
    assert len({one(derivation).input_hash for derivation in variants}) == len(variants)
    assert (
        one(build.derive(grace, contract=build.contract(version=9))).input_hash == one(variants[0]).input_hash
    )


def test_gen_4_an_announced_year_is_input_only_where_counting_was_provisional(build: Any) -> None:
    announced = WorkingCalendar({2027: [AnnouncedDay(build.on(305), "holiday")]})
    settled = build.event("3", "grace.entered", 0, grace_end=build.on(60))
    open_end = build.event("4", "grace.entered", 300, grace_end=build.on(330))
    for event, same in ((settled, True), (open_end, False)):
        before, after = one(build.derive(event)), one(build.derive(event, calendar=announced))
        assert before.draft.window.provisional is not same
        assert (before.input_hash == after.input_hash) is same
        assert after.calendar == announced.fingerprint, "gen-3: the calendar used stands beside it"


# The contract as it stands.


def stand(build: Any, *events: Any, as_of: Any = None, **fields: Any) -> Any:
    return current_contract(build.contract(**fields), [event for event, _ in effective(events)], as_of)


@pytest.mark.parametrize(
    ("life", "status"),
    [
        (["grace.entered"], "grace"),
        (["grace.entered", "premium.paid"], "in_force"),
        (["contract.lapsed", "premium.paid"], "lapsed"),
        (["contract.lapsed", "contract.reinstated"], "in_force"),
        (["contract.surrendered", "grace.entered"], "surrendered"),
        (["contract.cancelled", "contract.reinstated"], "cancelled"),
        (["contract.surrendered", "contract.ended"], "ended"),
        (["contract.delivered"], "in_force"),
    ],
)
def test_status_follows_the_events_and_a_contract_that_is_over_stays_so(
    build: Any, life: list[str], status: str
) -> None:
    fields = {
        "grace.entered": {"grace_end": build.on(60)},
        "premium.paid": {"paid_on": build.on(5)},
        "contract.delivered": {"delivered_on": build.on(5)},
    }
    events = [build.event(str(n), t, n, **fields.get(t, {"on": build.on(n)})) for n, t in enumerate(life)]
    assert stand(build, *events).status == status


def test_a_part_payment_does_not_end_the_grace_period(build: Any) -> None:
    grace = build.event("1", "grace.entered", 0, grace_end=build.on(60), unpaid=Decimal(100))
    part = build.event("2", "premium.paid", 1, paid_on=build.on(1), amount=Decimal(60))
    rest = build.event("3", "premium.paid", 2, paid_on=build.on(2), amount=Decimal(40))
    assert stand(build, grace, part).status == "grace"
    assert stand(build, grace, part, rest).status == "in_force"


def test_an_older_sequence_arriving_later_never_overwrites_a_newer_state(build: Any) -> None:
    newer = build.event(
        "n", "contract.changed", 1, kind="x", changes={"seller_no": "S5", "region": "370100"}, sequence=5
    )
    older = build.event(
        "o", "contract.changed", 2, kind="x", changes={"seller_no": "S4", "channel": "bank"}, sequence=4
    )
    found = stand(build, newer, older)
    assert (found.seller_no, found.region, found.channel) == ("S5", "370100", "bank")
    lapsed = build.event("l", "contract.lapsed", 9, on=build.on(1), sequence=6)
    reinstated = build.event("r", "contract.reinstated", 3, on=build.on(3), sequence=7)
    assert stand(build, lapsed, reinstated).status == "in_force"


def test_what_the_contract_s_version_already_holds_is_not_applied_again(build: Any) -> None:
    change = build.event("c", "contract.changed", 1, kind="x", changes={"seller_no": "S4"}, sequence=4)
    lapsed = build.event("l", "contract.lapsed", 2, on=build.on(2), sequence=5)
    assert stand(build, change, lapsed, version=5, seller_no="S9").seller_no == "S9"
    assert stand(build, change, lapsed, version=5).status == "in_force"
    assert stand(build, change, lapsed, version=4).status == "lapsed"
    assert stand(build, change, lapsed, version=3, seller_no="S9").seller_no == "S4"


def test_a_delivery_fills_in_what_stale_data_lacks(build: Any) -> None:
    delivered = build.event("d", "contract.delivered", 3, delivered_on=build.on(3), sequence=2)
    assert stand(build, delivered, version=7).delivered_on == build.on(3)
    assert stand(build, delivered, version=7, delivered_on=build.on(4)).delivered_on == build.on(4)
    assert stand(build, delivered, version=1, delivered_on=build.on(4)).delivered_on == build.on(3)


def test_without_sequences_the_day_of_the_data_decides_and_a_correction_is_newer(build: Any) -> None:
    change = build.event("c", "contract.changed", 1, kind="x", changes={"seller_no": "S4"})
    corrected = build.event("d", "contract.changed", 1, kind="x", changes={"seller_no": "S3"}, corrects="c")
    old, new = build.at(5), build.at(0)
    assert stand(build, change, as_of=old, seller_no="S9").seller_no == "S9"
    assert stand(build, change, as_of=new, seller_no="S9").seller_no == "S4"
    assert stand(build, change, corrected, as_of=old, seller_no="S9").seller_no == "S3"
    lapsed = build.event("l", "contract.lapsed", 2, on=build.on(2))
    assert stand(build, lapsed, as_of=old, status="surrendered").status == "surrendered"
    assert stand(build, lapsed, as_of=old, status="suspended").status == "suspended"
    assert stand(build, lapsed, as_of=old).status == "lapsed", "a status nobody stated reads as in force"


def test_a_corrected_lapse_counts_where_the_lapse_stood(build: Any) -> None:
    lapsed = build.event("l", "contract.lapsed", 2, on=build.on(2), sequence=2)
    reinstated = build.event("r", "contract.reinstated", 5, on=build.on(5), sequence=3)
    other_day = build.event("k", "contract.lapsed", 9, on=build.on(1), corrects="l", sequence=4)
    assert stand(build, lapsed, reinstated, other_day).status == "in_force"
