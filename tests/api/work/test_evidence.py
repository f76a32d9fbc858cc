"""Evidence over HTTP: streamed in, held against its hash, played in ranges, each playback on record."""

import base64
import hashlib
import io
import os
import wave
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

ENGLISH = {"Accept-Language": "en"}
WAV = {"Content-Type": "audio/wav"}


def recording(seconds: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(os.urandom(16_000 * seconds))
    return buffer.getvalue()


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.fixture
async def completed(office: Any, new_contract: Any, play: Any) -> Any:
    """A contact completed with every point affirmed, but without its recording."""

    async def conduct(number: str) -> dict[str, Any]:
        await new_contract(number)
        work = await office.post("/queue/claim", {"staff_no": "C01"})
        body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
        standing = await play(await office.post("/contacts", body, status=201))
        path = f"/contacts/{standing['contact_id']}/outcome"
        return await office.post(path, {"outcome": "completed"})  # type: ignore[no-any-return]

    return conduct


@pytest.fixture(scope="module")
async def kept(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> tuple[str, bytes]:
    """A recording of several segments, and its id."""
    event = event_of(
        "issued-V0",
        "contract.issued",
        contract_no="V0",
        contract=contract_of("V0"),
        customer=customer_of("V0"),
    )
    await office.post("/events", event, status=202)
    work = await office.post("/queue/claim", {"staff_no": "C02"})
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C02"}
    standing = await office.post("/contacts", body, status=201)
    content = recording(40)
    path = f"/contacts/{standing['contact_id']}/evidence?kind=recording"
    found = await office.post(path, content=content, headers=WAV, status=201)
    await office.post(f"/contacts/{standing['contact_id']}/outcome", {"outcome": "no_answer"})
    return found["id"], content


async def test_the_recording_makes_the_callback_successful(office: Any, completed: Any) -> None:
    contact = await completed("V1")
    assert not contact["successful"]
    content = recording()
    answer = await office.call(
        "POST",
        f"/contacts/{contact['id']}/evidence?kind=recording",
        content=content,
        headers={**WAV, "Content-Digest": digest(content), "On-Behalf-Of": "C01"},
    )
    assert answer.status_code == 201
    found = answer.json()
    assert answer.headers["location"] == f"/api/v1/evidence/{found['id']}"
    assert (found["status"], found["kind"], found["uploaded_by"]) == ("stored", "recording", "C01")
    assert (found["size_bytes"], found["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert await office.get(f"/evidence/{found['id']}") == found
    after = await office.get(f"/contacts/{contact['id']}")
    assert after["successful"]
    assert [e["id"] for e in after["evidence"]] == [found["id"]]
    obligation = await office.get(f"/obligations/{contact['obligation_ids'][0]}")
    assert obligation["successful"]


async def test_an_unhappy_answer_is_never_successful(office: Any, new_contract: Any, play: Any) -> None:
    await new_contract("V2")
    work = await office.post("/queue/claim", {"staff_no": "C01"})
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
    standing = await play(await office.post("/contacts", body, status=201), {"coverage": "not_understood"})
    path = f"/contacts/{standing['contact_id']}"
    await office.post(f"{path}/outcome", {"outcome": "completed"})
    await office.post(f"{path}/evidence?kind=recording", content=recording(), headers=WAV, status=201)
    assert not (await office.get(path))["successful"]


async def test_a_form_may_carry_the_file(office: Any, completed: Any) -> None:
    contact = await completed("V3")
    path = f"/contacts/{contact['id']}/evidence?kind=signed_scan"
    files = {"file": ("签字件.pdf", b"%PDF-1.4\n" + os.urandom(300_000), "application/pdf")}
    answer = await office.call("POST", path, files=files)
    assert answer.status_code == 201, answer.text
    assert answer.json()["content_type"] == "application/pdf"
    assert answer.json()["size_bytes"] == 300_009
    two = [("file", ("a.pdf", b"%PDF-1.4\n", "application/pdf"))] * 2
    assert await office.problem("POST", path, files=two) == (400, "upload.malformed")
    other = {"scan": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
    assert await office.problem("POST", path, files=other) == (400, "upload.malformed")
    for content, type_ in (
        (b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n%PDF", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
    ):
        found = await office.problem("POST", path, content=content, headers={"Content-Type": type_})
        assert found == (400, "upload.malformed")


async def test_what_does_not_fit_is_refused(office: Any, completed: Any) -> None:
    contact = await completed("V4")
    path = f"/contacts/{contact['id']}/evidence"
    sound = recording()
    cases: list[tuple[str, bytes, dict[str, str], tuple[int, str]]] = [
        ("recording", sound, {**WAV, "Content-Digest": digest(b"else")}, (409, "evidence.hash_differs")),
        ("recording", sound, {**WAV, "Repr-Digest": digest(b"else")}, (409, "evidence.hash_differs")),
        ("recording", sound, {**WAV, "Content-Digest": "sha-256=:x:"}, (400, "validation.failed")),
        ("recording", sound, {**WAV, "Content-Digest": "md5=:AAAA:"}, (400, "validation.failed")),
        ("recording", sound, {"Content-Type": "audio/mpeg"}, (415, "evidence.type_contradicts")),
        ("recording", b"<html>", WAV, (415, "evidence.type_not_allowed")),
        ("recording", b"", WAV, (415, "evidence.type_not_allowed")),
        ("signed_scan", sound, WAV, (415, "evidence.type_not_allowed")),
        ("recording", sound, {**WAV, "Content-Encoding": "gzip"}, (415, "body.wrong_type")),
        ("reference", sound, WAV, (400, "validation.failed")),
        ("recording", sound, {**WAV, "On-Behalf-Of": "nobody"}, (404, "staff.not_found")),
    ]
    for kind, content, headers, refusal in cases:
        assert (
            await office.problem("POST", f"{path}?kind={kind}", content=content, headers=headers) == refusal
        )
    assert await office.problem("POST", path, content=sound, headers=WAV) == (400, "validation.failed")
    assert not (await office.get(f"/contacts/{contact['id']}"))["successful"]
    assert await office.problem(
        "POST", f"/contacts/{uuid4()}/evidence?kind=recording", content=sound, headers=WAV
    ) == (404, "not_found")


async def test_too_much_is_cut_off_early(office: Any, completed: Any) -> None:
    contact = await completed("V5")
    path = f"/contacts/{contact['id']}/evidence?kind=recording"
    headers = {**WAV, "Content-Length": str(10**12)}
    assert await office.problem("POST", path, content=recording(), headers=headers) == (
        413,
        "evidence.too_large",
    )

    async def endless() -> AsyncIterator[bytes]:
        yield recording()
        while True:
            yield bytes(4 * 2**20)

    assert await office.problem("POST", path, content=endless(), headers=WAV) == (413, "evidence.too_large")


async def test_an_original_kept_elsewhere_proves_nothing(office: Any, completed: Any) -> None:
    contact = await completed("V6")
    path = f"/contacts/{contact['id']}/evidence-references"
    found = await office.post(path, {"reference": "pbx:2026/000457"}, status=201)
    assert (found["kind"], found["reference"]) == ("reference", "pbx:2026/000457")
    assert not (await office.get(f"/contacts/{contact['id']}"))["successful"]
    assert await office.problem("GET", f"/evidence/{found['id']}/content") == (409, "evidence.no_file")
    for bad in ("", " ", "a\0b", "x" * 501):
        assert await office.problem("POST", path, {"reference": bad}) == (400, "validation.failed")


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-262143", 0, 262_144),
        ("bytes=262143-262145", 262_143, 262_146),
        ("bytes=600000-", 600_000, 640_044),
        ("bytes=-100", 639_944, 640_044),
        ("bytes=-9999999", 0, 640_044),
        ("bytes=640000-999999999", 640_000, 640_044),
    ],
)
async def test_a_range_is_played(office: Any, kept: Any, wanted: str, start: int, stop: int) -> None:
    id, content = kept
    answer = await office.call("GET", f"/evidence/{id}/content", headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == content[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/640044"
    assert answer.headers["content-length"] == str(stop - start)
    assert answer.headers["content-type"] == "audio/wav"


@pytest.mark.parametrize(
    "wanted",
    [None, "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=x-", "bytes=-", "bytes=" + "9" * 99 + "-"],
)
async def test_without_a_usable_range_the_whole_is_played(office: Any, kept: Any, wanted: str | None) -> None:
    id, content = kept
    headers = {"Range": wanted} if wanted else {}
    answer = await office.call("GET", f"/evidence/{id}/content", headers=headers)
    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["repr-digest"] == digest(content)
    assert answer.headers["cache-control"] == "no-store"
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("wanted", ["bytes=640044-", "bytes=640044-640050", "bytes=-0"])
async def test_a_range_outside_is_refused(office: Any, kept: Any, wanted: str) -> None:
    answer = await office.call("GET", f"/evidence/{kept[0]}/content", headers={"Range": wanted})
    assert (answer.status_code, answer.json()["code"]) == (416, "evidence.range_unsatisfiable")
    assert answer.headers["content-range"] == "bytes */640044"


async def test_if_range_of_another_content_plays_the_whole(office: Any, kept: Any) -> None:
    id, content = kept
    path = f"/evidence/{id}/content"
    etag = (await office.call("GET", path)).headers["etag"]
    same = await office.call("GET", path, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert (same.status_code, same.content) == (206, content[:10])
    other = await office.call("GET", path, headers={"Range": "bytes=0-9", "If-Range": '"x"'})
    assert (other.status_code, other.content) == (200, content)


async def test_every_playback_is_on_record(office: Any, kept: Any) -> None:
    headers = {"Range": "bytes=1-2", "On-Behalf-Of": "H1"}
    await office.call("GET", f"/evidence/{kept[0]}/content", headers=headers)
    rows = (await office.get("/ledger", params={"subject_id": kept[0], "action": "evidence.played"}))["items"]
    assert ("H1", 1, 3) in {
        (row["on_behalf_of"], row["details"]["start"], row["details"]["stop"]) for row in rows
    }


async def test_head_reads_no_content_and_is_no_playback(office: Any, kept: Any) -> None:
    """GEN-2: the ledger says who heard a recording, and nobody hears one by asking for its size."""
    id, content = kept
    path = f"/evidence/{id}/content"

    async def played() -> int:
        found = await office.get(
            "/ledger", params={"subject_id": id, "action": "evidence.played", "limit": 200}
        )
        return len(found["items"])

    before = await played()
    told = await office.call("HEAD", path, headers={"Range": "bytes=0-9", "On-Behalf-Of": "H1"})
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == str(len(content))
    assert await played() == before
    shown = await office.call("GET", path)
    assert await played() == before + 1
    same = ("content-type", "etag", "repr-digest", "content-disposition", "accept-ranges", "cache-control")
    assert {name: told.headers[name] for name in same} == {name: shown.headers[name] for name in same}
    assert (await office.call("HEAD", f"/evidence/{uuid4()}/content")).status_code == 404
    assert (await office.call("HEAD", path, headers={"On-Behalf-Of": "nobody"})).status_code == 404


async def test_only_who_may_and_only_ones_own(office: Any, other_office: Any, kept: Any) -> None:
    path = f"/evidence/{kept[0]}/content"
    assert await other_office.problem("GET", path) == (404, "not_found")
    assert await other_office.problem("GET", f"/evidence/{kept[0]}") == (404, "not_found")
    writer = await office.with_scopes("evidence:write", "contacts:write")
    assert await writer.problem("GET", path) == (403, "auth.scope_missing")
    reader = await office.with_scopes("evidence:read")
    assert await reader.problem(
        "POST", f"/contacts/{uuid4()}/evidence?kind=recording", content=b"x", headers=WAV
    ) == (403, "auth.scope_missing")
    assert await office.problem("GET", f"/evidence/{uuid4()}/content") == (404, "not_found")
