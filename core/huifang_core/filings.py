"""Filed scripts (话术报备): which version of a script may be used where the regulator wants it filed first (LN-6)."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec


class Filing(msgspec.Struct, frozen=True):
    """That one version of a script, known by its hash, was filed with an authority in writing.

    It is in force from day `filed_on` until the day before `withdrawn_on`. `items` are the content items that this version covers.
    """

    hash: str
    items: frozenset[str]
    filed_on: date
    withdrawn_on: date | None = None


def is_in_force(filing: Filing, on: date) -> bool:
    """Tell whether a filing counts on day `on`."""
    return filing.filed_on <= on and (filing.withdrawn_on is None or on < filing.withdrawn_on)


def usable(filings: Iterable[Filing], installed: str | None, on: date) -> tuple[Filing, ...]:
    """Return the filings in force on day `on`, one per version: the `installed` version's first, then the last filed first.

    A release brings a version that is not filed yet: until it is, the one filed last goes on being used.
    """
    first_to_last = sorted(
        (filing for filing in filings if is_in_force(filing, on)),
        key=lambda filing: (filing.hash == installed, filing.filed_on),
        reverse=True,
    )
    found: dict[str, Filing] = {}
    for filing in first_to_last:
        found.setdefault(filing.hash, filing)
    return tuple(found.values())


def version_for(filings: Sequence[Filing], content: Iterable[str]) -> str | None:
    """Return the hash of the first of these versions that covers all of `content`, or None."""
    wanted = frozenset(content)
    return next((filing.hash for filing in filings if wanted <= filing.items), None)
