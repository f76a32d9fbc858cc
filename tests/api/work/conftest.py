"""An insurer in Shandong at work: two tenants on test clocks, with units, staff, the plugin, and business events to send."""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import httpx
import msgspec
import pytest
from huifang_api.oauth.scopes import Scope
from huifang_core.units import Role, Staff, Unit
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant
from huifang_tenants.scope import Scope as TenantScope
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores import organisation
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=timezone(timedelta(hours=8)))
"""A Tuesday morning in Shandong; business time stands still here."""

_UNITS = (
    Unit("HO", "泰岳人寿", "head_office"),
    Unit("SD", "山东分公司", "province", "HO", "370000", "shandong"),
    Unit("JN", "济南中心支公司", "city", "SD", "370100"),
    Unit("QD", "青岛分公司", "province", "HO", "370200", "qingdao"),
)


def _staff(number: str, unit: str, *roles: Role, trained: bool = True, is_seller: bool = False) -> Staff:
    until = date(2026, 12, 31) if trained else None
    return Staff(number, f"张{number}", unit, roles, trained_until=until, is_seller=is_seller)


_STAFF = (
    *(_staff(f"C{n:02}", "SD", "caller") for n in range(1, 21)),
    _staff("N1", "SD", "caller", trained=False),
    _staff("V1", "JN", "visitor"),
    _staff("H1", "SD", "case_handler"),
    _staff("H2", "SD", "case_handler"),
    _staff("H5", "JN", "case_handler"),
    _staff("T1", "SD", "team_leader", trained=False),
    _staff("S1", "JN", "seller", is_seller=True),
    _staff("H3", "QD", "case_handler"),
    Staff("H4", "张H4", "SD", ("case_handler",), active_until=date(2026, 3, 9)),
)


class Office(msgspec.Struct, frozen=True, eq=False):
    """A tenant at work, spoken to with all scopes unless others are named."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    tenant: Tenant
    api: Any
    place: int

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        answer = await self.call("POST", path, body, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def problem(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """The status and code of a refusal."""
        answer = await self.call(method, path, body, **options)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()["code"]

    async def with_scopes(self, *scopes: Scope) -> "Office":
        return msgspec.structs.replace(self, headers=await self.api.bearer(*scopes, tenant=self.place))

    def scope(self) -> TenantScope:
        return scope(self.api.world.database, self.tenant)


@pytest.fixture(scope="module")
async def offices(api: Any) -> tuple[Office, Office]:
    """Two tenants of the module's database with the same units, staff and numbers."""
    keys = MasterKeys.load(api.settings.keys_file)
    suffix = secrets.token_hex(3)
    tenants = [
        await create_tenant(api.settings.database_url, keys, f"{slug}-{suffix}", name, clock_at=NOW)
        for slug, name in (("taiyue", "泰岳人寿"), ("other", "别家人寿"))
    ]
    catalogue = await api.world.services.catalogue()
    for tenant in tenants:
        async with scope(api.world.database, tenant) as opened:
            await organisation.save_units(opened, _UNITS)
            await organisation.save_staff(opened, _STAFF)
            await configure(opened, catalogue, "shandong_life", Actor("test:setup"))
    shared = msgspec.structs.replace(api, tenants=tuple(tenants))
    first, second = [
        Office(api.http, await shared.bearer(tenant=place), tenant, shared, place)
        for place, tenant in enumerate(tenants)
    ]
    return first, second


@pytest.fixture(scope="module")
def office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


@pytest.fixture(scope="module")
def other_office(offices: tuple[Office, Office]) -> Office:
    return offices[1]


@pytest.fixture(scope="session")
def contract_of() -> Callable[..., dict[str, Any]]:
    """A contract as the core system sends it; `changes` replace fields."""

    def make(number: str, **changes: Any) -> dict[str, Any]:
        return {
            "contract_no": number,
            "line": "life",
            "unit": "JN",
            "policyholder": f"K{number}",
            "product_code": "TY01",
            "product_name": "泰岳金生",
            "product_class": "traditional",
            "death_benefit": False,
            "channel": "agent",
            "seller_no": "S1",
            "effective_on": "2026-03-02",
            "premium": {"mode": "single", "amount": "10000.00"},
            "cooling_off_days": 15,
            "issued_on": "2026-03-02",
            "delivered_on": "2026-03-06",
            "version": 1,
            **changes,
        }

    return make


@pytest.fixture(scope="session")
def customer_of() -> Callable[..., dict[str, Any]]:
    """A customer as the core system sends one."""

    def make(number: str, **changes: Any) -> dict[str, Any]:
        tail = sum(number.encode()) % 10_000
        return {
            "customer_no": f"K{number}",
            "kind": "individual",
            "name": "王小明",
            "id_type": "passport",
            "id_number": f"E{secrets.randbelow(10**8):08}",
            "phones": [f"1380013{tail:04}"],
            **changes,
        }

    return make


@pytest.fixture(scope="session")
def event_of() -> Callable[..., dict[str, Any]]:
    """A CloudEvent; `data` is its payload."""

    def make(id: str, type: str, *, time: str = "2026-03-06T10:00:00+08:00", **data: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": id,
            "source": "core",
            "type": type,
            "time": time,
            "datacontenttype": "application/json",
            "data": data,
        }

    return make


@pytest.fixture
def new_contract(
    office: Office,
    event_of: Callable[..., dict[str, Any]],
    contract_of: Callable[..., dict[str, Any]],
    customer_of: Callable[..., dict[str, Any]],
) -> Callable[..., Any]:
    """Let a contract be issued in the first office; its one callback is due then."""

    async def send(number: str, **changes: Any) -> dict[str, Any]:
        event = event_of(
            f"issued-{number}",
            "contract.issued",
            contract_no=number,
            contract=contract_of(number, **changes),
            customer=customer_of(number),
        )
        await office.post("/events", event, status=202)
        return event

    return send


@pytest.fixture
def play(office: Office) -> Callable[..., Any]:
    """Answer every question of a contact with its first choice, but where `otherwise` names another by its step."""

    async def lead(standing: dict[str, Any], otherwise: dict[str, Any] | None = None) -> dict[str, Any]:
        path = f"/contacts/{standing['contact_id']}"
        for _ in range(60):
            if standing["section"] is None:
                return standing
            prompt = standing["prompt"]
            first = prompt["choices"][0]["code"] if prompt["choices"] else "没有补充"
            value = (otherwise or {}).get(prompt["step"], first)
            standing = await office.post(f"{path}/answers", {"step": prompt["step"], "value": value})
        raise AssertionError("the script does not end")

    return lead
