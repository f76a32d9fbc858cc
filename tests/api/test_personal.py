"""Personal data: masked everywhere, found by exact values, revealed with a reason that stands in the ledger."""

from typing import Any

import pytest

SECRETS = ("王小明", "13800138000", "138-0013-8000", "37010219900307", "经十路", "ming@", "李四", "1990-03-07", "客户在家", "请多联系我", "很着急", "赵敏", "13700137000", "钱讲师")  # fmt: skip


@pytest.mark.parametrize(
    "name", ["customers", "contacts", "cases", "staff", "trainings", "obligations", "events", "contracts"]
)
async def test_nothing_personal_is_shown(api: Any, filled: Any, name: str) -> None:
    for address in (name, f"{name}/{filled.ids[name]}"):
        shown = (await api.get(f"/api/v1/{address}")).text
        assert not [secret for secret in SECRETS if secret in shown]


async def test_masks_leave_enough_to_recognise_somebody(api: Any, filled: Any) -> None:
    found = (await api.get(f"/api/v1/customers/{filled.ids['customers']}")).json()
    assert found["name"] == "王**"
    assert found["phones"] == ["138****8000"]
    assert found["id_number"].endswith("0001")
    assert found["address"] == "山东省济南市历下区****"
    assert found["known_as"] == ["C0001"]
    assert found["has_birth_date"] is True


async def test_chosen_answers_are_shown_free_ones_not(api: Any, filled: Any) -> None:
    found = (await api.get(f"/api/v1/contacts/{filled.ids['contacts']}")).json()
    (section,) = found["sections"]
    assert [(a["step"], a["value"], a["masked"]) for a in section["answers"]] == [
        ("understood", "yes", False),
        ("wishes", None, True),
    ]
    assert found["number"] == "138****8000"
    assert found["evidence"][0]["sha256"] == "01" * 32
    assert found["successful"] is True
    assert found["obligation_ids"] == [str(filled.ids["obligations"])]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "王小明"},
        {"name": " 王小明 "},
        {"phone": "138-0013-8000"},
        {"phone": "+8613800138000"},
        {"id_number": "370102199003070001"},
        {"id_last4": "0001"},
        {"phone_last4": "8000"},
        {"customer_no": "C0001"},
        {"name": "王小明", "phone_last4": "8000", "customer_no": "C0001"},
    ],
)
async def test_customers_are_found_by_exact_values(api: Any, filled: Any, body: dict[str, str]) -> None:
    """DEC-13."""
    answer = await api.post("/api/v1/customers/search", body)
    assert answer.status_code == 200, answer.text
    assert [item["id"] for item in answer.json()["items"]] == [str(filled.ids["customers"])]
    assert answer.json()["more"] is False
    elsewhere = await api.post("/api/v1/customers/search", body, tenant=1)
    assert elsewhere.json()["items"] == []


@pytest.mark.parametrize(
    "body", [{"name": "王小"}, {"name": "王小明", "phone_last4": "9999"}, {"customer_no": "C1"}]
)
async def test_parts_and_contradictions_find_nobody(api: Any, filled: Any, body: dict[str, str]) -> None:
    assert (await api.post("/api/v1/customers/search", body)).json()["items"] == []


async def test_more_customers_than_asked_for_are_announced(api: Any, add: Any) -> None:
    async with api.scope() as opened:
        for number in ("C7001", "C7002", "C7003"):
            await add.customer(opened, add.a_customer(number, name="赵六"))
    answer = (await api.post("/api/v1/customers/search", {"name": "赵六", "limit": 2})).json()
    assert (len(answer["items"]), answer["more"]) == (2, True)


async def test_a_search_without_a_value_is_refused(api: Any) -> None:
    for body in ({}, {"limit": 5}, {"name": None}, {"name": ""}):
        answer = await api.post("/api/v1/customers/search", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "validation.failed")


async def ledger(api: Any, action: str) -> list[dict[str, Any]]:
    answer = await api.get("/api/v1/ledger", params={"action": action})
    return list(answer.json()["items"])


