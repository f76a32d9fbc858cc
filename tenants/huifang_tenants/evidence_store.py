"""Where recordings and scans lie: encrypted under the tenant's evidence key, in a local folder, S3 or its kin.

An object is a header (magic and version, 32 bytes of salt, 7 bytes of nonce prefix) and segments of 256 KiB, each
AES-256-GCM under a key of this one object (HKDF of the tenant's evidence key and the salt). This is the STREAM
construction: a segment's nonce is prefix ‖ number ‖ whether it is the last, its associated data the header, tenant and
evidence id. So a changed byte, a missing, repeated or moved segment, a cut-off end, another tenant's or another
evidence's object all fail to open, and a range in the middle of gigabytes opens without what lies before it.
"""

import asyncio
import hashlib
import hmac
import os
import struct
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import UUID

import msgspec
import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from huifang_tenants.errors import TenantsError
from huifang_tenants.tenant import Tenant

SEGMENT: Final = 256 * 1024
"""Bytes of plaintext in every segment but the last."""

_MAGIC: Final = b"HFE\x01"
_SALT_BYTES: Final = 32
_PREFIX_BYTES: Final = 7
_HEADER_BYTES: Final = len(_MAGIC) + _SALT_BYTES + _PREFIX_BYTES
_TAG_BYTES: Final = 16
_SEALED_SEGMENT: Final = SEGMENT + _TAG_BYTES
_NONCE_TAIL: Final = struct.Struct(">IB")
_SEGMENTS_PER_REQUEST: Final = 8
# S3 takes at most 10,000 parts of at least 5 MiB: these allow for 78 GiB with some 30 MiB in memory.
_PART_BYTES: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2


class EvidenceDamaged(TenantsError):
    """An object is not what was stored: changed, cut off, mixed up, or sealed with another key; `key` names it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"evidence object {key}: {problem}")
        self.key = key


class EvidenceMissing(EvidenceDamaged):
    """The object is not in the store."""

    def __init__(self, key: str) -> None:
        super().__init__(key, "not in the store")


class StoreUnavailable(TenantsError):
    """The object store did not do what it was asked; the cause is chained."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the object store failed over {key}")
        self.key = key


class Received(msgspec.Struct, frozen=True):
    """What came in: its size in bytes and the SHA-256 of the plaintext."""

    size: int
    sha256: bytes


def object_key(tenant: Tenant, evidence_id: UUID) -> str:
    """The opaque name of an object: it tells nothing about what it holds."""
    return f"{tenant.schema_name}/{evidence_id}"


