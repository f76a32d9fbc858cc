"""A running API over two tenants, with real servers."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from huifang_api.app import create_app, open_world
from huifang_api.oauth.clients import NewClient, create_client
from huifang_api.oauth.scopes import SCOPES, Scope
from huifang_api.settings import Settings, load_settings
from huifang_api.world import World
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database
from huifang_tenants.scope import Scope as TenantScope
from huifang_tenants.scope import scope
from huifang_tenants.tenant import Tenant
from litestar import Litestar


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
