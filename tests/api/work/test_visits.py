"""Visits over HTTP: a round is planned, printed, made, entered from its sheet, and proven by the signed page (LN-4b)."""

from collections.abc import Callable
from typing import Any

import pytest

SCAN = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DAY = "2026-03-10"
MADE_AT = "2026-03-10T10:00:00+08:00"


@pytest.fixture
def by_visit(
    office: Any,
    event_of: Callable[..., Any],
    contract_of: Callable[..., Any],
    customer_of: Callable[..., Any],
) -> Any:
    """Let a contract's callback be due by visit."""

    async def make(number: str, address: str, **changes: Any) -> str:
        event = event_of(
            f"issued-{number}",
            "contract.issued",
            contract_no=number,
            contract=contract_of(number, **changes),
            customer=customer_of(number, address=address),
        )
        await office.post("/events", event, status=202)
        async with office.scope() as opened:
            id = await opened.connection.fetchval(
                "UPDATE obligation SET channel = 'on_site', rung = 1 FROM contract c"
                " WHERE c.id = contract_id AND c.contract_no = $1 RETURNING obligation.id::text",
                number,
            )
        return str(id)

    return make


async def plan(office: Any, limit: int = 8) -> list[Any]:
    made = await office.post("/visits", {"staff_no": "V1", "day": DAY, "limit": limit}, status=201)
    found: list[Any] = made["visits"]
    return found


async def test_ln_4b_a_visit_from_the_round_to_the_signed_sheet(
    office: Any, by_visit: Any, look: Any
) -> None:
    obligation = await by_visit("V-2", "山东省济南市市中区经二路2号")
    await by_visit("V-1", "山东省济南市历下区经十路1号")
    visits = await plan(office)
    assert {visit["district"] for visit in visits} == {"山东省济南市历下区****", "山东省济南市市中区****"}
    assert (await office.call("POST", "/visits", {"staff_no": "V1", "day": DAY})).status_code == 204

    printed = await office.call("GET", f"/visits/pdf?staff_no=V1&day={DAY}")
    assert printed.headers["content-type"] == "application/pdf"
    pages = look(printed.content)
    overview = pages[0].line
    assert overview.index("历下区经十路1号") < overview.index("市中区经二路2号")
    assert "张V1" in overview
    assert "138****" in overview or "1380013" not in overview
    codes = [code for page in pages for code in page.codes]
    assert set(codes) == {visit["contact_id"] for visit in visits}
    assert "1380013" not in "".join(page.line for page in pages), "numbers are masked on paper, too"

    async with office.scope() as opened:
        contact = await opened.connection.fetchval(
            "SELECT contact_id::text FROM contact_section WHERE obligation_id = $1::uuid", obligation
        )
    paper = await office.get(f"/contacts/{contact}/paper")
    answers = [
        {q["step"]: q["boxes"][0]["code"] for q in section["questions"] if q["boxes"]}
        for section in paper["sections"]
    ]
    body = {"identity": "passed", "answers": answers}
    assert await office.problem("POST", f"/contacts/{contact}/paper", body) == (409, "visit.not_made")
    made = {"made_at": MADE_AT, "companions": ["S1"]}
    visit = await office.post(f"/visits/{contact}/made", made)
    assert (visit["staff_no"], visit["companions"], visit["with_seller"]) == ("V1", ["S1"], True)
    entered = await office.post(f"/contacts/{contact}/paper", body)
    assert entered["outcome"] == "completed"
    found = await office.get(f"/obligations/{obligation}")
    assert (found["status"], found["completed_channel"], found["successful"]) == (
        "completed",
        "on_site",
        False,
    )
    await office.call(
        "POST",
        f"/contacts/{contact}/evidence?kind=signed_scan",
        content=SCAN,
        headers={"Content-Type": "application/pdf"},
    )
    assert (await office.get(f"/obligations/{obligation}"))["successful"]
    assert (await office.get(f"/visits/{contact}"))["has_signature"]
    left = await office.get("/visits", params={"staff_no": "V1", "day": DAY, "status": "in_progress"})
    assert len(left["items"]) == 1


async def test_what_can_not_be_is_refused(office: Any, by_visit: Any) -> None:
    await by_visit("V-3", "山东省济南市历下区经十路3号")
    past = {"staff_no": "V1", "day": "2026-03-09"}
    assert await office.problem("POST", "/visits", past) == (409, "visit.day_invalid")
    caller = {"staff_no": "C01", "day": DAY}
    assert await office.problem("POST", "/visits", caller) == (403, "staff.not_permitted")
    [visit] = await plan(office, limit=1)
    path = f"/visits/{visit['contact_id']}/made"
    later = {"made_at": "2026-03-10T10:00:01+08:00"}
    assert await office.problem("POST", path, later) == (409, "visit.time_invalid")
    seller = {"made_at": MADE_AT, "visitor": "S1"}
    assert (await office.problem("POST", path, seller))[0] == 403
    nothing = "/visits/01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"
    for method, other, body in (
        ("GET", "", None),
        ("GET", "/pdf", None),
        ("POST", "/made", {"made_at": MADE_AT}),
    ):
        assert await office.problem(method, nothing + other, body) == (404, "not_found")
    assert await office.problem("GET", "/visits/pdf?staff_no=V1&day=2026-05-01") == (404, "not_found")


async def test_printing_needs_its_scope_and_is_on_record_and_stays_with_the_tenant(
    office: Any, other_office: Any, by_visit: Any
) -> None:
    await by_visit("V-4", "山东省济南市历下区经十路4号")
    visit = (await plan(office))[-1]
    path = f"/visits/{visit['contact_id']}"
    others = await office.with_scopes("contacts:read", "contacts:write", "personal:reveal")
    for printing in (f"{path}/pdf", f"/visits/pdf?staff_no=V1&day={DAY}"):
        assert await others.problem("GET", printing) == (403, "auth.scope_missing")
        assert await other_office.problem("GET", printing) == (404, "not_found")
    assert await other_office.problem("GET", path) == (404, "not_found")
    printed = await office.call("GET", f"{path}/pdf", headers={"On-Behalf-Of": "V1"})
    assert printed.content.startswith(b"%PDF-")
    async with office.scope() as opened:
        rows = await opened.connection.fetch(
            "SELECT on_behalf_of FROM ledger WHERE action = 'visit.printed' AND subject_id = $1::uuid",
            visit["contact_id"],
        )
    assert [row["on_behalf_of"] for row in rows] == ["V1"]
