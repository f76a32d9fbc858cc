"""Taking evidence in, and what it makes of a contact: nothing counts before it is whole (REG-2, REG-3, GEN-2)."""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from huifang_tenants.evidence_store import EvidenceDamaged
from huifang_tenants.services import evidence
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.evidence import EvidenceView, Upload

from .conftest import ACTOR, PDF, WAV, Office, read, recording, stream


async def receive(
    office: Office, contact: UUID, *chunks: bytes, kind: Any = "recording", **said: Any
) -> EvidenceView:
    limit = said.pop("limit", None)
    upload = Upload(contact_id=contact, kind=kind, **said)
    return await evidence.receive(
        office.db, office.tenant, office.store, upload, stream(*chunks), ACTOR, limit=limit
    )


async def refusal(office: Office, contact: UUID, *chunks: bytes, **said: Any) -> Refused:
    """The refusal of an upload, after which there is nothing in the store for it."""
    before = office.objects()
    with pytest.raises(Refused) as refused:
        await receive(office, contact, *chunks, **said)
    assert office.objects() == before
    return refused.value


async def test_a_recording_is_kept_with_its_hash_and_a_ledger_row(office: Office) -> None:
    contact, content = await office.new_contact(), recording(700_000)
    found = await receive(office, contact, content[:10], content[10:], content_type="audio/x-wav")
    assert (found.status, found.content_type, found.size_bytes) == ("stored", "audio/wav", 700_000)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.uploaded_by == "S1"
    assert found.stored_at is not None
    assert await office.ledger(found.id) == ["evidence.stored"]
    async with office.scope() as opened:
        assert await evidence.get(opened, found.id) == found
        assert await evidence.of_contact(opened, contact) == [found]


async def test_success_flips_when_the_recording_arrives(office: Office) -> None:
    contact = await office.new_contact(affirmative=(True, False))
    await office.conclude(contact)
    assert await office.successes(contact) == [False, False]
    await receive(office, contact, recording())
    assert await office.successes(contact) == [True, False]


async def test_a_recording_that_came_before_the_conclusion_counts_then(office: Office) -> None:
    contact = await office.new_contact()
    await receive(office, contact, recording())
    assert await office.successes(contact) == [False]
    await office.conclude(contact)
    assert await office.successes(contact) == [True]


async def test_conclusion_and_recording_at_the_same_moment(office: Office) -> None:
    for _ in range(10):
        contact = await office.new_contact()
        await asyncio.gather(receive(office, contact, recording()), office.conclude(contact))
        assert await office.successes(contact) == [True]


async def test_each_channel_needs_its_own_evidence(office: Office) -> None:
    for channel, kind in (("on_site", "signed_scan"), ("letter", "signed_receipt")):
        contact = await office.new_contact(channel)  # type: ignore[arg-type]
        await office.conclude(contact)
        await receive(office, contact, recording())
        async with office.scope() as opened:
            await evidence.refer(opened, contact, "call-4711", ACTOR)
        assert await office.successes(contact) == [False]
        await receive(office, contact, PDF, kind=kind, content_type="application/pdf")
        assert await office.successes(contact) == [True]


async def test_a_visit_by_the_seller_is_never_successful(office: Office) -> None:
    contact = await office.new_contact("on_site", visitor_is_seller=True)
    await office.conclude(contact)
    await receive(office, contact, PDF, kind="signed_scan")
    assert await office.successes(contact) == [False]


async def test_a_contact_may_have_several_recordings(office: Office) -> None:
    contact = await office.new_contact()
    ids = [(await receive(office, contact, recording())).id for _ in range(3)]
    async with office.scope() as opened:
        assert [found.id for found in await evidence.of_contact(opened, contact)] == ids


async def test_what_is_refused_leaves_a_row_a_reason_and_no_object(office: Office) -> None:
    contact = await office.new_contact()
    cases: list[tuple[str, tuple[bytes, ...], dict[str, Any]]] = [
        ("evidence.type_not_allowed", (b"MZ\x90\x00" * 100,), {}),
        ("evidence.type_not_allowed", (), {}),
        ("evidence.type_not_allowed", (PDF * 50,), {}),
        ("evidence.type_not_allowed", (recording(),), {"kind": "signed_scan"}),
        ("evidence.type_contradicts", (recording(),), {"content_type": "audio/mpeg"}),
        ("evidence.type_contradicts", (PDF,), {"kind": "signed_scan", "content_type": "image/png"}),
        ("evidence.hash_differs", (recording(),), {"sha256": bytes(32)}),
        ("evidence.too_large", (recording(), os.urandom(3_000_000)), {}),
        ("evidence.too_large", (recording(),), {"limit": 999}),
    ]
    for code, chunks, said in cases:
        assert (await refusal(office, contact, *chunks, **said)).code == code
    await office.conclude(contact)
    assert await office.successes(contact) == [False]
    rows = await office.rows(
        "SELECT e.status, l.action, l.reason FROM evidence e JOIN ledger l ON l.subject_id = e.id"
        " WHERE e.contact_id = $1 ORDER BY e.created_at, e.id",
        contact,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("refused", "evidence.refused", code) for code, _, _ in cases
    ]


