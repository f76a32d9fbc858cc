"""HT-3: an outside vendor's client sees and does what was given to the vendor's own people, and nothing else. Every route is probed."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from huifang_api.oauth.clients import create_client
from huifang_api.oauth.scopes import SCOPES
from huifang_core.units import Staff
from huifang_tenants.stores import organisation

X1, X2, Y1, OWN, LEAD = "X1", "X2", "Y1", "C01", "VL"
FOR_VENDORS = {
    ("GET", "/contacts"),
    ("GET", "/contacts/{contact_id}"),
    ("GET", "/contacts/{contact_id}/call"),
    ("GET", "/contacts/{contact_id}/prompt"),
    ("GET", "/obligations"),
    ("GET", "/obligations/{obligation_id}"),
    ("GET", "/obligations/{obligation_id}/explanation"),
    ("GET", "/queue/held-back"),
    ("POST", "/assignments/return"),
    ("POST", "/contacts"),
    ("POST", "/contacts/{contact_id}/abandon"),
    ("POST", "/contacts/{contact_id}/answers"),
    ("POST", "/contacts/{contact_id}/corrections"),
    ("POST", "/contacts/{contact_id}/dial"),
    ("POST", "/contacts/{contact_id}/evidence"),
    ("POST", "/contacts/{contact_id}/hang-up"),
    ("POST", "/contacts/{contact_id}/evidence-references"),
    ("POST", "/contacts/{contact_id}/outcome"),
    ("POST", "/obligations/{obligation_id}/appointment/cancellation"),
    ("POST", "/queue/claim"),
    ("POST", "/queue/return"),
    ("PUT", "/obligations/{obligation_id}/appointment"),
}


async def client_of(office: Any, vendor: str) -> Any:
    """The office as a vendor's program speaks to it, with every scope there is."""
    new = await create_client(
        office.api.world.database, office.tenant.id, f"hotline-{vendor}", tuple(SCOPES), vendor
    )
    answer = await office.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "client_id": new.client_id, "client_secret": new.secret},
    )
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return msgspec.structs.replace(office, headers=headers)


def for_(staff_no: str) -> dict[str, str]:
    return {"On-Behalf-Of": staff_no}


@pytest.fixture(scope="module")
async def vendor(office: Any) -> Any:
    """The program of the vendor X, whose people are X1 and X2; Y1 is another vendor's."""
    people = [(X1, "X"), (X2, "X"), (Y1, "Y")]
    staff = [
        Staff(no, f"张{no}", "SD", ("vendor_caller",), of, trained_until=date(2026, 12, 31))
        for no, of in people
    ]
    async with office.scope() as opened:
        await organisation.save_staff(opened, (*staff, Staff(LEAD, "张L", "SD", ("team_leader",))))
    return await client_of(office, "X")


@pytest.fixture
def given(office: Any, new_contract: Any) -> Any:
    """Let a contract be issued whose callback is meant for the vendor X and given to somebody."""

    async def give(number: str, staff_no: str | None) -> str:
        await new_contract(number)
        (made,) = (await office.get("/obligations", params={"contract_no": number}))["items"]
        async with office.scope() as opened:
            await opened.connection.execute(
                "UPDATE obligation SET listed = true,"
                ' draft = (draft::jsonb || \'{"vendor": "X", "given_out": true}\')::json WHERE id = $1::text::uuid',
                made["id"],
            )
        if staff_no is not None:
            body = {
                "filter": {"obligation_ids": [made["id"]]},
                "callers": [{"staff_no": staff_no}],
                "staff_no": LEAD,
            }
            found = await office.post("/assignments", body)
            assert found["given"][staff_no] == [made["id"]]
        return str(made["id"])

    return give


def routes(office: Any) -> Iterator[tuple[str, str]]:
    document = msgspec.json.decode(office.http._transport.app.state.openapi_json())
    for path, methods in document["paths"].items():
        if path.startswith("/api/v1"):
            for method in methods:
                if method in ("get", "post", "put", "delete", "patch"):
                    yield method.upper(), path.removeprefix("/api/v1")


async def test_ht_3_every_other_route_is_closed_to_a_vendors_client(office: Any, vendor: Any) -> None:
    probed = 0
    for method, path in routes(office):
        answer = await vendor.call(method, _filled(path), headers=for_(X1))
        closed = answer.status_code == 403 and answer.json()["code"] == "auth.vendor_restricted"
        assert closed != ((method, path) in FOR_VENDORS), (method, path, answer.text)
        probed += 1
    assert probed > len(FOR_VENDORS) + 50


