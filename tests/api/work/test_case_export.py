"""A contract for the author of a plugin, over HTTP: with its dates, without its people, and only by who may (GEN-4, REG-5)."""

import json
from typing import Any

import pytest
from huifang_core.golden import read_cases
from huifang_core.golden.replay import replay
from huifang_core.registry import load_registry
from huifang_core.units import Staff
from huifang_tenants.stores import organisation

REASON = "计算期限有疑问"


@pytest.fixture(scope="module")
async def path(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> str:
    """Where the callback of a new contract is exported."""
    async with office.scope() as opened:
        await organisation.save_staff(opened, [Staff("CO", "张合规", "SD", ("compliance_officer",))])
    issued = event_of(
        "issued-X1",
        "contract.issued",
        contract_no="X1",
        contract=contract_of("X1"),
        customer=customer_of("X1"),
    )
    await office.post("/events", issued, status=202)
    [made] = (await office.get("/obligations?contract_no=X1"))["items"]
    return f"/obligations/{made['id']}/anonymised-case"


async def test_it_plays_at_the_authors_as_it_did_here(office: Any, path: str) -> None:
    found = await office.post(path, {"staff_no": "CO", "reason": REASON})
    written = json.dumps(found["case"], ensure_ascii=False)
    assert not any(secret in written for secret in ("X1", "KX1", "王小明", "1380013", "泰岳金生"))
    [case] = read_cases(written).cases
    assert replay(load_registry().plugins[found["plugin"]], case).differences == ()
    [noted] = (await office.get("/ledger?action=obligation.exported"))["items"]
    assert (noted["on_behalf_of"], noted["reason"]) == ("CO", REASON)


async def test_who_may_not_and_without_a_reason(office: Any, other_office: Any, path: str) -> None:
    asked = {"staff_no": "CO", "reason": REASON}
    assert await office.problem("POST", path, {**asked, "staff_no": "C01"}) == (403, "staff.not_permitted")
    assert await office.problem("POST", path, {**asked, "staff_no": "nobody"}) == (404, "staff.not_found")
    assert await office.problem("POST", path, {"staff_no": "CO"}) == (400, "validation.failed")
    reader = await office.with_scopes("obligations:read")
    assert await reader.problem("POST", path, asked) == (403, "auth.scope_missing")
    assert await other_office.problem("POST", path, asked) == (404, "staff.not_found")