async def test_the_limit_holds_before_and_while_reading(office: Office) -> None:
    contact, taken = await office.new_contact(), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield recording()
        while True:
            taken += 100_000
            yield bytes(100_000)

    upload = Upload(contact_id=contact, kind="recording")
    before = office.objects()
    with pytest.raises(Refused, match="too_large"):
        await evidence.receive(office.db, office.tenant, office.store, upload, endless(), ACTOR)
    assert taken <= 3_100_000
    assert office.objects() == before
    known = await refusal(office, contact, recording(), size=3_000_001)
    assert known.fields == {"limit": 3_000_000}
    assert (await receive(office, contact, recording(3_000_000), size=3_000_000)).size_bytes == 3_000_000


async def test_a_hash_that_agrees_is_fine(office: Office) -> None:
    content = recording()
    digest = hashlib.sha256(content).digest()
    found = await receive(office, await office.new_contact(), content, sha256=digest)
    assert found.sha256 == digest.hex()


async def test_a_contact_that_is_not_there_is_refused_before_anything_is_read(office: Office) -> None:
    async def untouched() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    upload = Upload(contact_id=uuid4(), kind="recording")
    with pytest.raises(Refused, match="not_found"):
        await evidence.receive(office.db, office.tenant, office.store, upload, untouched(), ACTOR)
    async with office.scope() as opened:
        with pytest.raises(Refused, match="not_found"):
            await evidence.refer(opened, uuid4(), "x", ACTOR)
        with pytest.raises(Refused, match="not_found"):
            await evidence.get(opened, uuid4())


async def test_a_client_that_goes_away_leaves_a_refused_row(office: Office) -> None:
    contact = await office.new_contact()

    async def gone() -> AsyncIterator[bytes]:
        yield recording()
        raise ConnectionResetError

    before = office.objects()
    upload = Upload(contact_id=contact, kind="recording")
    with pytest.raises(ConnectionResetError):
        await evidence.receive(office.db, office.tenant, office.store, upload, gone(), ACTOR)
    assert office.objects() == before
    rows = await office.rows("SELECT status FROM evidence WHERE contact_id = $1", contact)
    assert [row["status"] for row in rows] == ["refused"]


async def test_ranges_are_played_each_with_a_ledger_row(office: Office) -> None:
    contact, content = await office.new_contact(), recording(600_000)
    found = await receive(office, contact, content)
    for start, stop in ((0, None), (5, 10), (299_999, 10**9), (599_999, 600_000)):
        playback = await evidence.play(
            office.db, office.tenant, office.store, found.id, ACTOR, start=start, stop=stop
        )
        assert await read(playback.chunks) == content[start:stop]
        assert (playback.start, playback.stop) == (start, min(stop or 600_000, 600_000))
    assert await office.ledger(found.id) == ["evidence.stored", *["evidence.played"] * 4]
    rows = await office.rows("SELECT details FROM ledger WHERE subject_id = $1 ORDER BY at, id", found.id)
    assert rows[2]["details"] == {"contact": str(contact), "start": 5, "stop": 10}
    for start, stop in ((600_000, None), (-1, 5), (7, 7)):
        with pytest.raises(Refused, match="range_unsatisfiable"):
            await evidence.play(
                office.db, office.tenant, office.store, found.id, ACTOR, start=start, stop=stop
            )


async def test_a_reference_has_no_file(office: Office) -> None:
    contact = await office.new_contact()
    async with office.scope() as opened:
        found = await evidence.refer(opened, contact, "call-4711", ACTOR)
    assert (found.kind, found.status, found.reference) == ("reference", "stored", "call-4711")
    assert await office.ledger(found.id) == ["evidence.referred"]
    with pytest.raises(Refused, match="no_file"):
        await evidence.play(office.db, office.tenant, office.store, found.id, ACTOR)


