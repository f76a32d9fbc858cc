"""Evidence (证据): recordings and signed papers come in, are played, and are referred to (REG-3, GEN-2)."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

import msgspec
import structlog
from huifang_tenants.evidence_store import EvidenceDamaged
from huifang_tenants.evidence_types import ALLOWED, FileKind
from huifang_tenants.scope import Scope
from huifang_tenants.services import evidence
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor, record
from litestar import Response, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import BYTES, Answer, documented
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.contacts import EvidenceSummary
from huifang_api.shapes.evidence import ReferToEvidence
from huifang_api.uploads import FORM, open_upload
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Evidence",)
_RANGE: Final = re.compile(r"bytes=(?:(?P<start>[0-9]{1,15})-(?P<last>[0-9]{1,15})?|-(?P<tail>[0-9]{1,15}))")
_FILE_TYPES: Final = tuple(dict.fromkeys(name for names in ALLOWED.values() for name in names))
_ENDINGS: Final = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
}
_RECEIVING: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "upload.malformed", "body.wrong_type", "staff.not_found", "evidence.too_large",
    "evidence.type_not_allowed", "evidence.type_contradicts", "evidence.hash_differs", "evidence.store_unavailable",
)  # fmt: skip
_PLAYING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "evidence.no_file", "evidence.range_unsatisfiable", "evidence.damaged",
    "evidence.store_unavailable",
)  # fmt: skip
_MADE: Final = Answer(
    "Kept.", {"application/json": EvidenceSummary}, {"Location": "Address of the evidence."}
)
_FILE_HEADERS: Final = {
    "Accept-Ranges": "`bytes`.",
    "ETag": "Names the content; for `If-Range`.",
    "Repr-Digest": "SHA-256 of the whole file (RFC 9530).",
    "Content-Disposition": "A file name.",
}
_log = structlog.get_logger("huifang.evidence")


@post(
    "/contacts/{contact_id:uuid}/evidence",
    opt=needs("evidence:write", raises=_RECEIVING, vendors=True)
    | documented(
        bodies={
            **dict.fromkeys(_FILE_TYPES, BYTES),
            "application/octet-stream": BYTES,
            FORM: {
                "type": "object",
                "properties": {
                    "file": {**BYTES, "description": "The file; its part may carry `Content-Digest`."}
                },
                "required": ["file"],
                "additionalProperties": False,
            },
        },
        body_text="The file as the body, or as the one part `file` of a form. Its type is told by its first bytes.",
        answers={201: _MADE},
    ),
    operation_id="receive_evidence",
    tags=_TAGS,
    request_max_body_size=None,
)
async def receive_evidence(
    request: ApiRequest,
    contact_id: FromPath[UUID],
    kind: Annotated[
        FileKind,
        QueryParameter(
            description="`recording` of a call (录音), `signed_scan` of a visit (签字件), `signed_receipt` of a letter (签收回执)."
        ),
    ],
    content_digest: Annotated[
        str | None,
        HeaderParameter(
            name="Content-Digest",
            max_length=500,
            description="`sha-256=:…:` (RFC 9530): what arrives must have this hash, or it is refused. `Repr-Digest` does the same.",
        ),
    ] = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> Response[EvidenceSummary]:
    """Bring in a recording or signed paper; it is streamed, encrypted and hashed on arrival.

    When the evidence its channel demands has come in, a completed contact with all points affirmed becomes successful
    (REG-2, REG-3). It can't be changed or deleted afterwards.
    """
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
        await holder(request, scope, contact_id)
    upload = await open_upload(request)
    world = world_of(request)
    kept = await evidence.receive(
        world.database,
        request.auth.tenant,
        world.evidence,
        evidence.Upload(
            contact_id=contact_id,
            kind=kind,
            content_type=upload.content_type,
            sha256=upload.sha256,
            size=upload.size,
        ),
        upload.chunks,
        actor,
    )
    return _made(kept)


@post(
    "/contacts/{contact_id:uuid}/evidence-references",
    opt=needs("evidence:write", raises=("staff.not_found",), vendors=True) | documented(answers={201: _MADE}),
    operation_id="refer_to_evidence",
    tags=_TAGS,
)
async def refer_to_evidence(
    request: ApiRequest,
    contact_id: FromPath[UUID],
    data: JSONBody[ReferToEvidence],
    on_behalf_of: OnBehalfOfParam = None,
) -> Response[EvidenceSummary]:
    """Note where evidence of a contact is kept elsewhere. By itself it proves nothing and makes nothing successful."""

    async def refer(scope: Scope) -> evidence.EvidenceView:
        actor = await acting(request, scope, on_behalf_of)
        await holder(request, scope, contact_id)
        return await evidence.refer(scope, contact_id, data.reference, actor)

    return _made(await in_tenant(request, refer))


@get("/evidence/{evidence_id:uuid}", opt=needs("evidence:read"), operation_id="get_evidence", tags=_TAGS)
async def get_evidence(request: ApiRequest, evidence_id: FromPath[UUID]) -> EvidenceSummary:
    """Read what is known of a piece of evidence; its content has an address of its own."""
    async with tenant_scope(request, read_only=True) as scope:
        return _shown(await evidence.get(scope, evidence_id))


@get(
    "/evidence/{evidence_id:uuid}/content",
    opt=needs("evidence:read", raises=_PLAYING)
    | documented(
        answers={
            200: Answer("The whole file.", dict.fromkeys(_FILE_TYPES, BYTES), _FILE_HEADERS),
            206: Answer(
                "The bytes asked for.",
                dict.fromkeys(_FILE_TYPES, BYTES),
                {**_FILE_HEADERS, "Content-Range": "Which bytes of how many."},
            ),
        }
    ),
    operation_id="play_evidence",
    tags=_TAGS,
)
async def play_evidence(
    request: ApiRequest,
    evidence_id: FromPath[UUID],
    wanted: Annotated[
        str | None,
        HeaderParameter(
            name="Range",
            max_length=200,
            description="One range of bytes, such as `bytes=0-65535`; anything else is ignored (RFC 9110).",
        ),
    ] = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> Stream:
    """Play or download a file, whole or in part. Every playback leaves a row in the ledger.

    HEAD tells size, type and hash without reading any of it: that is no playback and leaves none.
    """
    world, tenant = world_of(request), request.auth.tenant
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await evidence.get(scope, evidence_id)
    if request.scope.get("head_only"):
        # A range has a meaning for GET only (RFC 9110).
        size = evidence.file_of(found).size
        return Stream((), media_type=_media_type(found), headers=_headers(found, size))
    size, etag = found.size_bytes or 0, _etag(found)
    if request.headers.get("if-range", etag) != etag:
        wanted = None
    span = _span(wanted, size)
    start, stop = span or (0, None)
    try:
        playing = await evidence.play(
            world.database, tenant, world.evidence, evidence_id, actor, start=start, stop=stop
        )
    except Refused as refusal:
        if refusal.code != "evidence.range_unsatisfiable":
            raise
        headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        raise Problem(refusal.code, headers=headers, **refusal.fields) from None
    headers = _headers(playing.evidence, playing.stop - playing.start)
    if span is not None:
        headers["Content-Range"] = f"bytes {playing.start}-{playing.stop - 1}/{size}"
    return Stream(
        _watched(request, playing, actor),
        status_code=200 if span is None else 206,
        media_type=_media_type(playing.evidence),
        headers=headers,
    )


def _headers(found: evidence.EvidenceView, length: int) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Content-Length": str(length),
        "ETag": _etag(found),
        "Content-Disposition": f'inline; filename="{found.id}.{_ENDINGS.get(_media_type(found), "bin")}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(found.sha256 or '')).decode()}:",
    }


def _media_type(found: evidence.EvidenceView) -> str:
    return found.content_type or "application/octet-stream"


def _etag(found: evidence.EvidenceView) -> str:
    return f'"{found.sha256}"'


async def _watched(request: ApiRequest, playing: evidence.Playback, actor: Actor) -> AsyncIterator[bytes]:
    """The bytes; where they turn out damaged midway, that goes on record, and the answer breaks off."""
    try:
        async for chunk in playing.chunks:
            yield chunk
    except EvidenceDamaged as error:
        said = str(error)
        await in_tenant(
            request,
            lambda scope: record(
                scope, actor, "evidence.damaged", "evidence", playing.evidence.id, said, reason=said
            ),
        )
        _log.error("evidence damaged", evidence=str(playing.evidence.id))
        raise


def _span(wanted: str | None, size: int) -> tuple[int, int | None] | None:
    """Bytes [start, stop) of a Range header; None where it asks for the whole, or for what can't be given in one piece."""
    match = _RANGE.fullmatch((wanted or "").strip())
    if match is None:
        return None
    if match["tail"] is not None:
        tail = int(match["tail"])
        # The last zero bytes are no range: past the end, so that it is refused.
        return (max(size - tail, 0), size) if tail else (size, None)
    start = int(match["start"])
    if match["last"] is None:
        return start, None
    last = int(match["last"])
    return (start, last + 1) if last >= start else None


def _made(kept: evidence.EvidenceView) -> Response[EvidenceSummary]:
    return Response(_shown(kept), headers={"Location": f"/api/v1/evidence/{kept.id}"})


def _shown(found: evidence.EvidenceView) -> EvidenceSummary:
    return msgspec.convert(found, EvidenceSummary, from_attributes=True)


ROUTES: Final = (receive_evidence, refer_to_evidence, get_evidence, play_evidence)
