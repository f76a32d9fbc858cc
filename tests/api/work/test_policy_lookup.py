"""The core system is asked at the start of a contact and on demand; what is newer goes in as any contract does (SD-4)."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from huifang_tenants.errors import NestedScope
from huifang_tenants.intake import check_row
from huifang_tenants.policy_lookup import SETTING, BearerToken, LookUpSettings, seal
from huifang_tenants.provisioning import change_setting
from huifang_tenants.scope import scope
from huifang_tenants.services.look_up import look_up

from ..core_server import Asked, CoreServer, answer

NOW = datetime.fromisoformat("2026-03-10T10:00:00+08:00")


@pytest.fixture(autouse=True)
async def _nothing_else_to_do(office: Any) -> None:
    """What another test left open would be claimed first."""
    async with office.scope() as opened:
        await opened.connection.execute(
            "UPDATE obligation SET status = 'cancelled', lease_staff = NULL, lease_until = NULL WHERE status = 'open'"
        )


@pytest.fixture
async def configure(office: Any, core_server: CoreServer) -> Any:
    """Let the first tenant's policies be looked up at the core system; off again afterwards."""
    world, tenant = office.api.world, office.tenant

    async def change(value: Any) -> None:
        await change_setting(office.api.settings.database_url, tenant.id, SETTING, value)
        world.registry.forget(tenant)

    async def on(**changes: Any) -> None:
        known = {
            "address": core_server.address,
            "allowed_networks": ("127.0.0.1/32",),
            "timeout_seconds": 10.0,
        }
        await change(msgspec.to_builtins(LookUpSettings(**{**known, **changes})))
        # A client that has had failures rests; each test starts afresh.
        await world.core_system.close()

    yield on
    await change(None)


@pytest.fixture
def begin(office: Any, new_contract: Any) -> Callable[..., Any]:
    """Issue a contract, claim it, and start its contact; answers the standing and how long starting took, in seconds."""

    async def start(number: str, *, issued: bool = False, **changes: Any) -> tuple[dict[str, Any], float]:
        if not issued:
            await new_contract(number, **changes)
        work = await office.post("/queue/claim", {"staff_no": "C01"})
        assert number in {one["contract_no"] for one in work["obligations"]}
        body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
        began = time.monotonic()
        standing = await office.post("/contacts", body, status=201)
        return standing, time.monotonic() - began

    return start


async def end(office: Any, standing: dict[str, Any]) -> dict[str, Any]:
    """Give a contact up, and return it as it was kept."""
    path = f"/contacts/{standing['contact_id']}"
    kept: dict[str, Any] = await office.get(path)
    await office.post(f"{path}/abandon", {"reason": "测试"})
    return kept


async def contract(office: Any, number: str) -> dict[str, Any]:
    [found] = (await office.get("/contracts", params={"contract_no": number}))["items"]
    detail: dict[str, Any] = await office.get(f"/contracts/{found['id']}")
    return detail


async def ledger(office: Any, subject: str) -> list[tuple[str, str, str | None]]:
    found = (await office.get("/ledger", params={"subject_id": subject, "order": "asc"}))["items"]
    return [(one["action"], one["actor"], one["on_behalf_of"]) for one in found]


async def test_without_a_look_up_the_data_of_the_last_import_is_used_and_says_so(
    office: Any, begin: Any, core_server: CoreServer
) -> None:
    standing, _ = await begin("L1")
    [used] = standing["contracts"]
    assert (used["contract_no"], used["origin"], used["look_up"], used["looked_up_at"]) == (
        "L1",
        "import",
        "off",
        None,
    )
    # When it was true: the time of the event that brought it.
    assert datetime.fromisoformat(used["as_of"]) == datetime.fromisoformat("2026-03-06T10:00:00+08:00")
    kept = await end(office, standing)
    assert [one["origin"] for one in kept["snapshot"]["contracts"]] == ["import"]
    assert core_server.asked == []


