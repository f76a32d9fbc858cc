"""One hash for one content, whatever format, order and spelling it came in."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")
# Most values are one of these, and to ask whether one is a struct takes several times as long.
_PLAIN: Final = frozenset({str, int, bool, float, Decimal, date, datetime})


def content_hash(content: Any) -> bytes:
    """Return SHA-256 over the canonical JSON of checked structs, alone or in a tuple.

    Fields that hold their default are left out, so that a field added to a struct changes no old hash. The hash is
    unkeyed: personal data in it can be guessed, so key it before storing it.
    """
    return sha256(_encoder.encode(_compact(content))).digest()


def _compact(value: Any) -> Any:
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, msgspec.Struct):
        config, compact = value.__struct_config__, {}
        for name, default in zip(value.__struct_fields__, _defaults(type(value)), strict=True):
            member = getattr(value, name)
            if member is not None and member != default:
                compact[name] = _compact(member)
        if config.tag is not None:
            compact[str(config.tag_field)] = config.tag
        return compact
    if isinstance(value, (tuple, list)):
        return [_compact(entry) for entry in value]
    return value


_of_type: dict[type, tuple[Any, ...]] = {}


def _defaults(struct: type[msgspec.Struct]) -> tuple[Any, ...]:
    found = _of_type.get(struct)
    if found is None:
        found = _of_type[struct] = tuple(
            field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
            for field in msgspec.structs.fields(struct)
        )
    return found
