"""Letters over HTTP: a batch is prepared, printed, posted, answered with a signature, and entered (LN-4c)."""

from collections.abc import Callable
from typing import Any

import pytest
from huifang_api.channels.letter import numbered

SCAN = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TODAY = "2026-03-10"


@pytest.fixture
def by_letter(
    office: Any,
    event_of: Callable[..., Any],
    contract_of: Callable[..., Any],
    customer_of: Callable[..., Any],
) -> Any:
    """Let a contract's callback be due by letter, to a customer with this address."""

    async def make(number: str, address: str | None = "山东省济南市历下区经十路1号") -> str:
        person = customer_of(number, gender="female", **({} if address is None else {"address": address}))
        event = event_of(
            f"issued-{number}",
            "contract.issued",
            contract_no=number,
            contract=contract_of(number),
            customer=person,
        )
        await office.post("/events", event, status=202)
        async with office.scope() as opened:
            id = await opened.connection.fetchval(
                "UPDATE obligation SET channel = 'letter', rung = 2 FROM contract c"
                " WHERE c.id = contract_id AND c.contract_no = $1 RETURNING obligation.id::text",
                number,
            )
        return str(id)

    return make


async def prepare(office: Any, staff_no: str = "C01", limit: int = 50) -> Any:
    return await office.post("/letters/batches", {"staff_no": staff_no, "limit": limit}, status=201)


async def entry(office: Any, contact: str, identity: str = "passed", **said: str) -> dict[str, Any]:
    """The paper with every first box ticked and nothing written, but for what is said."""
    paper = await office.get(f"/contacts/{contact}/paper")
    answers = [
        {
            question["step"]: said.get(question["step"], question["boxes"][0]["code"])
            for question in section["questions"]
            if question["boxes"] or question["step"] in said
        }
        for section in paper["sections"]
    ]
    return {"identity": identity, "answers": answers}


async def test_ln_4c_a_letter_from_the_batch_to_the_signed_answer(
    office: Any, by_letter: Any, look: Any
) -> None:
    obligation = await by_letter("L1")
    made = await prepare(office)
    [letter] = made["letters"]
    contact = letter["contact_id"]
    assert (letter["status"], letter["customer_name"], letter["missing"]) == ("prepared", "王**", [])
    assert (await office.call("POST", "/letters/batches", {"staff_no": "C01"})).status_code == 204

    printed = await office.call("GET", f"/letters/batches/{made['id']}/pdf")
    assert printed.headers["content-type"] == "application/pdf"
    pages = look(printed.content)
    assert "经十路1号王小明女士" in pages[0].line
    for page in pages:
        assert page.codes == [contact], "every page can be told by a scanner"
        assert numbered(letter["number"]) in page.line

    posting = {"posted_on": TODAY, "posting_no": "XA12345678937"}
    posted = await office.post(f"/letters/{contact}/posting", posting)
    assert (posted["status"], posted["reply_by"]) == ("posted", "2026-04-09T16:00:00Z")
    refused = await office.problem("POST", f"/contacts/{contact}/paper", await entry(office, contact))
    assert refused == (409, "contact.signature_missing")
    await office.call(
        "POST",
        f"/contacts/{contact}/evidence?kind=signed_receipt",
        content=SCAN,
        headers={"Content-Type": "application/pdf"},
    )
    assert (await office.get(f"/letters/{contact}"))["status"] == "answered"
    entered = await office.post(f"/contacts/{contact}/paper", await entry(office, contact))
    assert (entered["outcome"], entered["unused"]) == ("completed", [])
    found = await office.get(f"/obligations/{obligation}")
    assert (found["status"], found["completed_channel"], found["successful"]) == ("completed", "letter", True)
    counts = (await office.get("/letters/batches"))["items"][0]
    assert (counts["letters"], counts["completed"], counts["posted"]) == (1, 1, 0)


