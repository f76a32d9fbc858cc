"""Sampling: nobody can steer a draw and anybody can repeat it, whatever the population (CI-1, HT-5, DEC-14)."""

import hmac
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from math import ceil
from typing import Any

import pytest
from huifang_core.sampling import (
    Amount,
    Drawn,
    Member,
    SamplingError,
    Standing,
    commitment,
    draw,
    in_order,
    population_hash,
    ranked,
    shortfall_of,
    substitutions,
    wanted_of,
)
from hypothesis import given
from hypothesis import strategies as st

SEED = bytes(range(32))
PLAN, PERIOD = "motor/assessment", "2026-03"
TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=6)
MEMBERS = st.lists(
    st.builds(Member, id=TEXTS, stratum=st.sampled_from(["", "济南", "烟台"]), group=st.sampled_from("ABC")),
    unique_by=lambda member: member.id,
    max_size=40,
)
SHARES = st.decimals(0, 1, places=3)
AMOUNTS = st.one_of(
    st.just(Amount("full")),
    st.builds(Amount, st.just("share"), SHARES),
    st.builds(Amount, st.sampled_from(["number", "successes"]), st.integers(0, 9).map(Decimal)),
)


def drawn_ids(members: Sequence[Member], amount: Amount, seed: bytes = SEED) -> list[str]:
    return [one.member.id for one in draw(members, amount, seed, PLAN, PERIOD).drawn]


def a_pool(size: int, **fields: Any) -> list[Member]:
    return [Member(f"core/r{n}", **fields) for n in range(size)]


def test_dec_14_the_commitment_is_over_the_bytes_that_are_documented() -> None:
    said = sha256(SEED + b"motor/assessment\x002026-03").hexdigest()
    assert commitment(SEED, PLAN, PERIOD) == said
    assert commitment(SEED[::-1], PLAN, PERIOD) != said
    assert commitment(SEED, PLAN, "2026-04") != said
    with pytest.raises(SamplingError, match="32 bytes, not 31"):
        commitment(SEED[1:], PLAN, PERIOD)


def test_the_population_hash_is_over_the_bytes_that_are_documented() -> None:
    members = [Member("core/r2", "济南", "A1"), Member("core/r10")]
    said = b"motor/assessment\x002026-03\x00core/r10\x00\x00\x00core/r2\x00" + "济南".encode() + b"\x00A1\x00"
    assert population_hash(members, PLAN, PERIOD) == sha256(said).hexdigest()


def test_ranks_follow_the_keyed_hashes_that_are_documented() -> None:
    def score(id: str) -> bytes:
        return hmac.new(SEED, f"motor/assessment\0002026-03\0{id}".encode(), sha256).digest()

    found = ranked(a_pool(20), "full", SEED, PLAN, PERIOD)
    assert [one.member.id for one in found] == sorted((m.id for m in a_pool(20)), key=score)
    assert [one.rank for one in found] == list(range(1, 21))


def test_ids_are_ordered_by_their_bytes_and_not_by_the_units_of_another_encoding() -> None:
    # In UTF-16 the second would come first.
    high, higher = "\uff5e", "\U0001f600"
    assert [m.id for m in in_order([Member(higher), Member(high)])] == [high, higher]


