"""Letters (信函): what stands in one, and the PDF of a batch, ready to be printed, folded and posted (LN-4c)."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
import segno
from huifang_core.customers import Customer
from huifang_core.scripts.placeholders import spoken
from huifang_core.texts import Language, text
from huifang_tenants.services.papers.forms import PaperForm
from huifang_tenants.tenant_settings import Letterhead

from huifang_api.channels.questions import Section, sections_of
from huifang_api.printing import typeset

_SUBJECT = text("客户回访函", "Please answer: your callback in writing")
_TITLES = {"male": text("{name}先生", "Mr {name}"), "female": text("{name}女士", "Ms {name}")}
_ATTENTION = text("{name} 收", "Attn: {name}")


class Sender(msgspec.Struct, frozen=True):
    """The sender as it stands in a letter."""

    name: str
    lines: tuple[str, ...]
    phone: str | None


class Recipient(msgspec.Struct, frozen=True):
    """Whom it goes to: the lines of the address, and how the person is greeted."""

    lines: tuple[str, ...]
    salutation: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter as its template shows it; `code` is the SVG of a QR code that holds the contact's id."""

    language: Language
    number: str
    code: str
    date: str
    subject: str
    reply_days: int
    identifies: bool
    sender: Sender
    recipient: Recipient
    sections: tuple[Section, ...]


class Letters(msgspec.Struct, frozen=True):
    """The letters of one PDF; all in one language."""

    title: str
    language: Language
    letters: tuple[Letter, ...]


def letter_of(form: PaperForm, number: int, head: Letterhead, today: date, reply_days: int) -> Letter:
    """Return the letter of a contact."""
    language = form.language
    return Letter(
        language=language,
        number=numbered(number),
        code=qr_code(form.contact_id),
        date=spoken(today, language),
        subject=_SUBJECT.in_language(language),
        reply_days=reply_days,
        identifies=any(section.identifies for section in form.sections),
        sender=_sender(form.insurer, head),
        recipient=_recipient(form.customer, language),
        sections=sections_of(form),
    )


async def print_letters(letters: Sequence[Letter], made_at: datetime) -> bytes:
    """Return the PDF of one letter or more in this order, each on pages of its own, all in the first one's language.

    Raises TemplateFailed.
    """
    first, last = letters[0], letters[-1]
    title = f"{first.subject} {first.number}" + (f"-{last.number}" if len(letters) > 1 else "")
    return await typeset("letter", Letters(title, first.language, tuple(letters)), made_at=made_at)


def numbered(number: int) -> str:
    """Return a letter's number as it is printed and read out."""
    return f"L{number:08}"


def qr_code(contact_id: UUID) -> str:
    """Return the SVG of a QR code that holds a contact's id; it can be read with a quarter of it damaged."""
    file = io.BytesIO()
    segno.make(str(contact_id), error="q", micro=False).save(
        file, kind="svg", border=0, xmldecl=False, svgns=True
    )
    return file.getvalue().decode()


def _sender(insurer: str, head: Letterhead) -> Sender:
    place = " ".join(part for part in (head.address, head.postcode) if part)
    lines = [part for part in (insurer, head.department, place) if part]
    return Sender(insurer, tuple(lines), head.phone or None)


def _recipient(customer: Customer, language: Language) -> Recipient:
    person = customer.name
    lines = [customer.name]
    if customer.kind == "organisation":
        speaker = customer.contact or customer.legal_representative
        if speaker is not None and speaker.name is not None:
            person = speaker.name
            lines.append(_ATTENTION.in_language(language).format(name=speaker.name))
    elif customer.gender in _TITLES:
        person = _TITLES[customer.gender].in_language(language).format(name=customer.name)
        lines = [person]
    if customer.address is not None:
        # In Chinese the place comes first and the person last; elsewhere the other way round.
        lines = [customer.address, *lines] if language == "zh-CN" else [*lines, customer.address]
    return Recipient(tuple(lines), person)
