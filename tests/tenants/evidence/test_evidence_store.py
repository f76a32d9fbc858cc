"""Objects open only as they were stored: whole, in order, in their place, under their tenant's key (GEN-2)."""

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from huifang_tenants.evidence_store import (
    SEGMENT,
    EvidenceDamaged,
    EvidenceMissing,
    EvidenceStore,
    Received,
    Sealing,
    StoreUnavailable,
    object_key,
    sealed_size,
)
from huifang_tenants.tenant import Tenant
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import read, stream, tenant_in_memory

HEADER = 43
SEALED = SEGMENT + 16
SIZES = (0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 5)


class Shelf(msgspec.Struct, frozen=True):
    """A store with one tenant."""

    store: EvidenceStore
    tenant: Tenant
    folder: Path

    def path(self, id: UUID) -> Path:
        return self.folder / object_key(self.tenant, id)

    async def put(self, content: bytes) -> tuple[UUID, Received]:
        id = uuid4()
        return id, await self.store.put(self.tenant, id, stream(content))

    async def get(self, id: UUID, size: int, start: int = 0, stop: int | None = None) -> bytes:
        reader = await self.store.open(self.tenant, id, size)
        return await read(reader.read(start, stop))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf") / "with a space"
    return Shelf(EvidenceStore(folder.as_uri()), tenant_in_memory(), folder)


@pytest.mark.parametrize("size", SIZES)
async def test_what_goes_in_comes_out_and_is_hashed(shelf: Shelf, size: int) -> None:
    content = os.urandom(size)
    id, received = await shelf.put(content)
    assert received == Received(size, hashlib.sha256(content).digest())
    assert await shelf.get(id, size) == content
    assert shelf.path(id).stat().st_size == sealed_size(size)
    await shelf.store.verify(shelf.tenant, id, received)


async def test_files_are_their_owners_alone_and_tell_nothing(shelf: Shelf) -> None:
    id, _ = await shelf.put(b"secret words " * 100)
    path = shelf.path(id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    assert path.name == str(id)
    assert b"secret" not in path.read_bytes()


async def test_the_same_content_is_never_sealed_alike(shelf: Shelf) -> None:
    a, b = [(await shelf.put(bytes(5000)))[0] for _ in range(2)]
    assert shelf.path(a).read_bytes()[HEADER:] != shelf.path(b).read_bytes()[HEADER:]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), chunk=st.integers(1, 2 * SEGMENT))
async def test_a_range_is_the_slice(shelf: Shelf, data: st.DataObject, chunk: int) -> None:
    size = data.draw(st.sampled_from(SIZES) | st.integers(0, 4 * SEGMENT))
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    content = os.urandom(size)
    id = uuid4()
    pieces = [content[at : at + chunk] for at in range(0, size, chunk)]
    await shelf.store.put(shelf.tenant, id, stream(*pieces))
    assert await shelf.get(id, size, start, stop) == content[start:stop]
    shelf.path(id).unlink()


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (3, 2), (0, 11), (11, 11)])
async def test_a_range_outside_is_an_error(shelf: Shelf, start: int, stop: int) -> None:
    id, _ = await shelf.put(bytes(10))
    with pytest.raises(ValueError, match="within 10 bytes"):
        await shelf.get(id, 10, start, stop)


async def test_any_byte_changed_is_noticed(shelf: Shelf) -> None:
    content = os.urandom(300)
    id, received = await shelf.put(content)
    path = shelf.path(id)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        with pytest.raises(EvidenceDamaged):
            await shelf.store.verify(shelf.tenant, id, received)
    path.write_bytes(whole)
    await shelf.store.verify(shelf.tenant, id, received)


def swapped(whole: bytes) -> bytes:
    first, second = whole[HEADER : HEADER + SEALED], whole[HEADER + SEALED : HEADER + 2 * SEALED]
    return whole[:HEADER] + second + first + whole[HEADER + 2 * SEALED :]


def repeated(whole: bytes) -> bytes:
    return whole[: HEADER + SEALED] + whole[HEADER : HEADER + SEALED] + whole[HEADER + 2 * SEALED :]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "segments swapped": swapped,
    "a segment repeated": repeated,
    "the last segment cut off": lambda whole: whole[: HEADER + 2 * SEALED],
    "the first segment cut off": lambda whole: whole[:HEADER] + whole[HEADER + SEALED :],
    "the last byte cut off": lambda whole: whole[:-1],
    "a byte added": lambda whole: whole + b"\0",
    "the header alone left": lambda whole: whole[:HEADER],
    "half a header left": lambda whole: whole[:20],
    "nothing left": lambda whole: b"",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_what_is_moved_or_cut_off_is_noticed(shelf: Shelf, change: Callable[[bytes], bytes]) -> None:
    content = os.urandom(2 * SEGMENT + 100)
    id, received = await shelf.put(content)
    path = shelf.path(id)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(EvidenceDamaged):
        await shelf.get(id, received.size)


