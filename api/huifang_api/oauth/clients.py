"""OAuth clients: the programs that act for a tenant. A secret is shown once and kept as a hash only."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection
from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.database import Database
from huifang_tenants.scope import control

from huifang_api.oauth.scopes import SCOPES, Scope

_ID_PREFIX: Final = "hfc_"
_SECRET_PREFIX: Final = "hfs_"  # noqa: S105 - secret scanners find ours by it
_MOST_KEPT: Final = 10_000

_INSERT: Final = """
INSERT INTO control.oauth_client (client_id, tenant_id, name, secret_hash, scopes, vendor) VALUES ($1, $2, $3, $4, $5, $6)
"""
_LOAD: Final = """
SELECT client_id, tenant_id, name, secret_hash, scopes, vendor, revoked_at IS NOT NULL AS revoked
FROM control.oauth_client WHERE client_id = $1
"""
_REVOKE: Final = """
UPDATE control.oauth_client SET revoked_at = now() WHERE client_id = $1 AND revoked_at IS NULL RETURNING client_id
"""


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A client as it is registered; with a `vendor` it acts for that outside vendor's people alone (HT-3)."""

    client_id: str
    tenant_id: UUID
    name: str
    secret_hash: bytes
    scopes: frozenset[str]
    revoked: bool = False
    vendor: str | None = None

    def has_secret(self, secret: str) -> bool:
        """Whether `secret` is this client's; takes the same time for any wrong one."""
        return hmac.compare_digest(_hash(secret), self.secret_hash)


class NewClient(msgspec.Struct, frozen=True):
    """What the tenant's administrator gets to see once."""

    client_id: str
    secret: str


async def create_client(
    db: Database, tenant_id: UUID, name: str, scopes: Collection[Scope], vendor: str | None = None
) -> NewClient:
    """Register a client of a tenant, or of an outside vendor that works for it; its secret is in the answer and nowhere else.

    ValueError when a scope is not in the table, or there is none.
    """
    if not scopes or (strange := set(scopes) - SCOPES.keys()):
        raise ValueError(
            f"unknown scopes: {', '.join(sorted(strange))}" if scopes else "a client needs a scope"
        )
    new = NewClient(_ID_PREFIX + secrets.token_hex(12), _SECRET_PREFIX + secrets.token_urlsafe(32))
    async with control(db) as opened:
        await opened.connection.execute(
            _INSERT, new.client_id, tenant_id, name, _hash(new.secret), sorted(scopes), vendor
        )
    return new


async def revoke_client(db: Database, client_id: str) -> bool:
    """Revoke a client: its tokens stop working within seconds in every process. False when there is nothing to revoke."""
    async with control(db) as opened:
        return await opened.connection.fetchval(_REVOKE, client_id) is not None


async def load_client(db: Database, client_id: str) -> Client | None:
    """The client as it stands now, revoked ones included; None when there is none."""
    async with control(db) as opened:
        row = await opened.connection.fetchrow(_LOAD, client_id)
    return Client(**{**row, "scopes": frozenset(row["scopes"])}) if row is not None else None


class ClientCache:
    """Clients as they stood at most `ttl` seconds ago: a revocation made elsewhere is felt that late."""

    def __init__(self, db: Database, *, ttl: float = 3.0) -> None:
        self._db = db
        self._ttl = ttl
        self._found: dict[str, tuple[float, Client | None]] = {}

    async def get(self, client_id: str) -> Client | None:
        """The client; None when there is none."""
        found = self._found.get(client_id)
        now = time.monotonic()
        if found is not None and now - found[0] < self._ttl:
            return found[1]
        client = await load_client(self._db, client_id)
        if len(self._found) >= _MOST_KEPT:
            self._found.clear()
        self._found[client_id] = (now, client)
        return client


def _hash(secret: str) -> bytes:
    # 256 random bits can't be guessed from a plain hash; a slow one would only slow us down.
    return hashlib.sha256(secret.encode()).digest()
