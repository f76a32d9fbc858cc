"""What a route's signature can't say of it, for the API reference: other answers, bodies that are no JSON."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

DOCUMENTED: Final = "documented"


class Answer(msgspec.Struct, frozen=True):
    """An answer besides the usual one, or in its place; `shape` is a struct, None for bytes or nothing.

    `headers` are described by name.
    """

    text: str
    shape: type[msgspec.Struct] | None = None
    media_types: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}


class Documented(msgspec.Struct, frozen=True):
    """`answers` by status; `bodies` by media type: a JSON Schema, a struct, or None for bytes."""

    answers: Mapping[int, Answer] = {}
    bodies: Mapping[str, Any] = {}
    body_text: str = ""
    body_example: Any = None


def documented(
    *,
    answers: Mapping[int, Answer] | None = None,
    bodies: Mapping[str, Any] | None = None,
    body_text: str = "",
    body_example: Any = None,
) -> dict[str, Any]:
    """The part of a route's `opt` that the API reference reads: `opt=needs(…) | documented(…)`."""
    return {DOCUMENTED: Documented(answers or {}, bodies or {}, body_text, body_example)}
