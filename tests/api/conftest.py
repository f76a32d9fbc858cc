"""A running API over two tenants, with real servers, and one row of everything to read."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from huifang_api.app import create_app, open_world
from huifang_api.oauth.clients import NewClient, create_client
from huifang_api.oauth.scopes import SCOPES, Scope
from huifang_api.settings import Settings, load_settings
from huifang_api.world import World
from huifang_core.customers import ContactPerson, Customer
from huifang_core.units import Staff, Unit
from huifang_tenants.ids import new_id
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database
from huifang_tenants.scope import Scope as TenantScope
from huifang_tenants.scope import scope
from huifang_tenants.stores import customers, ledger, organisation
from huifang_tenants.tables.contacts import Answer, Contact, ContactSection, Evidence, ScriptVersion
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.events import Event
from huifang_tenants.tables.imports import ImportProblem, ImportRun
from huifang_tenants.tables.obligations import Obligation
from huifang_tenants.tables.organisation import StaffTraining
from huifang_tenants.tables.oversight import Alarm, Notice
from huifang_tenants.tenant import Tenant
from litestar import Litestar

from .core_server import CoreServer
from .pages import Page, look_at


class Api(msgspec.Struct, frozen=True, eq=False):
    """The app under test with two tenants; `client` speaks for the first by default."""

    app: Litestar
    http: httpx.AsyncClient
    settings: Settings
    tenants: tuple[Tenant, Tenant]

    @property
    def world(self) -> World:
        world = self.app.state.world
        assert isinstance(world, World)
        return world

    async def new_client(self, *scopes: Scope, tenant: int = 0) -> NewClient:
        return await create_client(
            self.world.database, self.tenants[tenant].id, "test", scopes or tuple(SCOPES)
        )

    async def token(self, *scopes: Scope, tenant: int = 0) -> str:
        return await self.token_of(await self.new_client(*scopes, tenant=tenant))

    async def token_of(self, client: NewClient) -> str:
        answer = await self.http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client.client_id, client.secret),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def bearer(self, *scopes: Scope, tenant: int = 0) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(*scopes, tenant=tenant)}"}

    async def get(self, path: str, *, tenant: int = 0, **options: object) -> httpx.Response:
        """GET with all scopes."""
        return await self.http.get(path, headers=await self.bearer(tenant=tenant), **options)  # type: ignore[arg-type]

    def scope(self, tenant: int = 0) -> TenantScope:
        return scope(self.world.database, self.tenants[tenant])

    async def post(self, path: str, body: object, *, tenant: int = 0, **headers: str) -> httpx.Response:
        """POST JSON with all scopes."""
        content = {"Content-Type": "application/json"}
        return await self.http.post(
            path, content=json.dumps(body), headers=await self.bearer(tenant=tenant) | content | headers
        )


@pytest.fixture(scope="session")
def settings_for(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Settings]:
    """Settings over a prepared database; the key file is one for all."""
    home = tmp_path_factory.mktemp("home")
    MasterKeys.create(home / "keys.json")

    def make(database_url: str) -> Settings:
        return load_settings(
            home, {"HOME": str(home), "HUIFANG_DATABASE_URL": database_url, "HUIFANG_REDIS_URL": redis_url}
        )

    return make


@pytest.fixture(scope="module")
def database_url(fresh_database: Callable[..., str]) -> str:
    return fresh_database()


@pytest.fixture(scope="module")
async def api(database_url: str, settings_for: Callable[[str], Settings]) -> AsyncIterator[Api]:
    """The app over a database of this module, with tenants `alpha` and `beta`."""
    async with running_api(settings_for(database_url)) as running:
        yield running


@asynccontextmanager
async def running_api(settings: Settings) -> AsyncIterator[Api]:
    assert settings.database_url is not None
    keys = MasterKeys.load(settings.keys_file)
    await prepare_database(settings.database_url, keys)
    suffix = secrets.token_hex(3)
    alpha = await create_tenant(settings.database_url, keys, f"alpha-{suffix}", "甲保险")
    beta = await create_tenant(settings.database_url, keys, f"beta-{suffix}", "乙保险")
    app = create_app(settings)
    # Not Litestar's test client: it runs the app in another thread, and with it the database pool we share here.
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    # Nor the app's lifespan: it may be left only by the task that entered it, which a fixture can't promise.
    async with (
        open_world(settings) as app.state.world,
        httpx.AsyncClient(transport=transport, base_url=settings.issuer) as http,
    ):
        yield Api(app, http, settings, (alpha, beta))


class Filled(msgspec.Struct, frozen=True):
    """The ids of what stands in a tenant, one of each, by the last part of its list's address."""

    ids: dict[str, UUID]
    obligation_waiting: UUID
    section: UUID


