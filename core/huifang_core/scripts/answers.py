"""Checking an answer against the step it answers."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from huifang_core.conditions import Facts
from huifang_core.scripts.errors import InvalidAnswer
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Ask,
    DateAnswer,
    NumberAnswer,
    OpenAnswer,
    PlayedStep,
    TextAnswer,
    choices_of,
)
from huifang_core.scripts.placeholders import missing_placeholders
from huifang_core.scripts.state import RecordedAnswer

Answer: TypeAlias = str | int | Decimal | date
"""A code, a text, a number or a day; numbers and days may also come as text."""


def recorded(
    step_id: str, step: PlayedStep, facts: Facts, answer: Answer, sequence: int, corrects: int | None = None
) -> RecordedAnswer:
    """Return the answer as it is recorded. Raises InvalidAnswer where it doesn't fit the step."""
    missing = missing_placeholders(step, facts)
    if missing:
        if answer != CANNOT_BE_TOLD:
            reason = f"it can't be told: {', '.join(missing)} is unknown"
            raise InvalidAnswer(step_id, reason, (CANNOT_BE_TOLD,))
        return RecordedAnswer(sequence, step_id, CANNOT_BE_TOLD, step.covers, None, missing, corrects)
    if isinstance(step, Ask) and isinstance(step.answer, OpenAnswer):
        value, affirmative = _open_value(step_id, step.answer, answer), True
    else:
        value, affirmative = _chosen(step_id, step, answer)
    return RecordedAnswer(
        sequence, step_id, value, step.covers, None if step.covers is None else affirmative, (), corrects
    )


def _chosen(step_id: str, step: PlayedStep, answer: Answer) -> tuple[str, bool]:
    choices = choices_of(step)
    for choice in choices:
        if choice.code == answer:
            return choice.code, choice.affirmative is True
    codes = tuple(choice.code for choice in choices)
    raise InvalidAnswer(step_id, f"choose one of {', '.join(codes)}", codes)


def _open_value(step_id: str, form: OpenAnswer, answer: Answer) -> str:
    match form:
        case TextAnswer():
            return _text(step_id, form, answer)
        case NumberAnswer():
            return _number(step_id, form, answer)
        case DateAnswer():
            return _day(step_id, form, answer)


def _text(step_id: str, form: TextAnswer, answer: Answer) -> str:
    if not isinstance(answer, str) or not answer.strip() or "\x00" in answer:
        raise InvalidAnswer(step_id, "a text is wanted")
    if len(answer) > form.max_length:
        raise InvalidAnswer(step_id, f"at most {form.max_length} characters")
    return answer


def _number(step_id: str, form: NumberAnswer, answer: Answer) -> str:
    try:
        number = Decimal(answer) if isinstance(answer, str | int | Decimal) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(answer, bool) or abs(number.adjusted()) > _MOST_DIGITS:
        raise InvalidAnswer(step_id, "a number is wanted")
    if form.whole and number != number.to_integral_value():
        raise InvalidAnswer(step_id, "a whole number is wanted")
    if (form.minimum is not None and number < form.minimum) or (
        form.maximum is not None and number > form.maximum
    ):
        raise InvalidAnswer(step_id, f"must lie between {form.minimum} and {form.maximum}")
    return f"{number:f}"


_MOST_DIGITS = 30


def _day(step_id: str, form: DateAnswer, answer: Answer) -> str:
    try:
        day = date.fromisoformat(answer) if isinstance(answer, str) else answer
    except ValueError:
        day = 0
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidAnswer(step_id, "a day such as 2026-05-01 is wanted")
    if (form.earliest is not None and day < form.earliest) or (form.latest is not None and day > form.latest):
        raise InvalidAnswer(step_id, f"must lie between {form.earliest} and {form.latest}")
    return day.isoformat()
