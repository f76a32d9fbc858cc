"""Figures counted the slow way, one obligation after the other, from the words of the definitions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from .books import SHANGHAI, Books, Case, Contact, Obligation

PATHS: Mapping[str, tuple[str, ...]] = {
    "HO": ("HO",),
    "SD": ("HO", "SD"),
    "SD-JN": ("HO", "SD", "SD-JN"),
    "SD-JN-01": ("HO", "SD", "SD-JN", "SD-JN-01"),
    "SD-YT": ("HO", "SD", "SD-YT"),
    "LN": ("HO", "LN"),
    "LN-SY": ("HO", "LN", "LN-SY"),
}


class Question(msgspec.Struct, frozen=True):
    """What is asked: the period [opens, closes) of days, one plugin, a unit or None."""

    opens: datetime
    closes: datetime
    unit: str | None
    now: datetime
    plugin: str = "p"


def figures_of(books: Books, question: Question) -> list[tuple[dict[str, str | None], set[str]]]:
    """Each obligation that counts: its dimensions, and the figures it counts for."""
    earlier = _earlier_contacts(books)
    found = []
    for o in books.obligations:
        figures = _figures(o, question, earlier.get(o.id, []))
        if figures and _is_asked(o.plugin, o.unit, question):
            found.append((_dimensions(o), figures))
    return found


def case_figures_of(books: Books, question: Question) -> list[tuple[dict[str, str | None], set[str]]]:
    """The same for cases."""
    found = []
    for case in books.cases:
        if not question.opens <= case.opened_at < question.closes or case.withdrawn:
            continue
        if _is_asked(case.plugin, case.unit, question):
            found.append((_case_dimensions(case), _case_figures(case)))
    return found


def _is_asked(plugin: str | None, unit: str, question: Question) -> bool:
    return plugin == question.plugin and (question.unit is None or question.unit in PATHS[unit])


def _figures(o: Obligation, question: Question, earlier: list[Contact]) -> set[str]:
    if o.status == "waiting":
        return {"waiting"} if question.opens <= o.created_at < question.closes else set()
    assert o.due_by is not None
    # The window ends in the period: its last instant, just before due_by, does.
    last = o.due_by - timedelta(microseconds=1)
    if not question.opens <= last < question.closes or o.status in ("superseded", "cancelled", "historic"):
        return set()
    figures = {"due"}
    match o.status:
        case "voided":
            assert o.voided_by is not None
            assert o.closed_at is not None
            if (o.voided_by if o.void_is_on_file else o.closed_at) < o.due_by:
                return set()
            figures.add("voided_overdue")
        case "completed":
            assert o.completed_at is not None
            figures.add("done_in_time" if o.completed_at < o.due_by else "done_late")
            by = o.completed_by
            if by is not None and o.completed_channel == "phone" and by.below_province:
                figures.add("phone_below_province")
            if by is None:
                figures |= {"attempted", "connected", "right_party", "completed"}
        case status:
            if o.due_by <= question.now:
                figures.add("overdue")
            elif status == "open":
                figures.add("open_in_time")
            if status == "unreachable":
                figures.add("unreachable")
    for contact in [*o.contacts, *earlier]:
        figures |= _facts(contact)
    return figures | _consent([*earlier, *o.contacts])


def _facts(contact: Contact) -> set[str]:
    if contact.status == "in_progress":
        return set()
    names = ("attempted", "connected", "right_party", "completed")
    found = {name for name, holds in zip(names, contact.facts, strict=True) if holds}
    if contact.section_completed:
        found |= set(names)
    return found | ({"successful"} if contact.section_successful else set())


def _consent(contacts: list[Contact]) -> set[str]:
    said = [agreed for contact in contacts if contact.status != "in_progress" for agreed in contact.agreed]
    if not said:
        return set()
    return {"consent_asked"} if said[-1] else {"consent_asked", "consent_declined"}


def _earlier_contacts(books: Books) -> dict[UUID, list[Contact]]:
    """Contacts of obligations that were replaced, by the one that stands for them in the end."""
    by_id = {o.id: o for o in books.obligations}
    found: dict[UUID, list[Contact]] = {}
    for o in books.obligations:
        heir = o
        while heir.replaced_by is not None:
            heir = by_id[heir.replaced_by]
            found.setdefault(heir.id, []).extend(o.contacts)
    return found


def _dimensions(o: Obligation) -> dict[str, str | None]:
    moment = o.created_at if o.due_by is None else o.due_by - timedelta(microseconds=1)
    return {
        "unit": o.unit,
        "province": next((code for code in PATHS[o.unit] if code in ("SD", "LN")), None),
        "city": next((code for code in PATHS[o.unit] if code in ("SD-JN", "SD-YT", "LN-SY")), None),
        "channel": o.completed_channel if o.status == "completed" else o.channel,
        "kind": o.kind,
        "product_class": o.contract.product_class,
        "sales_channel": o.contract.channel,
        "seller": o.contract.seller,
        "month": f"{moment.astimezone(SHANGHAI):%Y-%m}",
    }


def _case_dimensions(case: Case) -> dict[str, str | None]:
    return {
        "case_class": case.case_class,
        "severity": str(case.severity),
        "unit": case.unit,
        "month": f"{case.opened_at.astimezone(SHANGHAI):%Y-%m}",
    }


def _case_figures(case: Case) -> set[str]:
    found = {"opened", "solved" if case.status in ("solved", "closed") else "unsolved"}
    return found | ({"reopened"} if case.reopened else set())
