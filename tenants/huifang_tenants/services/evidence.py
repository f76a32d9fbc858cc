"""Evidence: recordings and signed papers that prove a contact, taken in, shown again, held against their hash (REG-3).

Bytes flow between scopes, never inside one: a row says `arriving`, the object store takes the file, a second scope
makes the row `stored` and judges anew what the contact proves. Whatever ends in between leaves an `arriving` row that
counts for nothing, until `clear_leftovers` takes it away.
"""

import hmac
from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.contacts import EvidenceKind

from huifang_tenants.database import Database
from huifang_tenants.evidence_store import (
    EvidenceDamaged,
    EvidenceStore,
    Received,
    StoreUnavailable,
    object_key,
)
from huifang_tenants.evidence_types import ALLOWED, FileKind
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.arriving import ArrivingFile
from huifang_tenants.services.contacts.concluding import judge_success
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts
from huifang_tenants.stores.ledger import SYSTEM, Actor, record
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import settings_of

LEFTOVERS: Final = "evidence.leftovers"
"""The kind of the job that takes away what uploads left that never arrived."""

LEFTOVER_AFTER: Final = timedelta(hours=24)
"""How long an upload may take, wall time; what is older never arrived."""

EvidenceStatus = Literal["arriving", "stored", "refused"]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of the file it sends.

    `content_type` and `sha256` (of the plaintext, 32 bytes) are held against what arrives, `size` in bytes against the
    limit before anything is read; each may be left out. `reference` is what another system calls it, and no personal data.
    """

    contact_id: UUID
    kind: FileKind
    content_type: str | None = None
    sha256: bytes | None = None
    size: int | None = None
    reference: str | None = None


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence as it is shown; times are wall time, UTC.

    A file has `content_type` (found, not declared), `size_bytes` and `sha256` (hex); a reference has `reference`, and so has a
    file that was fetched from another system.
    """

    id: UUID
    contact_id: UUID
    kind: EvidenceKind
    status: EvidenceStatus
    content_type: str | None
    size_bytes: int | None
    sha256: str | None
    reference: str | None
    uploaded_by: str
    created_at: datetime
    stored_at: datetime | None


class Playback(msgspec.Struct, frozen=True):
    """Bytes [start, stop) of a piece of evidence; `chunks` gives them and raises EvidenceDamaged where they don't open."""

    evidence: EvidenceView
    start: int
    stop: int
    chunks: AsyncIterator[bytes]


def limit_of(tenant: Tenant) -> int:
    """Return how many bytes a tenant's evidence file may have."""
    return settings_of(tenant).evidence_limit_bytes


async def receive(
    db: Database,
    tenant: Tenant,
    store: EvidenceStore,
    upload: Upload,
    chunks: AsyncIterable[bytes],
    actor: Actor,
    *,
    limit: int | None = None,
) -> EvidenceView:
    """Take a file in and judge anew whether its contact was successful. Not inside a scope.

    Refuses `not_found` (contact), `evidence.too_large`, `evidence.type_not_allowed`, `evidence.type_contradicts`,
    `evidence.hash_differs`, `evidence.store_unavailable`; whatever `chunks` raises is raised unchanged. Then the row
    stays, as `refused`, with a ledger row that says why, and no object.
    """
    limit = limit_of(tenant) if limit is None else limit
    if upload.size is not None and upload.size > limit:
        raise Refused("evidence.too_large", limit=limit)
    id = new_id()
    await in_scope(db, tenant, lambda scope: _announce(scope, id, upload, actor))
    arriving = ArrivingFile(upload.kind, ALLOWED[upload.kind], upload.content_type, chunks, limit)
    try:
        received = await store.put(tenant, id, arriving.pass_on())
        if upload.sha256 is not None and not hmac.compare_digest(upload.sha256, received.sha256):
            await store.delete(tenant, id)
            raise Refused("evidence.hash_differs", received=received.sha256.hex())
    except Refused as refusal:
        await _refuse(db, tenant, id, refusal.code, actor)
        raise
    except StoreUnavailable as error:
        await _refuse(db, tenant, id, "evidence.store_unavailable", actor)
        raise Refused("evidence.store_unavailable") from error
    except Exception:
        await _refuse(db, tenant, id, "interrupted", actor)
        raise
    stored = await in_scope(db, tenant, lambda scope: _keep(scope, id, arriving.found, received, actor))
    if stored is None:
        await store.delete(tenant, id)
        raise Refused("state.conflict", current="refused", wanted="stored")
    return stored


