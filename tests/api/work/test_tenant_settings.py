"""The tenant's settings over HTTP: read, set anew as a whole, in the ledger, and at once in force."""

from datetime import time
from typing import Any

import asyncpg
import pytest
from huifang_tenants.scope import scope
from huifang_tenants.tenant_settings import settings_of

DEFAULTS = {
    "insurer_name": "",
    "calling_hours": {"opens": "09:00:00", "closes": "21:00:00"},
    "evidence_limit_bytes": 200 * 1024 * 1024,
    "draws_wait_days": 0,
    "letterhead": {"department": "", "address": "", "postcode": "", "phone": ""},
    "letter_reply_days": 30,
    "calls_a_day": 3,
}


async def test_settings_are_set_as_a_whole_and_what_changed_is_in_the_ledger(office: Any) -> None:
    assert await office.get("/settings") == DEFAULTS
    wanted = {"insurer_name": "泰岳", "calling_hours": {"opens": "08:30:00", "closes": "20:00:00"}}
    answer = await office.call("PUT", "/settings", {**wanted, "staff_no": "H1"})
    set_ = {**DEFAULTS, "insurer_name": "泰岳", "calling_hours": wanted["calling_hours"]}
    assert (answer.status_code, answer.json()) == (200, set_)
    assert await office.get("/settings") == set_
    tenant = await office.api.world.registry.by_id(office.tenant.id)
    assert settings_of(tenant).calling_hours.opens == time(8, 30)
    [entry] = (await office.get("/ledger", params={"action": "tenant.settings_changed"}))["items"]
    assert entry["on_behalf_of"] == "H1"
    assert entry["details"] == {
        "insurer_name": {"before": "", "after": "泰岳"},
        "calling_hours": {"before": DEFAULTS["calling_hours"], "after": wanted["calling_hours"]},
    }
    # The same again is no change; nothing at all sets the defaults.
    assert (await office.call("PUT", "/settings", wanted)).status_code == 200
    assert (await office.call("PUT", "/settings", {})).json() == DEFAULTS
    assert await office.get("/settings") == DEFAULTS
    assert len((await office.get("/ledger", params={"action": "tenant.settings_changed"}))["items"]) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"draws_wait_days": 32}, "/draws_wait_days"),
        ({"evidence_limit_bytes": 5}, "/evidence_limit_bytes"),
        ({"calling_hours": {"opens": "21:00:00", "closes": "09:00:00"}}, "/calling_hours"),
        ({"calling_hours": {"opens": "half past"}}, "/calling_hours/opens"),
        ({"colour": "red"}, "/colour"),
        ({"policy_lookup": {"address": "http://169.254.169.254"}}, "/policy_lookup"),
    ],
)
async def test_what_cannot_be_set_is_refused_by_name_and_nothing_changes(
    other_office: Any, body: dict[str, Any], pointer: str
) -> None:
    answer = await other_office.call("PUT", "/settings", body)
    assert answer.status_code == 400, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await other_office.get("/settings") == DEFAULTS


async def test_only_who_may_change_settings_changes_them(office: Any) -> None:
    reader = await office.with_scopes("settings:read", "plugins:write")
    assert await reader.problem("PUT", "/settings", {}) == (403, "auth.scope_missing")
    unknown = await office.problem("PUT", "/settings", {"draws_wait_days": 1, "staff_no": "X"})
    assert unknown[1] == "staff.not_found"
    assert await office.get("/settings") == DEFAULTS


async def test_a_tenant_changes_no_other_and_not_where_its_core_system_lies(offices: Any) -> None:
    mine, other = offices
    change = "SELECT control.change_settings($1)"
    async with scope(mine.api.world.database, mine.tenant) as opened:
        await opened.connection.fetchval(change, {"draws_wait_days": 3})
    registry = mine.api.world.registry
    for office in offices:
        registry.forget(office.tenant)
    assert settings_of(await registry.by_id(mine.tenant.id)).draws_wait_days == 3
    assert settings_of(await registry.by_id(other.tenant.id)).draws_wait_days == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with scope(mine.api.world.database, mine.tenant) as opened:
            await opened.connection.fetchval(change, {"policy_lookup": {"address": "http://127.0.0.1"}})
    assert (await mine.call("PUT", "/settings", {})).json() == DEFAULTS
