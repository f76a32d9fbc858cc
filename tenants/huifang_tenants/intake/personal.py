"""Keeping the personal fields of a payload apart, so that they are stored encrypted and never reach a rule."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from huifang_core.events import PAYLOADS, AnyPayload

from huifang_tenants.intake.events import PAYLOAD_READERS
from huifang_tenants.intake.records import RecordReader


def split_personal(payload: AnyPayload) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the payload as plain JSON data without its personal fields, and these, nested likewise; None if it has none.

    What is left still converts to a payload: no personal field is a required one.
    """
    plain: dict[str, Any] = msgspec.to_builtins(payload)
    personal: dict[str, Any] = {}
    for path in _personal_paths(str(type(payload).__struct_config__.tag)):
        _move(plain, personal, path)
    return plain, personal or None


def join_personal(plain: Mapping[str, Any], personal: Mapping[str, Any] | None) -> AnyPayload:
    """Return the payload whole again.

    Raises msgspec.ValidationError if the two do not come from `split_personal`.
    """
    whole: AnyPayload = msgspec.convert(_merged(plain, personal or {}), AnyPayload)
    return whole


@lru_cache(maxsize=len(PAYLOADS))
def _personal_paths(kind: str) -> tuple[tuple[str, ...], ...]:
    reader = PAYLOAD_READERS.get(kind)
    # What the platform makes itself comes through no reader, and holds nothing personal.
    return () if reader is None else tuple(_paths_in(reader))


def _paths_in(reader: RecordReader[Any]) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for name, field in reader.fields.items():
        if field.personal:
            paths.append((name,))
        elif field.record is not None:
            if field.is_list:
                raise TypeError(
                    f"{reader.struct.__name__}.{name}: personal fields in a list can't be kept apart"
                )
            paths += [(name, *path) for path in _paths_in(field.record)]
    return paths


def _move(plain: dict[str, Any], personal: dict[str, Any], path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        inner = plain.get(name)
        if not isinstance(inner, dict):
            return
        plain = inner
    value = plain.pop(path[-1], None)
    if value is None:
        return
    for name in path[:-1]:
        personal = personal.setdefault(name, {})
    personal[path[-1]] = value


def _merged(plain: Mapping[str, Any], personal: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(plain)
    for name, value in personal.items():
        known = whole.get(name)
        whole[name] = (
            _merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
        )
    return whole
