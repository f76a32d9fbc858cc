"""The OpenAPI 3.1 document, read off the routes: what a handler takes and answers is what is documented.

Litestar's own generator documents errors as another media type and drops constraints, so the schemas come straight
from msgspec, which also validates by them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec
import yaml
from litestar import Litestar, Response
from litestar.enums import ParamType, RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from huifang_api.access import RAISES, scope_of
from huifang_api.documented import Answer, Documented, documented_of, example_of, structs_of
from huifang_api.faults import NO_NUL
from huifang_api.oauth.scopes import SCOPES
from huifang_api.openapi_texts import DESCRIPTION, TAGS
from huifang_api.problem_catalogue import CATALOGUE, ProblemCode
from huifang_api.problems import PROBLEM_TYPE, ProblemDetails
from huifang_api.routes.oauth import TOKEN_PATH, AccessToken, TokenError, TokenForm

_REFERENCE: Final = "#/components/schemas/{name}"
_SECURITY: Final = "oauth2"
_GREATEST_INTEGER: Final = 2**53 - 1
_PATH_ID: Final = "Id, as the lists answer it."
_FORM: Final = "application/x-www-form-urlencoded"
_STATUS_TEXTS: Final = {
    200: "Done.",
    201: "Made.",
    202: "Accepted; the work goes on.",
    204: "Done; nothing to say.",
}
_AUTHORISED: Final[tuple[ProblemCode, ...]] = (
    "auth.missing_token", "auth.invalid_token", "auth.expired_token", "auth.client_revoked", "auth.scope_missing",
    "tenant.suspended", "tenant.unavailable",
)  # fmt: skip
_WITH_BODY: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "body.malformed", "body.too_large", "body.wrong_type", "request.unstorable",
)  # fmt: skip


def openapi_document(app: Litestar) -> dict[str, Any]:
    """The document of an app; the same for the same routes, whatever the settings."""
    # Sorted: Litestar keeps routes in sets, and the committed document must not move.
    operations = sorted(_operations(app), key=lambda operation: operation[:2])
    shapes = {ProblemDetails, AccessToken, TokenError, TokenForm}
    for _, _, handler in operations:
        shapes |= _shapes_of(handler)
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    references, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    named = dict(zip(ordered, references, strict=True))
    for shape in ordered:
        components[shape.__name__] |= getattr(shape, "SCHEMA_EXTRA", {})
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in operations:
        paths.setdefault(path, {})[method] = _operation(path, handler, named)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Huifang 回访 API", "version": version("huifang-api"), "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {name: _with_descriptions(schema) for name, schema in sorted(components.items())},
            "headers": _HEADERS,
            "securitySchemes": {_SECURITY: _security_scheme()},
        },
    }
    # As it reads once it has been written: lists for tuples, text for dates.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def dump_yaml(document: Mapping[str, Any]) -> str:
    """The document as it is committed in `openapi.yaml`."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _operations(app: Litestar) -> Iterable[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.resolve_include_in_schema():
                    for method in sorted(handler.http_methods):
                        yield route.path_format, method.lower(), handler


def _operation(path: str, handler: HTTPRouteHandler, named: Mapping[Any, Any]) -> dict[str, Any]:
    summary, _, description = (handler.fn.__doc__ or "").strip().partition("\n")
    operation: dict[str, Any] = {
        "operationId": handler.operation_id,
        "summary": summary.rstrip("."),
        "tags": list(handler.tags or ()),
    }
    if description.strip():
        operation["description"] = " ".join(description.split())
    scope = scope_of(handler)
    operation["security"] = [] if scope is None else [{_SECURITY: [scope]}]
    if parameters := [
        parameter for field in _fields(handler) if (parameter := _parameter(field, handler)) is not None
    ]:
        operation["parameters"] = parameters
    if (body := _body_of(handler)) is not None:
        operation["requestBody"] = _content("application/json", named[body.annotation], required=True)
        if (example := example_of(body.annotation)) is not None:
            operation["requestBody"]["content"]["application/json"]["example"] = example
    if (more := documented_of(handler)).bodies:
        operation["requestBody"] = _bodies(more, named)
    if path == TOKEN_PATH:
        operation["requestBody"] = _content(_FORM, named[TokenForm], required=True)
    operation["responses"] = _responses(path, handler, named)
    return operation


