"""Lists and single rows of every resource: filters, cursors under writes, and what another tenant sees."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

RESOURCES = (
    "customers", "contracts", "events", "obligations", "contacts", "cases", "units", "staff", "imports", "alarms",
    "notices", "ledger", "trainings",
)  # fmt: skip
UNKNOWN = "0190b7a0-0000-7000-8000-000000000000"


@pytest.mark.parametrize("name", RESOURCES)
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_list_shows_what_is_there(api: Any, filled: Any, name: str, order: str) -> None:
    answer = await api.get(f"/api/v1/{name}", params={"order": order, "limit": 500})
    assert answer.status_code == 200, answer.text
    assert str(filled.ids[name]) in [item["id"] for item in answer.json()["items"]]
    assert answer.json()["next_cursor"] is None


@pytest.mark.parametrize("name", RESOURCES)
async def test_one_is_read_by_id(api: Any, filled: Any, name: str) -> None:
    answer = await api.get(f"/api/v1/{name}/{filled.ids[name]}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == str(filled.ids[name])
    unknown = await api.get(f"/api/v1/{name}/{UNKNOWN}")
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "not_found"


@pytest.mark.parametrize("name", RESOURCES)
async def test_another_tenant_sees_nothing(api: Any, filled: Any, name: str) -> None:
    if name != "ledger":
        everything = await api.get(f"/api/v1/{name}", tenant=1)
        assert everything.json()["items"] == []
    probe = await api.get(f"/api/v1/{name}/{filled.ids[name]}", tenant=1)
    assert probe.status_code == 404
    assert probe.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("address", "matches"),
    [
        ("customers?customer_no=C0001", True),
        ("customers?customer_no=C9999", False),
        ("customers?kind=individual&region=370102", True),
        ("customers?kind=organisation", False),
        ("contracts?contract_no=P1", True),
        ("contracts?unit=00", True),
        ("contracts?unit=3701", False),
        ("contracts?line=life&product_class=universal&channel=bank&status=in_force&seller_no=S1", True),
        ("contracts?line=motor", False),
        ("events?type=contract.issued&contract_no=P1&source=core&status=accepted", True),
        ("events?park_reason=unknown_contract", False),
        ("events?happened_from=2099-01-01T00:00:00Z", False),
        ("events?happened_until=2099-01-01T00:00:00%2B08:00", True),
        ("obligations?status=open&kind=new_contract&plugin=shandong_life&rule=SD-6&channel=phone", True),
        ("obligations?overdue=true", True),
        ("obligations?overdue=false", False),
        ("obligations?waiting=true", False),
        ("obligations?waiting=false&born_late=false&provisional=false&unit=37&contract_no=P1", True),
        ("obligations?due_until=2000-01-01T00:00:00Z", False),
        ("contacts?staff_no=K1&outcome=completed&channel=phone&status=concluded", True),
        ("contacts?outcome=refused", False),
        ("contacts?started_from=2099-01-01T00:00:00Z", False),
        ("cases?status=assigned&case_class=premium_kept&severity=4&unit=37&assignee=K1&contract_no=P1", True),
        ("cases?overdue=true", True),
        ("cases?overdue=false", False),
        ("trainings?staff_no=K1&course=%E5%9B%9E%E8%AE%BF%E8%A7%84%E8%8C%83&unit=00&passed=true", True),
        ("trainings?passed=false", False),
        ("trainings?unit=3701", False),
        ("units?level=province&supervisor=shandong&parent=00&code=37", True),
        ("units?unit=3701", False),
        ("staff?role=caller&is_trained=true&is_seller=false&unit=00", True),
        ("staff?is_trained=false", False),
        ("imports?kind=contracts&status=done", True),
        ("imports?status=failed", False),
        ("alarms?kind=delivery_missing&subject=P1&standing=true", True),
        ("alarms?standing=false", False),
        ("notices?role=team_leader&kind=case_opened&seen=false", True),
        ("notices?seen=true", False),
        ("ledger?action=test.filled&actor=cli:root&subject_kind=tenant", True),
        ("ledger?at_from=2099-01-01T00:00:00Z", False),
    ],
)
async def test_filters_combine(api: Any, filled: Any, address: str, matches: bool) -> None:
    answer = await api.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.text
    ids = [item["id"] for item in answer.json()["items"]]
    assert (str(filled.ids[address.partition("?")[0]]) in ids) is matches


async def test_ids_filter_too(api: Any, filled: Any) -> None:
    ids = filled.ids
    for address in (
        f"contracts?policyholder_id={ids['customers']}",
        f"events?import_id={ids['imports']}",
        f"obligations?customer_id={ids['customers']}&event_id={ids['events']}",
        f"contacts?customer_id={ids['customers']}&obligation_id={ids['obligations']}",
        f"cases?customer_id={ids['customers']}",
    ):
        answer = await api.get(f"/api/v1/{address}")
        assert [item["id"] for item in answer.json()["items"]].count(str(ids[address.partition("?")[0]])) == 1


async def test_overdue_and_the_holder_are_computed(api: Any, filled: Any) -> None:
    """DEC-2: overdue is a matter of time alone."""
    found = (await api.get(f"/api/v1/obligations/{filled.ids['obligations']}")).json()
    assert found["overdue"] is True
    assert found["held_by"] == "K1"
    assert found["ladder"] == [
        {
            "channel": "phone",
            "attempts": 3,
            "wait_minutes": 120,
            "longest_wait_minutes": 2880,
            "lead_days": 0,
        }
    ]
    waiting = (await api.get(f"/api/v1/obligations/{filled.obligation_waiting}")).json()
    assert waiting["overdue"] is False
    assert waiting["held_by"] is None


@pytest.mark.parametrize(
    ("language", "line"), [("zh-CN", "1. 合同于2026-03-02签收"), ("en", "2. to be called back")]
)
async def test_an_obligation_explains_itself(api: Any, filled: Any, language: str, line: str) -> None:
    """GEN-3."""
    answer = await api.http.get(
        f"/api/v1/obligations/{filled.ids['obligations']}/explanation",
        headers=await api.bearer("obligations:read") | {"Accept-Language": language},
    )
    told = answer.json()
    assert answer.headers["content-language"] == told["language"] == language
    assert line in told["lines"]
    assert told["rule"] == "SD-6"
    assert told["parameters_on"] == "2026-03-02"
    assert told["event"] | {"event_id": "E1", "type": "contract.issued"} == told["event"]
    assert [step["kind"] for step in told["steps"]] == ["event", "decision"]


async def test_a_unit_shows_staff_against_work(api: Any, filled: Any) -> None:
    """SD-3."""
    found = (await api.get(f"/api/v1/units/{filled.ids['units']}")).json()
    assert (found["staff_count"], found["trained_staff_count"]) == (2, 1)
    assert (found["open_obligations"], found["overdue_obligations"]) == (1, 1)


async def test_staff_show_their_training(api: Any, filled: Any) -> None:
    found = (await api.get(f"/api/v1/staff/{filled.ids['staff']}")).json()
    assert found["is_trained"] is True
    assert found["trainings"][0]["course"] == "回访规范"


async def test_problems_of_an_import_are_paged_and_downloaded(api: Any, filled: Any) -> None:
    address = f"/api/v1/imports/{filled.ids['imports']}/problems"
    lines: list[int] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = (await api.get(address, params=params)).json()
        lines += [item["line"] for item in answer["items"]]
        if (cursor := answer["next_cursor"]) is None:
            break
    assert lines == [2, 3, 4]
    assert (await api.get(address, params={"severity": "warning"})).json()["items"] == []
    headers = await api.bearer("imports:read") | {"Accept-Language": "en"}
    file = await api.http.get(f"{address}.csv", headers=headers)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.content.startswith(
        b"\xef\xbb\xbfline,field,severity,code,message\r\n2,effective_on,error,invalid,"
    )
    # A spreadsheet would take the message for a formula.
    assert "'=not a date" in file.text
    assert (await api.get(f"/api/v1/imports/{UNKNOWN}/problems.csv")).status_code == 404


async def _walk(api: Any, address: str, meanwhile: Any, **params: Any) -> list[str]:
    """Every page of a list, calling `meanwhile` between the first and the second."""
    seen: list[str] = []
    cursor, headers = None, await api.bearer()
    while True:
        answer = await api.http.get(
            address, params=params | ({"cursor": cursor} if cursor else {}), headers=headers
        )
        assert answer.status_code == 200, answer.text
        seen += [item["id"] for item in answer.json()["items"]]
        if meanwhile is not None:
            await meanwhile()
            meanwhile = None
        if (cursor := answer.json()["next_cursor"]) is None:
            return seen


class Walked:
    """Obligations to walk over: five with windows, three that wait."""

    def __init__(self, due: list[UUID], waiting: list[UUID]) -> None:
        self.due = [str(id) for id in due]
        self.waiting = [str(id) for id in waiting]


@pytest.fixture(scope="module")
async def walked(api: Any, filled: Any, add: Any, now: Any) -> Walked:
    async with api.scope() as opened:
        contract = await add.contract(opened, "WALK", filled.ids["customers"])
        make = lambda **more: add.obligation(  # noqa: E731 - eight alike
            opened, contract, filled.ids["customers"], filled.ids["events"], kind="walked", **more
        )
        # Two with the same due date: the id decides.
        due = [await make(due_by=now + timedelta(days=day)) for day in (1, 2, 2, 3, 4)]
        waiting = [await make(status="waiting", due_from=None, due_by=None) for _ in range(3)]
    return Walked(due, waiting)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 8])
async def test_a_walk_sees_each_once_those_without_date_last(api: Any, walked: Walked, limit: int) -> None:
    forwards = await _walk(api, "/api/v1/obligations", None, kind="walked", limit=limit, contract_no="WALK")
    assert forwards == [*walked.due, *walked.waiting]
    backwards = await _walk(
        api, "/api/v1/obligations", None, kind="walked", limit=limit, contract_no="WALK", order="desc"
    )
    assert backwards == forwards[::-1]


async def test_who_was_contacted_of_the_customers_of_a_salesperson(api: Any, filled: Any) -> None:
    """SP-1: which customer and policy, when, about what and by which channel; nobody else's."""
    mine = {
        name: (await api.get(f"/api/v1/{name}", params={"seller_no": "S1"})).json()["items"]
        for name in ("obligations", "contacts")
    }
    assert {"customer_id", "contract_no", "kind", "channel", "completed_at"} <= mine["obligations"][0].keys()
    assert {"customer_id", "obligation_ids", "channel", "started_at", "outcome"} <= mine["contacts"][0].keys()
    for name, items in mine.items():
        assert str(filled.ids[name]) in [item["id"] for item in items]
        others = await api.get(f"/api/v1/{name}", params={"seller_no": "S2"})
        assert str(filled.ids[name]) not in [item["id"] for item in others.json()["items"]]


