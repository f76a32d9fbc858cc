"""Proving who one is in writing: what the script's step compares, typed by the customer and held against what is on file (SD-6a, REG-6).

Of what a step compares only that counts by which a person is told from others; at least one such fact must be on file, and all that
are on file have to be right. A policy number, which stands on papers that go by post, proves nothing here.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, get_args

from huifang_core.conditions import Facts, FactValue

from huifang_tenants.normalise import normalise_id_number

Provable = Literal["customer.id_number", "customer.id_last4", "customer.birth_date"]
_PROVABLE: Final[tuple[Provable, ...]] = get_args(Provable)
_DAY: Final = re.compile(r"\D*(\d{4})\D*(\d{1,2})\D*(\d{1,2})\D*")


def asked_for(compares: Sequence[str], facts: Facts) -> tuple[Provable, ...]:
    """Return what the customer is asked for."""
    return tuple(fact for fact in _PROVABLE if fact in compares and facts.get(fact) not in (None, ""))


def can_be_proven(compares: Sequence[str], facts: Facts) -> bool:
    """Tell whether anything is on file by which this person could be told from others."""
    return bool(asked_for(compares, facts))


def is_proven(compares: Sequence[str], facts: Facts, given: Mapping[str, str]) -> bool:
    """Tell whether all that is asked for was given right. Takes the same time wherever a difference lies."""
    wanted = asked_for(compares, facts)
    right = [_same(fact, facts[fact], given.get(fact, "")) for fact in wanted]
    return bool(wanted) and all(right)


def _same(fact: str, on_file: FactValue | None, given: str) -> bool:
    if fact == "customer.birth_date":
        known, said = str(on_file), _day(given)
    else:
        known, said = normalise_id_number(str(on_file)), normalise_id_number(given)
    return hmac.compare_digest(known.encode(), said.encode())


def _day(given: str) -> str:
    parts = _DAY.fullmatch(given)
    if parts is None:
        return ""
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat()
    except ValueError:
        return ""
