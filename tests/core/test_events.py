"""What still stands when events are corrected, retracted, repeated and shuffled."""

from datetime import date
from typing import Any

import msgspec
import pytest
from huifang_core.events import PAYLOADS, AnyPayload, BusinessEvent, ContractChanged, effective, order
from hypothesis import given
from hypothesis import strategies as st


def ids(*events: BusinessEvent) -> list[tuple[str, str]]:
    """Id and original's id of what stands."""
    return [(event.event_id, root) for event, root in effective(events)]


@pytest.fixture(scope="session")
def lapse(build: Any) -> Any:
    """Builds a lapse on a day; `corrects` and `retracts` as for any event."""
    return lambda id, day=0, **more: build.event(id, "contract.lapsed", day, on=build.on(day), **more)


@pytest.fixture(scope="session")
def back(build: Any) -> Any:
    """Builds a retraction."""
    return lambda id, of, day=0, **more: build.event(id, "contract.lapsed", day, retracts=of, **more)


def test_a_correction_takes_the_place_of_what_it_corrects(lapse: Any) -> None:
    assert ids(lapse("a", 1), lapse("b", 3), lapse("c", 9, corrects="a")) == [("c", "a"), ("b", "b")]


@pytest.mark.parametrize("place", [0, 1])
def test_a_correction_that_names_another_contract_takes_the_event_there(lapse: Any, place: int) -> None:
    original, moved = lapse("a", 1), lapse("c", 9, corrects="a", contract_no="C2")
    other = lapse("b", 3)
    here = effective((original, other, moved)[::-1] if place else (original, other, moved), "C1")
    assert [(event.event_id, root) for event, root in here] == [("b", "b")]
    there = effective((original, moved), "C2")
    assert [(event.event_id, root) for event, root in there] == [("c", "a")]
    assert [event.event_id for event, _ in effective((other, moved), "C1")] == ["b"], (
        "the original is still to come"
    )


def test_a_correction_of_a_correction_goes_back_to_the_original(lapse: Any) -> None:
    assert ids(lapse("a"), lapse("b", 1, corrects="a"), lapse("c", 2, corrects="b")) == [("c", "a")]


def test_two_corrections_of_one_event_leave_the_newest(lapse: Any) -> None:
    events = [lapse("a"), lapse("b", 1, corrects="a"), lapse("c", 2, corrects="a")]
    assert ids(*events) == [("c", "a")]
    versioned = [events[0], lapse("b", 1, corrects="a", sequence=7), lapse("c", 2, corrects="a", sequence=6)]
    assert ids(*versioned) == [("b", "a")], "the version of the entity outweighs when it came in"


def test_a_retracted_event_is_gone_and_one_whose_retraction_is_retracted_stands_again(
    lapse: Any, back: Any
) -> None:
    assert ids(lapse("a"), back("r", "a", 1)) == []
    assert ids(lapse("a"), back("r", "a", 1), back("s", "r", 2)) == [("a", "a")]
    assert ids(lapse("a"), back("r", "a", 1), back("s", "r", 2), back("t", "s", 3)) == []


def test_retracting_a_correction_brings_the_original_back(lapse: Any, back: Any) -> None:
    assert ids(lapse("a"), lapse("b", 1, corrects="a"), back("r", "b", 2)) == [("a", "a")]


def test_retracting_the_original_takes_its_earlier_corrections_along(lapse: Any, back: Any) -> None:
    assert ids(lapse("a"), lapse("b", 1, corrects="a"), back("r", "a", 2)) == []
    assert ids(lapse("a"), back("r", "a", 1), lapse("b", 2, corrects="a")) == [("b", "a")]


def test_a_correction_whose_original_never_came_stands_for_it(lapse: Any) -> None:
    early = lapse("b", 1, corrects="a")
    assert ids(early) == [("b", "a")]
    assert ids(early, lapse("a")) == [("b", "a")], "the original coming late changes nothing"


def test_a_correction_that_retracts_a_retraction_s_effect_stands(lapse: Any, back: Any) -> None:
    events = (lapse("a"), back("r", "a", 1), lapse("x", 2, corrects="r"))
    assert ids(*events) == [("a", "a"), ("x", "r")]