@pytest.fixture(scope="module")
async def filled(api: Api) -> Filled:
    """One of everything in the first tenant."""
    async with api.scope() as opened:
        return await fill(opened)


NOW = datetime.now(UTC).replace(microsecond=0)
SCRIPT = {
    "id": "shandong_life.new_contract",
    "version": 1,
    "title": {"zh-CN": "新契约回访", "en": "New contract"},
    "purpose": "new_contract",
    "start": "understood",
    "steps": {
        "understood": {
            "kind": "ask",
            "text": {"zh-CN": "您了解保险责任吗?", "en": "Do you understand the cover?"},
            "answer": {
                "kind": "choice",
                "choices": [
                    {"code": "yes", "label": {"zh-CN": "是", "en": "Yes"}, "affirmative": True},
                    {"code": "no", "label": {"zh-CN": "否", "en": "No"}, "affirmative": False},
                ],
            },
            "next": "wishes",
        },
        "wishes": {
            "kind": "ask",
            "text": {"zh-CN": "您有什么建议?", "en": "Any suggestions?"},
            "answer": {"kind": "text"},
            "next": "end",
        },
        "end": {"kind": "end", "result": "completed", "text": {"zh-CN": "再见", "en": "Goodbye"}},
    },
}
TRACE = [
    {
        "kind": "event",
        "subject": "contract.delivered",
        "text": {"zh-CN": "合同于2026-03-02签收", "en": "the contract was delivered on 2026-03-02"},
        "values": {"delivered_on": "2026-03-02"},
    },
    {"kind": "decision", "subject": "scope", "text": {"zh-CN": "应予回访", "en": "to be called back"}},
]
DRAFT = {
    "kind": "new_contract",
    "occasion": "delivery",
    "title": {"zh-CN": "新契约回访", "en": "New contract callback"},
    "ladder": [{"channel": "phone", "attempts": 3, "wait_minutes": 120}],
    "script": "shandong_life.new_contract",
    "content": ["coverage"],
    "retention": {"years": 10, "cites": ["REG-4"]},
}


def a_customer(number: str, name: str = "王小明", phone: str = "13800138000") -> Customer:
    return Customer(
        customer_no=number,
        kind="individual",
        name=name,
        id_type="resident_id",
        id_number=f"37010219900307{number[-4:]:0>4}",
        birth_date=date(1990, 3, 7),
        gender="male",
        phones=(phone,),
        emails=("ming@example.com",),
        address="山东省济南市历下区经十路1号",
        region="370102",
        contact=ContactPerson(name="李四", phone="13900139000"),
    )


async def add_customer(opened: TenantScope, customer: Customer) -> UUID:
    id = new_id()
    identity = customers.identity_of(opened.cipher, customer)
    content = customers.content_hash_of(opened.cipher, customer)
    await customers.insert(opened, [customers.CustomerRow(id, "core", customer, identity)])
    await customers.insert_refs(opened, [customers.Ref("core", customer.customer_no, id, content, None)])
    return id


