"""Plugins over HTTP: the catalogue beside this tenant's settings, each change a further version."""

from typing import Any

import pytest

PATH = "/plugins/shandong_life"


async def test_the_catalogue_says_what_is_on(office: Any) -> None:
    found = await office.get("/plugins")
    (plugin,) = [p for p in found["items"] if p["id"] == "shandong_life"]
    assert (plugin["enabled"], plugin["settings_version"] >= 1) == (True, True)
    assert found["broken"] == []
    detail = await office.get(PATH)
    assert detail["title"] == plugin["title"]
    assert len(detail["rule_list"]) == plugin["rules"] > 0
    assert len(detail["script_list"]) == plugin["scripts"] > 0
    assert "supervising_bureaus" in str(detail["settings_schema"])
    window = next(p for p in detail["parameters"] if p["id"] == "grace_period.before_end_working_days")
    assert window["values"][0]["value"] == 15
    assert window["values"][0]["cites"]
    assert window["own"] is None
    assert window["most"] == 2_500


async def test_each_change_is_a_further_version(other_office: Any) -> None:
    before = (await other_office.get(PATH))["settings_version"]
    body = {
        "settings": {"optional_callbacks": ["lapse"]},
        "parameters": {"grace_period.before_end_working_days": 20},
        "valid_from": "2026-04-01",
        "staff_no": "H1",
    }
    answer = await other_office.call("PUT", f"{PATH}/settings", body)
    assert answer.status_code == 200, answer.text
    set_ = answer.json()
    assert set_["settings_version"] == before + 1
    assert set_["current"]["settings"]["optional_callbacks"] == ["lapse"]
    assert set_["current"]["settings"]["supervising_bureaus"] == ["shandong"]
    assert (set_["current"]["valid_from"], set_["current"]["changed_by"]) == ("2026-04-01", "H1")
    window = next(p for p in set_["parameters"] if p["id"] == "grace_period.before_end_working_days")
    assert window["own"] == 20
    off = await other_office.call("PUT", f"{PATH}/settings", {"enabled": False})
    assert not off.json()["enabled"]
    history = (await other_office.get(f"{PATH}/settings"))["items"]
    assert [v["version"] for v in history] == list(range(before + 2, 0, -1))
    assert [v["enabled"] for v in history[:2]] == [False, True]
    assert (await other_office.get("/reports"))["items"][0]["plugin"] == "core"
    assert len((await other_office.get("/reports"))["items"]) == 1
    await other_office.call("PUT", f"{PATH}/settings", {})


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"settings": {"colour": "red"}}, (400, "plugin.setting_unknown")),
        ({"settings": {"supervising_bureaus": 5}}, (400, "plugin.setting_invalid")),
        ({"settings": {"lines": ["boat"]}}, (400, "plugin.setting_invalid")),
        ({"parameters": {"grace_period.before_end_working_days": 14}}, (400, "plugin.parameter_refused")),
        ({"parameters": {"grace_period.before_end_working_days": 10**9}}, (400, "plugin.parameter_refused")),
        ({"parameters": {"grace_period.before_end_working_days": "many"}}, (400, "plugin.parameter_refused")),
        ({"parameters": {"grace_period.before_end_working_days": None}}, (400, "plugin.parameter_refused")),
        ({"parameters": {"nothing": 1}}, (400, "plugin.parameter_refused")),
        ({"valid_from": "2026-02-30"}, (400, "validation.failed")),
        ({"enabled": "yes"}, (400, "validation.failed")),
        ({"staff_no": "nobody"}, (404, "staff.not_found")),
        ({"settings": {"lines": ["a\0b"]}}, (400, "validation.failed")),
        ({"colour": 1}, (400, "validation.failed")),
    ],
)
async def test_what_can_not_be_set(office: Any, body: dict[str, Any], refusal: tuple[int, str]) -> None:
    before = (await office.get(f"{PATH}/settings"))["items"]
    assert await office.problem("PUT", f"{PATH}/settings", body) == refusal
    assert (await office.get(f"{PATH}/settings"))["items"] == before


