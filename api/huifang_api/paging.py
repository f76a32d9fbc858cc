"""Cursors: where a list goes on, opaque to callers and without personal data."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from huifang_tenants.stores.reading.keyset import Page, Position, Slice

from huifang_api.parameters import Order
from huifang_api.problems import Problem

_T = TypeVar("_T")


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    list_name: str
    descending: bool
    position: Position


def page(
    list_name: str, limit: int, cursor: str | None, order: Order | None, *, default: Order = "asc"
) -> Page:
    """What a caller asked of the list `list_name`; Problem `cursor.invalid` for any cursor not made for it."""
    descending = (order or default) == "desc"
    if cursor is None:
        return Page(limit=limit, descending=descending)
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found = msgspec.msgpack.decode(packed, type=_Cursor)
    except (binascii.Error, ValueError):
        raise Problem("cursor.invalid") from None
    if found.list_name != list_name or found.descending != descending:
        raise Problem("cursor.invalid")
    return Page(limit=limit, descending=descending, after=found.position)


def next_cursor(list_name: str, asked: Page, slice_: Slice) -> str | None:
    """The cursor of the next page; None when this is the last."""
    if slice_.last is None:
        return None
    packed = msgspec.msgpack.encode(_Cursor(list_name, asked.descending, slice_.last))
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def shaped(shape: type[_T], rows: Sequence[Mapping[str, Any]]) -> list[_T]:
    """Rows, whose columns carry the names of the API's fields, as the API's structs."""
    return [msgspec.convert(row, shape) for row in rows]


def one(shape: type[_T], row: Mapping[str, Any] | None, kind: str) -> _T:
    """A row as the API's struct; Problem `not_found` when there is none."""
    if row is None:
        raise Problem("not_found", kind=kind)
    return msgspec.convert(row, shape)