@given(MEMBERS, AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_in_which_members_are_given_makes_no_difference(
    members: list[Member], amount: Amount, random: Any
) -> None:
    shuffled = members[:]
    random.shuffle(shuffled)
    assert draw(shuffled, amount, SEED, PLAN, PERIOD) == draw(members, amount, SEED, PLAN, PERIOD)
    assert population_hash(shuffled, PLAN, PERIOD) == population_hash(members, PLAN, PERIOD)


@given(MEMBERS, MEMBERS)
def test_populations_that_differ_have_hashes_that_differ(one: list[Member], other: list[Member]) -> None:
    same = set(one) == set(other)
    assert (population_hash(one, PLAN, PERIOD) == population_hash(other, PLAN, PERIOD)) is same


@given(MEMBERS, SHARES)
def test_ci_1_of_no_stratum_is_less_than_its_share_drawn_nor_a_whole_member_more(
    members: list[Member], share: Decimal
) -> None:
    found = draw(members, Amount("share", share), SEED, PLAN, PERIOD)
    for pool in found.pools:
        drawn = sum(one.pool == pool.pool for one in found.drawn)
        assert drawn == pool.wanted == ceil(pool.members * share)
        assert pool.shortfall == 0


@given(MEMBERS, AMOUNTS)
def test_what_becomes_of_one_pool_does_not_hang_on_the_others(members: list[Member], amount: Amount) -> None:
    whole = draw(members, amount, SEED, PLAN, PERIOD)
    for pool in whole.pools:
        alone = [one.member for one in whole.ranked if one.pool == pool.pool]
        assert draw(alone, amount, SEED, PLAN, PERIOD).drawn == tuple(
            one for one in whole.drawn if one.pool == pool.pool
        )


@given(MEMBERS, AMOUNTS)
def test_everybody_has_one_rank_and_the_first_are_drawn(members: list[Member], amount: Amount) -> None:
    found = draw(members, amount, SEED, PLAN, PERIOD)
    assert sorted(one.member.id for one in found.ranked) == sorted(member.id for member in members)
    for pool in found.pools:
        ranks = [one.rank for one in found.ranked if one.pool == pool.pool]
        assert ranks == list(range(1, pool.members + 1))
        drawn = [one.rank for one in found.drawn if one.pool == pool.pool]
        assert drawn == ranks[: pool.wanted]
        assert pool.shortfall == max(0, pool.wanted - pool.members)


def test_ht_5_successes_are_counted_by_group_and_shares_taken_by_stratum() -> None:
    members = [Member(f"r{n}", "济南" if n % 2 else "烟台", f"A{n % 4}") for n in range(40)]
    by_group = draw(members, Amount("successes", Decimal(2)), SEED, PLAN, PERIOD)
    assert {one.pool: one.members for one in by_group.pools} == {"A0": 10, "A1": 10, "A2": 10, "A3": 10}
    assert len(by_group.drawn) == 8
    by_stratum = draw(members, Amount("share", Decimal("0.1")), SEED, PLAN, PERIOD)
    assert [(one.pool, one.wanted) for one in by_stratum.pools] == [("济南", 2), ("烟台", 2)]


def test_another_seed_draws_others() -> None:
    amount = Amount("number", Decimal(5))
    assert drawn_ids(a_pool(200), amount) != drawn_ids(a_pool(200), amount, SEED[::-1])


def test_each_member_is_about_as_likely_as_any_other_to_be_drawn() -> None:
    counts = dict.fromkeys((member.id for member in a_pool(10)), 0)
    for n in range(2000):
        for id in drawn_ids(
            a_pool(10), Amount("number", Decimal(3)), sha256(bytes([n % 256, n // 256])).digest()
        ):
            counts[id] += 1
    # 600 are to be expected, with a standard deviation of 20.
    assert all(500 < count < 700 for count in counts.values())


def test_a_pool_smaller_than_what_is_wanted_says_what_it_lacks() -> None:
    found = draw(a_pool(3, group="A1"), Amount("successes", Decimal(5)), SEED, PLAN, PERIOD)
    (pool,) = found.pools
    assert (len(found.drawn), pool.wanted, pool.shortfall) == (3, 5, 2)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("share", "1.01"), ("share", "-0.1"), ("number", "2.5"), ("successes", "-1"), ("number", "NaN")],
)
def test_what_is_no_amount_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(SamplingError):
        wanted_of(Amount(kind, Decimal(value)), 10)
    with pytest.raises(SamplingError):
        wanted_of(Amount(kind), 10)


def test_a_population_in_which_members_can_t_be_told_apart_is_refused() -> None:
    with pytest.raises(SamplingError, match="share the id core/r0"):
        draw([*a_pool(2), Member("core/r0", "x")], Amount("full"), SEED, PLAN, PERIOD)
    with pytest.raises(SamplingError, match="zero byte"):
        population_hash([Member("a\0b")], PLAN, PERIOD)


def test_who_came_to_nothing_is_replaced_by_the_next_in_rank() -> None:
    order = ["a", "b", "c", "d"]
    drawn = [Drawn("a", "ended"), Drawn("b", "successful")]
    (found,) = substitutions(order, drawn, 2)
    assert (found.member, found.substitutes) == ("c", "a")
    assert substitutions(order, [*drawn, Drawn("c", "open", "a")], 2) == ()


def test_one_that_succeeds_after_all_needs_nobody_in_its_place_any_more() -> None:
    drawn = [Drawn("a", "successful"), Drawn("b", "ended", "a")]
    assert substitutions(["a", "b", "c"], drawn, 1) == ()


@given(st.integers(0, 12), st.integers(0, 5), st.lists(st.integers(0, 99), max_size=30))
def test_substitution_never_repeats_and_goes_on_until_enough_have_succeeded_or_nobody_is_left(
    size: int, wanted: int, fates: list[int]
) -> None:
    order = [f"m{n}" for n in range(size)]
    drawn = [Drawn(id, "open") for id in order[:wanted]]
    for fate in fates:
        waiting = [one for one in drawn if one.standing == "open"]
        if not waiting:
            break
        ending: Standing = "ended" if fate % 3 else "successful"
        at = drawn.index(waiting[fate % len(waiting)])
        drawn[at] = Drawn(drawn[at].member, ending, drawn[at].substitutes)
        drawn += [Drawn(one.member, "open", one.substitutes) for one in substitutions(order, drawn, wanted)]
        ids = [one.member for one in drawn]
        stood_in_for = [one.substitutes for one in drawn if one.substitutes]
        assert len(set(ids)) == len(ids)
        assert len(set(stood_in_for)) == len(stood_in_for)
        # Nobody is passed over: by rank, those drawn are the first.
        assert ids == order[: len(ids)]
        alive = sum(one.standing != "ended" for one in drawn)
        assert alive == wanted or (alive < wanted and len(ids) == size)
        counts: dict[Standing, int] = {"open": alive}
        assert shortfall_of(counts, wanted) == wanted - alive
