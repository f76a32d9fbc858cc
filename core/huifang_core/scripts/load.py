"""Reading scripts and content items from YAML, and the canonical form by which a version is known."""

import hashlib
import re
from typing import Any, TypeVar

import msgspec

from huifang_core.conditions import ConditionError, condition_from
from huifang_core.content import ContentItem
from huifang_core.scripts.errors import ScriptError
from huifang_core.scripts.model import Script, Step
from huifang_core.scripts.strict_yaml import read_yaml

_T = TypeVar("_T")
# A union is no `type` to mypy, though msgspec takes it as one.
_STEP: type[Step] = Step  # type: ignore[assignment]
_PLACE = re.compile(r" - at `(?:key` in `)?\$(.*)`$")


def load_script(yaml_text: str) -> Script:
    """Return the script written in YAML; conditions may be short (`huifang_core.conditions`).

    Raises ScriptError with the reason and the place.
    """
    data = _mapping(read_yaml(yaml_text), "")
    raw_steps = _mapping(data.get("steps"), "steps")
    # Step by step, so that a message names the step: msgspec says `[...]` for the key of a mapping.
    steps = {name: _read_step(raw, f"steps.{name}") for name, raw in raw_steps.items()}
    return _converted({**data, "steps": msgspec.to_builtins(steps)}, Script, "")


def load_items(yaml_text: str) -> tuple[ContentItem, ...]:
    """Return the content items written as a YAML list, with `applies` in the short form of conditions.

    Raises ScriptError with the reason and the place.
    """
    data = read_yaml(yaml_text)
    if not isinstance(data, list):
        raise ScriptError("content items are a list")
    items = tuple(
        _converted(_with_condition(_mapping(raw, f"[{n}]"), "applies", f"[{n}]"), ContentItem, f"[{n}]")
        for n, raw in enumerate(data)
    )
    repeated = sorted({item.id for n, item in enumerate(items) if item.id in {i.id for i in items[:n]}})
    if repeated:
        raise ScriptError(f"items stand here twice: {', '.join(repeated)}")
    return items


def dump_script(script: Script) -> bytes:
    """Return the script's canonical JSON: keys sorted, defaults left out; equal scripts give equal bytes."""
    return msgspec.json.encode(script, order="sorted")


def parse_script(canonical: bytes) -> Script:
    """Return the script that `dump_script` wrote. Raises ScriptError."""
    try:
        return msgspec.json.decode(canonical, type=Script)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ScriptError(str(error)) from error


def script_hash(script: Script) -> str:
    """Return the SHA-256 of the canonical JSON in hex: what a contact and a filing keep as the version (LN-6)."""
    return hashlib.sha256(dump_script(script)).hexdigest()


def _read_step(raw: object, path: str) -> Step:
    return _converted(_with_condition(_mapping(raw, path), "when", path), _STEP, path)


def _with_condition(data: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    if data.get(key) is None:
        return data
    try:
        return {**data, key: msgspec.to_builtins(condition_from(data[key], f"{path}.{key}"))}
    except ConditionError as error:
        raise ScriptError(error.message, error.path) from error
    except RecursionError as error:
        raise ScriptError("nested too deeply", path) from error


def _mapping(data: object, path: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ScriptError("must be a mapping", path)
    return data


def _converted(data: object, kind: type[_T], path: str) -> _T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        reason, place = _PLACE.sub("", str(error)), _PLACE.search(str(error))
        raise ScriptError(reason, f"{path}{place[1] if place else ''}".lstrip(".")) from error
