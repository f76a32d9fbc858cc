"""The bundle of a draw: all that it takes to repeat it, and repeating it (CI-1, DEC-14)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from huifang_core.sampling import (
    Amount,
    Drawn,
    Member,
    SamplingError,
    commitment,
    population_hash,
    ranked,
    substitutions,
    wanted_of,
)
from huifang_core.texts import Text
from huifang_core.windows import end_of_day, start_of_day


class DrawnMember(Struct, frozen=True, omit_defaults=True):
    """A member of the closed population as the draw left it.

    `substitutes` is the member it stands in for, `reason` why that one came to nothing. `drawn_at` is business time.
    """

    id: str
    stratum: str = ""
    group: str = ""
    rank: int | None = None
    drawn: bool = False
    substitutes: str | None = None
    reason: str | None = None
    drawn_at: datetime | None = None


class LeftOut(Struct, frozen=True):
    """An event that the plan looked at and left out of its population, and why."""

    id: str
    reason: Text


class Late(Struct, frozen=True):
    """A fact that came in after the population was closed, and would have changed it; it changed nothing."""

    id: str
    change: str
    noticed_at: datetime


class LedgerRow(Struct, frozen=True):
    """A row of the tenant's ledger about this draw; `at` is wall time."""

    id: str
    at: datetime
    action: str
    details: dict[str, Any] | None = None


class Bundle(Struct, frozen=True, kw_only=True):
    """A draw from its commitment to its last substitution, as it is published.

    `plan` is "plugin/plan". Instants but those of the ledger are business time. `seed`, `population_hash` and `commitment` are
    in hexadecimal; the seed is there once it was revealed. `replace`: whether a member that comes to nothing is replaced.
    """

    huifang_draw: Literal[1] = 1
    plan: str
    period: str
    first: date
    last: date
    replace: bool
    commitment: str
    committed_at: datetime
    committed_late: bool
    amount: Amount | None = None
    population_hash: str | None = None
    closed_at: datetime | None = None
    closed_early: bool = False
    seed: str | None = None
    drawn_at: datetime | None = None
    members: tuple[DrawnMember, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    late: tuple[Late, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()


def problems(bundle: Bundle) -> tuple[str, ...]:
    """Return everything in a bundle that does not hold, nothing where it does.

    What it can't tell is whether the commitment and the hash were published when it says so: that is for the ledger to prove.
    """
    if bundle.seed is None or bundle.amount is None or bundle.population_hash is None:
        return ("the draw is not done: its seed was not revealed yet",)
    try:
        return tuple(_problems(bundle, bundle.seed, bundle.amount))
    except (SamplingError, ValueError) as error:
        return (str(error),)


def _problems(bundle: Bundle, seed_in_hex: str, amount: Amount) -> Iterator[str]:
    seed = bytes.fromhex(seed_in_hex)
    if commitment(seed, bundle.plan, bundle.period) != bundle.commitment:
        yield "the seed is not the one that was committed to"
    opens = start_of_day(bundle.first)
    if bundle.committed_at >= opens and not bundle.committed_late:
        yield "the commitment was made after the period had opened, and does not say so"
    if bundle.closed_at is None or bundle.drawn_at is None:
        yield "it does not say when the population was closed, or when it was drawn from"
    elif not bundle.committed_at <= bundle.closed_at <= bundle.drawn_at:
        yield "commitment, closing and draw are not in this order"
    elif bundle.closed_at < end_of_day(bundle.last) and not bundle.closed_early:
        yield "the population was closed before the end of its period, and does not say so"
    members = [Member(one.id, one.stratum, one.group) for one in bundle.members]
    if population_hash(members, bundle.plan, bundle.period) != bundle.population_hash:
        yield "the population is not the one whose hash was published"
    given = {one.id: one for one in bundle.members}
    pools: dict[str, list[str]] = {}
    for place in ranked(members, amount.kind, seed, bundle.plan, bundle.period):
        pools.setdefault(place.pool, []).append(place.member.id)
        if given[place.member.id].rank != place.rank:
            yield f"{place.member.id} has rank {place.rank}, not {given[place.member.id].rank}"
    for pool, order in pools.items():
        yield from _of_pool(bundle, order, wanted_of(amount, len(order)), pool)


def _of_pool(bundle: Bundle, order: list[str], wanted: int, pool: str) -> Iterator[str]:
    """What is wrong with whom a pool gave: first those wanted, then one stand-in after the other."""
    given = {one.id: one for one in bundle.members}
    drawn = [given[id] for id in order if given[id].drawn]
    if [one.id for one in drawn] != order[: len(drawn)]:
        yield f"pool {pool!r}: who was drawn is not who comes first by rank"
        return
    first, later = drawn[:wanted], drawn[wanted:]
    if len(first) < min(wanted, len(order)):
        yield f"pool {pool!r}: {len(first)} were drawn, {min(wanted, len(order))} should have been"
    for one in first:
        if one.substitutes is not None:
            yield f"{one.id} stands in for {one.substitutes}, but is drawn by its own rank"
    if later and not bundle.replace:
        yield f"pool {pool!r}: {len(drawn)} were drawn, {wanted} are wanted, and the plan replaces nobody"
        return
    so_far = {one.id: Drawn(one.id, "open") for one in first}
    for one in later:
        if one.substitutes is None or not one.reason:
            yield f"{one.id} was drawn beyond the number wanted, without saying for whom and why"
        elif one.substitutes not in so_far or so_far[one.substitutes].standing == "ended":
            yield f"{one.id} stands in for {one.substitutes}, which was not drawn before it or is replaced already"
        else:
            so_far[one.substitutes] = Drawn(one.substitutes, "ended", so_far[one.substitutes].substitutes)
            (due,) = substitutions(order, tuple(so_far.values()), wanted) or (None,)
            if due is None or (due.member, due.substitutes) != (one.id, one.substitutes):
                yield f"{one.id} was not the next to stand in for {one.substitutes}"
        so_far[one.id] = Drawn(one.id, "open", one.substitutes)
