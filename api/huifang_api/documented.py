"""What a route's signature can't say of it, for the API reference: further answers, bodies that are no single JSON."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec
from litestar.handlers import HTTPRouteHandler

_DOCUMENTED: Final = "documented"

BYTES: Final[Mapping[str, Any]] = {"type": "string", "format": "binary"}
"""The schema of a body or answer that is a file."""
LINES: Final[Mapping[str, Any]] = {"type": "string"}
"""The schema of a body or answer that is text."""

Shape = type[msgspec.Struct] | tuple[type[msgspec.Struct], ...] | Mapping[str, Any]
"""A struct, any one of several, or a JSON Schema."""


class Answer(msgspec.Struct, frozen=True):
    """An answer besides the usual one, or in its place, with its shape by media type, and what its headers say."""

    text: str
    content: Mapping[str, Shape] = {}
    headers: Mapping[str, str] = {}


class Documented(msgspec.Struct, frozen=True):
    """`answers` by status; `bodies` by media type: a struct, a list of one, or a JSON Schema."""

    answers: Mapping[int, Answer] = {}
    bodies: Mapping[str, Any] = {}
    body_text: str = ""
    body_examples: Mapping[str, Any] = {}


def documented(
    *,
    answers: Mapping[int, Answer] | None = None,
    bodies: Mapping[str, Any] | None = None,
    body_text: str = "",
    body_examples: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The part of a route's `opt` that the API reference reads: `opt=needs(…) | documented(…)`."""
    return {_DOCUMENTED: Documented(answers or {}, bodies or {}, body_text, body_examples or {})}


def structs_of(documented: Documented) -> set[type[msgspec.Struct]]:
    """Every struct named in it."""
    found: set[type[msgspec.Struct]] = set()
    shapes = [shape for answer in documented.answers.values() for shape in answer.content.values()]
    for shape in (*shapes, *documented.bodies.values()):
        if isinstance(shape, tuple):
            found.update(shape)
        elif get_origin(shape) is list:
            found.add(get_args(shape)[0])
        elif not isinstance(shape, Mapping):
            found.add(shape)
    return found


def documented_of(handler: HTTPRouteHandler) -> Documented:
    """What a route has said of itself."""
    found: Documented = handler.opt.get(_DOCUMENTED, Documented())
    return found


def example_of(shape: type[msgspec.Struct]) -> dict[str, Any] | None:
    """A whole body made from the examples of its fields; None where there are none, or a required one has none."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        examples = list(_examples(field.type))
        if examples:
            found[field.encode_name] = examples[0]
        elif field.required:
            return None
    return found or None


def _examples(wanted: Any) -> Iterator[Any]:
    """The examples given for a type, or for what may stand in its place; the outermost come first."""
    inner, *metas = get_args(wanted) if get_origin(wanted) is Annotated else (wanted,)
    for meta in reversed(metas):
        yield from getattr(meta, "examples", None) or ()
    for option in get_args(inner):
        yield from _examples(option)
