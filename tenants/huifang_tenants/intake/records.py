"""From nested values to the kernel's structs, with every problem of a record found in one pass.

A `RecordReader` is made once per struct from its annotations, so the structs stay the one place that says which fields
there are. `msgspec.convert` would stop at the first fault, and names no fix.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from huifang_core.contracts import Rate
from huifang_core.customers import ContactPerson, Customer, Email
from huifang_core.readiness import Training
from huifang_core.texts import text
from huifang_core.units import Code, Region, Staff

from huifang_tenants.intake.identity import PROVINCES
from huifang_tenants.intake.phones import phone
from huifang_tenants.intake.problems import FieldProblem, Severity, Unfit, printable, shown
from huifang_tenants.intake.values import (
    Reader,
    boolean,
    code_text,
    day,
    digits_of,
    email_text,
    instant,
    integer_reader,
    literal_reader,
    money,
    money_or_boolean,
    one_line,
    plain_text,
    rate,
    text_reader,
)

S = TypeVar("S", bound=msgspec.Struct)

OF_PEOPLE: Final = frozenset({Customer, ContactPerson, Staff, Training})
"""Structs of which no value is shown unless it looks like a code: a cell may have slipped."""

PERSONAL_FIELDS: Final[dict[type, frozenset[str]]] = {
    Customer: frozenset({"name", "id_number", "birth_date", "phones", "emails", "address"}),
    ContactPerson: frozenset({"name", "phone"}),
    Staff: frozenset({"name", "phone"}),
    Training: frozenset({"trainer"}),
}
"""Fields whose values are never shown; those of payloads are marked in the kernel."""

MOST_ITEMS: Final = 1000
"""Most entries a list may have."""

MOST_UNKNOWN: Final = 50
"""Unknown fields told of one record; the rest are no news."""


class SplitList(list[str]):
    """A list that stood in one cell, split at its semicolons: problems name the cell, not the entry."""


class Numbered(dict[int, Any]):
    """A list that stood in numbered columns; entries keep the number of theirs."""


@dataclass(slots=True)
class Found:
    """What one record's readers have to say: problems, and how unknown fields are to be taken."""

    unknown_fields: Severity
    today: date
    problems: list[FieldProblem] = field(default_factory=list)
    unknown_told: int = 0

    def add(self, path: str, unfit: Unfit, value: object, *, of_a_person: bool, personal: bool) -> None:
        """Note that `value` does not fit the field `path`."""
        seen = None if personal else shown(value, of_a_person=of_a_person)
        self.problems.append(FieldProblem(path, unfit.code, unfit.message, unfit.severity, seen))

    def error(self, path: str, code: str, zh_cn: str, en: str) -> None:
        """Note an error that no single value shows."""
        self.problems.append(FieldProblem(path, code, text(zh_cn, en)))

    def warn(self, path: str, code: str, zh_cn: str, en: str) -> None:
        """Note something worth telling that does not keep the record out."""
        self.problems.append(FieldProblem(path, code, text(zh_cn, en), "warning"))

    def missing(self, path: str) -> None:
        """Note that a field that must be there is not."""
        self.error(path, "missing", "必填", "missing: this field must be filled in")

    def unknown(self, path: str) -> None:
        """Note a field no struct has; an error from the API, a warning in files. A row full of them is told so briefly."""
        self.unknown_told += 1
        if self.unknown_told > MOST_UNKNOWN:
            return
        self.problems.append(
            FieldProblem(
                printable(path),
                "unknown_field",
                text("无此字段,已忽略", "no such field; it is left out of account")
                if self.unknown_fields == "warning"
                else text("无此字段", "no such field"),
                self.unknown_fields,
            )
        )

    @property
    def refused(self) -> bool:
        """Tell whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)


Completion = Callable[[dict[str, Any], str, Found], None]
"""Looks at the fields read so far together, reports what does not agree, and may put values right."""


class FieldReader(msgspec.Struct, frozen=True):
    """How one field is read: by `read` alone, or as a list of entries, or as a record of its own."""

    name: str
    required: bool
    nullable: bool
    personal: bool
    read: Reader | None
    is_list: bool = False
    record: "RecordReader[Any] | None" = None


class RecordReader(Generic[S]):
    """Reads one struct from nested values."""

    def __init__(self, struct: type[S], complete: Completion | None = None) -> None:
        self.struct = struct
        self.complete = complete
        self.of_a_person = struct in OF_PEOPLE
        hints = get_type_hints(struct, include_extras=True)
        self.fields: dict[str, FieldReader] = {
            info.name: _field_reader(struct, info, hints[info.name])
            for info in msgspec.structs.fields(struct)
        }
        self._required = tuple(name for name, reader in self.fields.items() if reader.required)

    def read(self, values: Mapping[str, Any], path: str, found: Found) -> S | None:
        """Read a struct; None when there are errors, which are then in `found`. `path` ends in a dot, or is empty."""
        before = len(found.problems)
        fields = self.read_fields(values, path, found)
        for name in self._required:
            if name not in fields and not _reported(found, before, path + name):
                found.missing(path + name)
        if self.complete is not None:
            self.complete(fields, path, found)
        if len(found.problems) > before and any(p.severity == "error" for p in found.problems[before:]):
            return None
        return self.struct(**fields)

    def read_fields(self, values: Mapping[str, Any], path: str, found: Found) -> dict[str, Any]:
        """Read the fields that are there and fit, leaving empty ones out; nothing need be there."""
        fields: dict[str, Any] = {}
        known = self.fields
        for name, value in values.items():
            if value.__class__ is str:
                value = value.strip()
                if not value:
                    continue
            elif value is None:
                continue
            reader = known.get(name)
            if reader is None:
                found.unknown(path + name)
                continue
            read = reader.read
            try:
                if read is not None and not reader.is_list:
                    fields[name] = read(value)
                elif reader.is_list:
                    fields[name] = self._entries(reader, value, path + name, found)
                else:
                    self._nested(reader, value, path + name, found, fields)
            except Unfit as unfit:
                found.add(path + name, unfit, value, of_a_person=self.of_a_person, personal=reader.personal)
                if unfit.severity == "warning":
                    fields[name] = unfit.kept
        return fields

    def _nested(
        self, reader: FieldReader, value: object, at: str, found: Found, fields: dict[str, Any]
    ) -> None:
        assert reader.record is not None
        if not isinstance(value, dict):
            raise _not_an_object()
        inner = reader.record.read(value, at + ".", found)
        if inner is not None:
            fields[reader.name] = inner

    def _entries(self, reader: FieldReader, value: object, at: str, found: Found) -> tuple[Any, ...]:
        if isinstance(value, Numbered):
            numbered = sorted(value.items())
        elif isinstance(value, list):
            numbered = list(enumerate(value, 1))
        else:
            raise Unfit("not_a_list", "应为列表", "must be a list")
        if len(numbered) > MOST_ITEMS:
            raise Unfit("too_many_items", f"最多{MOST_ITEMS}项", f"at most {MOST_ITEMS} entries")
        entries: list[Any] = []
        for number, entry in numbered:
            here = at if isinstance(value, SplitList) else f"{at}.{number}"
            try:
                if reader.read is not None:
                    if entry is None or (entry.__class__ is str and not entry.strip()):
                        raise Unfit("empty_entry", "列表中有空项,请删除", "an empty entry: take it out")
                    entries.append(reader.read(entry))
                else:
                    assert reader.record is not None
                    if not isinstance(entry, dict):
                        raise _not_an_object()
                    inner = reader.record.read(entry, here + ".", found)
                    if inner is not None:
                        entries.append(inner)
            except Unfit as unfit:
                found.add(here, unfit, entry, of_a_person=self.of_a_person, personal=reader.personal)
                if unfit.severity == "warning":
                    entries.append(unfit.kept)
        return tuple(entries)


def _reported(found: Found, before: int, at: str) -> bool:
    """Tell whether a field that is not there was there, with a fault."""
    return any(
        problem.field == at or problem.field.startswith(at + ".") for problem in found.problems[before:]
    )


def _not_an_object() -> Unfit:
    return Unfit("not_an_object", "应为对象(含各子字段)", "must be an object with the parts of this field")


def _field_reader(struct: type, info: msgspec.structs.FieldInfo, annotation: Any) -> FieldReader:
    annotation, personal = _without_none(annotation), info.name in PERSONAL_FIELDS.get(struct, ())
    about = (info.name, info.required, info.default is None)
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return FieldReader(*about, personal, None, True, RecordReader(inner))
        read, marked = _value_reader(info.name, inner)
        return FieldReader(*about, personal or marked, read, True)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return FieldReader(*about, personal, None, False, RecordReader(annotation))
    read, marked = _value_reader(info.name, annotation)
    return FieldReader(*about, personal or marked, read)


def _without_none(annotation: Any) -> Any:
    """The annotation of an optional field without its None."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0]
        if set(rest) == {Decimal, bool}:
            return Decimal | bool
    return annotation


