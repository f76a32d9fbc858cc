"""Giving a list out to callers (HT-8): evenly, to those who may do the work, and what concerns one person to one caller."""

from collections.abc import Sequence

import msgspec

from huifang_core.obligations import ContactChannel


class Work(msgspec.Struct, frozen=True):
    """An obligation to be given out: whom it concerns, by which channel, in which units from the head office down.

    `vendor` is the outside vendor whose callers do it (HT-3), `not_by` the staff number of the seller, who may not make the visit.
    """

    id: str
    person: str
    channel: ContactChannel
    units: frozenset[str]
    vendor: str | None = None
    not_by: str | None = None


class Caller(msgspec.Struct, frozen=True):
    """Somebody work is given to: of which unit and vendor, in which channels, at most how much, and with how much in hand already."""

    staff_no: str
    unit: str
    channels: frozenset[str]
    vendor: str | None = None
    at_most: int | None = None
    in_hand: int = 0


def suits(work: Work, caller: Caller) -> bool:
    """Tell whether a caller may be given this work: a vendor's callers only their own vendor's (HT-3)."""
    return (
        work.channel in caller.channels
        and caller.unit in work.units
        and (caller.vendor is None or work.vendor == caller.vendor)
        and not (work.channel == "on_site" and work.not_by == caller.staff_no)
    )


def distribute(work: Sequence[Work], callers: Sequence[Caller]) -> dict[str, tuple[str, ...]]:
    """Return what each caller is given, by staff number; what suits nobody is given to nobody.

    Work is gone through in its order, so that the first of it is spread first. It goes to whoever has been given least, then has least
    in hand, then was named first.
    """
    given: dict[str, list[str]] = {caller.staff_no: [] for caller in callers}
    groups: dict[str, list[Work]] = {}
    for one in work:
        groups.setdefault(one.person, []).append(one)
    for group in groups.values():
        whole = _least_busy(group, callers, given)
        if whole is not None:
            given[whole.staff_no] += [one.id for one in group]
            continue
        for one in group:
            caller = _least_busy([one], callers, given)
            if caller is not None:
                given[caller.staff_no].append(one.id)
    return {staff_no: tuple(ids) for staff_no, ids in given.items()}


def _least_busy(
    group: Sequence[Work], callers: Sequence[Caller], given: dict[str, list[str]]
) -> Caller | None:
    able = [
        (len(given[caller.staff_no]), caller.in_hand, place)
        for place, caller in enumerate(callers)
        if all(suits(one, caller) for one in group)
        and (caller.at_most is None or len(given[caller.staff_no]) + len(group) <= caller.at_most)
    ]
    return callers[min(able)[2]] if able else None
