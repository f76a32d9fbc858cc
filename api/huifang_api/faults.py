"""All that is wrong with an input, found at once: msgspec stops at the first fault, callers want every one."""

import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
from huifang_core.texts import Text, text

Location = Literal["body", "query", "path", "header"]
FaultCode = Literal[
    "missing",
    "unknown",
    "wrong_type",
    "wrong_format",
    "wrong_length",
    "out_of_range",
    "not_allowed",
    "invalid",
]


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with one value; the texts never quote the value, which may be personal data."""

    location: Location
    pointer: str
    code: FaultCode
    text: Text


_PLACE: Final = re.compile(r" - at `.*`$")
_EXPECTED_GOT: Final = re.compile(r"Expected `(?P<wanted>.+?)`, got `(?P<got>.+?)`")
_MATCHING: Final = re.compile(r"Expected `str` matching regex (?P<pattern>.+)")
_OF_LENGTH: Final = re.compile(r"Expected `(?P<what>\w+)` of length (?P<bound>.+)")
_BOUNDED: Final = re.compile(r"Expected `(?P<what>\w+)` (?P<bound>(?:[<>]=?|that's a multiple of) ?.+)")
_FORMAT: Final = re.compile(r"Invalid (?P<what>UUID|RFC3339 encoded \w+|ISO8601 \w+|decimal string|base64.*)")
NO_NUL: Final = r"^[^\x00]*$"
"""The pattern of a text that can be stored."""
_NUL: Final = text("不能含有空字符(U+0000)", "must not contain the character U+0000")


def faults_in(
    value: object, wanted: Any, location: Location, pointer: str = "", *, strict: bool = True
) -> list[Fault]:
    """Everything that keeps `value`, as decoded from JSON, from being a `wanted`; empty when it is one.

    Query parameters are text: for them `strict=False` lets "5" be a number.
    """
    try:
        msgspec.convert(value, wanted, strict=strict)
    except msgspec.ValidationError as error:
        inner = list(_inside(value, _without_annotation(wanted), location, pointer))
        return inner or [Fault(location, pointer, *_in_words(str(error), wanted))]
    return []


def nul_faults(value: object, location: Location, pointer: str = "") -> list[Fault]:
    """Every text with a NUL character, which PostgreSQL can't store."""
    match value:
        case str():
            return [Fault(location, pointer, "wrong_format", _NUL)] if "\0" in value else []
        case list():
            return [f for n, item in enumerate(value) for f in nul_faults(item, location, f"{pointer}/{n}")]
        case dict():
            found = [f for name, v in value.items() for f in nul_faults(v, location, _below(pointer, name))]
            named = any("\0" in str(name) for name in value)
            return [*found, Fault(location, pointer, "wrong_format", _NUL)] if named else found
    return []


def with_whole_numbers(value: Any) -> Any:
    """The value with 29 for 29.0, which to JSON Schema is an integer as well."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [with_whole_numbers(item) for item in value]
        case dict():
            return {name: with_whole_numbers(item) for name, item in value.items()}
    return value


def missing(location: Location, pointer: str) -> Fault:
    """The fault of something required that is not there."""
    return Fault(location, pointer, "missing", text("必填", "is required"))


def unknown(location: Location, pointer: str) -> Fault:
    """The fault of something given that nobody asked for."""
    return Fault(location, pointer, "unknown", text("没有这个字段", "is not known here"))


def wrong_type(location: Location, pointer: str, zh_cn: str, en: str) -> Fault:
    """The fault of a value of another kind than the one described."""
    return Fault(location, pointer, "wrong_type", text(f"应为{zh_cn}", f"must be {en}"))


def wrong_format(location: Location, pointer: str, zh_cn: str, en: str) -> Fault:
    """The fault of a text that does not have the form described."""
    return Fault(location, pointer, "wrong_format", text(zh_cn, en))


def _inside(value: object, wanted: Any, location: Location, pointer: str) -> Iterator[Fault]:
    """The faults of a container's parts; none when the fault is the container's own."""
    if isinstance(value, dict):
        struct = _struct_for(value, wanted)
        if struct is not None:
            yield from _in_struct(value, struct, location, pointer)
        elif get_origin(wanted) in (dict, Mapping):
            for name, item in value.items():
                yield from faults_in(item, get_args(wanted)[1], location, _below(pointer, name))
    elif isinstance(value, list) and get_origin(wanted) in (list, tuple, set, frozenset):
        of = get_args(wanted)[0]
        for number, item in enumerate(value):
            yield from faults_in(item, of, location, f"{pointer}/{number}")


def _in_struct(
    value: dict[str, Any], struct: type[msgspec.Struct], location: Location, pointer: str
) -> Iterator[Fault]:
    config = struct.__struct_config__
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in value:
            yield from faults_in(value[name], field.type, location, _below(pointer, name))
        elif field.required:
            yield missing(location, _below(pointer, name))
    if config.forbid_unknown_fields:
        for name in value.keys() - fields.keys() - {config.tag_field}:
            yield unknown(location, _below(pointer, name))


def _struct_for(value: dict[str, Any], wanted: Any) -> type[msgspec.Struct] | None:
    """The one struct that `value` can only be meant as: the one there is, or the one its tag names."""
    options = [_without_annotation(option) for option in _options(wanted)]
    structs = [
        option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)
    ]
    if len(structs) > 1:
        structs = [
            struct
            for struct in structs
            if (config := struct.__struct_config__).tag_field and value.get(config.tag_field) == config.tag
        ]
    return structs[0] if len(structs) == 1 else None


def _options(wanted: Any) -> tuple[Any, ...]:
    if get_origin(wanted) in (Union, UnionType):
        return tuple(option for option in get_args(wanted) if option is not NoneType)
    return (wanted,)


def _without_annotation(wanted: Any) -> Any:
    while get_origin(wanted) is Annotated:
        wanted = get_args(wanted)[0]
    return wanted


def _below(pointer: str, name: str) -> str:
    """A JSON pointer one step down (RFC 6901)."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def _in_words(message: str, wanted: Any) -> tuple[FaultCode, Text]:
    """The code and both texts for a message of msgspec's, without the value it may quote."""
    said = _PLACE.sub("", message)
    if found := _EXPECTED_GOT.match(said):
        return "wrong_type", text(
            f"应为 {found['wanted']},收到 {found['got']}", f"must be {found['wanted']}, not {found['got']}"
        )
    if found := _OF_LENGTH.match(said):
        return "wrong_length", text(f"长度应 {found['bound']}", f"must have a length {found['bound']}")
    if found := _MATCHING.match(said):
        return "wrong_format", text(f"应符合格式 {found['pattern']}", f"must match {found['pattern']}")
    if found := _BOUNDED.match(said):
        return "out_of_range", text(f"应 {found['bound']}", f"must be {found['bound']}")
    if found := _FORMAT.match(said):
        return "wrong_format", text(f"不是有效的 {found['what']}", f"is no valid {found['what']}")
    if allowed := ", ".join(map(str, _allowed(wanted))):
        return "not_allowed", text(f"只能是 {allowed}", f"must be one of {allowed}")
    return "invalid", text("值无效", "is not valid")


def _allowed(wanted: Any) -> list[object]:
    """The values of all literals in a type."""
    if get_origin(wanted) is Literal:
        return list(get_args(wanted))
    parts = (get_args(wanted)[0],) if get_origin(wanted) is Annotated else get_args(wanted)
    return [value for part in parts for value in _allowed(part)]