async def refer(scope: Scope, contact_id: UUID, reference: str, actor: Actor) -> EvidenceView:
    """Note where evidence of a contact is kept elsewhere, such as the id of an external recording.

    It proves nothing by itself: no callback becomes successful by it. `reference` holds no personal data.
    """
    await _check_contact(scope, contact_id)
    id = new_id()
    row = await scope.connection.fetchrow(
        "INSERT INTO evidence (id, contact_id, kind, status, reference, uploaded_by, created_at, stored_at)"
        " VALUES ($1, $2, 'reference', 'stored', $3, $4, $5, $5) RETURNING *",
        id,
        contact_id,
        reference,
        _who(actor),
        scope.wall_now,
    )
    await record(
        scope, actor, "evidence.referred", "evidence", id, reference, details={"contact": str(contact_id)}
    )
    return _view(row)


async def of_contact(scope: Scope, contact_id: UUID) -> list[EvidenceView]:
    """Return a contact's evidence in the order it came in, refused attempts among it."""
    rows = await scope.connection.fetch(
        "SELECT * FROM evidence WHERE contact_id = $1 ORDER BY created_at, id", contact_id
    )
    return [_view(row) for row in rows]


async def get(scope: Scope, evidence_id: UUID) -> EvidenceView:
    """Return one piece of evidence, or refuse: `not_found`."""
    row = await scope.connection.fetchrow("SELECT * FROM evidence WHERE id = $1", evidence_id)
    if row is None:
        raise Refused("not_found", kind="evidence")
    return _view(row)


def file_of(found: EvidenceView) -> Received:
    """Return size and hash of a file on record, its content unread; refuse `evidence.no_file` where there is none."""
    if found.status != "stored" or found.size_bytes is None or found.sha256 is None:
        raise Refused("evidence.no_file", status=found.status)
    return Received(found.size_bytes, bytes.fromhex(found.sha256))


async def play(
    db: Database,
    tenant: Tenant,
    store: EvidenceStore,
    evidence_id: UUID,
    actor: Actor,
    *,
    start: int = 0,
    stop: int | None = None,
) -> Playback:
    """Open bytes [start, stop) of a file, with a ledger row for it. Not inside a scope.

    A `stop` past the end means the end. Refuses `not_found`, `evidence.no_file` (a reference, or not stored),
    `evidence.range_unsatisfiable` (with `size`), `evidence.damaged`, `evidence.store_unavailable`.
    """

    async def note(scope: Scope) -> tuple[EvidenceView, int, int]:
        found = await get(scope, evidence_id)
        size = file_of(found).size
        end = size if stop is None else min(stop, size)
        if not 0 <= start < max(end, 1):
            raise Refused("evidence.range_unsatisfiable", size=size)
        await record(
            scope,
            actor,
            "evidence.played",
            "evidence",
            evidence_id,
            [found.sha256, start, end],
            details={"contact": str(found.contact_id), "start": start, "stop": end},
        )
        return found, size, end

    found, size, end = await in_scope(db, tenant, note)
    try:
        reader = await store.open(tenant, evidence_id, size)
    except EvidenceDamaged as error:
        await _report_damage(db, tenant, evidence_id, error, actor)
        raise Refused("evidence.damaged", evidence=str(evidence_id)) from error
    except StoreUnavailable as error:
        raise Refused("evidence.store_unavailable") from error
    return Playback(found, start, end, reader.read(start, end))


async def verify(
    db: Database, tenant: Tenant, store: EvidenceStore, evidence_id: UUID, actor: Actor
) -> EvidenceView:
    """Read a file from end to end and hold it against the hash on record, with a ledger row. Not inside a scope.

    Refuses like `play`; `evidence.damaged` also leaves a ledger row.
    """
    found = await in_scope(db, tenant, lambda scope: get(scope, evidence_id))
    try:
        await store.verify(tenant, evidence_id, file_of(found))
    except EvidenceDamaged as error:
        await _report_damage(db, tenant, evidence_id, error, actor)
        raise Refused("evidence.damaged", evidence=str(evidence_id)) from error
    except StoreUnavailable as error:
        raise Refused("evidence.store_unavailable") from error

    async def note(scope: Scope) -> None:
        await record(scope, actor, "evidence.verified", "evidence", evidence_id, found.sha256)

    await in_scope(db, tenant, note)
    return found


