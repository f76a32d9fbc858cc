"""Problems as the API answers with them: RFC 9457, from one catalogue, in the caller's language."""

import socket
import traceback
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import asyncpg
import msgspec
import structlog
from huifang_core.obligations import IllegalTransition
from huifang_core.texts import Language
from huifang_tenants.errors import (
    DatabaseBusy,
    KeyDestroyed,
    TenantNotActive,
)
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake import IntakeBusy
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from huifang_api.faults import Fault, FaultCode, Location, missing, wrong_format
from huifang_api.languages import language_of
from huifang_api.problem_catalogue import CATALOGUE, NOUNS, ApiCode, ProblemCode

PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM_PAGES: Final = "/docs/problems"
_RETRY_AFTER_SECONDS: Final = "1"
_FRAMES: Final = 12
_BY_STATUS: Final[Mapping[int, ApiCode]] = {
    401: "auth.missing_token",
    404: "route.not_found",
    405: "method.not_allowed",
    413: "body.too_large",
    415: "body.wrong_type",
}
_log = structlog.get_logger("huifang.problems")


class ProblemFault(msgspec.Struct, frozen=True):
    """One thing wrong with the request."""

    location: Annotated[
        Location, msgspec.Meta(description="Where the value stands: body, query, path or header.")
    ]
    pointer: Annotated[
        str, msgspec.Meta(description="JSON pointer (RFC 6901) to the value, or `/name` of a parameter.")
    ]
    code: Annotated[FaultCode, msgspec.Meta(description="What kind of fault; stable.")]
    message: Annotated[str, msgspec.Meta(description="What is wrong with it, in the language asked for.")]


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem (RFC 9457). Decide by `code`; the texts may change."""

    type: Annotated[str, msgspec.Meta(description="Address of a page about this kind of problem.")]
    title: Annotated[str, msgspec.Meta(description="What kind of problem, in the language asked for.")]
    status: Annotated[int, msgspec.Meta(ge=400, le=599, description="The HTTP status.")]
    detail: Annotated[str, msgspec.Meta(description="What happened this time, and what to do about it.")]
    code: Annotated[
        str, msgspec.Meta(description="Stable code of this kind of problem, such as `not_found`.")
    ]
    request_id: Annotated[str, msgspec.Meta(description="The `Request-Id` of this request, for the logs.")]
    context: Annotated[
        dict[str, Any], msgspec.Meta(description="The values that mattered, by name; depends on `code`.")
    ] = {}
    errors: Annotated[
        tuple[ProblemFault, ...], msgspec.Meta(description="Every fault of the request, all at once.")
    ] = ()


class Problem(Exception):
    """Raise it to answer with a problem of the catalogue; `fields` fill its texts and its `context`."""

    def __init__(
        self,
        code: ProblemCode,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> None:
        if code not in CATALOGUE:
            raise ValueError(f"{code!r} does not stand in the problem catalogue")
        super().__init__(code)
        self.code = code
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.fields = fields


class _Fields(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def problem_response(problem: Problem, language: Language, request_id: str) -> Response[ProblemDetails]:
    """The answer to a request that ended in `problem`."""
    entry = CATALOGUE[problem.code]
    words = _Fields(problem.fields, count=len(problem.faults))
    if isinstance(kind := problem.fields.get("kind"), str) and kind in NOUNS:
        words["kind"] = NOUNS[kind].in_language(language)
    said, fix = (text.in_language(language).format_map(words) for text in (entry.detail, entry.fix))
    details = ProblemDetails(
        type=f"{PROBLEM_PAGES}/{problem.code}",
        title=entry.title.in_language(language),
        status=entry.status,
        detail=f"{said}{'' if language == 'zh-CN' else ' '}{fix}",
        code=problem.code,
        request_id=request_id,
        context=problem.fields,
        errors=tuple(
            ProblemFault(fault.location, fault.pointer, fault.code, fault.text.in_language(language))
            for fault in problem.faults
        ),
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
    if entry.status == 503:
        headers.setdefault("Retry-After", _RETRY_AFTER_SECONDS)
    return Response(details, status_code=entry.status, headers=headers, media_type=PROBLEM_TYPE)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception from anywhere below stands for."""
    match error:
        case Problem():
            return error
        case Refused():
            return Problem(error.code, **error.fields)
        case IllegalTransition():
            return Problem("state.conflict", current=error.current, wanted=error.wanted)
        case TenantNotActive():
            return Problem("tenant.suspended")
        case KeyDestroyed():
            return Problem("personal.key_destroyed")
        case ValidationException():
            return Problem("validation.failed", faults=_faults_of(error))
        case HTTPException():
            return _of_status(error)
        case DatabaseBusy():
            return Problem("service.busy")
        case asyncpg.QueryCanceledError():
            return Problem("service.too_slow")
        case (
            IntakeBusy()
            | asyncpg.DeadlockDetectedError()
            | asyncpg.SerializationError()
            | asyncpg.LockNotAvailableError()
            | asyncpg.UniqueViolationError()
            | asyncpg.exceptions.InvalidCachedStatementError()
        ):
            return Problem("service.retry")
        case asyncpg.DataError():
            return Problem("request.unstorable")
        case asyncpg.InterfaceError() if isinstance(error, ValueError):
            # A value that asyncpg itself can't encode.
            return Problem("request.unstorable")
        case (
            asyncpg.PostgresConnectionError()
            | asyncpg.InterfaceError()
            | asyncpg.InternalClientError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.TooManyConnectionsError()
            | ConnectionError()
            | socket.gaierror()
        ):
            return Problem("service.unavailable")
        case FileNotFoundError() if error.filename is None:
            # A server's socket that is not there.
            return Problem("service.unavailable")
        case _:
            return Problem("internal")


def _answer(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    problem = problem_of(error)
    request_id = str(request.scope.get("request_id", ""))
    request.scope["problem"] = problem.code  # type: ignore[typeddict-unknown-key]
    if problem.code == "method.not_allowed":
        problem.headers = {"Allow": ", ".join(request.app.state.addresses.methods(request.scope["path"]))}
    if CATALOGUE[problem.code].status >= 500 or problem.code == "request.unstorable":
        # Where, not what: a database's message may quote personal data.
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        _log.error(
            "problem", code=problem.code, request_id=request_id, kind=type(error).__name__, where=where
        )
    return problem_response(problem, language_of(request), request_id)


def _of_status(error: HTTPException) -> Problem:
    code = _BY_STATUS.get(error.status_code)
    if code is None:
        code = "internal" if error.status_code >= 500 else "request.refused"
        # Litestar's own error for a body that is no JSON.
        if error.status_code == 400 and isinstance(error.__cause__, Exception) and "JSON" in error.detail:
            code = "body.malformed"
    return Problem(code, headers=error.headers)


def _faults_of(error: ValidationException) -> list[Fault]:
    """What Litestar says about parameters: only of the path, since `checks.py` sees to all others before."""
    said = error.extra if isinstance(error.extra, list) else []
    faults = [
        wrong_format(item.get("source", "query"), f"/{item.get('key', '')}", "值无效", "is not valid")
        for item in said
        if isinstance(item, dict)
    ]
    return faults or [missing("query", "")]


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {Exception: _answer, HTTPException: _answer}
"""For `Litestar(exception_handlers=…)`: every error becomes a problem."""
