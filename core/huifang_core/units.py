"""Organisation units and staff: who belongs where, and who may do which work."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from huifang_core.regions import RegionLevel, region_at

Level = Literal["head_office", "province", "city", "county"]
LEVELS: tuple[Level, ...] = ("head_office", "province", "city", "county")

Role = Literal[
    "tenant_admin",
    "compliance_officer",
    "team_leader",
    "caller",
    "vendor_caller",
    "visitor",
    "case_handler",
    "auditor",
    "seller",
]

CASE_ROLES: frozenset[Role] = frozenset({"case_handler", "team_leader", "compliance_officer"})
"""Roles that work on cases (问题件): are given them, give them to others, solve, close and reopen them."""

# `$` alone would let a line break through at the end; this form means the same to JSON Schema's readers.
Region = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{6}(?!\n)$", description="GB/T 2260 region code, six digits.")
]
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\s\x00](?:[^\x00]*[^\s\x00])?(?!\n)$")
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation unit (机构): head office › province › city › county.

    `supervisor` is the bureau that supervises it (shandong, qingdao …); empty: that of the unit above.
    """

    code: Code
    name: Name
    level: Level
    parent: Code | None = None
    region: Region | None = None
    supervisor: Code | None = None


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member of staff, the insurer's own or an outside vendor's.

    `trained_until` is the last day on which the training counts (SD-3); without it the person is untrained.
    `active_until` is the last day on which the person works here; without it no end is known.
    """

    staff_no: Code
    name: Name
    unit: Code
    roles: tuple[Role, ...] = ()
    vendor: Code | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    trained_until: date | None = None
    is_seller: bool = False
    active_until: date | None = None


def is_trained(trained_until: date | None, on: date) -> bool:
    """Tell whether someone trained until `trained_until` may be given calls on day `on` (SD-3)."""
    return trained_until is not None and on <= trained_until


def is_active(active_until: date | None, on: date) -> bool:
    """Tell whether someone who works here until `active_until` still does on day `on`."""
    return active_until is None or on <= active_until


def supervisor_of(code: str, units: Mapping[str, Unit]) -> str | None:
    """Return the supervising bureau of a unit: its own, else the nearest above it (DEC-11)."""
    for unit in chain(code, units):
        if unit.supervisor:
            return unit.supervisor
    return None


def unit_at_level(code: str, level: Level, units: Mapping[str, Unit]) -> str | None:
    """Return the unit at `level` on the way from `code` to the head office, or None."""
    return next((unit.code for unit in chain(code, units) if unit.level == level), None)


_FINEST_FIRST: tuple[RegionLevel, ...] = ("county", "city", "province")


def unit_in_charge(region: str, units: Mapping[str, Unit]) -> str | None:
    """Return the unit of the county that a region lies in, else that of its city, else that of its province; None without any."""
    for level in _FINEST_FIRST:
        place = region_at(region, level)
        there = [
            unit.code
            for unit in units.values()
            if unit.level == level and unit.region is not None and region_at(unit.region, level) == place
        ]
        if place is not None and there:
            return min(there)
    return None


def chain(code: str, units: Mapping[str, Unit]) -> list[Unit]:
    """Return the unit and those above it, nearest first; stops at a loop or an unknown parent."""
    found: list[Unit] = []
    at: str | None = code
    while at is not None and at in units and units[at] not in found:
        found.append(units[at])
        at = units[at].parent
    return found


def may_do_phone_work(level: Level) -> bool:
    """Tell whether phone callbacks belong at this level: province or above (SD-2)."""
    return level in ("head_office", "province")
