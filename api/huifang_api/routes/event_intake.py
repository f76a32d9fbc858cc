"""Sending business events (业务事件): one, a batch, or lines; each once only, each with its own answer."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from huifang_core.texts import Language, Text, text
from huifang_tenants.clock import business_now, wall_now
from huifang_tenants.intake import BadJson, DuplicateKey, FieldProblem, IncomingEvent, check_row, parse
from huifang_tenants.services.intake import Batch, EventIn, RowResult, Taken, take_in
from huifang_tenants.stores import events
from huifang_tenants.stores.ledger import Actor
from litestar import Response, post
from litestar.params import QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.documented import LINES, Answer, documented
from huifang_api.faults import Fault, wrong_type
from huifang_api.intake_faults import event_faults
from huifang_api.languages import language_of
from huifang_api.problem_catalogue import CATALOGUE, ProblemCode
from huifang_api.problems import Problem, ProblemFault
from huifang_api.raw_json import entries
from huifang_api.shapes.event_intake import (
    EXAMPLE_EVENT,
    CloudEvent,
    EventResult,
    EventsTaken,
    EventTaken,
)
from huifang_api.world import ApiRequest, world_of

EVENTS_AT_MOST: Final = 5_000
"""Events in one batch."""
BYTES_AT_MOST: Final = 16 * 2**20
"""Bytes of one body."""

_TOGETHER: Final = 500
_SINGLE: Final = ("application/cloudevents+json", "application/json")
_BATCH: Final = "application/cloudevents-batch+json"
_LINES: Final = "application/x-ndjson"
_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "body.malformed", "body.too_large", "body.wrong_type", "batch.too_long", "event.conflict",
    "service.retry",
)  # fmt: skip
_UNCHANGED: Final = text(
    "该事件已接收过,内容相同,未作任何改动", "the same event came in before; nothing was changed"
)
_BODY_TEXT: Final = (
    "One event; or a batch of at most 5,000 as a JSON array, or as lines (NDJSON). "
    "What a type of event carries stands in the guide to events."
)


class _Sent(msgspec.Struct):
    """One event of a request, and what is known of it so far."""

    index: int
    value: dict[str, Any] | None
    event: IncomingEvent | None = None
    problems: tuple[FieldProblem, ...] = ()
    result: RowResult | None = None


@post(
    "/events",
    opt=needs("events:write", raises=_REFUSALS)
    | documented(
        bodies={**dict.fromkeys(_SINGLE, CloudEvent), _BATCH: list[CloudEvent], _LINES: LINES},
        body_text=_BODY_TEXT,
        body_examples={**dict.fromkeys(_SINGLE, EXAMPLE_EVENT), _BATCH: [EXAMPLE_EVENT]},
        answers={
            200: Answer(
                "A batch: what became of each event. One event: it came in before.",
                {"application/json": (EventsTaken, EventTaken)},
            ),
            202: Answer("One event: it was taken in.", {"application/json": EventTaken}),
        },
    ),
    operation_id="send_events",
    tags=("Events",),
    status_code=202,
    request_max_body_size=BYTES_AT_MOST,
)
async def send_events(
    request: ApiRequest,
    strict: Annotated[
        bool, QueryParameter(description="Of a batch, take in nothing when anything in it is broken.")
    ] = False,
) -> Response[Any]:
    """Send business events. `source` and `id` make each once only: the same again changes nothing and says so.

    The same `source` and `id` with other content is a conflict: send a correction under a new id with `corrects`. Of a
    batch the good events go in though others are broken, and each gets its own result; with `strict` none goes in then.
    """
    essence = request.content_type[0]
    match essence:
        case "application/cloudevents+json" | "application/json":
            return await _one(request, await request.body())
        case "application/cloudevents-batch+json":
            return await _many(request, entries(await request.body()), strict=strict)
        case "application/x-ndjson":
            body = await request.body()
            return await _many(request, [line for line in body.split(b"\n") if line.strip()], strict=strict)
    raise Problem("body.wrong_type", accepted=", ".join((*_SINGLE, _BATCH, _LINES)))


async def _one(request: ApiRequest, body: bytes) -> Response[EventTaken]:
    sent = _checked(request, 0, body)
    if sent.value is None:
        raise Problem("body.malformed")
    if sent.event is None:
        raise Problem("validation.failed", faults=_faults(sent))
    taken = await _take(request, [sent], all_or_nothing=True)
    result = taken.rows[0]
    if result.status == "refused":
        raise Problem("event.conflict", source=sent.event.source, id=sent.event.event_id)
    sent.result = result
    ids = await _known(request, [sent])
    language = language_of(request)
    message = _UNCHANGED if result.status == "unchanged" else result.message
    answer = EventTaken(
        status=result.status,
        id=result.id or ids[sent.event.source, sent.event.event_id],
        park_reason=result.code,
        message=message.in_language(language) if message is not None else None,
        warnings=_in_language(_faults(sent), language),
    )
    return Response(
        answer, status_code=200 if result.status == "unchanged" else 202, headers=_said_in(language)
    )


async def _many(request: ApiRequest, values: Sequence[bytes], *, strict: bool) -> Response[EventsTaken]:
    if len(values) > EVENTS_AT_MOST:
        raise Problem("batch.too_long", limit=EVENTS_AT_MOST, count=len(values))
    made = changed = 0
    sent: list[_Sent] = []
    for start in range(0, len(values), _TOGETHER):
        chunk = [
            _checked(request, start + place, value)
            for place, value in enumerate(values[start : start + _TOGETHER])
        ]
        sent += chunk
        if strict:
            # Others get a turn; checking goes before everything else here.
            await asyncio.sleep(0)
            continue
        taken = await _take(request, chunk)
        made, changed = made + taken.obligations_made, changed + taken.obligations_changed
    if strict:
        _refuse_broken(sent)
        taken = await _take(request, sent, all_or_nothing=True)
        if conflicts := [row.line for row in taken.rows if row.status == "refused"]:
            raise Problem("batch.refused", faults=[_conflict(index) for index in conflicts])
        made, changed = taken.obligations_made, taken.obligations_changed
    language = language_of(request)
    ids = await _known(request, sent)
    results = [_result(item, ids, language) for item in sent]
    counts = {
        status: sum(1 for result in results if result.status == status)
        for status in ("accepted", "unchanged", "parked", "refused")
    }
    answer = EventsTaken(**counts, obligations_made=made, obligations_changed=changed, results=results)
    return Response(answer, status_code=200, headers=_said_in(language))


def _checked(request: ApiRequest, index: int, words: bytes) -> _Sent:
    """Check one event, given as its JSON."""
    try:
        value = parse(words)
    except BadJson:
        return _Sent(index, None)
    except DuplicateKey as error:
        sent = error.value if isinstance(error.value, dict) else {}
        return _Sent(index, sent, None, (error.problem,))
    if not isinstance(value, dict):
        return _Sent(index, {})
    received_at = business_now(request.auth.tenant, wall_now())
    checked = check_row("events", value, received_at=received_at, strict_fields=True)
    return _Sent(index, value, checked.value, checked.problems)


async def _take(request: ApiRequest, sent: Sequence[_Sent], *, all_or_nothing: bool = False) -> Taken:
    """Take the good ones in, and note what became of each."""
    good = tuple(EventIn(item.index, item.event) for item in sent if item.event is not None)
    if not good:
        return Taken(())
    taken = await take_in(
        world_of(request).services,
        request.auth.tenant,
        Batch(events=good, all_or_nothing=all_or_nothing),
        Actor(request.auth.actor),
    )
    rows = {row.line: row for row in taken.rows}
    for item in sent:
        item.result = rows.get(item.index)
    return taken


async def _known(request: ApiRequest, sent: Sequence[_Sent]) -> dict[tuple[str, str], Any]:
    """The ids of those that had come in before."""
    keys = [
        (item.event.source, item.event.event_id)
        for item in sent
        if item.event is not None and item.result is not None and item.result.status == "unchanged"
    ]
    if not keys:
        return {}
    async with tenant_scope(request, read_only=True) as scope:
        return dict(await events.ids_of(scope, keys))


def _result(sent: _Sent, ids: dict[tuple[str, str], Any], language: Language) -> EventResult:
    faults = _in_language(_faults(sent), language)
    row, event = sent.result, sent.event
    if event is None or row is None:
        code: ProblemCode = "body.malformed" if sent.value is None else "validation.failed"
        return EventResult(
            index=sent.index,
            source=_text_of(sent.value, "source"),
            event_id=_text_of(sent.value, "id"),
            status="refused",
            id=None,
            code=code,
            message=CATALOGUE[code].title.in_language(language),
            errors=faults,
            warnings=[],
        )
    conflict = row.status == "refused"
    message: Text | None = _UNCHANGED if row.status == "unchanged" else row.message
    return EventResult(
        index=sent.index,
        source=event.source,
        event_id=event.event_id,
        status=row.status,
        id=row.id or ids.get((event.source, event.event_id)),
        code="event.conflict" if conflict else row.code,
        message=message.in_language(language) if message is not None else None,
        errors=_in_language([_conflict(None)], language) if conflict else [],
        warnings=faults,
    )


def _refuse_broken(sent: Sequence[_Sent]) -> None:
    faults = [fault for item in sent if item.event is None for fault in _faults(item, f"/{item.index}")]
    if faults:
        raise Problem("batch.refused", faults=faults)


def _faults(sent: _Sent, pointer: str = "") -> list[Fault]:
    """What is wrong with an event; warnings where it was good."""
    if sent.value is None:
        return [Fault("body", pointer, "wrong_format", text("不是完整的 JSON", "is not complete JSON"))]
    if not sent.value and not sent.problems:
        return [wrong_type("body", pointer, "对象", "an object")]
    wanted = "warning" if sent.event is not None else "error"
    return event_faults((p for p in sent.problems if p.severity == wanted), sent.value, pointer)


def _conflict(index: int | None) -> Fault:
    pointer = "/id" if index is None else f"/{index}/id"
    return Fault("body", pointer, "invalid", CATALOGUE["event.conflict"].fix)


def _in_language(faults: Sequence[Fault], language: Language) -> list[ProblemFault]:
    return [ProblemFault(f.location, f.pointer, f.code, f.text.in_language(language)) for f in faults]


def _said_in(language: Language) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}


def _text_of(value: dict[str, Any] | None, name: str) -> str | None:
    found = (value or {}).get(name)
    return found if isinstance(found, str) and len(found) <= 200 else None


ROUTES: Final = (send_events,)
