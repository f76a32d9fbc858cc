"""What a web process holds while it runs, and the principal of a request."""

from typing import Any, TypeAlias, cast

import msgspec
from huifang_tenants.database import Database
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.services.context import Services
from huifang_tenants.tenant import Tenant
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from redis.asyncio import Redis

from huifang_api.channels.exchange import Exchange
from huifang_api.core_system import CoreSystemClient
from huifang_api.oauth.clients import ClientCache
from huifang_api.oauth.signing import SigningKeys
from huifang_api.oauth.tokens import TokenVerifier
from huifang_api.settings import Settings


class World(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Opened by the app's lifespan, closed with it."""

    settings: Settings
    database: Database
    registry: TenantRegistry
    services: Services
    evidence: EvidenceStore
    core_system: CoreSystemClient
    exchange: Exchange
    redis: Redis
    clients: ClientCache
    signing: SigningKeys
    verifier: TokenVerifier


class Principal(msgspec.Struct, frozen=True, eq=False):
    """Who is asking: a client, for one tenant, with the scopes that its token and its registration share.

    With a `vendor` it acts for that outside vendor's people, who see their own assigned work alone (HT-3).
    """

    client_id: str
    tenant: Tenant
    scopes: frozenset[str]
    vendor: str | None = None

    @property
    def actor(self) -> str:
        """How the ledger names it."""
        return f"client:{self.client_id}"


ApiRequest: TypeAlias = Request[None, Principal, State]
"""The request of a handler behind the guard; `request.auth` is its Principal."""


def world_of(connection: ASGIConnection[Any, Any, Any, Any]) -> World:
    """The world of the app that serves this connection."""
    return cast(World, connection.app.state.world)