async def test_unknown_plugins_and_missing_scopes(office: Any) -> None:
    for method, path in (
        ("GET", "/plugins/no"),
        ("GET", "/plugins/no/settings"),
        ("PUT", "/plugins/no/settings"),
    ):
        body = {} if method == "PUT" else None
        assert await office.problem(method, path, body) == (404, "not_found")
    reader = await office.with_scopes("plugins:read")
    assert await reader.problem("PUT", f"{PATH}/settings", {}) == (403, "auth.scope_missing")
    writer = await office.with_scopes("plugins:write")
    assert await writer.problem("GET", "/plugins") == (403, "auth.scope_missing")


async def test_a_plugin_that_is_off_leaves_its_callbacks_in_sight(office: Any, new_contract: Any) -> None:
    await new_contract("S8")
    work = await office.post("/queue/claim", {"staff_no": "C09"})
    await office.call("PUT", f"{PATH}/settings", {"enabled": False})
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C09"}
    answer = await office.call("POST", "/contacts", body, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (409, "contact.script_missing")
    assert "plugin_off" in answer.json()["detail"]
    await office.post("/queue/return", {"staff_no": "C09"})
    assert await office.post("/queue/claim", {"staff_no": "C09"}, status=204) is None
    held_back = await office.get("/queue/held-back", params={"staff_no": "C09"})
    assert held_back["without_script"] >= 1
    await office.call("PUT", f"{PATH}/settings", {})
    assert (await office.get("/queue/held-back", params={"staff_no": "C09"}))["without_script"] == 0
    await office.post("/queue/claim", {"staff_no": "C09"})
    await office.post("/queue/return", {"staff_no": "C09"})


async def test_settings_hold_for_what_comes_afterwards(office: Any, event_of: Any, new_contract: Any) -> None:
    await new_contract("S9")
    await office.call("PUT", f"{PATH}/settings", {"enabled": False})
    event = event_of("lapsed-S9", "contract.lapsed", contract_no="S9", on="2026-03-06")
    await office.post("/events", event, status=202)
    kinds = {o["kind"] for o in (await office.get("/obligations", params={"contract_no": "S9"}))["items"]}
    assert "lapse" not in kinds
    await office.call("PUT", f"{PATH}/settings", {})


async def test_gen_4_an_earlier_version_is_brought_back_as_a_further_one(other_office: Any) -> None:
    first = {"settings": {"optional_callbacks": ["lapse"]}, "parameters": {}}
    await other_office.call("PUT", f"{PATH}/settings", first)
    good = (await other_office.get(PATH))["settings_version"]
    wrong = {"parameters": {"grace_period.before_end_working_days": 30}, "enabled": False}
    await other_office.call("PUT", f"{PATH}/settings", wrong)
    body = {"valid_from": "2026-04-01", "staff_no": "H1"}
    back = await other_office.post(f"{PATH}/settings/{good}/restore", body)
    assert (back["settings_version"], back["enabled"]) == (good + 2, True)
    assert back["current"]["settings"]["optional_callbacks"] == ["lapse"]
    assert (back["current"]["parameters"], back["current"]["valid_from"]) == ({}, "2026-04-01")
    history = (await other_office.get(f"{PATH}/settings"))["items"]
    assert [one["version"] for one in history[:3]] == [good + 2, good + 1, good]
    entry = (await other_office.get("/ledger", params={"action": "plugin.configured", "order": "desc"}))[
        "items"
    ][0]
    assert entry["details"]["restores"] == good
    missing = (404, "not_found")
    assert await other_office.problem("POST", f"{PATH}/settings/999/restore", {}) == missing
    assert await other_office.problem("POST", "/plugins/no/settings/1/restore", {}) == missing
    reader = await other_office.with_scopes("plugins:read")
    refused = (403, "auth.scope_missing")
    assert await reader.problem("POST", f"{PATH}/settings/{good}/restore", {}) == refused
    await other_office.call("PUT", f"{PATH}/settings", {})


async def test_a_preflight_says_what_stands_against_it(office: Any) -> None:
    before = (await office.get(f"{PATH}/settings"))["items"]
    found = await office.post(f"{PATH}/preflight", {"settings": {"optional_callbacks": ["lapse"]}})
    assert found["clear"]
    assert found["contracts"] >= 1
    assert found["callbacks"]["new_contract"] >= 1
    refused = await office.post(f"{PATH}/preflight", {"parameters": {"nothing": 1}})
    assert (refused["clear"], refused["concerns"][0]["code"]) == (False, "choice_refused")
    assert await office.problem("POST", "/plugins/no/preflight", {}) == (404, "not_found")
    assert (await office.get(f"{PATH}/settings"))["items"] == before
