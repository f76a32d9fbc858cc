"""HT-8, HT-3: lists are given out evenly, to those who may do the work, and one person's to one caller."""

from collections import Counter

from huifang_core.distribution import Caller, Work, distribute, suits
from hypothesis import given
from hypothesis import strategies as st

PHONE = frozenset({"phone"})
UNITS = frozenset({"HO", "SD", "JN"})


def work(id: str, person: str | None = None, **more) -> Work:
    return Work(id, person or id, **{"channel": "phone", "units": UNITS, **more})


def caller(staff_no: str, **more) -> Caller:
    return Caller(staff_no, **{"unit": "SD", "channels": PHONE, **more})


def test_a_list_is_spread_evenly_in_its_order():
    found = distribute([work(str(n)) for n in range(7)], [caller("A"), caller("B"), caller("C")])
    assert found == {"A": ("0", "3", "6"), "B": ("1", "4"), "C": ("2", "5")}


def test_who_has_less_in_hand_comes_first():
    found = distribute([work("1")], [caller("A", in_hand=5), caller("B", in_hand=2)])
    assert found == {"A": (), "B": ("1",)}


def test_what_concerns_one_person_goes_to_one_caller():
    found = distribute([work("1", "P"), work("2"), work("3", "P")], [caller("A"), caller("B")])
    assert found == {"A": ("1", "3"), "B": ("2",)}


def test_no_more_than_somebody_is_to_have():
    found = distribute([work(str(n)) for n in range(5)], [caller("A", at_most=1), caller("B", at_most=3)])
    assert {who: len(ids) for who, ids in found.items()} == {"A": 1, "B": 3}


def test_ht_3_a_vendors_callers_get_their_own_vendors_work_alone():
    own, ours, theirs = caller("V", vendor="X"), work("1"), work("2", vendor="X")
    assert not suits(ours, own)
    assert suits(theirs, own)
    assert not suits(work("3", vendor="Y"), own)
    assert suits(theirs, caller("A")), "the insurer's own may stand in"


def test_who_may_not_do_the_work_gets_none_of_it():
    assert not suits(work("1", channel="letter"), caller("A"))
    assert not suits(work("1"), caller("A", unit="QD"))
    visitor = caller("S", channels=frozenset({"on_site"}))
    assert not suits(work("1", channel="on_site", not_by="S"), visitor)
    assert suits(work("1", channel="on_site", not_by="T"), visitor)


def test_of_one_persons_work_each_part_goes_to_who_may_do_it():
    parts = [work("1", "P"), work("2", "P", channel="letter")]
    found = distribute(parts, [caller("A"), caller("B", channels=frozenset({"letter"}))])
    assert found == {"A": ("1",), "B": ("2",)}


_WORK = st.lists(
    st.builds(
        work,
        st.uuids().map(str),
        st.sampled_from("PQRSTUVW"),
        channel=st.sampled_from(["phone", "letter"]),
        vendor=st.sampled_from([None, "X"]),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)
_CALLERS = st.lists(
    st.builds(
        caller,
        st.sampled_from("ABCDE"),
        channels=st.sampled_from([PHONE, frozenset({"phone", "letter"})]),
        vendor=st.sampled_from([None, "X"]),
        at_most=st.none() | st.integers(0, 5),
    ),
    max_size=5,
    unique_by=lambda one: one.staff_no,
)


@given(_WORK, _CALLERS)
def test_nothing_is_given_twice_or_to_somebody_it_does_not_suit(todo, callers):
    found = distribute(todo, callers)
    by_id, by_no = {one.id: one for one in todo}, {one.staff_no: one for one in callers}
    assert max(Counter(id for ids in found.values() for id in ids).values(), default=0) <= 1
    for staff_no, ids in found.items():
        assert all(suits(by_id[id], by_no[staff_no]) for id in ids)
        assert by_no[staff_no].at_most is None or len(ids) <= by_no[staff_no].at_most
    given_out = {id for ids in found.values() for id in ids}
    unlimited = [one for one in callers if one.at_most is None]
    for one in todo:
        assert one.id in given_out or not any(suits(one, who) for who in unlimited)


@given(st.integers(0, 40), st.integers(1, 6))
def test_between_equals_nobody_has_more_than_one_more(count, callers):
    found = distribute([work(str(n)) for n in range(count)], [caller(str(n)) for n in range(callers)])
    sizes = [len(ids) for ids in found.values()]
    assert sum(sizes) == count
    assert max(sizes) - min(sizes) <= 1