def _parameter(field: FieldDefinition, handler: HTTPRouteHandler) -> dict[str, Any] | None:
    kwarg = field.kwarg_definition
    if not isinstance(kwarg, ParameterKwarg):
        return None
    wanted = handler.signature_model.__annotations__[field.name]
    schema = _without_null(msgspec.json.schema(wanted))
    description = schema.pop("description", None) or _PATH_ID
    if schema.get("type") == "integer":
        schema.setdefault("minimum", -_GREATEST_INTEGER)
        schema.setdefault("maximum", _GREATEST_INTEGER)
    if field.annotation in (datetime, datetime | None):
        schema["format"] = "date-time"
    if schema.get("type") == "string" and not schema.keys() & {"format", "pattern", "enum"}:
        # Said of every text: `checks.py` refuses what PostgreSQL can't store.
        schema["pattern"] = NO_NUL
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    return {
        "name": kwarg.name or field.name,
        "in": kwarg.param_type.value,
        "required": kwarg.param_type is ParamType.PATH or not field.has_default,
        "description": description,
        "schema": schema,
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter may be when it is given: leaving it out is all that null could mean."""
    options = schema.pop("anyOf", None)
    if options is not None:
        (rest,) = [option for option in options if option.get("type") != "null"]
        schema |= rest
    if isinstance(schema.get("enum"), list):
        schema["enum"] = [value for value in schema["enum"] if value is not None]
        schema["type"] = "string"
    return schema


def _with_descriptions(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a field that may be null carry the description of what it is otherwise."""
    for field in schema.get("properties", {}).values():
        for option in field.get("anyOf", ()):
            if "description" in option and "$ref" not in option:
                field.setdefault("description", option.pop("description"))
    return schema


def _responses(path: str, handler: HTTPRouteHandler, named: Mapping[Any, Any]) -> dict[str, Any]:
    if path == TOKEN_PATH:
        return {
            "200": _answer("A token.", "application/json", named[AccessToken]),
            "400": _answer("No token (RFC 6749, 5.2).", "application/json", named[TokenError]),
            "401": _answer("The client or its secret is not valid.", "application/json", named[TokenError]),
            "default": _problem("Any other problem.", named),
        }
    answered = _answered(handler)
    text = _STATUS_TEXTS.get(handler.status_code, "Done.")
    more = documented_of(handler).answers
    found: dict[str, Any] = {str(status): _further(answer, named) for status, answer in sorted(more.items())}
    if handler.status_code in more:
        pass
    elif answered is Stream:
        found[str(handler.status_code)] = _answer(text, str(handler.media_type), {"type": "string"})
    elif answered is None:
        found[str(handler.status_code)] = {"description": text, "headers": _common_headers()}
    else:
        found[str(handler.status_code)] = _answer(text, "application/json", named[answered])
    if path == "/readyz":
        found["503"] = _answer("Not ready; which part is missing.", "application/json", named[answered])
    by_status: dict[int, list[ProblemCode]] = {}
    for code in _problem_codes(path, handler):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        found[str(status)] = _problem(
            "; ".join(f"`{c}`: {CATALOGUE[c].title.en}" for c in codes) + ".", named
        )
    if "401" in found:
        found["401"]["headers"]["WWW-Authenticate"] = _header("WWW-Authenticate")
    found["default"] = _problem("Any other problem, such as `service.busy` (503, with `Retry-After`).", named)
    return found


def _problem_codes(path: str, handler: HTTPRouteHandler) -> Sequence[ProblemCode]:
    codes: list[ProblemCode] = list(_AUTHORISED) if scope_of(handler) is not None else []
    takes = {
        field.kwarg_definition.param_type
        for field in _fields(handler)
        if isinstance(field.kwarg_definition, ParameterKwarg)
    }
    if takes & {ParamType.QUERY, ParamType.HEADER}:
        codes.append("validation.failed")
    if any(isinstance(f.kwarg_definition, ParameterKwarg) and f.name == "cursor" for f in _fields(handler)):
        codes.append("cursor.invalid")
    if ParamType.PATH in takes:
        codes.append("not_found")
    if _body_of(handler) is not None:
        codes += _WITH_BODY
    codes += handler.opt.get(RAISES, ())
    return list(dict.fromkeys(codes))


def _answer(text: str, media_type: str, schema: Any) -> dict[str, Any]:
    return {"description": text, "headers": _common_headers(), **_content(media_type, schema)}


def _further(answer: Answer, named: Mapping[Any, Any]) -> dict[str, Any]:
    headers = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in answer.headers.items()
    }
    content = {media: {"schema": _schema(shape, named)} for media, shape in answer.content.items()}
    found: dict[str, Any] = {"description": answer.text, "headers": {**_common_headers(), **headers}}
    return {**found, "content": content} if content else found


