"""Signing a report off over HTTP: the figures stay, later facts show, and only those who answer for them may sign."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from huifang_core.units import Staff
from huifang_tenants.stores import organisation
from python_calamine import CalamineWorkbook

from .conftest import NOW

PATH = "/reports/shandong_life/callback_overview/sign-offs"
FEBRUARY = {"from": "2026-02-01", "to": "2026-02-28", "staff_no": "L1", "note": "二月报送"}


@pytest.fixture(scope="module")
async def signed(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> Any:
    """A callback of February that nobody made, signed off as overdue in March; two hours later the contract proves to have ended before."""
    async with office.scope() as opened:
        await organisation.save_staff(opened, [Staff("L1", "组长", "SD", ("team_leader",))])
    contract = contract_of("F1", issued_on="2026-01-28", effective_on="2026-01-28", delivered_on="2026-02-02")
    issued = event_of("issued-F1", "contract.issued", contract_no="F1", contract=contract, customer=customer_of("F1"), time="2026-01-28T10:00:00+08:00")  # fmt: skip
    await office.post("/events", issued, status=202)
    made = await office.post(PATH, FEBRUARY, status=201)
    await office.api.world.registry.set_test_clock(office.tenant.id, NOW + timedelta(hours=2))
    ended = event_of("over-F1", "contract.ended", contract_no="F1", on="2026-02-05", time="2026-02-05T10:00:00+08:00")  # fmt: skip
    await office.post("/events", ended, status=202)
    return made


async def test_what_was_signed_is_listed_and_read_with_what_changed(office: Any, signed: Any) -> None:
    """SD-4: the figures signed, those of now, the difference, and the event behind it."""
    assert (signed["signed_by"], signed["period_first"], signed["note"]) == ("L1", "2026-02-01", "二月报送")
    assert signed["id"] in [
        item["id"] for item in (await office.get("/report-sign-offs?report=callback_overview"))["items"]
    ]
    assert (await office.get("/report-sign-offs?staff_no=C01"))["items"] == []
    found = await office.get(f"/report-sign-offs/{signed['id']}")
    assert found["intact"] is True
    due = {
        which: {t["id"]: t["totals"][0] for t in found[which]["tables"]}["by_kind"]
        for which in ("signed", "present")
    }
    assert due == {"signed": 1, "present": 0}
    totals = {
        d["measure"]: (d["signed"], d["present"])
        for d in found["differences"]
        if d["table"] == "by_kind" and not d["dimensions"]
    }
    assert totals["due"] == (1, 0)
    assert totals["overdue"] == (1, 0)
    assert totals["in_time_rate"] == ("0.000000", None)
    assert [(c["kind"], c["what"], c["reference"]) for c in found["causes"]] == [
        ("event", "contract.ended", "over-F1")
    ]
    assert found["causes_total"] == 1


async def test_the_figures_signed_come_in_every_format(office: Any, signed: Any) -> None:
    path = f"/report-sign-offs/{signed['id']}/report"
    report = await office.get(path)
    assert {t["id"]: t["totals"][0] for t in report["tables"]}["by_kind"] == 1
    text = await office.call("GET", f"{path}?format=csv")
    assert "应回访" in text.content.decode("utf-8-sig")
    book = await office.call("GET", f"{path}?format=xlsx")
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(book.content)).sheet_names) > len(report["tables"])


async def test_the_hash_stands_in_the_ledger(office: Any, signed: Any) -> None:
    """GEN-2."""
    entries = (await office.get("/ledger?action=report.signed"))["items"]
    [entry] = [entry for entry in entries if entry["subject_id"] == signed["id"]]
    assert entry["details"]["sha256"] == signed["sha256"]
    assert len(signed["sha256"]) == hashlib.sha256().digest_size * 2
    assert entry["on_behalf_of"] == "L1"


@pytest.mark.parametrize(
    ("path", "changes", "refusal"),
    [
        (PATH, {"to": "2026-03-31"}, (409, "report.period_open")),
        (PATH, {"to": "2026-01-31"}, (400, "report.period_invalid")),
        (PATH, {"staff_no": "C01"}, (403, "staff.not_permitted")),
        (PATH, {"staff_no": "nobody"}, (404, "staff.not_found")),
        (PATH, {"unit": "XX"}, (404, "not_found")),
        (PATH, {"from": None}, (400, "validation.failed")),
        (PATH, {"more": 1}, (400, "validation.failed")),
        ("/reports/shandong_life/nothing/sign-offs", {}, (404, "not_found")),
        ("/reports/nothing/callback_overview/sign-offs", {}, (404, "not_found")),
    ],
)
async def test_what_can_not_be_signed(
    office: Any, signed: Any, path: str, changes: dict[str, Any], refusal: tuple[int, str]
) -> None:
    status, code = await office.problem("POST", path, {**FEBRUARY, **changes})
    assert (status, code) == refusal


async def test_signing_is_a_right_of_its_own_and_each_tenant_sees_its_own(
    office: Any, other_office: Any, signed: Any
) -> None:
    reader = await office.with_scopes("reports:read")
    assert await reader.problem("POST", PATH, FEBRUARY) == (403, "auth.scope_missing")
    assert (await other_office.get("/report-sign-offs"))["items"] == []
    path = f"/report-sign-offs/{signed['id']}"
    assert await other_office.problem("GET", path) == (404, "not_found")
    assert await other_office.problem("GET", f"{path}/report") == (404, "not_found")
