"""What a request must be before a handler sees it: known parameters, strict values, every fault told at once.

Litestar reads parameters and bodies leniently ("1" for true, 0.5 for an instant) and ignores what it does not know.
Here a misspelt filter is a fault, since a filter that is silently ignored shows too much. Register `check_request`
as the app's `before_request`; what a handler takes is read once from its signature.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec
from litestar import Request
from litestar.enums import ParamType, RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg

from huifang_api.faults import (
    Fault,
    faults_in,
    missing,
    nul_faults,
    unknown,
    with_whole_numbers,
    wrong_format,
)
from huifang_api.problems import Problem

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_BOOLEAN: Final = re.compile(r"true|false")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FORMS: Final[Mapping[type, tuple[re.Pattern[str], str, str]]] = {
    int: (_NUMBER, "应为整数", "must be a whole number"),
    bool: (_BOOLEAN, "应为 true 或 false", "must be true or false"),
    date: (_DAY, "应为 YYYY-MM-DD", "must be YYYY-MM-DD"),
    datetime: (_INSTANT, "应为带时区的 RFC 3339 时刻", "must be an RFC 3339 instant with an offset"),
}


class _Parameter(msgspec.Struct, frozen=True):
    name: str
    wanted: Any
    required: bool
    form: tuple[re.Pattern[str], str, str] | None


class _Expected(msgspec.Struct, frozen=True):
    query: Mapping[str, _Parameter]
    body: Any | None
    read_body: Callable[[bytes], object] | None


async def check_request(request: Request[Any, Any, Any]) -> None:
    """Refuse a request whose query or JSON body is not what its handler takes; Problem with all faults."""
    expected = _expected(request.route_handler)
    faults = _query_faults(request, expected.query)
    if expected.read_body is not None:
        faults += _body_faults(await _json_body(request), expected)
    if faults:
        raise Problem("validation.failed", faults=faults)


def _query_faults(request: Request[Any, Any, Any], known: Mapping[str, _Parameter]) -> list[Fault]:
    given = request.query_params.multi_items() if request.scope["query_string"] else ()
    faults: list[Fault] = []
    seen: set[str] = set()
    for name, value in given:
        pointer = f"/{name}"
        parameter = known.get(name)
        if parameter is None:
            faults.append(unknown("query", pointer))
        elif name in seen:
            faults.append(wrong_format("query", pointer, "只能出现一次", "may occur once only"))
        elif "\0" in value:
            faults += nul_faults(value, "query", pointer)
        elif parameter.form is not None and not parameter.form[0].fullmatch(value):
            faults.append(wrong_format("query", pointer, *parameter.form[1:]))
        else:
            faults += faults_in(value, parameter.wanted, "query", pointer, strict=False)
        seen.add(name)
    faults += [missing("query", f"/{name}") for name, p in known.items() if p.required and name not in seen]
    return faults


async def _json_body(request: Request[Any, Any, Any]) -> bytes:
    essence, _ = request.content_type
    if essence != RequestEncodingType.JSON and not essence.endswith("+json"):
        raise Problem("body.wrong_type", accepted="application/json")
    return await request.body()


def _body_faults(body: bytes, expected: _Expected) -> list[Fault]:
    assert expected.read_body is not None
    nul_possible = b"\\u0000" in body
    try:
        expected.read_body(body)
        if not nul_possible:
            return []
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem("body.malformed") from None
    # Decoding without a type finds what is malformed behind the first fault.
    try:
        value = with_whole_numbers(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem("body.malformed") from None
    return [*faults_in(value, expected.body, "body"), *(nul_faults(value, "body") if nul_possible else ())]


@lru_cache(maxsize=1024)
def _expected(handler: HTTPRouteHandler) -> _Expected:
    query: dict[str, _Parameter] = {}
    body, read_body = None, None
    wanted = handler.signature_model.__annotations__
    for name, field in handler.parsed_fn_signature.parameters.items():
        match field.kwarg_definition:
            case ParameterKwarg(param_type=ParamType.QUERY, name=alias):
                shown = alias or name
                form = next((f for t, f in _FORMS.items() if field.annotation in (t, t | None)), None)
                query[shown] = _Parameter(shown, _without_none(wanted[name]), not field.has_default, form)
            case BodyKwarg(media_type=RequestEncodingType.JSON):
                body = field.annotation
                read_body = msgspec.json.Decoder(field.annotation).decode
    return _Expected(query, body, read_body)


def _without_none(wanted: Any) -> Any:
    """What a parameter must be when it is given: msgspec would take the text "null" for None, and so for no filter."""
    if get_origin(wanted) is Annotated:
        inner, *meta = get_args(wanted)
        return Annotated[(_without_none(inner), *meta)]
    if get_origin(wanted) in (Union, UnionType):
        return Union[tuple(option for option in get_args(wanted) if option is not NoneType)]  # noqa: UP007
    return wanted