def _filled(path: str) -> str:
    numbers = {"{version}": "1"}
    parts = [numbers.get(part, str(uuid4())) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


async def test_ht_3_lists_and_reads_show_ones_own_alone(office: Any, vendor: Any, given: Any) -> None:
    own, others, nobodys = await given("V1", X1), await given("V2", X2), await given("V3", None)
    assert [one["id"] for one in (await vendor.get("/obligations", headers=for_(X1)))["items"]] == [own]
    everything = {"assignee": X2}
    assert (await vendor.get("/obligations", headers=for_(X1), params=everything))["items"] == []
    assert (await vendor.get(f"/obligations/{own}", headers=for_(X1)))["assignee"] == X1
    for hidden in (others, nobodys):
        for path in (f"/obligations/{hidden}", f"/obligations/{hidden}/explanation"):
            assert await vendor.problem("GET", path, headers=for_(X1)) == (404, "not_found")
    assert len((await office.get("/obligations"))["items"]) >= 3


async def test_ht_3_it_acts_for_the_vendors_own_people_alone(vendor: Any, given: Any) -> None:
    made = await given("V4", X1)
    assert await vendor.problem("GET", "/obligations") == (400, "auth.person_missing")
    foreign = (403, "staff.not_permitted")
    for staff_no in (Y1, OWN, "nobody"):
        assert await vendor.problem("GET", "/obligations", headers=for_(staff_no)) == foreign
        assert await vendor.problem("POST", "/queue/claim", {"staff_no": staff_no}) == foreign
        assert await vendor.problem("POST", "/queue/return", {"staff_no": staff_no}) == foreign
        params = {"staff_no": staff_no}
        assert await vendor.problem("GET", "/queue/held-back", params=params) == foreign
        body = {"obligation_id": made, "staff_no": staff_no}
        assert await vendor.problem("POST", "/contacts", body) == foreign
        back = {"staff_no": staff_no, "reason": "休假"}
        assert await vendor.problem("POST", "/assignments/return", back) == foreign


async def test_ht_3_claims_give_what_was_given_and_others_contacts_are_not_there(
    office: Any, vendor: Any, given: Any, new_contract: Any
) -> None:
    await new_contract("V5")
    made = await given("V6", X2)
    claimed = await vendor.post("/queue/claim", {"staff_no": X2})
    while made not in [one["id"] for one in claimed["obligations"]]:
        assert {one["contract_no"] for one in claimed["obligations"]} != {"V5"}
        claimed = await vendor.post("/queue/claim", {"staff_no": X2})
    body = {"obligation_id": made, "staff_no": X2}
    contact = (await vendor.post("/contacts", body, status=201))["contact_id"]
    path = f"/contacts/{contact}"
    assert (await vendor.get(path, headers=for_(X2)))["staff_no"] == X2
    assert await vendor.problem("GET", path, headers=for_(X1)) == (404, "not_found")
    assert (await vendor.get("/contacts", headers=for_(X1)))["items"] == []
    assert [one["id"] for one in (await vendor.get("/contacts", headers=for_(X2)))["items"]] == [contact]
    stranger = await client_of(office, "Y")
    missing = (404, "not_found")
    assert await stranger.problem("GET", path, headers=for_(Y1)) == missing
    assert await stranger.problem("GET", f"{path}/prompt") == missing
    assert await stranger.problem("POST", f"{path}/dial") == missing
    answer = {"step": "greeting", "value": "speaking"}
    assert await stranger.problem("POST", f"{path}/answers", answer) == missing
    assert await stranger.problem("POST", f"{path}/outcome", {"outcome": "no_answer"}) == missing
    assert await stranger.problem("POST", f"{path}/abandon", {"reason": "不是我的"}) == missing
    reference = {"reference": "录音系统 2026-03-10/77"}
    brought = await stranger.problem("POST", f"{path}/evidence-references", reference, headers=for_(Y1))
    assert brought == missing
    await vendor.post(f"{path}/evidence-references", reference, status=201, headers=for_(X2))
    await vendor.post(f"{path}/outcome", {"outcome": "no_answer"})