async def add_contract(opened: TenantScope, number: str, customer_id: UUID, **more: Any) -> UUID:
    id = new_id()
    values = {
        "id": id, "contract_no": number, "source": "core", "line": "life", "product_class": "universal",
        "unit": "37", "channel": "bank", "seller_no": "S1", "policyholder_no": "C0001", "policyholder_id": customer_id,
        "effective_on": date(2026, 3, 1), "delivered_on": date(2026, 3, 2), "status": "in_force", "region": "370102",
        "base": {"contract_no": number, "premium": {"amount": "1200.00"}}, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    await Contract.insert(Contract(**(values | more)))
    return id


async def add_obligation(
    opened: TenantScope, contract: UUID, customer: UUID, event: UUID, **more: Any
) -> UUID:
    id = new_id()
    values = {
        "id": id, "contract_id": contract, "key": str(id), "customer_id": customer, "unit": "37",
        "plugin": "shandong_life", "plugin_version": "0.1.0", "rule": "SD-6", "cites": ["SD-6", "REG-1"],
        "kind": "new_contract", "event_id": event, "root_event_id": "E1", "status": "open", "after_due": "continue",
        "due_from": NOW - timedelta(days=5), "due_by": NOW - timedelta(hours=1), "priority": 50,
        "script": "shandong_life.new_contract", "draft": DRAFT, "trace": TRACE, "parameters_on": date(2026, 3, 2),
        "settings_version": 1, "calendar": "cn", "input_hash": "h", "fingerprint": "f", "channel": "phone",
        "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    await Obligation.insert(Obligation(**(values | more)))
    return id


async def add_event(opened: TenantScope, name: str, **more: Any) -> UUID:
    id = new_id()
    values = {
        "id": id, "source": "core", "event_id": name, "type": "contract.issued", "happened_at": NOW,
        "received_at": NOW, "contract_no": "P1", "payload": {}, "content_hash": b"h", "status": "accepted",
    }  # fmt: skip
    await Event.insert(Event(**(values | more)))
    return id


async def fill(opened: TenantScope) -> Filled:
    cipher = opened.cipher
    await organisation.save_units(
        opened,
        [
            Unit(code="00", name="总公司", level="head_office"),
            Unit(code="37", name="山东分公司", level="province", parent="00", supervisor="shandong"),
            Unit(code="3701", name="济南支公司", level="city", parent="37"),
        ],
    )
    today = (NOW + timedelta(days=30)).date()
    await organisation.save_staff(
        opened,
        [
            Staff(
                staff_no="K1",
                name="赵敏",
                unit="37",
                roles=("caller",),
                phone="13700137000",
                trained_until=today,
            ),
            Staff(staff_no="S1", name="孙销售", unit="3701", roles=("seller",), is_seller=True),
        ],
    )
    staff = await opened.connection.fetchval("SELECT id FROM staff WHERE staff_no = 'K1'")
    training = new_id()
    await StaffTraining.insert(
        StaffTraining(
            id=training, staff_id=staff, course="回访规范", held_on=today, valid_until=today, recorded_by="cli:root",
            recorded_at=NOW, passed=True, trainer_enc=cipher.encrypt("钱讲师", "staff_training.trainer", training),
        )
    )  # fmt: skip
    unit = await opened.connection.fetchval("SELECT id FROM unit WHERE code = '37'")
    customer = await add_customer(opened, a_customer("C0001"))
    contract = await add_contract(opened, "P1", customer)
    run = new_id()
    await ImportRun.insert(
        ImportRun(id=run, kind="contracts", file_name="contracts.csv", strict=False, status="done", rows=2, accepted=1,
                  refused=1, started_by="cli:root", started_at=NOW, seen_at=NOW)
    )  # fmt: skip
    for line in range(2, 5):
        message = {"zh-CN": "日期无效", "en": "=not a date"}
        await ImportProblem.insert(
            ImportProblem(import_id=run, line=line, field="effective_on", code="invalid", severity="error",
                          message=message, position=0)
        )  # fmt: skip
    event = await add_event(opened, "E1", import_id=run)
    obligation = await add_obligation(opened, contract, customer, event, lease_staff=staff,
                                      lease_until=NOW + timedelta(hours=1))  # fmt: skip
    waiting = await add_obligation(
        opened,
        contract,
        customer,
        event,
        status="waiting",
        due_from=None,
        due_by=None,
        opens_on="contract.delivered",
    )
    contact, section, evidence = await _fill_contact(opened, customer, staff, obligation)
    case = new_id()
    await opened.connection.execute(
        "INSERT INTO case_file (id, case_class, severity, status, unit, contract_id, customer_id, subject, due_by,"
        " opened_at, assignee) VALUES ($1, 'premium_kept', 4, 'assigned', '3701', $2, $3, '业务员挪用保费', $4, $5, $6)",
        case, contract, customer, NOW - timedelta(days=1), NOW, staff,
    )  # fmt: skip
    entry = new_id()
    await opened.connection.execute(
        "INSERT INTO case_entry (id, case_id, kind, text_enc, actor, at) VALUES ($1, $2, 'commented', $3, 'client:x', $4)",
        entry, case, cipher.encrypt("客户王小明很着急", "case_entry.text", entry), NOW,
    )  # fmt: skip
    alarm, notice = new_id(), new_id()
    await Alarm.insert(
        Alarm(id=alarm, kind="delivery_missing", subject="P1", details={"days": 20}, raised_at=NOW)
    )
    await Notice.insert(
        Notice(id=notice, role="team_leader", kind="case_opened", subject_kind="case", subject_id=case,
               message={"case_class": "premium_kept"}, created_at=NOW)
    )  # fmt: skip
    await ledger.record(opened, "cli:root", "test.filled", "tenant", None, {})
    row = await opened.connection.fetchval("SELECT id FROM ledger LIMIT 1")
    ids = {
        "customers": customer, "contracts": contract, "events": event, "obligations": obligation, "contacts": contact,
        "cases": case, "units": unit, "staff": staff, "imports": run, "alarms": alarm, "notices": notice, "ledger": row,
        "evidence": evidence, "trainings": training,
    }  # fmt: skip
    return Filled(ids, waiting, section)


async def _fill_contact(
    opened: TenantScope, customer: UUID, staff: UUID, obligation: UUID
) -> tuple[UUID, UUID, UUID]:
    cipher, contact, section, evidence = opened.cipher, new_id(), new_id(), new_id()
    await ScriptVersion.insert(
        ScriptVersion(hash="abc", plugin="shandong_life", script="shandong_life.new_contract", version="1",
                      document=SCRIPT, first_used_at=NOW)
    )  # fmt: skip
    await Contact.insert(
        Contact(id=contact, customer_id=customer, staff_id=staff, channel="phone", status="concluded",
                number_enc=cipher.encrypt("13800138000", "contact.number", contact), number_index=0,
                identity_passed=True, started_at=NOW, concluded_at=NOW, outcome="completed", attempted=True,
                connected=True, right_party=True, completed=True,
                note_enc=cipher.encrypt("客户在家", "contact.note", contact),
                personal_enc=cipher.encrypt_json({}, "contact.personal", contact),
                snapshot={"facts": {"contract_no": "P1"}, "sections": []})
    )  # fmt: skip
    await ContactSection.insert(
        ContactSection(id=section, contact_id=contact, obligation_id=obligation, position=0, script_hash="abc",
                       state_enc=cipher.encrypt_json({}, "contact_section.state", section), result="completed",
                       completed=True, affirmative=True, successful=True)
    )  # fmt: skip
    for sequence, (step, value) in enumerate(
        [("understood", "yes"), ("wishes", "请多联系我 13800138000")], 1
    ):
        id = new_id()
        await Answer.insert(
            Answer(id=id, section_id=section, sequence=sequence, step=step, affirmative=True,
                   value_enc=cipher.encrypt(value, "answer.value", id), answered_at=NOW)
        )  # fmt: skip
    await Evidence.insert(
        Evidence(id=evidence, contact_id=contact, kind="recording", status="stored", sha256=b"\x01" * 32,
                 content_type="audio/wav", size_bytes=10, uploaded_by="client:x", created_at=NOW, stored_at=NOW)
    )  # fmt: skip
    return contact, section, evidence


class Add(msgspec.Struct, frozen=True):
    """Ways to add one row in an open scope."""

    customer: Callable[..., Any] = add_customer
    contract: Callable[..., Any] = add_contract
    obligation: Callable[..., Any] = add_obligation
    event: Callable[..., Any] = add_event
    a_customer: Callable[..., Customer] = a_customer


@pytest.fixture(scope="session")
def add() -> Add:
    return Add()


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture
async def core_server() -> AsyncIterator[CoreServer]:
    """A core system on 127.0.0.1."""
    server = CoreServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def look() -> Callable[[bytes], list[Page]]:
    """Look at the pages of a PDF."""
    return look_at
