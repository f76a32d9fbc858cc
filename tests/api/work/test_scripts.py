"""Scripts over HTTP: what is filed is used, what is not is held back with the reason (LN-6)."""

import hashlib
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from huifang_core.scripts import load_script, script_hash
from huifang_core.units import Staff, Unit
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores import organisation
from huifang_tenants.stores.ledger import Actor

SCRIPT = "liaoning_life.new_contract"
UNITS = (
    Unit("LN", "辽宁分公司", "province", "HO", "210000", "liaoning"),
    Unit("SY", "沈阳中心支公司", "city", "LN", "210100"),
)
STAFF = (
    Staff("L1", "张L1", "LN", ("caller",), trained_until=date(2026, 12, 31)),
    Staff("L2", "张L2", "LN", ("compliance_officer",)),
)


@pytest.fixture(scope="module")
async def liaoning(office: Any) -> Any:
    """The office with a branch in Liaoning."""
    catalogue = await office.api.world.services.catalogue()
    async with office.scope() as opened:
        await organisation.save_units(opened, UNITS)
        await organisation.save_staff(opened, STAFF)
        await configure(opened, catalogue, "liaoning_life", Actor("test:setup"))
    return office


async def script_of(office: Any) -> dict[str, Any]:
    (found,) = [
        one
        for one in (await office.get("/scripts", params={"plugin": "liaoning_life"}))["items"]
        if one["script"] == SCRIPT
    ]
    return found


def filing(script: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "plugin": "liaoning_life",
        "script": SCRIPT,
        "hash": script["hash"],
        "filed_on": "2026-03-02",
        "authority": "辽宁监管局",
        "reference": "辽寿报〔2026〕12号",
        "document_sha256": "ab" * 32,
        "staff_no": "L2",
        **changes,
    }


async def test_ln_6_from_held_back_to_filed_to_used(
    liaoning: Any, event_of: Any, contract_of: Any, customer_of: Any
) -> None:
    event = event_of(
        "issued-F1",
        "contract.issued",
        contract_no="F1",
        contract=contract_of("F1", unit="SY", region="210100"),
        customer=customer_of("F1"),
    )
    await liaoning.post("/events", event, status=202)
    script = await script_of(liaoning)
    assert (script["filed"], script["must_be_filed"], script["enabled"]) == (False, True, True)
    assert await liaoning.post("/queue/claim", {"staff_no": "L1"}, status=204) is None
    held_back = await liaoning.get("/queue/held-back", params={"staff_no": "L1"})
    assert (held_back["without_script"], held_back["script_not_filed"]) == (1, 1)
    filed = await liaoning.post("/scripts/filings", filing(script), status=201)
    assert (filed["in_force"], filed["version"], filed["recorded_by"]) == (True, script["version"], "L2")
    assert await liaoning.get(f"/scripts/filings/{filed['id']}") == filed
    assert (await script_of(liaoning))["filed"]
    work = await liaoning.post("/queue/claim", {"staff_no": "L1"})
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "L1"}
    await liaoning.post("/contacts", body, status=201)
    versions = (await liaoning.get(f"/scripts/liaoning_life/{SCRIPT}/versions"))["items"]
    assert [(v["hash"], v["contacts"], v["filed"], v["installed"]) for v in versions] == [
        (script["hash"], 1, True, True)
    ]
    withdrawn = await liaoning.post(
        f"/scripts/filings/{filed['id']}/withdrawal",
        {"withdrawn_on": "2026-03-10", "reason": "监管要求修改", "staff_no": "L2"},
    )
    assert (withdrawn["in_force"], withdrawn["withdrawn_by"]) == (False, "L2")
    listed = (await liaoning.get("/scripts/filings", params={"in_force": False, "script": SCRIPT}))["items"]
    assert [one["id"] for one in listed] == [filed["id"]]
    assert (await liaoning.get("/scripts/filings", params={"in_force": True}))["items"] == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"hash": "0" * 64}, (404, "not_found")),
        ({"hash": "0"}, (400, "validation.failed")),
        ({"plugin": "shandong_life"}, (404, "not_found")),
        ({"filed_on": "2026-03-11"}, (400, "filing.in_the_future")),
        ({"staff_no": "L1"}, (403, "staff.not_permitted")),
        ({"staff_no": "nobody"}, (404, "staff.not_found")),
        ({"authority": " "}, (400, "validation.failed")),
        ({"colour": 1}, (400, "validation.failed")),
    ],
)
async def test_what_is_no_filing(liaoning: Any, changes: dict[str, Any], refusal: tuple[int, str]) -> None:
    script = await script_of(liaoning)
    assert await liaoning.problem("POST", "/scripts/filings", filing(script, **changes)) == refusal


async def test_another_tenants_filings_are_not_there(liaoning: Any, other_office: Any) -> None:
    filed = await liaoning.post(
        "/scripts/filings", filing(await script_of(liaoning), authority="大连监管局"), status=201
    )
    missing = (404, "not_found")
    assert await other_office.problem("GET", f"/scripts/filings/{filed['id']}") == missing
    body = {"withdrawn_on": "2026-03-10", "reason": "别家"}
    assert await other_office.problem("POST", f"/scripts/filings/{filed['id']}/withdrawal", body) == missing
    assert (await other_office.get("/scripts/filings"))["items"] == []
    assert await other_office.problem("GET", "/scripts/liaoning_life/no/versions") == missing


async def test_filing_takes_its_scope(liaoning: Any) -> None:
    reader = await liaoning.with_scopes("scripts:read")
    body = filing(await script_of(liaoning))
    assert await reader.problem("POST", "/scripts/filings", body) == (403, "auth.scope_missing")
    writer = await liaoning.with_scopes("scripts:write")
    assert await writer.problem("GET", "/scripts") == (403, "auth.scope_missing")


async def test_the_filing_pack_holds_what_an_authority_reads_and_can_check(liaoning: Any) -> None:
    path = f"/scripts/liaoning_life/{SCRIPT}/filing-pack"
    answer = await liaoning.call("GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    script = await script_of(liaoning)
    assert script["hash"][:12] in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(files.pop("index.json"))
    assert index["hash"] == script["hash"]
    assert index["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert set(files) == {
        "script.html",
        "script.pdf",
        "script.json",
        "script.yaml",
        "content.json",
        "proof.json",
    }
    assert hashlib.sha256(files["script.json"]).hexdigest() == script["hash"]
    assert script_hash(load_script(files["script.yaml"].decode())) == script["hash"]
    assert files["script.pdf"].startswith(b"%PDF-")
    proof = json.loads(files["proof.json"])
    assert (proof["holds"], proof["unknown_items"], proof["hash"]) == (True, [], script["hash"])
    page = files["script.html"].decode()
    assert "您投保前" in page
    assert "〔保单号〕" in page
    assert "仅当 新型产品：是" in page
    assert await liaoning.problem("GET", f"{path}?hash={'0' * 64}") == (404, "not_found")
    assert await liaoning.problem("GET", "/scripts/no/x/filing-pack") == (404, "not_found")