async def test_writes_meanwhile_shift_nothing(api: Any, add: Any) -> None:
    async with api.scope() as opened:
        before = [str(await add.event(opened, f"W{n}", type="walk.test")) for n in range(7)]

    async def meanwhile() -> None:
        async with api.scope() as opened:
            await opened.connection.execute(
                "UPDATE event SET type = 'walk.gone' WHERE id = $1", UUID(before[0])
            )
            before.append(str(await add.event(opened, "W-late", type="walk.test")))

    seen = await _walk(api, "/api/v1/events", meanwhile, type="walk.test", limit=3)
    assert seen == before


@pytest.mark.parametrize("cursor", ["x", "AAAA", "////", "kwGQ", "%00", "a" * 200, "吗"])
async def test_a_strange_cursor_is_refused(api: Any, cursor: str) -> None:
    answer = await api.get(f"/api/v1/contracts?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["code"] in ("cursor.invalid", "validation.failed")


async def test_a_cursor_serves_its_own_list_and_order_only(api: Any, walked: Walked) -> None:
    answer = await api.get("/api/v1/obligations?limit=1")
    cursor = answer.json()["next_cursor"]
    for address in (f"contracts?cursor={cursor}", f"obligations?order=desc&cursor={cursor}"):
        refused = await api.get(f"/api/v1/{address}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor.invalid")
