"""Visits (上门回访): a visitor's round for a day and the sheet for each door, as one PDF to take along (LN-4b)."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from huifang_core.scripts.placeholders import spoken
from huifang_core.texts import Language, text
from huifang_core.windows import day_of
from huifang_tenants.masking import mask_phone
from huifang_tenants.services.papers.visits import Stop

from huifang_api.channels.letter import qr_code
from huifang_api.channels.questions import Section, sections_of
from huifang_api.printing import typeset

_TITLE = text("上门回访单", "Visits")


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One door: whom to visit where, by when, and what is asked there. Phone numbers are masked."""

    number: int
    code: str
    reference: str
    customer: str
    address: str
    phones: tuple[str, ...]
    contract_nos: tuple[str, ...]
    due_by: str
    identifies: bool
    sections: tuple[Section, ...]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor's round; `overview` says whether the list of doors comes first, `sellers_visit` that these are sales' own (DEC-7)."""

    title: str
    language: Language
    insurer: str
    visitor: str
    staff_no: str
    day: str
    overview: bool
    sellers_visit: bool
    sheets: tuple[Sheet, ...]


def round_of(stops: Sequence[Stop], *, overview: bool) -> Round:
    """Return the papers of one door or more of one visitor's day, neighbours by their addresses next to each other."""
    in_order = sorted(stops, key=lambda stop: (stop.form.customer.address or "", stop.form.contact_id))
    first = stops[0]
    language = first.form.language
    day = spoken(first.day, language)
    return Round(
        title=f"{_TITLE.in_language(language)} {first.form.staff_no} {day}",
        language=language,
        insurer=first.form.insurer,
        visitor=first.visitor_name,
        staff_no=first.form.staff_no,
        day=day,
        overview=overview,
        sellers_visit=all(stop.seller_may_visit for stop in stops),
        sheets=tuple(_sheet(number, stop) for number, stop in enumerate(in_order, 1)),
    )


async def print_round(papers: Round, made_at: datetime) -> bytes:
    """Return the PDF of a round. Raises TemplateFailed."""
    return await typeset("visit", papers, made_at=made_at)


def _sheet(number: int, stop: Stop) -> Sheet:
    form = stop.form
    return Sheet(
        number=number,
        code=qr_code(form.contact_id),
        reference=str(form.contact_id),
        customer=form.customer.name,
        address=form.customer.address or "",
        phones=tuple(mask_phone(phone) for phone in form.customer.phones),
        contract_nos=tuple(dict.fromkeys(no for no in form.contract_nos if no)),
        due_by=spoken(_last_day(stop.due_by), form.language),
        identifies=any(section.identifies for section in form.sections),
        sections=sections_of(form),
    )


def _last_day(due_by: datetime) -> date:
    """The last day on which a visit is in time: the window ends before `due_by`, most often at midnight."""
    return day_of(due_by - datetime.resolution)