@pytest.mark.parametrize("keep", [1, 2])
async def test_an_end_cut_off_is_noticed_even_when_the_row_was_cut_as_well(shelf: Shelf, keep: int) -> None:
    """The last segment says that it is the last, so a shorter object is not a shorter recording."""
    id, _ = await shelf.put(os.urandom(3 * SEGMENT))
    path = shelf.path(id)
    path.write_bytes(path.read_bytes()[: HEADER + keep * SEALED])
    with pytest.raises(EvidenceDamaged, match=f"segment {keep - 1} "):
        await shelf.get(id, keep * SEGMENT)


async def test_an_object_opens_for_its_tenant_and_evidence_only(shelf: Shelf) -> None:
    id, received = await shelf.put(b"x" * 100)
    other, stranger = uuid4(), tenant_in_memory()
    same_key = msgspec.structs.replace(stranger, keys=shelf.tenant.keys, schema_name=shelf.tenant.schema_name)
    other_key = msgspec.structs.replace(stranger, id=shelf.tenant.id, schema_name=shelf.tenant.schema_name)
    shelf.path(other).write_bytes(shelf.path(id).read_bytes())
    for tenant, asked in ((shelf.tenant, other), (same_key, id), (other_key, id)):
        with pytest.raises(EvidenceDamaged, match="segment 0 "):
            await shelf.store.verify(tenant, asked, received)


async def test_other_content_under_a_good_seal_has_another_hash(shelf: Shelf) -> None:
    id, received = await shelf.put(b"x" * 100)
    await shelf.store.put(shelf.tenant, id, stream(b"y" * 100))
    with pytest.raises(EvidenceDamaged, match="hash"):
        await shelf.store.verify(shelf.tenant, id, received)


async def test_what_is_missing_is_missing_and_may_be_deleted_again(shelf: Shelf) -> None:
    id, _ = await shelf.put(b"x")
    await shelf.store.delete(shelf.tenant, id)
    await shelf.store.delete(shelf.tenant, id)
    with pytest.raises(EvidenceMissing):
        await shelf.get(id, 1)


async def test_an_error_of_the_source_comes_through_and_leaves_nothing(shelf: Shelf) -> None:
    class Gone(OSError):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield os.urandom(12 * 1024 * 1024)
        raise Gone

    id = uuid4()
    with pytest.raises(Gone):
        await shelf.store.put(shelf.tenant, id, broken())
    assert not list(shelf.path(id).parent.glob(f"{id}*"))


async def test_an_upload_cancelled_leaves_nothing(shelf: Shelf) -> None:
    stalled = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield os.urandom(9 * 1024 * 1024)
        stalled.set()
        await asyncio.Event().wait()

    id = uuid4()
    task = asyncio.ensure_future(shelf.store.put(shelf.tenant, id, slow()))
    await stalled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(3000):
        if not list(shelf.path(id).parent.glob(f"{id}*")):
            break
        await asyncio.sleep(0.02)
    assert not list(shelf.path(id).parent.glob(f"{id}*"))


async def test_a_store_that_fails_is_unavailable(shelf: Shelf) -> None:
    id = uuid4()
    shelf.path(id).mkdir(parents=True)
    with pytest.raises(StoreUnavailable):
        await shelf.store.put(shelf.tenant, id, stream(b"x"))


async def test_memory_stays_flat_over_300_megabytes(shelf: Shelf) -> None:
    size, chunk = 300 * 1024 * 1024, os.urandom(64 * 1024)

    async def long() -> AsyncIterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    await shelf.put(os.urandom(20 * 1024 * 1024))
    forget_the_peak()
    before = resident_peak()
    id = uuid4()
    received = await shelf.store.put(shelf.tenant, id, long())
    await shelf.store.verify(shelf.tenant, id, received)
    shelf.path(id).unlink()
    assert received.size == size
    assert resident_peak() - before < 60 * 1024 * 1024


def forget_the_peak() -> None:
    """What earlier tests held would hide what this one takes."""
    Path("/proc/self/clear_refs").write_text("5")


def resident_peak() -> int:
    """The most memory this process held since then, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) * 1024


def test_segments_are_given_as_soon_as_they_are_full() -> None:
    sealing = Sealing(tenant_in_memory(), uuid4())
    given = [len(list(sealing.feed(bytes(SEGMENT // 2)))) for _ in range(6)]
    assert given == [0, 0, 1, 0, 1, 0]
    assert len(sealing.finish()) == SEALED