async def test_newer_data_is_taken_in_as_any_contract_is_and_used_at_once(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure()
    core_server.policies["L2"] = contract_of("L2", version=2, premium={"mode": "single", "amount": "8888.00"})
    standing, _ = await begin("L2")
    [used] = standing["contracts"]
    assert (used["origin"], used["look_up"], used["version"]) == ("live", "changed", 2)
    assert datetime.fromisoformat(used["as_of"]) == NOW
    now = await contract(office, "L2")
    assert (now["version"], now["base"]["premium"]["amount"]) == (2, "8888.00")
    assert ("contract.changed", "system:policy_lookup", "C01") in await ledger(office, now["id"])
    prompt = await office.get(f"/contacts/{standing['contact_id']}/prompt")
    assert prompt["contracts"] == standing["contracts"]
    kept = await end(office, standing)
    [fresh], [facts] = kept["snapshot"]["contracts"], kept["snapshot"]["sections"]
    assert (fresh["origin"], fresh["version"]) == ("live", 2)
    assert "8888.00" in {str(value) for value in facts.values()}


async def test_data_that_is_the_same_is_confirmed_and_counts_as_fresh_for_a_while(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, contract_of: Any, event_of: Any
) -> None:
    await configure(fresh_seconds=3600)
    core_server.policies["L3"] = {
        **contract_of("L3", premium={"mode": "single", "amount": "10000"}),
        "as_of": "2026-03-10T09:59:00+08:00",
        "a_field_of_tomorrow": [1, 2],
    }
    standing, _ = await begin("L3")
    [used] = standing["contracts"]
    assert (used["origin"], used["look_up"]) == ("live", "confirmed")
    assert datetime.fromisoformat(used["as_of"]) == NOW - timedelta(minutes=1)
    before = await contract(office, "L3")
    path = f"/contacts/{standing['contact_id']}"
    await office.post(
        f"{path}/outcome", {"outcome": "call_back_at", "call_back_at": "2026-03-11T10:00:00+08:00"}
    )
    async with office.scope() as opened:
        await opened.connection.execute("UPDATE obligation SET callable_from = $1 WHERE status = 'open'", NOW)
    again, _ = await begin("L3", issued=True)
    [cached] = again["contracts"]
    assert (cached["origin"], cached["look_up"], cached["as_of"]) == ("cache", "fresh", used["as_of"])
    assert core_server.paths == ["/api/policies/L3"]
    assert (await contract(office, "L3"))["revision"] == before["revision"]
    await end(office, again)
    # What came in since moves the contract on: it is no longer what the core system confirmed.
    event = event_of(
        "changed-L3", "contract.changed", contract_no="L3", kind="address", changes={"channel": "bank"}
    )
    await office.post("/events", event, status=202)
    assert (await contract(office, "L3"))["looked_up_at"] is None
    asked = await office.post(f"/contracts/{before['id']}/look-up")
    assert core_server.paths == ["/api/policies/L3"] * 2
    assert (asked["origin"], asked["look_up"]) == ("live", "confirmed")


async def test_older_data_changes_nothing(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure()
    core_server.policies["L4"] = contract_of("L4", version=6, product_name="旧名")
    standing, _ = await begin("L4", version=7)
    [used] = standing["contracts"]
    assert (used["origin"], used["look_up"], used["version"]) == ("import", "older", 7)
    assert (await contract(office, "L4"))["product_name"] == "泰岳金生"
    await end(office, standing)


def _saying(said: bytes, pause: float = 0) -> Any:
    async def behave(asked: Asked, write: Any) -> None:
        await asyncio.sleep(pause)
        await write(said)

    return behave


async def _dripping(asked: Asked, write: Any) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        await write(b" ")
        await asyncio.sleep(0.05)


async def _huge(asked: Asked, write: Any) -> None:
    await write(b'HTTP/1.1 200 OK\r\n\r\n{"contract_no": "')
    while True:
        await write(b"x" * 65536)


OTHER = {
    "line": "life", "unit": "JN", "policyholder": "KX", "version": 99, "contract_no": "SOMEBODY-ELSES",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "behaves", "why"),
    [
        ("slow", _saying(answer(200, OTHER), 600), "timed_out"),
        ("dripping", _dripping, "timed_out"),
        ("failing", _saying(answer(500, {})), "failing"),
        ("unknown", _saying(answer(404, {})), "unknown"),
        ("closed", _saying(answer(403, {})), "unauthorised"),
        ("other", _saying(answer(200, OTHER)), "unusable"),
        ("nameless", _saying(answer(200, {"version": 3})), "unusable"),
        ("unversioned", _saying(answer(200, {k: v for k, v in OTHER.items() if k != "version"})), "unusable"),
        ("huge", _huge, "unusable"),
        ("redirect", _saying(answer(302, {}, Location="http://127.0.0.1:1/")), "unusable"),
        ("page", _saying(answer(200, b"<html>")), "unusable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_whatever_the_core_system_does_the_call_goes_on_with_what_is_known(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, name: str, behaves: Any, why: str
) -> None:
    await configure(timeout_seconds=0.5 if why == "timed_out" else 10.0)
    core_server.behaves = behaves
    number = f"L5-{name}"
    standing, took = await begin(number)
    assert took < 60
    [used] = standing["contracts"]
    assert (used["contract_no"], used["origin"], used["look_up"], used["version"]) == (
        number,
        "import",
        why,
        1,
    )
    assert used["message"]["zh-CN"] != used["message"]["en"]
    kept = await end(office, standing)
    assert [one["look_up"] for one in kept["snapshot"]["contracts"]] == [why]
    assert (await contract(office, number))["revision"] == 1
    assert (await office.get("/contracts", params={"contract_no": "SOMEBODY-ELSES"}))["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"line": "boat"}, {"contract_no": "L6X"}, {"version": "two"}, {"version": -1}, {"premium": {"amount": "1e99"}},
        {"effective_on": "2026-02-30"}, {"unit": ""}, {"unit": None}, {"as_of": "yesterday"}, {"as_of": 5},
        {"insured": ["K1", 7.5]}, {"product_name": "a\0b"},
    ],
)  # fmt: skip
async def test_what_does_not_fit_the_schema_is_not_taken_in(
    office: Any, configure: Any, new_contract: Any, core_server: CoreServer, contract_of: Any, changes: Any
) -> None:
    await configure()
    number = f"L6-{next(iter(changes))}-{next(iter(changes.values()))}".replace("\0", "")[:40]
    await new_contract(number)
    before = await contract(office, number)
    core_server.policies[number] = {**contract_of(number, version=5, product_name="新名"), **changes}
    asked = await office.post(f"/contracts/{before['id']}/look-up")
    assert (asked["look_up"], asked["version"]) == ("unusable", 1)
    assert await contract(office, number) == before


async def test_the_core_system_being_down_delays_no_one_for_long(
    office: Any, configure: Any, begin: Any, core_server: CoreServer
) -> None:
    await configure()
    await core_server.stop()
    for n, why in enumerate(("unreachable", "unreachable", "unreachable", "resting")):
        standing, took = await begin(f"L7-{n}")
        assert (standing["contracts"][0]["look_up"], took < 10) == (why, True)
        await end(office, standing)
        async with office.scope() as opened:
            await opened.connection.execute(
                "UPDATE obligation SET status = 'cancelled' WHERE status = 'open'"
            )


async def test_data_confirmed_earlier_stays_known_with_its_age_when_the_core_system_is_down(
    office: Any, configure: Any, new_contract: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure(fresh_seconds=0)
    await new_contract("L8")
    id = (await contract(office, "L8"))["id"]
    core_server.policies["L8"] = {**contract_of("L8"), "as_of": "2026-03-10T08:00:00+08:00"}
    assert (await office.post(f"/contracts/{id}/look-up"))["origin"] == "live"
    await core_server.stop()
    asked = await office.post(f"/contracts/{id}/look-up")
    assert (asked["origin"], asked["look_up"]) == ("cache", "unreachable")
    assert datetime.fromisoformat(asked["as_of"]) == NOW - timedelta(hours=2)


async def test_a_moment_in_the_future_is_not_believed(
    office: Any, configure: Any, new_contract: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure()
    await new_contract("L9")
    id = (await contract(office, "L9"))["id"]
    core_server.policies["L9"] = {**contract_of("L9", version=2), "as_of": "2027-01-01T00:00:00+08:00"}
    asked = await office.post(f"/contracts/{id}/look-up")
    assert (asked["look_up"], datetime.fromisoformat(asked["as_of"])) == ("changed", NOW)


async def test_contracts_called_about_together_are_asked_for_together(
    office: Any, configure: Any, begin: Any, new_contract: Any, core_server: CoreServer, contract_of: Any, event_of: Any,
    customer_of: Any,
) -> None:  # fmt: skip
    """DEC-5: one contact serves them all, and takes no longer to start than for one."""
    await configure()
    policyholder = customer_of("LA")
    for number in ("LA1", "LA2", "LA3"):
        given = contract_of(number, policyholder=policyholder["customer_no"])
        event = event_of(
            f"issued-{number}", "contract.issued", contract_no=number, contract=given, customer=policyholder
        )
        await office.post("/events", event, status=202)
        core_server.policies[number] = {**given, "version": 4 if number == "LA2" else 1}

    all_asked = asyncio.Barrier(3)

    async def behave(asked: Asked, write: Any) -> None:
        # Asked about one after another, the first would never be answered.
        await all_asked.wait()
        await write(answer(200, core_server.policies[asked.path.rpartition("/")[2]]))

    core_server.behaves = behave
    standing, _ = await begin("LA1", issued=True)
    assert {one["contract_no"]: one["look_up"] for one in standing["contracts"]} == {
        "LA1": "confirmed",
        "LA2": "changed",
        "LA3": "confirmed",
    }
    await end(office, standing)


async def test_a_look_up_that_changes_the_deadline_replaces_what_was_claimed(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, contract_of: Any
) -> None:
    """What follows from newer data follows as from any import: the contact serves the obligation that now stands."""
    await configure()
    core_server.policies["LB"] = contract_of("LB", version=2, cooling_off_days=10)
    standing, _ = await begin("LB")
    found = await office.get("/obligations", params={"contract_no": "LB"})
    by_status = {one["status"]: one for one in found["items"]}
    assert set(by_status) == {"superseded", "open"}
    assert standing["obligation_id"] == by_status["open"]["id"]
    assert by_status["open"]["due_by"] < by_status["superseded"]["due_by"]
    await end(office, standing)


async def test_a_policyholder_nobody_knows_yet_stops_no_call(
    office: Any, configure: Any, begin: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure()
    core_server.policies["LC"] = contract_of("LC", version=2, policyholder="K-NOBODY-YET")
    standing, _ = await begin("LC")
    [used] = standing["contracts"]
    assert (used["look_up"], used["origin"]) == ("changed", "live")
    await end(office, standing)


async def test_credentials_reach_the_core_system_and_are_kept_sealed(
    office: Any, configure: Any, new_contract: Any, core_server: CoreServer, contract_of: Any
) -> None:
    core_server.token = "t0ken-canary"
    await configure(auth=BearerToken(seal(office.tenant, "t0ken-canary")))
    await new_contract("LD")
    core_server.policies["LD"] = contract_of("LD")
    asked = await office.post(f"/contracts/{(await contract(office, 'LD'))['id']}/look-up")
    assert asked["look_up"] == "confirmed"
    async with office.scope() as opened:
        rows = await opened.connection.fetch("SELECT details::text FROM ledger")
    assert "t0ken-canary" not in repr([tuple(row) for row in rows])
    assert "t0ken-canary" not in repr((await office.api.world.registry.by_id(office.tenant.id)).settings)


async def test_a_setting_that_can_not_be_used_stops_no_call(office: Any, begin: Any, configure: Any) -> None:
    await configure()
    await change_setting(
        office.api.settings.database_url, office.tenant.id, SETTING, {"address": "file:///etc"}
    )
    office.api.world.registry.forget(office.tenant)
    standing, _ = await begin("LE")
    assert standing["contracts"][0]["look_up"] == "not_allowed"
    await end(office, standing)


async def test_on_demand_it_is_asked_anew_and_leaves_a_row_in_the_ledger(
    office: Any, configure: Any, new_contract: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure(fresh_seconds=3600)
    await new_contract("LF")
    id = (await contract(office, "LF"))["id"]
    core_server.policies["LF"] = contract_of("LF")
    for _ in range(2):
        asked = await office.post(f"/contracts/{id}/look-up", headers={"On-Behalf-Of": "C02"})
        assert (asked["look_up"], asked["contract_id"]) == ("confirmed", id)
    assert len(core_server.paths) == 2
    looked_up = [entry for entry in await ledger(office, id) if entry[0] == "contract.looked_up"]
    assert [entry[2] for entry in looked_up] == ["C02", "C02"]


async def test_who_may_look_up_what(
    office: Any, other_office: Any, configure: Any, new_contract: Any
) -> None:
    await configure()
    await new_contract("LG")
    id = (await contract(office, "LG"))["id"]
    reader = await office.with_scopes("contracts:read", "contracts:write")
    assert await reader.problem("POST", f"/contracts/{id}/look-up") == (403, "auth.scope_missing")
    assert await other_office.problem("POST", f"/contracts/{id}/look-up") == (404, "not_found")
    assert await office.problem("POST", f"/contracts/{uuid4()}/look-up") == (404, "not_found")
    assert await office.problem("POST", f"/contracts/{id}/look-up", headers={"On-Behalf-Of": "X9"}) == (
        404,
        "staff.not_found",
    )


async def test_another_tenant_s_look_up_is_its_own(
    office: Any, other_office: Any, configure: Any, core_server: CoreServer, contract_of: Any
) -> None:
    await configure()
    given = contract_of("LH")
    answer_ = await other_office.call("PUT", "/contracts/core/LH", given)
    asked = await other_office.post(f"/contracts/{answer_.json()['id']}/look-up")
    assert (asked["look_up"], core_server.asked) == ("off", [])


def test_the_example_of_the_guide_is_an_answer_that_is_taken() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "policy-lookup.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    fields = json.loads(example)
    assert fields.pop("as_of")
    checked = check_row("contracts", fields, received_at=NOW, strict_fields=True)
    assert (checked.problems, checked.value is None) == ((), False)


async def test_nobody_is_asked_inside_a_scope(office: Any, configure: Any, core_server: CoreServer) -> None:
    await configure()
    world = office.api.world
    tenant = await world.registry.by_id(office.tenant.id)
    settings = LookUpSettings(address=core_server.address, allowed_networks=("127.0.0.1/32",))
    async with scope(world.database, tenant):
        with pytest.raises(NestedScope):
            await look_up(world.services, world.core_system, tenant, [uuid4()])
        with pytest.raises(NestedScope):
            await world.core_system.policy(tenant, settings, "P1")
    assert core_server.asked == []
