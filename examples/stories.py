"""Contracts with a story: one for each case that a callback system has to get right.

A story's number ends in its place in this file (9000001 and on), so it stays the same for every seed.
No story says when something is due; that is the product's to say.
"""

from datetime import date

import sales
import servicing
from timeline import BATCH, Event, Timeline, at
from writer import Writer


def stories(seed: int) -> list[Timeline]:
    """Every story, by the day its contract was issued."""
    write = Writer(seed)
    chapters = (*sales.CHAPTERS, *servicing.CHAPTERS)
    told = [story for chapter in chapters for story in chapter(write)]
    return sorted(told, key=lambda story: (story.contract["issued_on"], story.number))


def staff_events() -> list[Event]:
    """What the core says about its people: a seller has left."""
    when = at(date(2026, 9, 25), 18)
    data = {"seller_no": "S1003", "on": date(2026, 9, 25)}
    return [Event("staff-S1003-01", BATCH, "seller.departed", when, "", data, written=when)]
