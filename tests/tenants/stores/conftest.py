"""A tenant of the real schema, empty, per module."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import ModuleType

import pytest
from huifang_tenants import stores
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import Database, Scope, scope
from huifang_tenants.tenant import Tenant

Inside = Callable[[], AbstractAsyncContextManager[Scope]]


@pytest.fixture(scope="module")
async def empty(fresh_database: Callable[..., str]) -> AsyncIterator[tuple[Database, Tenant]]:
    url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(url, keys)
    tenant = await create_tenant(url, keys, "stores", "泰岳人寿")
    async with Database(runtime_url(url, keys), max_connections=2) as db:
        yield db, tenant


class _Undo(Exception):
    """Ends a scope without a trace."""


@pytest.fixture
def inside(empty: tuple[Database, Tenant]) -> Inside:
    """Call it for a scope that leaves nothing behind."""

    @asynccontextmanager
    async def undone() -> AsyncIterator[Scope]:
        with suppress(_Undo):
            async with scope(*empty) as opened:
                yield opened
                raise _Undo

    return undone


@pytest.fixture(scope="session")
def store_modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(stores.__path__, f"{stores.__name__}.")
    return [importlib.import_module(module.name) for module in found]
