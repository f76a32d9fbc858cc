"""Which column means which field: dotted, numbered and `;`-separated cells become nested values."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from huifang_core.events import FROM_OUTSIDE
from huifang_core.units import Staff, Unit

from huifang_tenants.intake.events import ATTRIBUTES, CONTRACTS, CUSTOMERS, PAYLOAD_READERS, Envelope
from huifang_tenants.intake.records import Found, Numbered, RecordReader, SplitList

Kind = Literal["units", "staff", "customers", "contracts", "events"]
RecordKind = Literal["units", "staff", "customers", "contracts"]

RECORDS: Final[Mapping[str, RecordReader[Any]]] = {
    "units": RecordReader(Unit),
    "staff": RecordReader(Staff),
    "customers": CUSTOMERS,
    "contracts": CONTRACTS,
}
KINDS: Final[tuple[Kind, ...]] = ("units", "staff", "customers", "contracts", "events")

_FRAME: Final = frozenset(ATTRIBUTES) | {"specversion", "datacontenttype", "dataschema"}
_SEMICOLON: Final = re.compile("[;\uff1b]")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}")


class Place(NamedTuple):
    """Where a cell belongs: the key it gets, and the containers on the way with how each is made."""

    way: tuple[tuple[str | int, Callable[[], Any]], ...]
    key: str | int
    is_list: bool

    @property
    def path(self) -> str:
        """The field's name in problems."""
        return ".".join(str(key) for key, _ in self.way) + ("." if self.way else "") + str(self.key)


class Columns(dict[str, Place | None]):
    """Places of the columns of one struct, found when first asked for; None: no such field."""

    def __init__(self, find: Callable[[str], Place | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, column: str) -> Place | None:
        place = self._find(column)
        # Only what means something is kept: anyone may send any number of columns that don't.
        if place is not None:
            self[column] = place
        return place


def place_in(reader: RecordReader[Any], column: str) -> Place | None:
    """Where a column such as `premium.mode`, `fees.1.rate`, `phones.1` or `phones` stands in a record."""
    name, _, rest = column.partition(".")
    field = reader.fields.get(name)
    if field is None:
        return None
    if field.is_list:
        if not rest:
            return Place((), name, True) if field.record is None else None
        number, _, member = rest.partition(".")
        if not _NUMBER.fullmatch(number):
            return None
        if field.record is None:
            return None if member else Place(((name, Numbered),), int(number), False)
        inner = place_in(field.record, member)
        return inner and _below(inner, (name, Numbered), (int(number), dict))
    if field.record is not None:
        inner = place_in(field.record, rest) if rest else None
        return inner and _below(inner, (name, dict))
    return None if rest else Place((), name, False)


def place_in_data(kind: str, column: str) -> Place | None:
    """Where a column stands in the `data` of an event of type `kind`."""
    name = column.removeprefix("data.")
    if name in ("contract_no", "claim_no"):
        return Place((), name, False)
    if name == "of_type" or (name == "type" and name != column):
        return Place((), "type", False) if kind == "control.total" else None
    first, _, rest = name.partition(".")
    for part, reader in (("contract", CONTRACTS), ("customer", CUSTOMERS)):
        if first == part and rest:
            inner = place_in(reader, rest)
            return inner and _below(inner, (part, dict))
    if kind == "contract.changed":
        if first == "changes" and rest:
            inner = place_in(CONTRACTS, rest)
            return inner and _below(inner, ("changes", dict))
        if first != "kind":
            return place_in(CONTRACTS, name)
    return place_in(PAYLOAD_READERS[kind], name)


_RECORD_COLUMNS: Final = {
    kind: Columns(lambda column, reader=reader: place_in(reader, column))  # type: ignore[misc]
    for kind, reader in RECORDS.items()
}
_EVENT_COLUMNS: Final = {
    kind: Columns(lambda column, kind=kind: place_in_data(kind, column))  # type: ignore[misc]
    for kind in FROM_OUTSIDE
}
_UNKNOWN_TYPE: Final = Columns(lambda column: None)


@lru_cache(maxsize=4096)
def is_known_column(kind: Kind, column: str) -> bool:
    """Tell whether a file of this kind may have a column of this name."""
    if kind != "events":
        return place_in(RECORDS[kind], column) is not None
    return column in _FRAME or any(place_in_data(name, column) is not None for name in FROM_OUTSIDE)


def nested(kind: RecordKind, cells: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """The cells of a row as nested values; columns no field has go to `found`."""
    record: dict[str, Any] = {}
    _put(record, cells.items(), _RECORD_COLUMNS[kind], found)
    return record


def enveloped(cells: Mapping[str, Any], found: Found) -> Envelope:
    """The cells of a row of events as an event's frame and data.

    Columns of other event types may be empty; filled ones go to `found` as unknown.
    """
    attributes = {name: cell for name, cell in cells.items() if name in _FRAME}
    kind = attributes.get("type")
    data: dict[str, Any] = {}
    rest = [(name, cell) for name, cell in cells.items() if name not in _FRAME]
    kind = kind.strip() if isinstance(kind, str) else None
    if kind not in _EVENT_COLUMNS:
        # Without the type nothing is known of the payload, and the type is the problem to tell of.
        return Envelope(attributes, {})
    names = _put(data, rest, _EVENT_COLUMNS[kind], found)
    return Envelope(attributes, data, {"type": "of_type"} | names)


def _put(
    record: dict[str, Any], cells: Iterable[tuple[str, Any]], columns: Columns, found: Found
) -> dict[str, str]:
    """Put each filled cell in its place; returns the columns whose names are not those of their fields."""
    names: dict[str, str] = {}
    for column, cell in cells:
        if cell is None or (cell.__class__ is str and (not cell or cell.isspace())):
            continue
        place = columns[column]
        if place is None:
            found.unknown(column)
            continue
        node: Any = record
        for key, make in place.way:
            if key not in node:
                node[key] = make()
            elif node[key].__class__ is not make:
                node = None
                break
            node = node[key]
        if node is None or place.key in node:
            found.error(
                column, "given_twice", "该字段在多列中重复给出", "this field is given in more than one column"
            )
            continue
        node[place.key] = _split(cell) if place.is_list else cell
        if "data." in column or column == "of_type":
            names[place.path] = column
    return names


def _split(cell: Any) -> SplitList:
    if cell.__class__ is not str:
        return SplitList([cell])
    return SplitList(entry for entry in map(str.strip, _SEMICOLON.split(cell)) if entry)


def _below(place: Place, *above: tuple[str | int, Callable[[], Any]]) -> Place:
    return Place((*above, *place.way), place.key, place.is_list)
