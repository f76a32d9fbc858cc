"""A tenant on a real server with a local store, and contacts that stand before their conclusion."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from huifang_core.obligations import ContactChannel, ObligationDraft, Retention, Rung
from huifang_core.scripts import SectionState
from huifang_core.texts import text
from huifang_tenants.database import Database
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.fields import FieldCipher
from huifang_tenants.ids import new_id
from huifang_tenants.keys import MasterKeys, TenantKeys, new_data_key
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import Scope, scope
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.stores import contacts
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.contacts import NewContact, NewSection
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant

ACTOR = Actor("client:test", "S1")
AT = datetime(2025, 6, 1, tzinfo=UTC)
WAV = b"RIFF\x00\x00\x00\x00WAVEfmt "
PDF = b"%PDF-1.7\n"


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    """Chunks as a request's body gives them."""
    for chunk in chunks:
        yield chunk


def recording(size: int = 1000) -> bytes:
    """A file that begins like a WAV file."""
    return WAV + os.urandom(size - len(WAV))


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    """All of it."""
    return b"".join([chunk async for chunk in chunks])


def tenant_in_memory() -> Tenant:
    """A tenant that is on no server."""
    secret = new_data_key()
    return Tenant(
        id=uuid4(),
        slug="memory",
        name="memory",
        schema_name="t_" + os.urandom(8).hex(),
        state="active",
        cell="main",
        cut_over_on=None,
        clock_at=None,
        settings={},
        created_at=AT,
        keys=TenantKeys(secret),
        cipher=FieldCipher(secret),
    )


class Office(msgspec.Struct, frozen=True):
    """A tenant with a store; its admin's address and key file, for those who come from another process."""

    db: Database
    tenant: Tenant
    store: EvidenceStore
    folder: Path
    admin_url: str
    key_file: Path

    def scope(self) -> Scope:
        return scope(self.db, self.tenant)

    def objects(self) -> list[Path]:
        """Every file in the store."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.scope() as opened:
            return [dict(row) for row in await opened.connection.fetch(query, *arguments)]

    async def ledger(self, subject: UUID) -> list[str]:
        """What the ledger says was done to a subject, in order."""
        rows = await self.rows("SELECT action FROM ledger WHERE subject_id = $1 ORDER BY at, id", subject)
        return [row["action"] for row in rows]

    async def new_contact(
        self,
        channel: ContactChannel = "phone",
        *,
        affirmative: Iterable[bool] = (True,),
        visitor_is_seller: bool = False,
    ) -> UUID:
        """A contact in progress with a section, played to its end, for each of `affirmative`."""
        async with self.scope() as opened:
            id = new_id()
            obligations = [await _obligation(opened, channel) for _ in affirmative]
            customer, staff = obligations[0][1:]
            await contacts.insert(
                opened,
                NewContact(
                    id=id,
                    customer_id=customer,
                    staff_id=staff,
                    client=None,
                    channel=channel,
                    language="zh-CN",
                    number=None,
                    number_index=None,
                    below_province=False,
                    visitor_is_seller=visitor_is_seller,
                    dialled_at=AT,
                    facts={},
                    section_facts=tuple({} for _ in obligations),
                    personal={},
                ),
            )
            state = SectionState("test.script", 1, "end", identity_verified=True, result="completed")
            await contacts.insert_sections(
                opened,
                id,
                [NewSection(found[0], "hash", state, visitor_is_seller) for found in obligations],
            )
            stored = await contacts.load(opened, id)
            assert stored is not None
            for section, yes in zip(stored.sections, affirmative, strict=True):
                await contacts.save_section(opened, section.id, state, completed=True, affirmative=yes)
            await opened.connection.execute("UPDATE contact SET identity_passed = true WHERE id = $1", id)
        return id

    async def conclude(self, contact_id: UUID) -> None:
        async with self.scope() as opened:
            await conclude(opened, contact_id, Conclusion("completed"), ACTOR)

    async def successes(self, contact_id: UUID) -> list[bool]:
        """Whether each obligation of a contact counts as successful, in the order of its sections."""
        rows = await self.rows(
            "SELECT o.successful, s.successful AS section FROM contact_section s"
            " JOIN obligation o ON o.id = s.obligation_id WHERE s.contact_id = $1 ORDER BY s.position",
            contact_id,
        )
        assert all(row["successful"] in (row["section"], False) for row in rows)
        return [row["successful"] for row in rows]


async def _obligation(opened: Scope, channel: ContactChannel) -> tuple[UUID, UUID, UUID]:
    customer, staff, contract, event, id = (new_id() for _ in range(5))
    draft = ObligationDraft(
        kind="new_contract",
        occasion=str(id),
        title=text("新契约回访", "new contract"),
        ladder=(Rung(channel, 3),),
        script="test.script",
        content=(),
        retention=Retention(10, ("REG-4",)),
    )
    await copy(
        opened,
        "customer",
        ["id", "source", "customer_no", "kind", "name_enc", "created_at", "updated_at"],
        [
            (
                customer,
                "core",
                str(customer),
                "individual",
                opened.cipher.encrypt("张三", "customer.name", customer),
                AT,
                AT,
            )
        ],
    )
    await copy(
        opened, "staff", ["id", "staff_no", "name_enc", "unit", "updated_at"], [(staff, str(staff), b"x", "HO", AT)]
    )  # fmt: skip
    columns = (
        "id contract_no source line unit policyholder_no policyholder_id status base created_at updated_at"
    )
    await copy(
        opened,
        "contract",
        columns.split(),
        [(contract, str(contract), "core", "life", "HO", str(customer), customer, "in_force", "{}", AT, AT)],
    )
    columns = "id source event_id type happened_at received_at content_hash status"
    await copy(
        opened,
        "event",
        columns.split(),
        [(event, "core", str(event), "contract.issued", AT, AT, b"x", "accepted")],
    )
    await opened.connection.execute(
        "INSERT INTO script_version (hash, plugin, script, version, document, first_used_at)"
        " VALUES ('hash', 'p', 'test.script', '1', '{}', $1) ON CONFLICT DO NOTHING",
        AT,
    )
    columns = (
        "id contract_id key customer_id unit plugin plugin_version rule cites kind event_id root_event_id status"
        " after_due due_from due_by priority script draft trace parameters_on settings_version calendar input_hash"
        " fingerprint channel created_at updated_at"
    )
    row = (
        id, contract, "k", customer, "HO", "p", "1", "r", [], "new_contract", event, "E", "open", "continue", AT,
        datetime(2099, 1, 1, tzinfo=UTC), 50, "test.script", msgspec.json.encode(draft).decode(), "[]",
        date(2025, 6, 1), 1, "c", "h", "f", channel, AT, AT,
    )  # fmt: skip
    await copy(opened, "obligation", columns.split(), [row])
    return id, customer, staff


@pytest.fixture(scope="module")
async def office(
    fresh_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    home = tmp_path_factory.mktemp("office")
    keys = MasterKeys.create(home / "keys.json")
    admin_url, folder = fresh_database(), home / "store here"
    await prepare_database(admin_url, keys)
    tenant = await create_tenant(
        admin_url, keys, "aa", "甲保险", settings={"evidence_limit_bytes": 3_000_000}
    )
    async with Database(runtime_url(admin_url, keys), max_connections=4, acquire_timeout=60) as db:
        yield Office(db, tenant, EvidenceStore(folder.as_uri()), folder, admin_url, home / "keys.json")