async def test_damage_is_refused_and_goes_on_record(office: Office) -> None:
    content = recording(500_000)
    found = await receive(office, await office.new_contact(), content)
    path = office.folder / office.tenant.schema_name / str(found.id)
    arguments = (office.db, office.tenant, office.store, found.id, ACTOR)
    assert await evidence.verify(*arguments) == found
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)
    playback = await evidence.play(*arguments)
    with pytest.raises(EvidenceDamaged):
        await read(playback.chunks)
    with pytest.raises(Refused, match=r"evidence\.damaged"):
        await evidence.verify(*arguments)
    path.unlink()
    with pytest.raises(Refused, match=r"evidence\.damaged"):
        await evidence.play(*arguments)
    said = await office.ledger(found.id)
    assert said[1:] == ["evidence.verified", "evidence.played", "evidence.damaged", "evidence.played",
                        "evidence.damaged"]  # fmt: skip


UPLOADER = """
import asyncio, sys, uuid
from pathlib import Path
from huifang_tenants.database import Database
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.services.evidence import Upload, receive
from huifang_tenants.stores.ledger import Actor

async def body():
    yield b"RIFF" + bytes(4) + b"WAVE" + bytes(2_000_000)
    for _ in range(20):
        yield bytes(500_000)
    print("half", flush=True)
    await asyncio.Event().wait()

async def main(admin_url, key_file, store_url, contact):
    keys = MasterKeys.load(Path(key_file))
    async with Database(runtime_url(admin_url, keys)) as db:
        tenant = await TenantRegistry(db, keys).by_slug("aa")
        upload = Upload(contact_id=uuid.UUID(contact), kind="recording")
        await receive(db, tenant, EvidenceStore(store_url), upload, body(), Actor("client:x"), limit=2**40)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_kill_in_the_middle_leaves_an_arriving_row_that_counts_for_nothing(
    office: Office, tmp_path: Path
) -> None:
    contact = await office.new_contact()
    await office.conclude(contact)
    before = office.objects()
    script = tmp_path / "uploader.py"
    script.write_text(UPLOADER)
    arguments = [office.admin_url, str(office.key_file), office.folder.as_uri(), str(contact)]
    uploader = await asyncio.create_subprocess_exec(
        sys.executable, str(script), *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert uploader.stdout is not None
    assert await uploader.stdout.readline() == b"half\n"
    uploader.kill()
    await uploader.wait()
    (row,) = await office.rows("SELECT id, status FROM evidence WHERE contact_id = $1", contact)
    assert row["status"] == "arriving"
    assert await office.successes(contact) == [False]
    staged = [path for path in office.objects() if path not in before]
    assert [path.name for path in staged] == [f"{row['id']}#1"]
    arguments_of_cleaning = (office.db, office.tenant, office.store)
    assert await evidence.clear_leftovers(*arguments_of_cleaning) == 0
    assert await evidence.clear_leftovers(*arguments_of_cleaning, older_than=timedelta(0)) == 1
    assert office.objects() == before
    async with office.scope() as opened:
        assert (await evidence.get(opened, row["id"])).status == "refused"
    assert await office.ledger(row["id"]) == ["evidence.refused"]


@pytest.mark.parametrize("swept_whole", [True, False])
async def test_an_upload_refused_as_a_leftover_while_it_goes_on_does_not_count(
    office: Office, swept_whole: bool
) -> None:
    contact, begun, swept = await office.new_contact(), asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        begun.set()
        yield WAV + bytes(100)
        await swept.wait()
        yield bytes(100)

    before = office.objects()
    upload = Upload(contact_id=contact, kind="recording")
    task = asyncio.ensure_future(
        evidence.receive(office.db, office.tenant, office.store, upload, slow(), ACTOR)
    )
    await begun.wait()
    if swept_whole:
        await evidence.clear_leftovers(office.db, office.tenant, office.store, older_than=timedelta(0))
    else:
        # As if the sweep stood between the two steps: the row is refused, the object not deleted yet.
        await office.rows(
            "UPDATE evidence SET status = 'refused' WHERE contact_id = $1 RETURNING id", contact
        )
    swept.set()
    with pytest.raises(Refused, match=r"store_unavailable" if swept_whole else r"state\.conflict"):
        await task
    assert office.objects() == before
    (row,) = await office.rows("SELECT status FROM evidence WHERE contact_id = $1", contact)
    assert row["status"] == "refused"
