"""What can be wrong with a file, a row or a field, in words that name the fix and never repeat personal data."""

import re
from typing import Any, Final, Literal

import msgspec
from huifang_core.texts import Text, text

from huifang_tenants.errors import TenantsError

Severity = Literal["error", "warning"]

_SHORT_ASCII: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,38}[\x21-\x7e])?")
_BARE_CODE: Final = re.compile(r"[A-Za-z]|[a-z_]{2,24}|[0-9]{1,6}")
_DIGITS_OF_A_DATE: Final = 8
_LONGEST_INTEGER: Final = 10**_DIGITS_OF_A_DATE
_LONGEST_NAME: Final = 80


class FieldProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one field of one row.

    `field` is named as its column is (`premium.mode`, `fees.1.rate`), `(row)`, `(line)` or `(file)` when it is no single
    field. `code` is stable, for programs; `message` says what to write instead. With severity `warning` the row can be
    taken in. `value_shown` is the value found, where it can't be personal data.
    """

    field: str
    code: str
    message: Text
    severity: Severity = "error"
    value_shown: str | None = None


class RowProblem(msgspec.Struct, frozen=True):
    """A row that could not be read, or something to say of the whole file (`line` 1 then).

    `raw` is the row as it stood, to be handed back: a list of cells, or the text of a line; None when it can't be had whole,
    since a damaged row might go in when it is sent again. It may hold personal data.
    """

    line: int
    problem: FieldProblem
    raw: tuple[Any, ...] | str | None = None


class SourceError(TenantsError):
    """A file can't be read at all; `code` is stable, `message` says why and what to do."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message


class Unfit(Exception):
    """A value does not fit its field; raised by the readers of values and turned into a `FieldProblem`.

    With severity `warning` the value is taken as `kept` all the same.
    """

    def __init__(
        self, code: str, zh_cn: str, en: str, *, severity: Severity = "error", kept: object = None
    ) -> None:
        super().__init__(en)
        self.code = code
        self.message = text(zh_cn, en)
        self.severity: Severity = severity
        self.kept = kept


def row_problem(
    line: int, field: str, code: str, zh_cn: str, en: str, raw: tuple[Any, ...] | str | None = None
) -> RowProblem:
    """Build the problem of a row that can't be read."""
    return RowProblem(line, FieldProblem(field, code, text(zh_cn, en)), raw)


def shown(value: object, *, of_a_person: bool) -> str | None:
    """The value as a message may show it, or None when it could be a name, a phone or an ID number.

    Cells slip into the wrong column, so the value decides and not the field alone: Chinese characters, an @ and long
    runs of digits are never shown, and of a person's record only what looks like a code.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, int) and abs(value) > _LONGEST_INTEGER:
        return None
    word = str(value)
    if of_a_person:
        return word if _BARE_CODE.fullmatch(word) else None
    digits = sum(character.isdigit() for character in word)
    return word if digits <= _DIGITS_OF_A_DATE and "@" not in word and _SHORT_ASCII.fullmatch(word) else None


def printable(name: str) -> str:
    """A name that came in, such as an unknown field's, short and without what can't be printed or stored."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:_LONGEST_NAME])


def listing(codes: "tuple[str, ...] | list[str]") -> str:
    """Codes as a message names them."""
    return ", ".join(codes)
