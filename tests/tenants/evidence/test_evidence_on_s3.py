"""The same on S3, as far as a small server speaks its protocol: parts, ranges, aborts."""

import os
import re
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from huifang_tenants.evidence_store import (
    EvidenceDamaged,
    EvidenceMissing,
    EvidenceStore,
    StoreUnavailable,
    object_key,
    sealed_size,
)

from .conftest import read, stream, tenant_in_memory


class Bucket(BaseHTTPRequestHandler):
    """Path-style S3: whole and multipart uploads with aborts, HEAD, ranges, deletes in bulk."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    uploads: dict[str, dict[int, bytes]]
    aborted: list[str]

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path, query = self._asked()
        if "uploadId" in query:
            self.uploads[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.objects[path] = body
        self._answer(200, headers={"ETag": '"x"'})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, query = self._asked()
        if "delete" in query:
            keys = re.findall("<Key>(.*?)</Key>", body)
            for key in keys:
                self.objects.pop(f"{path.rstrip('/')}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
            return
        if "uploads" in query:
            id = uuid4().hex
            self.uploads[id] = {}
            self._answer(200, f"<R><Bucket>b</Bucket><Key>{path}</Key><UploadId>{id}</UploadId></R>".encode())
            return
        parts = self.uploads.pop(query["uploadId"])
        self.objects[path] = b"".join(parts[number] for number in sorted(parts))
        self._answer(200, b"<R><Location>x</Location><ETag>x</ETag></R>")

    def do_HEAD(self) -> None:
        found = self.objects.get(self._asked()[0])
        self._answer(404 if found is None else 200, found or b"")

    def do_GET(self) -> None:
        found = self.objects.get(self._asked()[0])
        if found is None:
            self._answer(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert asked is not None
        start, last = int(asked[1]), min(int(asked[2]), len(found) - 1)
        span = {"Content-Range": f"bytes {start}-{last}/{len(found)}"}
        self._answer(206, found[start : last + 1], span)

    def do_DELETE(self) -> None:
        self.aborted.append(self._asked()[1]["uploadId"])
        self.uploads.pop(self.aborted[-1])
        self._answer(204)

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        return parts.path, {name: values[0] for name, values in query.items()}

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        stamp = {"Last-Modified": "Sun, 01 Jun 2025 00:00:00 GMT", "ETag": '"x"'}
        for name, value in (stamp | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def bucket() -> Iterator[type[Bucket]]:
    """A bucket of this test alone, its address in the environment as an operator gives it."""
    handler = type("OwnBucket", (Bucket,), {"objects": {}, "uploads": {}, "aborted": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, pytest.MonkeyPatch.context() as patch:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", "id")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_REGION", "cn-north-1")
        yield handler
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("size", [0, 1000, 20 * 1024 * 1024])
async def test_it_goes_in_and_out(bucket: type[Bucket], size: int) -> None:
    store, tenant, id, content = (
        EvidenceStore("s3://bucket/evidence"),
        tenant_in_memory(),
        uuid4(),
        os.urandom(size),
    )
    received = await store.put(tenant, id, stream(content))
    place = f"/bucket/evidence/{object_key(tenant, id)}"
    assert {path: len(body) for path, body in bucket.objects.items()} == {place: sealed_size(size)}
    await store.verify(tenant, id, received)
    reader = await store.open(tenant, id, size)
    start, stop = size // 3, size // 2
    assert await read(reader.read(start, stop)) == content[start:stop]
    bucket.objects[place] = bucket.objects[place][:-1] + b"\0"
    with pytest.raises(EvidenceDamaged):
        await store.verify(tenant, id, received)
    await store.delete(tenant, id)
    await store.delete(tenant, id)
    with pytest.raises(EvidenceMissing):
        await store.open(tenant, id, size)


async def test_a_broken_upload_is_aborted(bucket: type[Bucket]) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield os.urandom(20 * 1024 * 1024)
        raise ConnectionResetError

    store, tenant = EvidenceStore("s3://bucket"), tenant_in_memory()
    with pytest.raises(ConnectionResetError):
        await store.put(tenant, uuid4(), broken())
    assert bucket.objects == bucket.uploads == {}
    assert len(bucket.aborted) == 1


async def test_a_bucket_that_refuses_is_unavailable(bucket: type[Bucket]) -> None:
    def forbidden(self: Bucket) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(403)

    for method in ("do_PUT", "do_POST", "do_HEAD", "do_GET"):
        setattr(bucket, method, forbidden)
    store, tenant, id = EvidenceStore("s3://bucket"), tenant_in_memory(), uuid4()
    with pytest.raises(StoreUnavailable):
        await store.put(tenant, id, stream(b"x"))
    with pytest.raises(StoreUnavailable):
        await store.open(tenant, id, 1)
    with pytest.raises(StoreUnavailable):
        await store.delete(tenant, id)