async def test_a_batch_is_posted_at_once_and_a_letter_comes_back(office: Any, by_letter: Any) -> None:
    obligations = [await by_letter(number) for number in ("L2", "L3")]
    made = await prepare(office)
    assert len(made["letters"]) == 2
    assert await office.post(f"/letters/batches/{made['id']}/posting", {"posted_on": TODAY}) == {"posted": 2}
    assert await office.post(f"/letters/batches/{made['id']}/posting", {"posted_on": TODAY}) == {"posted": 0}
    contact = made["letters"][0]["contact_id"]
    back = await office.post(f"/letters/{contact}/return", {"returned_on": TODAY, "reason": "moved"})
    assert (back["status"], back["outcome"], back["return_reason"]) == ("returned", "no_answer", "moved")
    states = {(await office.get(f"/obligations/{id}"))["status"] for id in obligations}
    assert states == {"open", "unreachable"}
    listed = await office.get("/letters", params={"batch_id": made["id"], "status": "posted"})
    assert [letter["contact_id"] for letter in listed["items"]] == [made["letters"][1]["contact_id"]]


async def test_who_has_no_address_is_not_written_to(office: Any, by_letter: Any) -> None:
    obligation = await by_letter("L4", None)
    assert (await office.call("POST", "/letters/batches", {"staff_no": "C01"})).status_code == 204
    found = await office.get(f"/obligations/{obligation}")
    assert (found["status"], found["status_reason"]) == ("unreachable", "letter no_address ×1")


async def test_days_that_can_not_be_and_letters_that_are_not_are_refused(office: Any, by_letter: Any) -> None:
    await by_letter("L5")
    contact = (await prepare(office))["letters"][0]["contact_id"]
    path = f"/letters/{contact}"
    tomorrow = {"posted_on": "2026-03-11"}
    assert await office.problem("POST", f"{path}/posting", tomorrow) == (409, "letter.day_invalid")
    back = {"returned_on": TODAY, "reason": "moved"}
    assert await office.problem("POST", f"{path}/return", back) == (409, "letter.not_posted")
    nothing = "01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"
    for method, other in (("GET", ""), ("GET", "/pdf"), ("POST", "/posting"), ("POST", "/return")):
        body = tomorrow if other == "/posting" else back if other == "/return" else None
        assert await office.problem(method, f"/letters/{nothing}{other}", body) == (404, "not_found")
    assert await office.problem("GET", f"/letters/batches/{nothing}/pdf") == (404, "not_found")
    unknown = {"identity": "passed", "answers": [{"no_such_step": "yes"}]}
    await office.call(
        "POST",
        f"/contacts/{contact}/evidence?kind=signed_receipt",
        content=SCAN,
        headers={"Content-Type": "application/pdf"},
    )
    refused = await office.problem("POST", f"/contacts/{contact}/paper", unknown)
    assert refused == (409, "contact.answer_refused")


async def test_printing_needs_a_scope_of_its_own_and_is_on_record(office: Any, by_letter: Any) -> None:
    await by_letter("L6")
    made = await prepare(office)
    contact = made["letters"][0]["contact_id"]
    others = await office.with_scopes("contacts:read", "contacts:write", "personal:reveal")
    for path in (f"/letters/{contact}/pdf", f"/letters/batches/{made['id']}/pdf"):
        assert await others.problem("GET", path) == (403, "auth.scope_missing")
    await office.call("GET", f"/letters/{contact}/pdf", headers={"On-Behalf-Of": "C02"})
    async with office.scope() as opened:
        rows = await opened.connection.fetch(
            "SELECT on_behalf_of FROM ledger WHERE action = 'letter.printed' AND subject_id = $1::uuid",
            contact,
        )
    assert [row["on_behalf_of"] for row in rows] == ["C02"]


async def test_another_tenants_letters_are_not_there(office: Any, other_office: Any, by_letter: Any) -> None:
    await by_letter("L7")
    made = await prepare(office)
    contact = made["letters"][0]["contact_id"]
    for path in (f"/letters/{contact}", f"/letters/{contact}/pdf", f"/letters/batches/{made['id']}/pdf"):
        assert await other_office.problem("GET", path) == (404, "not_found")
    assert (await other_office.get("/letters"))["items"] == []