_PLAIN_READERS: Final[dict[Any, Reader]] = {
    bool: boolean,
    date: day,
    datetime: instant,
    Decimal | bool: money_or_boolean,
    Decimal: money,
}


def _value_reader(name: str, annotation: Any) -> tuple[Reader, bool]:
    """The reader of a single value, and whether the kernel marks it as personal."""
    base: Any = annotation
    metas: tuple[msgspec.Meta, ...] = ()
    if get_origin(annotation) is Annotated:
        base, *rest = get_args(annotation)
        metas = tuple(meta for meta in rest if isinstance(meta, msgspec.Meta))
    personal = any((meta.extra or {}).get("personal") for meta in metas)
    if annotation == Rate:
        return rate, personal
    if annotation == Region:
        return region, personal
    if annotation == Email:
        return email_text, personal
    if name in ("phone", "phones"):
        return phone, personal
    if get_origin(base) is Literal:
        return literal_reader(get_args(base)), personal
    if base is int:
        bounds = [meta for meta in metas if meta.ge is not None]
        return integer_reader(int(bounds[0].ge or 0), int(bounds[0].le or 2**53 - 1)), personal
    if base is str:
        return _text_reader(name, annotation, metas), personal
    if base in _PLAIN_READERS:
        return _PLAIN_READERS[base], personal
    if get_origin(base) is dict:
        return _object, personal
    raise TypeError(f"no reader for {annotation} of {name}: add one beside the others")


def _text_reader(name: str, annotation: Any, metas: tuple[msgspec.Meta, ...]) -> Reader:
    longest = next((meta.max_length for meta in metas if meta.max_length is not None), 2000)
    # The kernel's patterns forbid NUL and outer white space, which reading has done away with.
    if annotation == Code or name == "id_number":
        return text_reader(code_text, 1, longest, None)
    return text_reader(plain_text if name in ("text", "address") else one_line, 1, longest, None)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _not_an_object()
    return value


def region(value: object) -> str:
    """A GB/T 2260 region code: six digits, the first two a province's."""
    digits = digits_of(value) if value.__class__ is int else code_text(value)
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        raise Unfit(
            "not_a_region", "应为6位行政区划代码,例如 370102", "not a six-digit region code such as 370102"
        )
    if digits[:2] not in PROVINCES:
        raise Unfit(
            "no_such_region",
            "前两位不是省级行政区划代码",
            "its first two digits are no province's (GB/T 2260)",
        )
    return digits
