"""JSON read strictly: an object that gives a key twice is refused, where most readers quietly keep the last one."""

import json
from typing import Any, Final

import msgspec
from huifang_core.texts import text

from huifang_tenants.intake.problems import FieldProblem, printable

_decoder = msgspec.json.Decoder()
_encode: Final = msgspec.json.Encoder().encode


class BadJson(Exception):
    """A text is no JSON, or nested too deeply; it goes with no part of the text."""


class DuplicateKey(Exception):
    """An object gives a key twice.

    `field` names the first such as problems name fields (`data.contract.fees.1.rate`), `value` is what a reader that does not
    mind makes of the text.
    """

    def __init__(self, field: str, value: Any) -> None:
        super().__init__(field)
        self.field = field
        self.value = value

    @property
    def problem(self) -> FieldProblem:
        """What is wrong, as a problem of the row."""
        key = self.field.rpartition(".")[2]
        return FieldProblem(
            self.field,
            "duplicate_key",
            text(f"键“{key}”重复给出,请只保留一个", f"the key {key!r} is given twice: leave one of them"),
        )


def parse(words: str | bytes) -> Any:
    """Read one JSON value. Raises BadJson, DuplicateKey."""
    try:
        value = _decoder.decode(words)
        if _may_repeat(words, value):
            _find_repeated(words, value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadJson from None
    return value


def _may_repeat(words: str | bytes, value: Any) -> bool:
    """Whether a key may have been lost in reading: written again, the value has fewer colons then.

    This takes a tenth of the time that a reader does which looks at every key. A colon that was written as an escape could make
    up for one that was lost.
    """
    if isinstance(words, str):
        return words.count(":") != _encode(value).count(b":") or "\\u00" in words
    return words.count(b":") != _encode(value).count(b":") or b"\\u00" in words


def _find_repeated(words: str | bytes, value: Any) -> None:
    found = _place_in(json.loads(words, object_pairs_hook=_members))
    if found is not None:
        raise DuplicateKey(found, value)


class _Repeated(str):
    """Where, below the object in whose place it stands, a key is given twice."""

    __slots__ = ()


def _members(pairs: list[tuple[str, Any]]) -> Any:
    members: dict[str, Any] = {}
    for key, value in pairs:
        name = printable(key)
        if key in members:
            return _Repeated(name)
        inner = _place_in(value)
        if inner is not None:
            return _Repeated(f"{name}.{inner}")
        members[key] = value
    return members


def _place_in(value: Any) -> str | None:
    """Where a key is given twice in a value whose objects have been looked at."""
    if isinstance(value, _Repeated):
        return str(value)
    if isinstance(value, list):
        for number, entry in enumerate(value, 1):
            inner = _place_in(entry)
            if inner is not None:
                return f"{number}.{inner}"
    return None
