"""Events over HTTP: once only, conflicts refused, batches with a result for each, nothing of a strict one that is broken."""

import asyncio
import json
from typing import Any

import pytest
from huifang_api.problems import problem_of, problem_response
from huifang_tenants.services.intake import IntakeBusy

ENGLISH = {"Accept-Language": "en"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def issued(event_of: Any, contract_of: Any, customer_of: Any) -> Any:
    """A contract issued, sent along with its policyholder."""

    def make(number: str, **changes: Any) -> dict[str, Any]:
        return event_of(  # type: ignore[no-any-return]
            f"issued-{number}",
            "contract.issued",
            contract_no=number,
            contract=contract_of(number, **changes),
            customer=customer_of(number),
        )

    return make


async def test_one_event_makes_a_callback(office: Any, issued: Any) -> None:
    taken = await office.post("/events", issued("E1"), status=202)
    assert taken["status"] == "accepted"
    assert taken["park_reason"] is None
    assert taken["warnings"] == []
    shown = await office.get(f"/events/{taken['id']}")
    assert (shown["event_id"], shown["status"]) == ("issued-E1", "accepted")
    found = await office.get("/obligations", params={"contract_no": "E1"})
    assert [o["kind"] for o in found["items"]] == ["new_contract"]


async def test_the_same_event_changes_nothing_and_says_so(office: Any, issued: Any) -> None:
    event = issued("E2")
    first = await office.post("/events", event, status=202)
    again = await office.post("/events", event, headers=ENGLISH)
    assert again["status"] == "unchanged"
    assert again["id"] == first["id"]
    assert again["message"] == "the same event came in before; nothing was changed"
    assert len((await office.get("/obligations", params={"contract_no": "E2"}))["items"]) == 1


async def test_other_content_under_the_same_id_is_a_conflict(office: Any, event_of: Any) -> None:
    event = event_of("pay-E3", "premium.paid", contract_no="E3", paid_on="2026-03-05", amount="10.00")
    await office.post("/events", event, status=202)
    event["data"]["amount"] = "11.00"
    answer = await office.call("POST", "/events", event, headers=ENGLISH)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "event.conflict"
    assert problem["context"] == {"source": "core", "id": "pay-E3"}
    assert "corrects" in problem["detail"]


async def test_an_event_before_its_contract_is_parked_until_that_comes(
    office: Any, event_of: Any, issued: Any
) -> None:
    late = event_of("pay-E4", "premium.paid", contract_no="E4", paid_on="2026-03-05", amount="10.00")
    parked = await office.post("/events", late, status=202)
    assert (parked["status"], parked["park_reason"]) == ("parked", "unknown_contract")
    assert "保单" in parked["message"]
    await office.post("/events", issued("E4"), status=202)
    assert (await office.get(f"/events/{parked['id']}"))["status"] == "accepted"


async def test_faults_name_their_place(office: Any, issued: Any) -> None:
    event = issued("E5", fees=[{"name": "初始费用", "rate": "0.03"}, {"name": "风险保费", "rate": "x"}])
    event["data"]["colour"] = "red"
    event["data"]["contract"]["premium"]["mode"] = "weekly"
    event["time"] = "yesterday"
    event["EXTRA"] = 1
    answer = await office.call("POST", "/events", event)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "validation.failed"
    assert {(e["pointer"], e["code"]) for e in problem["errors"]} == {
        ("/data/contract/fees/1/rate", "invalid"),
        ("/data/contract/premium/mode", "not_allowed"),
        ("/data/colour", "unknown"),
        ("/time", "wrong_format"),
        ("/EXTRA", "unknown"),
    }
    assert (await office.get("/events", params={"contract_no": "E5"}))["items"] == []


async def test_a_batch_answers_each_event_in_order(office: Any, issued: Any, event_of: Any) -> None:
    good, known = issued("E6"), issued("E7")
    await office.post("/events", known, status=202)
    conflict = json.loads(json.dumps(known))
    conflict["data"]["contract"]["channel"] = "bank"
    broken = event_of("broken", "contract.issued", contract_no=12.5)
    unknown = event_of("waits", "premium.paid", contract_no="nowhere", paid_on="2026-03-05")
    batch = [good, known, conflict, broken, 7, unknown]
    answer = await office.call(
        "POST", "/events", content=json.dumps(batch).encode(), headers={**BATCH, **ENGLISH}
    )
    assert answer.status_code == 200
    taken = answer.json()
    assert [r["index"] for r in taken["results"]] == list(range(6))
    assert [(r["status"], r["code"]) for r in taken["results"]] == [
        ("accepted", None),
        ("unchanged", None),
        ("refused", "event.conflict"),
        ("refused", "validation.failed"),
        ("refused", "validation.failed"),
        ("parked", "unknown_contract"),
    ]
    assert taken["results"][2]["errors"][0]["pointer"] == "/id"
    assert taken["results"][3]["errors"][0]["pointer"] == "/data/contract_no"
    assert taken["results"][3]["event_id"] == "broken"
    assert taken["results"][4]["errors"][0]["code"] == "wrong_type"
    assert (taken["accepted"], taken["unchanged"], taken["parked"], taken["refused"]) == (1, 1, 1, 3)
    assert taken["obligations_made"] == 1


async def test_lines_stand_alone(office: Any, issued: Any) -> None:
    body = b"\n".join(
        [json.dumps(issued("E8")).encode(), b"", b'{"broken', json.dumps(issued("E9")).encode()]
    )
    answer = await office.call("POST", "/events", content=body, headers=LINES)
    results = answer.json()["results"]
    assert [(r["status"], r["code"]) for r in results] == [
        ("accepted", None),
        ("refused", "body.malformed"),
        ("accepted", None),
    ]


@pytest.mark.parametrize("flaw", ["broken", "conflict"])
async def test_of_a_strict_batch_nothing_goes_in_when_anything_is_broken(
    office: Any, issued: Any, flaw: str
) -> None:
    good, bad = issued(f"ES-{flaw}"), issued(f"EB-{flaw}")
    if flaw == "conflict":
        await office.post("/events", bad, status=202)
        bad["data"]["contract"]["channel"] = "bank"
    else:
        del bad["data"]["contract"]["line"]
    answer = await office.call(
        "POST", "/events?strict=true", content=json.dumps([good, bad]).encode(), headers=BATCH
    )
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "batch.refused"
    wanted = "/1/id" if flaw == "conflict" else "/1/data/contract/line"
    assert [e["pointer"] for e in problem["errors"]] == [wanted]
    assert (await office.get("/events", params={"contract_no": f"ES-{flaw}"}))["items"] == []
    del bad["data"]["contract"]
    del bad["data"]["customer"]
    bad["id"] += "-2"
    answer = await office.call(
        "POST", "/events?strict=true", content=json.dumps([good, bad]).encode(), headers=BATCH
    )
    assert answer.json()["results"][0]["status"] == "accepted"


@pytest.mark.parametrize(
    ("content", "type_", "status", "code"),
    [
        (b"{", "application/json", 400, "body.malformed"),
        (b"\xff\xfe", "application/cloudevents+json", 400, "body.malformed"),
        (b"[" * 100_000, "application/json", 400, "body.malformed"),
        (b"[]", "application/json", 400, "validation.failed"),
        (b"{}", "application/cloudevents-batch+json", 400, "validation.failed"),
        (b"{}", "text/plain", 415, "body.wrong_type"),
        (b"{}", "", 415, "body.wrong_type"),
        (b"[" + b"{}," * 5000 + b"{}]", "application/cloudevents-batch+json", 413, "batch.too_long"),
        (b" " * (16 * 2**20 + 1), "application/json", 413, "body.too_large"),
    ],
)
async def test_what_is_no_event_is_refused(
    office: Any, content: bytes, type_: str, status: int, code: str
) -> None:
    found = await office.problem("POST", "/events", content=content, headers={"Content-Type": type_})
    assert found == (status, code)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "a\0b"},
        {"id": "x" * 201},
        {"sequence": 2**63},
        {"sequence": 1e400},
        {"type": "contract.eaten"},
        {"time": "9999-12-31T23:59:59-14:00"},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"data": {"contract_no": "E\0"}},
        {"data": {"contract_no": "E10", "contract": {"contract_no": "E10", "version": 2**64}}},
        {"data": {"contract_no": "E10", "contract": {"contract_no": "E10", "premium": {"amount": "1e999"}}}},
    ],
)
async def test_values_nothing_can_store_are_faults(office: Any, issued: Any, change: dict[str, Any]) -> None:
    event = {**issued("E10"), **change}
    body = json.dumps(event).replace("Infinity", "1e400").encode()
    status, code = await office.problem(
        "POST", "/events", content=body, headers={"Content-Type": "application/json"}
    )
    assert (status, code) in ((400, "validation.failed"), (400, "body.malformed"))