def test_events_that_name_each_other_leave_one_standing(lapse: Any) -> None:
    assert ids(lapse("a", corrects="a")) == [("a", "a")]
    assert ids(lapse("a", corrects="b"), lapse("b", 1, corrects="a")) == [("b", "b")]
    circle = (lapse("a", corrects="b"), lapse("b", 1, corrects="c"), lapse("c", 2, corrects="a"))
    assert len(ids(*circle)) == 1


def test_events_of_another_source_are_other_events(lapse: Any, back: Any) -> None:
    assert ids(lapse("a"), back("r", "a", 1, source="claims")) == [("a", "a")]


def test_of_one_id_sent_twice_the_first_that_came_in_counts(build: Any, lapse: Any) -> None:
    first, second = lapse("a", 5, received_at=build.at(6)), lapse("a", 3, received_at=build.at(9))
    for events in ((first, second), (second, first)):
        assert effective(events) == ((first, "a"),)


def test_thousands_of_corrections_are_no_trouble(lapse: Any) -> None:
    events = [lapse("0")] + [lapse(str(n), n, corrects=str(n - 1)) for n in range(1, 3000)]
    assert ids(*events) == [("2999", "0")]


names = st.sampled_from("abcdefgh")


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, str | None, str | None, int | None]]:
    """Ids, days, corrections, retractions and versions of up to eight events, loops and all."""
    found = []
    for id in draw(st.lists(names, unique=True, min_size=1)):
        kind = draw(st.sampled_from(["plain", "plain", "corrects", "retracts"]))
        other = draw(names)
        found.append(
            (
                id,
                draw(st.integers(0, 9)),
                other if kind == "corrects" else None,
                other if kind == "retracts" else None,
                draw(st.none() | st.integers(1, 9)),
            )
        )
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_neither_the_order_of_arrival_nor_a_repetition_makes_a_difference(
    build: Any, history: list[Any], random: Any
) -> None:
    events = [
        build.event(
            id,
            "contract.lapsed",
            day,
            on=date(2026, 3, 2),
            corrects=corrects,
            sequence=sequence,
            **({"retracts": retracts} if retracts else {}),
        )
        for id, day, corrects, retracts, sequence in history
    ]
    standing = effective(tuple(events))
    shuffled = [*events, random.choice(events)]
    random.shuffle(shuffled)
    assert effective(tuple(shuffled)) == standing
    assert all(event.retracts is None for event, _ in standing)
    assert len({event.event_id for event, _ in standing}) == len(standing), "nothing stands twice"


@given(histories())
def test_what_nothing_speaks_against_stands(build: Any, history: list[Any]) -> None:
    events = [
        build.event(
            id,
            "contract.lapsed",
            day,
            on=date(2026, 3, 2),
            corrects=corrects,
            sequence=sequence,
            **({"retracts": retracts} if retracts else {}),
        )
        for id, day, corrects, retracts, sequence in history
    ]
    named = {ref for event in events for ref in (event.corrects, event.retracts)}
    standing = {event.event_id for event, _ in effective(tuple(events))}
    alone = {
        e.event_id for e in events if e.corrects is None and e.retracts is None and e.event_id not in named
    }
    assert alone <= standing


def test_events_stand_in_the_order_in_which_they_happened(lapse: Any) -> None:
    events = (lapse("b", 2), lapse("c", 1, sequence=2), lapse("a", 1, sequence=3))
    assert ids(*events) == [("c", "c"), ("a", "a"), ("b", "b")]
    assert order(events[1]) < order(events[2])


@pytest.mark.parametrize("type", sorted(PAYLOADS))
def test_every_payload_says_its_type_and_is_read_back_by_it(type: str) -> None:
    payload = PAYLOADS[type]
    assert payload.__doc__
    assert payload.__struct_config__.tag == type
    required = [f.name for f in msgspec.structs.fields(payload) if f.required]
    if not required:
        assert msgspec.json.decode(msgspec.json.encode(payload()), type=AnyPayload) == payload()
    else:
        with pytest.raises(msgspec.ValidationError, match=required[0]):
            msgspec.convert({"event_type": type}, AnyPayload)


def test_a_change_of_something_that_is_no_field_is_refused_at_the_door() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert(
            {"kind": "x", "changes": {"colour": "red"}, "event_type": "contract.changed"}, ContractChanged
        )
    with pytest.raises(msgspec.ValidationError, match="contract_no"):
        msgspec.json.decode(
            b'{"event_type":"contract.changed","kind":"x","changes":{"contract_no":"C2"}}', type=AnyPayload
        )