async def test_a_search_leaves_a_row_in_the_ledger(api: Any, filled: Any) -> None:
    before = len(await ledger(api, "customer.searched"))
    await api.post("/api/v1/customers/search", {"name": "王小明"})
    rows = await ledger(api, "customer.searched")
    assert len(rows) == before + 1
    assert rows[0]["details"] == {"by": ["name"], "found": 1}
    assert "王小明" not in str(rows)
    assert rows[0]["actor"].startswith("client:hfc_")


async def test_revealing_shows_what_was_asked_for_and_is_recorded(api: Any, filled: Any) -> None:
    address = f"/api/v1/customers/{filled.ids['customers']}/reveal"
    body = {"fields": ["name", "phones", "birth_date", "contact"], "reason": "核对来电客户身份"}
    answer = await api.post(address, body, **{"On-Behalf-Of": "K1"})
    assert answer.json() == {
        "name": "王小明",
        "phones": ["13800138000"],
        "birth_date": "1990-03-07",
        "contact": {"name": "李四", "phone": "13900139000"},
    }
    row = (await ledger(api, "customer.revealed"))[0]
    assert row["subject_id"] == str(filled.ids["customers"])
    assert (row["reason"], row["on_behalf_of"]) == ("核对来电客户身份", "K1")
    assert row["details"] == {"fields": ["birth_date", "contact", "name", "phones"]}
    assert len(row["content_hash"]) == 64


async def test_a_contact_and_a_case_are_revealed_whole(api: Any, filled: Any) -> None:
    reason = {"reason": "复核投诉录音"}
    contact = (await api.post(f"/api/v1/contacts/{filled.ids['contacts']}/reveal", reason)).json()
    assert (contact["number"], contact["note"]) == ("13800138000", "客户在家")
    assert [answer["value"] for answer in contact["answers"]] == ["yes", "请多联系我 13800138000"]
    case = (await api.post(f"/api/v1/cases/{filled.ids['cases']}/reveal", reason)).json()
    assert case["entries"][0]["text"] == "客户王小明很着急"
    assert (await ledger(api, "contact.revealed"))[0]["reason"] == "复核投诉录音"
    assert (await ledger(api, "case.revealed"))[0]["subject_id"] == str(filled.ids["cases"])


async def test_a_whole_number_may_be_written_with_a_point(api: Any, filled: Any) -> None:
    answer = await api.post("/api/v1/customers/search", {"name": "王小明", "limit": 5.0})
    assert answer.status_code == 200
    half = await api.post("/api/v1/customers/search", {"name": "王小明", "limit": 5.5})
    assert half.json()["errors"][0]["code"] == "wrong_type"


@pytest.mark.parametrize("name", ["customers", "contacts", "cases"])
async def test_another_tenant_reveals_nothing(api: Any, filled: Any, name: str) -> None:
    body = {"reason": "只是看看而已"} | ({"fields": ["name"]} if name == "customers" else {})
    answer = await api.post(f"/api/v1/{name}/{filled.ids[name]}/reveal", body, tenant=1)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/fields", "/reason"}),
        ({"fields": [], "reason": "好"}, {"/fields", "/reason"}),
        ({"fields": ["name", "salary", 1], "reason": "     "}, {"/fields/1", "/fields/2", "/reason"}),
        ({"fields": ["name"], "reason": "核对身份信息", "extra": 1}, {"/extra"}),
        ({"fields": "name", "reason": 12345}, {"/fields", "/reason"}),
        ({"fields": ["name"], "reason": "a\u0000bcdef"}, {"/reason"}),
        ([], {""}),
        (None, {""}),
    ],
)
async def test_all_faults_are_told_at_once(api: Any, filled: Any, body: Any, pointers: set[str]) -> None:
    answer = await api.post(f"/api/v1/customers/{filled.ids['customers']}/reveal", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation.failed")
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert {error["location"] for error in answer.json()["errors"]} == {"body"}


async def test_nobody_acts_for_unknown_staff(api: Any, filled: Any) -> None:
    answer = await api.post("/api/v1/customers/search", {"name": "王小明"}, **{"On-Behalf-Of": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "staff.not_found")
