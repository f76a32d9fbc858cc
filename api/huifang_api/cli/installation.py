"""The installation a command works on: its servers running, its database prepared, its keys at hand."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import migrate_tenants
from huifang_tenants.provisioning import prepare_database

from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey
from huifang_api.embedded.places import make_home
from huifang_api.servers import check_servers
from huifang_api.settings import Settings, load_settings

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")


class Installation(msgspec.Struct, frozen=True, eq=False):
    """Settings with the addresses of servers that run, and the embedded ones among them."""

    settings: Settings
    keys: MasterKeys
    embedded: tuple[EmbeddedPostgres | EmbeddedValkey, ...]

    @property
    def admin_url(self) -> str:
        """The address of the database with the rights to provision."""
        if self.settings.database_url is None:
            raise ValueError("an installation has a database")
        return self.settings.database_url


@contextmanager
def installation(home: Path | None, *, redis: bool = False) -> Iterator[Installation]:
    """Bring up what a command needs: embedded servers where none are named, the database prepared and migrated.

    A server that `huifang up` runs already is joined, and left running. One that is named and can't be used is told at once
    (SettingsError, ServerUnreachable).
    """
    settings = load_settings(home)
    asyncio.run(check_servers(settings, redis=redis))
    make_home(settings.home)
    settings.keys_file.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        embedded: list[EmbeddedPostgres | EmbeddedValkey] = []
        if settings.database_url is None:
            postgres = EmbeddedPostgres(settings.home)
            settings = msgspec.structs.replace(settings, database_url=stack.enter_context(postgres))
            embedded.append(postgres)
        if redis and settings.redis_url is None:
            valkey = EmbeddedValkey(settings.home)
            settings = msgspec.structs.replace(settings, redis_url=stack.enter_context(valkey))
            embedded.append(valkey)
        keys = MasterKeys.load_or_create(settings.keys_file)
        found = Installation(settings, keys, tuple(embedded))
        asyncio.run(_prepare(found))
        yield found


async def _prepare(found: Installation) -> None:
    await prepare_database(found.admin_url, found.keys)
    failed = [outcome for outcome in await migrate_tenants(found.admin_url) if outcome.error]
    for outcome in failed:
        click.echo(f"huifang: tenant {outcome.slug} was not migrated: {outcome.error}", err=True)


def home_option(function: _F) -> _F:
    """Add `--home`."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where this installation keeps its files; default HUIFANG_HOME or ~/.huifang.",
    )(function)


def json_option(function: _F) -> _F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print machine-readable JSON.")(function)


def tenant_option(function: _F) -> _F:
    """Add `--tenant`."""
    return click.option(
        "--tenant", "slug", default="demo", show_default=True, help="Slug of the tenant to work in."
    )(function)


def kept_option(function: _F) -> _F:
    """Add `--kept`, by which the supervisor says that it has looked at the servers: their outages are sat out from now on."""
    return click.option("--kept", is_flag=True, hidden=True)(function)


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run the asynchronous part of a command."""
    return asyncio.run(work)