async def store_problem(url: str) -> str | None:
    """Say why evidence can't be kept at `url`, or None; nothing is written, and no folder made."""
    if urlsplit(url).scheme == "file":
        return await asyncio.to_thread(_folder_problem, Path(url2pathname(urlsplit(url).path)))
    try:
        await obstore.head_async(from_url(url), "nothing-of-this-name")
    except FileNotFoundError:
        return None
    except (BaseError, OSError, ValueError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
    return None


def _folder_problem(folder: Path) -> str | None:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        return f"{place} is no folder"
    if not os.access(place, os.W_OK | os.X_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
        return f"{place} can't be written to"
    return None


class EvidenceStore:
    """The object store of an installation; holds no state, may be shared by all tasks of a process.

    `url` is file:///folder, s3://bucket/prefix, gs://… or az://…; the clouds' credentials come from the environment
    (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL …). A local folder is made if missing; ours alone may read what lies in it.
    """

    def __init__(self, url: str) -> None:
        self._folder: Path | None = None
        if urlsplit(url).scheme == "file":
            self._folder = Path(url2pathname(urlsplit(url).path))
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(self._folder)
        else:
            self._store = from_url(url)

    async def put(self, tenant: Tenant, evidence_id: UUID, chunks: AsyncIterable[bytes]) -> Received:
        """Encrypt and store what `chunks` gives, with flat memory; return its size and hash.

        The object appears whole or not at all: whatever `chunks` raises ends the upload and is raised here unchanged.
        Raises StoreUnavailable. After a return the object has reached the disk.
        """
        key = object_key(tenant, evidence_id)
        folder = self._folder / tenant.schema_name if self._folder else None
        if folder is not None:
            await asyncio.to_thread(_make_folder, folder)
        feed = _Feed(Sealing(tenant, evidence_id), chunks)
        try:
            await obstore.put_async(
                self._store, key, feed, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE
            )
            if folder is not None:
                await asyncio.to_thread(_settle, folder / str(evidence_id))
        except (BaseError, OSError) as error:
            if error is feed.failure:
                raise
            raise StoreUnavailable(key) from error
        return feed.received

    async def open(self, tenant: Tenant, evidence_id: UUID, size: int) -> "Reader":
        """Open an object of `size` bytes of plaintext; nothing but its header is read yet.

        Raises EvidenceMissing, EvidenceDamaged when its length or header can't be right, StoreUnavailable.
        """
        key = object_key(tenant, evidence_id)
        try:
            length = (await obstore.head_async(self._store, key))["size"]
            if length != sealed_size(size):
                raise EvidenceDamaged(key, f"{length} bytes long instead of {sealed_size(size)}")
            header = bytes(await obstore.get_range_async(self._store, key, start=0, end=_HEADER_BYTES))
        except FileNotFoundError:
            raise EvidenceMissing(key) from None
        except (BaseError, OSError) as error:
            raise StoreUnavailable(key) from error
        if len(header) != _HEADER_BYTES or not header.startswith(_MAGIC):
            raise EvidenceDamaged(key, "no header of a known version")
        return Reader(self._store, key, _ObjectCipher(tenant, evidence_id, header), size)

    async def verify(self, tenant: Tenant, evidence_id: UUID, received: Received) -> None:
        """Read an object from end to end and hold it against its size and hash; raises like `open` and `read`."""
        digest = hashlib.sha256()
        reader = await self.open(tenant, evidence_id, received.size)
        async for chunk in reader.read():
            digest.update(chunk)
        if not hmac.compare_digest(digest.digest(), received.sha256):
            raise EvidenceDamaged(reader.key, "its content has another hash")

    async def delete(self, tenant: Tenant, evidence_id: UUID) -> None:
        """Delete an object and what an interrupted upload of it left; none is fine. Raises StoreUnavailable.

        Retention is the caller's. Parts of broken uploads to S3 go by a lifecycle rule of the bucket: they can't be
        listed from here.
        """
        key = object_key(tenant, evidence_id)
        try:
            if self._folder is not None:
                await asyncio.to_thread(_remove, self._folder / tenant.schema_name, str(evidence_id))
            else:
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreUnavailable(key) from error


class Reader:
    """One object, opened; `size` is that of the plaintext in bytes. Ranges may be read in any order, also at once."""

    __slots__ = ("_cipher", "_last", "_store", "key", "size")

    def __init__(self, store: ObjectStore, key: str, cipher: "_ObjectCipher", size: int) -> None:
        self._store = store
        self._cipher = cipher
        self._last = _segments(size) - 1
        self.key = key
        self.size = size

    async def read(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Give the plaintext bytes [start, stop) piece by piece, each proven before it is given.

        Raises ValueError when the range does not lie within the object, EvidenceDamaged, EvidenceMissing,
        StoreUnavailable.
        """
        stop = self.size if stop is None else stop
        if not 0 <= start <= stop <= self.size:
            raise ValueError(f"[{start}, {stop}) does not lie within {self.size} bytes")
        if start == stop and self.size:
            return
        number, final = start // SEGMENT, max(stop - 1, 0) // SEGMENT
        while number <= final:
            many = min(_SEGMENTS_PER_REQUEST, final - number + 1)
            for piece in self._pieces(await self._fetch(number, many)):
                plain = self._open(number, piece)
                offset = number * SEGMENT
                yield plain[max(start - offset, 0) : stop - offset]
                number += 1

    def _pieces(self, sealed: memoryview) -> Iterator[memoryview]:
        for at in range(0, len(sealed), _SEALED_SEGMENT):
            yield sealed[at : at + _SEALED_SEGMENT]

    async def _fetch(self, number: int, many: int) -> memoryview:
        start = _HEADER_BYTES + number * _SEALED_SEGMENT
        end = min(start + many * _SEALED_SEGMENT, sealed_size(self.size))
        try:
            sealed = await obstore.get_range_async(self._store, self.key, start=start, end=end)
        except FileNotFoundError:
            raise EvidenceMissing(self.key) from None
        except (BaseError, OSError) as error:
            raise StoreUnavailable(self.key) from error
        if len(sealed) != end - start:
            raise EvidenceDamaged(self.key, "shorter than when it was opened")
        return memoryview(sealed)

    def _open(self, number: int, piece: memoryview) -> bytes:
        try:
            return self._cipher.open(number, piece, last=number == self._last)
        except InvalidTag:
            raise EvidenceDamaged(self.key, f"segment {number} does not open") from None


class Sealing:
    """Turns a stream of plaintext into the bytes of an object; one for each object."""

    __slots__ = ("_cipher", "_held", "_number", "header")

    def __init__(self, tenant: Tenant, evidence_id: UUID) -> None:
        self.header = _MAGIC + os.urandom(_SALT_BYTES + _PREFIX_BYTES)
        self._cipher = _ObjectCipher(tenant, evidence_id, self.header)
        self._held = bytearray()
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take plaintext in; give the segments that are full and can't be the last."""
        for at in range(0, len(chunk), SEGMENT):
            self._held += chunk[at : at + SEGMENT]
            if len(self._held) > SEGMENT:
                yield self._seal(last=False)

    def finish(self) -> bytes:
        """Give the last segment."""
        return self._seal(last=True)

    def _seal(self, *, last: bool) -> bytes:
        plain = bytes(self._held[:SEGMENT])
        del self._held[:SEGMENT]
        sealed = self._cipher.seal(self._number, plain, last=last)
        self._number += 1
        return sealed


def sealed_size(size: int) -> int:
    """The length of the object that holds `size` bytes of plaintext."""
    return _HEADER_BYTES + size + _segments(size) * _TAG_BYTES


def _segments(size: int) -> int:
    # Nothing at all is one empty segment, or cutting everything off would go unnoticed.
    return max(1, -(-size // SEGMENT))


class _ObjectCipher:
    """The cipher of one object: its salt makes its key its own, so that no nonce is ever used twice."""

    __slots__ = ("_associated", "_cipher", "_prefix")

    def __init__(self, tenant: Tenant, evidence_id: UUID, header: bytes) -> None:
        salt = header[len(_MAGIC) : len(_MAGIC) + _SALT_BYTES]
        derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"huifang/1/evidence-object")
        self._cipher = AESGCM(derived.derive(tenant.keys.evidence))
        self._prefix = header[-_PREFIX_BYTES:]
        self._associated = header + tenant.id.bytes + evidence_id.bytes

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(number, last), plain, self._associated)

    def open(self, number: int, sealed: memoryview, *, last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(number, last), sealed, self._associated)

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + _NONCE_TAIL.pack(number, last)


class _Feed:
    """What the object store draws from: hashes, counts and seals; keeps the error of the source to tell it apart."""

    def __init__(self, sealing: Sealing, chunks: AsyncIterable[bytes]) -> None:
        self._digest = hashlib.sha256()
        self._size = 0
        self._sealed = self._seal(sealing, chunks)
        self.failure: BaseException | None = None

    @property
    def received(self) -> Received:
        return Received(self._size, self._digest.digest())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._sealed)
        except StopAsyncIteration:
            raise
        except BaseException as error:
            self.failure = error
            raise

    async def _seal(self, sealing: Sealing, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        yield sealing.header
        async for chunk in chunks:
            self._digest.update(chunk)
            self._size += len(chunk)
            for segment in sealing.feed(chunk):
                yield segment
        yield sealing.finish()


def _settle(path: Path) -> None:
    """Make a local file its owner's alone and see it to the disk, its name included."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o600)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    """Make a tenant's folder: the store would do so too, but let everybody look into it."""
    if not folder.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path, name: str) -> None:
    """Remove a local object, and `name#1`, `name#2` …, into which the store writes first: a kill leaves them behind."""
    (folder / name).unlink(missing_ok=True)
    for number in count(1):
        try:
            (folder / f"{name}#{number}").unlink()
        except FileNotFoundError:
            return