def _bodies(more: Documented, named: Mapping[Any, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for media, shape in more.bodies.items():
        content[media] = {"schema": _schema(shape, named)}
        if media in more.body_examples:
            content[media]["example"] = more.body_examples[media]
    return {"description": more.body_text, "required": True, "content": content}


def _schema(shape: Any, named: Mapping[Any, Any]) -> Any:
    if isinstance(shape, Mapping):
        return dict(shape)
    if isinstance(shape, tuple):
        return {"anyOf": [named[one] for one in shape]}
    if get_origin(shape) is list:
        return {"type": "array", "items": named[get_args(shape)[0]]}
    return named[shape]


def _problem(text: str, named: Mapping[Any, Any]) -> dict[str, Any]:
    return _answer(text, PROBLEM_TYPE, named[ProblemDetails])


def _content(media_type: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {**more, "content": {media_type: {"schema": schema}}}


def _fields(handler: HTTPRouteHandler) -> Iterable[FieldDefinition]:
    return handler.parsed_fn_signature.parameters.values()


def _body_of(handler: HTTPRouteHandler) -> FieldDefinition | None:
    for field in _fields(handler):
        kwarg = field.kwarg_definition
        if isinstance(kwarg, BodyKwarg) and kwarg.media_type == RequestEncodingType.JSON:
            return field
    return None


def _answered(handler: HTTPRouteHandler) -> Any:
    """The struct a handler answers with; Stream for anything sent in pieces, None for nothing."""
    wanted = handler.parsed_fn_signature.return_type.annotation
    if get_origin(wanted) is Annotated:
        wanted = get_args(wanted)[0]
    if isinstance(wanted, type) and issubclass(wanted, Stream):
        return Stream
    if isinstance(get_origin(wanted), type) and issubclass(get_origin(wanted), Response):
        wanted = get_args(wanted)[0]
    return None if wanted in (None, type(None)) else wanted


def _shapes_of(handler: HTTPRouteHandler) -> set[Any]:
    body = _body_of(handler)
    found = {_answered(handler), body.annotation if body is not None else None}
    found |= structs_of(documented_of(handler))
    return {shape for shape in found if isinstance(shape, type) and issubclass(shape, msgspec.Struct)}


def _common_headers() -> dict[str, Any]:
    return {"Request-Id": _header("Request-Id")}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _security_scheme() -> dict[str, Any]:
    return {
        "type": "oauth2",
        "description": "Client credentials; the client authenticates by HTTP Basic or in the form.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKEN_PATH,
                "scopes": {name: f"{text.en} ({text.zh_cn})." for name, text in SCOPES.items()},
            }
        },
    }


_HEADERS: Final = {
    "Request-Id": {
        "description": "Id of this request: the caller's own, when it sent one of 8 to 64 characters, else a UUIDv7.",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"description": "How to authenticate (RFC 6750).", "schema": {"type": "string"}},
}
