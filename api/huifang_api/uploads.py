"""Files in a request: the body itself, or the one file of a form; passed on piece by piece, never held whole."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]

from huifang_api.faults import wrong_format
from huifang_api.problems import Problem
from huifang_api.world import ApiRequest

FORM: Final = "multipart/form-data"

_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?=,|$)")
_DIGEST_HEADERS: Final = ("Content-Digest", "Repr-Digest")
_FIELD: Final = "file"


class Upload(msgspec.Struct, frozen=True):
    """A file on its way in.

    `content_type` and `file_name` are what the client says, `sha256` what it promises, `size` in bytes where it is known.
    """

    content_type: str | None
    file_name: str | None
    sha256: bytes | None
    size: int | None
    chunks: AsyncIterator[bytes]


async def open_upload(request: ApiRequest) -> Upload:
    """Begin to read the file of a request.

    Problems, also while `chunks` is read: `upload.malformed`, `body.too_large`, `body.wrong_type` for a compressed body,
    `validation.failed` for a digest that can't be read.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("body.wrong_type", accepted="Content-Encoding: identity")
    promised = _promised({name: request.headers.get(name) for name in _DIGEST_HEADERS})
    essence, parameters = request.content_type
    if essence != FORM:
        return Upload(
            content_type=request.headers.get("content-type"),
            file_name=None,
            sha256=promised,
            size=_length(request),
            chunks=_raw(request),
        )
    if promised is not None:
        # It would be the digest of the whole form, which nobody keeps.
        raise Problem(
            "validation.failed",
            faults=[
                wrong_format(
                    "header", "/Content-Digest", "应写在表单的文件部分", "belongs to the form's file part"
                )
            ],
        )
    parts = _parts(request, parameters.get("boundary", ""))
    segment = await anext(parts, None)
    if not isinstance(segment, MultipartSegment) or segment.name != _FIELD:
        raise Problem("upload.malformed")
    return Upload(
        content_type=segment.content_type,
        file_name=segment.filename,
        sha256=_promised({name: segment.header(name) for name in _DIGEST_HEADERS}),
        size=None,
        chunks=_file(parts),
    )


async def _raw(request: ApiRequest) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _parts(request: ApiRequest, boundary: str) -> AsyncIterator[MultipartSegment | bytes]:
    """The heads of a form's parts, and what follows each."""
    try:
        with PushMultipartParser(boundary, strict=True) as parser:
            async for chunk in _raw(request):
                for event in parser.parse(chunk):
                    if event is not None:
                        yield event if isinstance(event, MultipartSegment) else bytes(event)
    except MultipartError:
        raise Problem("upload.malformed") from None


async def _file(parts: AsyncIterator[MultipartSegment | bytes]) -> AsyncIterator[bytes]:
    async for part in parts:
        if isinstance(part, MultipartSegment):
            raise Problem("upload.malformed")
        yield part


def _length(request: ApiRequest) -> int | None:
    given = request.headers.get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def _promised(given: dict[str, str | None]) -> bytes | None:
    """The SHA-256 that digest headers promise (RFC 9530); None without one."""
    found: set[bytes] = set()
    for name, value in given.items():
        if value is not None:
            match = _DIGEST.search(value)
            if match is None:
                raise _unreadable(name)
            found.add(base64.b64decode(match[1]))
    if len(found) > 1:
        raise _unreadable(_DIGEST_HEADERS[0])
    return found.pop() if found else None


def _unreadable(header: str) -> Problem:
    fault = wrong_format("header", f"/{header}", "应为 sha-256=:<Base64>:", "must be sha-256=:<base64>:")
    return Problem("validation.failed", faults=[fault])
