"""What a process opens to act in tenants: the runtime database pool, the registry of tenants, the plugin host, the services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from huifang_tenants.database import Database
from huifang_tenants.keys import MasterKeys
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.provisioning import runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.services.context import Services

from huifang_api.settings import Settings


class ServersUnknown(Exception):
    """The process was started without the addresses of its servers; `huifang up` passes them on."""

    def __init__(self) -> None:
        super().__init__(
            "HUIFANG_DATABASE_URL and HUIFANG_REDIS_URL must be set for this process: "
            "`huifang up` sets them when it runs the embedded servers"
        )


class Runtime(msgspec.Struct, frozen=True, eq=False):
    """Opened once per process."""

    settings: Settings
    keys: MasterKeys
    database: Database
    registry: TenantRegistry
    host: PluginHost
    services: Services


@asynccontextmanager
async def open_runtime(settings: Settings, *, host_processes: int = 1) -> AsyncIterator[Runtime]:
    """Open what a process needs, and close it at the end.

    Raises ServersUnknown when the settings name no database, KeyFileError when the master keys can't be read.
    """
    if settings.database_url is None:
        raise ServersUnknown
    keys = MasterKeys.load(settings.keys_file)
    url = runtime_url(settings.database_url, keys)
    async with (
        Database(url, max_connections=settings.pool_size) as database,
        PluginHost(processes=host_processes, allow_list=settings.plugins_file) as host,
    ):
        registry = TenantRegistry(database, keys)
        yield Runtime(settings, keys, database, registry, host, Services(database, host))
