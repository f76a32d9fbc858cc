"""The bundle of a draw: all that it takes to repeat it, and repeating it (CI-1, DEC-14)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

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

Instant = Annotated[datetime, Meta(tz=True)]


def _said(description: str) -> Meta:
    return Meta(description=description)


class DrawnMember(Struct, frozen=True, omit_defaults=True):
    """A member of the closed population as the draw left it."""

    id: Annotated[str, _said("Source and id of the event it goes back to.")]
    stratum: Annotated[str, _said("What a share is taken of.")] = ""
    group: Annotated[str, _said("What successes are counted in.")] = ""
    rank: Annotated[int | None, _said("Its place in its pool, from 1.")] = None
    drawn: Annotated[bool, _said("Whether it was drawn.")] = False
    substitutes: Annotated[str | None, _said("The member it stands in for.")] = None
    reason: Annotated[str | None, _said("Why that one came to nothing.")] = None
    drawn_at: Annotated[Instant | None, _said("When, business time.")] = None


class LeftOut(Struct, frozen=True):
    """An event that the plan looked at and left out of its population."""

    id: Annotated[str, _said("Its name, as a member has one.")]
    reason: Annotated[Text, _said("Why, in both languages.")]


class Late(Struct, frozen=True):
    """A fact that came in after the population was closed, and would have changed it; it changed nothing."""

    id: Annotated[str, _said("The member, or what would be one.")]
    change: Annotated[str, _said("What would be otherwise.")]
    noticed_at: Annotated[Instant, _said("When that was noticed, business time.")]


class LedgerRow(Struct, frozen=True):
    """A row of the tenant's ledger about this draw."""

    id: Annotated[str, _said("Its id in the ledger.")]
    at: Annotated[Instant, _said("When it was written, wall time.")]
    action: Annotated[str, _said("What was done.")]
    details: Annotated[dict[str, Any] | None, _said("What it says, the hash or the seed among it.")] = None


class Bundle(Struct, frozen=True, kw_only=True):
    """A draw from its commitment to its last substitution, as it is published (`docs/sampling.md`).

    Instants but those of the ledger are business time.
    """

    huifang_draw: Annotated[Literal[1], _said("The version of this format.")] = 1
    plan: Annotated[str, _said("The plan, `plugin/plan`.")]
    period: Annotated[str, _said("The period: `2026-03`, `2026-Q1` or `2026`.")]
    first: Annotated[date, _said("Its first day, in Asia/Shanghai.")]
    last: Annotated[date, _said("Its last day, included.")]
    replace: Annotated[bool, _said("Whether a member that comes to nothing is replaced.")]
    commitment: Annotated[str, _said("SHA-256 over seed, plan and period, in hexadecimal.")]
    committed_at: Annotated[Instant, _said("When the seed was committed to.")]
    committed_late: Annotated[bool, _said("Whether the period had begun by then.")]
    amount: Annotated[Amount | None, _said("How many are drawn; null until the population is closed.")] = None
    population_hash: Annotated[str | None, _said("SHA-256 over the population, in hexadecimal.")] = None
    closed_at: Annotated[Instant | None, _said("When the population was closed.")] = None
    closed_early: Annotated[bool, _said("Whether that was before the end of the period.")] = False
    seed: Annotated[str | None, _said("The seed in hexadecimal, once it is revealed.")] = None
    drawn_at: Annotated[Instant | None, _said("When it was revealed and drawn.")] = None
    members: Annotated[tuple[DrawnMember, ...], _said("The population.")] = ()
    left_out: Annotated[tuple[LeftOut, ...], _said("What the plan left out of it.")] = ()
    late: Annotated[tuple[Late, ...], _said("What came in after the closing.")] = ()
    ledger: Annotated[tuple[LedgerRow, ...], _said("What the ledger says of the draw.")] = ()


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