async def test_tenants_have_events_of_the_same_id(office: Any, other_office: Any, issued: Any) -> None:
    event = issued("E11")
    assert (await office.post("/events", event, status=202))["status"] == "accepted"
    assert (await other_office.post("/events", event, status=202))["status"] == "accepted"


async def test_sending_needs_its_scope(office: Any, issued: Any) -> None:
    reader = await office.with_scopes("events:read")
    assert await reader.problem("POST", "/events", issued("E12")) == (403, "auth.scope_missing")


async def test_sent_ten_times_at_once_it_goes_in_once(office: Any, issued: Any) -> None:
    event = issued("E13")
    answers = await asyncio.gather(*(office.call("POST", "/events", event) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await office.get("/obligations", params={"contract_no": "E13"}))["items"]) == 1


def test_intake_that_never_gets_through_asks_to_try_again() -> None:
    problem = problem_of(IntakeBusy())
    assert problem.code == "service.retry"
    assert problem_response(problem, "en", "r").headers["Retry-After"] == "1"


@pytest.mark.parametrize("content_type", ["application/json", "application/cloudevents+json"])
async def test_a_key_given_twice_is_named_with_its_place(
    office: Any, event_of: Any, contract_of: Any, content_type: str
) -> None:
    event = event_of("twice-1", "contract.issued", contract_no="F77", contract=contract_of("F77"))
    words = json.dumps(event).replace('"unit": "JN"', '"unit": "JN", "unit": "YT"')
    answer = await office.call(
        "POST", "/events", content=words.encode(), headers={"Content-Type": content_type, **ENGLISH}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "validation.failed")
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/data/contract/unit"
    assert "'unit' is given twice" in fault["message"]
    assert (await office.get("/events", params={"contract_no": "F77"}))["items"] == []


async def test_in_a_batch_only_the_event_that_gives_a_key_twice_is_refused(
    office: Any, event_of: Any
) -> None:
    good = [
        json.dumps(event_of(f"twice-{n}", "contract.surrendered", contract_no=f"F7{n}", on="2026-03-09"))
        for n in (2, 3)
    ]
    bad = good[0].replace('"source"', '"id": "twice-9", "source"')
    for media_type, words in (
        ("application/cloudevents-batch+json", f"[{good[0]},{bad}]"),
        ("application/x-ndjson", f"{good[1]}\n{bad}\n"),
    ):
        answer = await office.call(
            "POST", "/events", content=words.encode(), headers={"Content-Type": media_type}
        )
        assert answer.status_code == 200, answer.text
        one, other = answer.json()["results"]
        assert (one["status"], other["status"], other["code"]) == ("parked", "refused", "validation.failed")
        assert [fault["pointer"] for fault in other["errors"]] == ["/id"]


async def test_a_record_that_gives_a_key_twice_is_refused(office: Any) -> None:
    words = b'{"kind":"individual","name":"x","contact":{"name":"y","name":"z"}}'
    answer = await office.call(
        "PUT", "/customers/core/T1", content=words, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "validation.failed")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/contact/name"]
