"""Sampling: a draw that nobody can steer and anybody can repeat (CI-1, HT-5, DEC-14).

A seed of 32 bytes is made before the period opens, and its commitment published. Once the population is closed its hash is
published, and only then the seed. From both follows the rank of every member, and from the ranks the draw. `docs/sampling.md`
gives the exact bytes, so that the draw can be repeated without this module.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta, Struct

SEED_BYTES = 32

AmountKind = Literal["full", "share", "number", "successes"]
Standing = Literal["open", "successful", "ended"]
"""What has become of a member drawn: it may still succeed, it has, or it came to nothing."""


class SamplingError(ValueError):
    """A population or an amount from which nothing can be drawn; the message says why."""


class Member(Struct, frozen=True):
    """A member of a closed population: its id, the stratum a share is taken of, the group successes are counted in."""

    id: str
    stratum: str = ""
    group: str = ""


class Amount(Struct, frozen=True, omit_defaults=True):
    """How many to draw, with the value that the plan's parameter had: a share between 0 and 1, or a whole number."""

    kind: Annotated[AmountKind, Meta(description="What the value counts.")]
    value: Annotated[Decimal | None, Meta(description="The share or number; absent for full.")] = None


class Ranked(Struct, frozen=True):
    """A member with its place, from 1, in its pool."""

    member: Member
    pool: str
    rank: int


class Pool(Struct, frozen=True):
    """What is drawn from together: how many members it has, how many are wanted, and how many of those it can't give."""

    pool: str
    members: int
    wanted: int
    shortfall: int


class Draw(Struct, frozen=True):
    """Every member in the order of its rank, pool by pool, which of them are drawn, and the pools."""

    ranked: tuple[Ranked, ...]
    drawn: tuple[Ranked, ...]
    pools: tuple[Pool, ...]


class Drawn(Struct, frozen=True):
    """A member that was drawn and what has become of it; `substitutes` is the one it stands in for."""

    member: str
    standing: Standing
    substitutes: str | None = None


class Substitution(Struct, frozen=True):
    """That a member is drawn now, in the place of another of its pool that came to nothing."""

    member: str
    substitutes: str


def commitment(seed: bytes, plan: str, period: str) -> str:
    """Return what is published of a seed before its period opens: SHA-256, in hexadecimal, of seed ‖ plan ‖ 00 ‖ period.

    `plan` is "plugin/plan". Raises `SamplingError` for a seed that is not of 32 bytes.
    """
    if len(seed) != SEED_BYTES:
        raise SamplingError(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
    return sha256(seed + _text(plan) + b"\0" + _text(period)).hexdigest()


def population_hash(members: Iterable[Member], plan: str, period: str) -> str:
    """Return the hash of a closed population: SHA-256, in hexadecimal, of plan, period and each member in the order of its id.

    Each member is its id, stratum and group, and each of these texts ends with a zero byte. Ids are ordered by their UTF-8 bytes.
    Raises `SamplingError` where two members share an id, or a text holds a zero byte.
    """
    hashed = sha256(_text(plan) + b"\0" + _text(period) + b"\0")
    for member in in_order(members):
        hashed.update(b"".join(_text(part) + b"\0" for part in (member.id, member.stratum, member.group)))
    return hashed.hexdigest()


def in_order(members: Iterable[Member]) -> list[Member]:
    """Return the members in the order of the UTF-8 bytes of their ids; `SamplingError` where two share one."""
    ordered = sorted(members, key=lambda member: _text(member.id))
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise SamplingError(f"two members share the id {one.id}")
    return ordered


def ranked(members: Iterable[Member], kind: AmountKind, seed: bytes, plan: str, period: str) -> list[Ranked]:
    """Return every member with its rank in its pool, pool by pool.

    A pool is ordered by HMAC-SHA256 with the seed as key over plan ‖ 00 ‖ period ‖ 00 ‖ id, smallest first, and by the id where two
    were alike.
    """
    head = _text(plan) + b"\0" + _text(period) + b"\0"
    pools: dict[str, list[tuple[bytes, bytes, Member]]] = {}
    for member in in_order(members):
        id = _text(member.id)
        pools.setdefault(pool_of(member, kind), []).append(
            (hmac.digest(seed, head + id, "sha256"), id, member)
        )
    return [
        Ranked(member, pool, rank)
        for pool in sorted(pools)
        for rank, (_, _, member) in enumerate(sorted(pools[pool], key=lambda one: one[:2]), 1)
    ]


def pool_of(member: Member, kind: AmountKind) -> str:
    """Return what a member is drawn from: its group where successes are counted, else its stratum."""
    return member.group if kind == "successes" else member.stratum


def wanted_of(amount: Amount, members: int) -> int:
    """Return how many are wanted of a pool with so many members; a share is rounded up.

    Raises `SamplingError` for a share outside 0 to 1, and for a number that is negative or not whole.
    """
    if amount.kind == "full":
        return members
    value = amount.value
    if value is None or not value.is_finite() or value < 0:
        raise SamplingError(f"{value} is no amount to draw")
    if amount.kind == "share":
        if value > 1:
            raise SamplingError(f"a share of {value} is more than everybody")
        numerator, denominator = value.as_integer_ratio()
        return -(-members * numerator // denominator)
    if value != value.to_integral_value():
        raise SamplingError(f"{value} is no whole number to draw")
    return int(value)


def draw(members: Iterable[Member], amount: Amount, seed: bytes, plan: str, period: str) -> Draw:
    """Return the draw from a closed population: of each pool the first in rank, and what it falls short of."""
    places = ranked(members, amount.kind, seed, plan, period)
    sizes: dict[str, int] = {}
    for place in places:
        sizes[place.pool] = sizes.get(place.pool, 0) + 1
    wanted = {pool: wanted_of(amount, size) for pool, size in sizes.items()}
    return Draw(
        ranked=tuple(places),
        drawn=tuple(place for place in places if place.rank <= wanted[place.pool]),
        pools=tuple(
            Pool(pool, size, wanted[pool], max(0, wanted[pool] - size)) for pool, size in sizes.items()
        ),
    )


def substitutions(order: Sequence[str], drawn: Sequence[Drawn], wanted: int) -> tuple[Substitution, ...]:
    """Return who of a pool is drawn now, so that so many as are wanted have succeeded or still may.

    `order` are the ids of the pool by rank, `drawn` those drawn so far. The next in rank stands in for the member that came to
    nothing and is first in rank of those that nobody stands in for yet. None are left to draw once the pool is used up.
    """
    place = {id: number for number, id in enumerate(order)}
    taken = {one.member for one in drawn}
    stood_in_for = {one.substitutes for one in drawn}
    missing = wanted - sum(1 for one in drawn if one.standing != "ended")
    ended = sorted(
        (one.member for one in drawn if one.standing == "ended" and one.member not in stood_in_for),
        key=place.__getitem__,
    )
    reserve = [id for id in order if id not in taken]
    return tuple(
        Substitution(member, instead_of)
        for member, instead_of in zip(reserve[: max(0, missing)], ended, strict=False)
    )


def shortfall_of(standings: Mapping[Standing, int], wanted: int) -> int:
    """Return how many of those wanted of a pool have neither succeeded nor still may."""
    return max(0, wanted - standings.get("open", 0) - standings.get("successful", 0))


def _text(value: str) -> bytes:
    if "\0" in value:
        raise SamplingError("a text holds a zero byte")
    return value.encode()
