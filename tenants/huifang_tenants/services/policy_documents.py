"""The document of a callback policy: taken in, hashed on arrival, encrypted, and given out again (SD-3).

As with evidence, bytes flow between scopes, never inside one. A document replaced by another one stays in the store.
"""

import hmac
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final
from uuid import UUID

import msgspec

from huifang_tenants.database import Database
from huifang_tenants.evidence_store import EvidenceDamaged, EvidenceStore, StoreUnavailable
from huifang_tenants.evidence_types import PAPER
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.arriving import ArrivingFile
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import readiness
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.readiness import PolicyDocument, PolicyOnFile, UnitSetup
from huifang_tenants.tenant import Tenant

BYTES_AT_MOST: Final = 50 * 2**20
"""Bytes of one document."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of the document it sends; what is given is held against what arrives."""

    unit_id: UUID
    policy_id: UUID
    content_type: str | None = None
    sha256: bytes | None = None
    size: int | None = None


async def receive(
    db: Database,
    tenant: Tenant,
    store: EvidenceStore,
    upload: Upload,
    chunks: AsyncIterable[bytes],
    actor: Actor,
) -> None:
    """Take in the document of a version of a policy, in place of the one it has. Not inside a scope.

    Refuses `not_found` (unit, callback_policy), `evidence.too_large`, `evidence.type_not_allowed`,
    `evidence.type_contradicts`, `evidence.hash_differs`, `evidence.store_unavailable`; nothing has changed then.
    """
    if upload.size is not None and upload.size > BYTES_AT_MOST:
        raise Refused("evidence.too_large", limit=BYTES_AT_MOST)
    await in_scope(db, tenant, lambda scope: _find(scope, upload.unit_id, upload.policy_id), read_only=True)
    id = new_id()
    arriving = ArrivingFile("callback_policy", PAPER, upload.content_type, chunks, BYTES_AT_MOST)
    try:
        received = await store.put(tenant, id, arriving.pass_on())
    except StoreUnavailable as error:
        raise Refused("evidence.store_unavailable") from error
    try:
        if upload.sha256 is not None and not hmac.compare_digest(upload.sha256, received.sha256):
            raise Refused("evidence.hash_differs", received=received.sha256.hex())

        async def keep(scope: Scope) -> None:
            document = PolicyDocument(
                id=id,
                content_type=arriving.found,
                size_bytes=received.size,
                sha256=received.sha256.hex(),
                stored_by=actor.on_behalf_of or actor.name,
                stored_at=scope.wall_now,
            )
            await _keep(scope, upload, document, actor)

        await in_scope(db, tenant, keep)
    except Refused:
        await store.delete(tenant, id)
        raise


async def read(
    db: Database, tenant: Tenant, store: EvidenceStore, unit_id: UUID, policy_id: UUID
) -> tuple[PolicyDocument, AsyncIterator[bytes]]:
    """Open the document of a version of a policy. Not inside a scope.

    Refuses `not_found` (unit, callback_policy, document), `evidence.damaged`, `evidence.store_unavailable`.
    """
    _, policy = await in_scope(db, tenant, lambda scope: _find(scope, unit_id, policy_id), read_only=True)
    document = policy.document
    if document is None:
        raise Refused("not_found", kind="document")
    try:
        reader = await store.open(tenant, document.id, document.size_bytes)
    except EvidenceDamaged as error:
        raise Refused("evidence.damaged", evidence=str(document.id)) from error
    except StoreUnavailable as error:
        raise Refused("evidence.store_unavailable") from error
    return document, reader.read()


async def _keep(scope: Scope, upload: Upload, document: PolicyDocument, actor: Actor) -> None:
    setup, policy = await _find(scope, upload.unit_id, upload.policy_id, lock=True)
    kept = msgspec.structs.replace(policy, document=document)
    policies = tuple(kept if one is policy else one for one in setup.policies)
    await readiness.save(scope, msgspec.structs.replace(setup, policies=policies))
    details = {
        "policy": str(policy.id),
        "sha256": document.sha256,
        "size_bytes": document.size_bytes,
        "replaces": policy.document.sha256 if policy.document else None,
    }
    await record(scope, actor, "callback_policy.document_stored", "unit", setup.id, details, details=details)


async def _find(
    scope: Scope, unit_id: UUID, policy_id: UUID, *, lock: bool = False
) -> tuple[UnitSetup, PolicyOnFile]:
    setup = await readiness.of_unit(scope, unit_id, lock=lock)
    if setup is None:
        raise Refused("not_found", kind="unit")
    policy = next((one for one in setup.policies if one.id == policy_id), None)
    if policy is None:
        raise Refused("not_found", kind="callback_policy")
    return setup, policy