async def clear_leftovers(
    db: Database,
    tenant: Tenant,
    store: EvidenceStore,
    *,
    older_than: timedelta = LEFTOVER_AFTER,
    actor: Actor = SYSTEM,
) -> int:
    """Refuse uploads that never arrived and delete what they left in the store; return how many. Not inside a scope."""

    async def stale(scope: Scope) -> list[UUID]:
        rows = await scope.connection.fetch(
            "SELECT id FROM evidence WHERE status = 'arriving' AND created_at < $1 ORDER BY id",
            scope.wall_now - older_than,
        )
        return [row["id"] for row in rows]

    cleared = 0
    for id in await in_scope(db, tenant, stale):
        # Refused first: an upload that still goes on then finds that it may not become `stored`, and deletes its own.
        if await _refuse(db, tenant, id, "interrupted", actor):
            await store.delete(tenant, id)
            cleared += 1
    return cleared


async def _announce(scope: Scope, id: UUID, upload: Upload, actor: Actor) -> None:
    await _check_contact(scope, upload.contact_id)
    await scope.connection.execute(
        "INSERT INTO evidence (id, contact_id, kind, status, object_key, reference, uploaded_by, created_at)"
        " VALUES ($1, $2, $3, 'arriving', $4, $5, $6, $7)",
        id,
        upload.contact_id,
        upload.kind,
        object_key(scope.tenant, id),
        upload.reference,
        _who(actor),
        scope.wall_now,
    )


async def _keep(
    scope: Scope, id: UUID, content_type: str, received: Received, actor: Actor
) -> EvidenceView | None:
    """Make an arrived file count; None when it was refused meanwhile."""
    row = await scope.connection.fetchrow(
        "UPDATE evidence SET status = 'stored', content_type = $2, size_bytes = $3, sha256 = $4, stored_at = $5"
        " WHERE id = $1 AND status = 'arriving' RETURNING *",
        id,
        content_type,
        received.size,
        received.sha256,
        scope.wall_now,
    )
    if row is None:
        return None
    # Locked, so that of this and a conclusion at the same moment the second one sees what the first one wrote.
    contact = await contacts.load(scope, row["contact_id"], lock=True)
    if contact is not None:
        await judge_success(scope, contact)
    found = _view(row)
    about = {
        "contact": str(found.contact_id),
        "kind": found.kind,
        "sha256": found.sha256,
        "size_bytes": found.size_bytes,
        "content_type": found.content_type,
    }
    await record(scope, actor, "evidence.stored", "evidence", id, about, details=about)
    return found


async def _refuse(db: Database, tenant: Tenant, id: UUID, reason: str, actor: Actor) -> bool:
    async def write(scope: Scope) -> bool:
        done = await scope.connection.execute(
            "UPDATE evidence SET status = 'refused' WHERE id = $1 AND status = 'arriving'", id
        )
        if done != "UPDATE 1":
            return False
        await record(scope, actor, "evidence.refused", "evidence", id, reason, reason=reason)
        return True

    return await in_scope(db, tenant, write)


async def _report_damage(
    db: Database, tenant: Tenant, id: UUID, error: EvidenceDamaged, actor: Actor
) -> None:
    async def write(scope: Scope) -> None:
        await record(scope, actor, "evidence.damaged", "evidence", id, str(error), reason=str(error))

    await in_scope(db, tenant, write)


async def _check_contact(scope: Scope, contact_id: UUID) -> None:
    if not await scope.connection.fetchval("SELECT EXISTS (SELECT FROM contact WHERE id = $1)", contact_id):
        raise Refused("not_found", kind="contact")


def _view(row: Any) -> EvidenceView:
    return EvidenceView(
        id=row["id"],
        contact_id=row["contact_id"],
        kind=row["kind"],
        status=row["status"],
        content_type=row["content_type"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"].hex() if row["sha256"] is not None else None,
        reference=row["reference"],
        uploaded_by=row["uploaded_by"],
        created_at=row["created_at"],
        stored_at=row["stored_at"],
    )


def _who(actor: Actor) -> str:
    return actor.on_behalf_of or actor.name
