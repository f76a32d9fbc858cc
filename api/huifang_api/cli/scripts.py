"""`huifang script`: the scripts there are, that one was filed, and what to hand the authority (LN-6)."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from huifang_core.scripts import script_hash
from huifang_tenants.scope import scope
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.services.filings import Filed, file_script, version_of
from huifang_tenants.stores.ledger import Actor
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.filing import FilingPack, make_pack, subject_of
from huifang_api.runtime import open_runtime


@click.group()
def command() -> None:
    """List scripts, record that one was filed, and make its filing pack.

    \b
    Example:  huifang script list --tenant demo
    """


@command.command("list")
@click.option("--plugin", help="Only those of this plugin.")
@tenant_option
@home_option
@json_option
def list_(plugin: str | None, slug: str, home: Path | None, as_json: bool) -> None:
    """List the installed scripts with their hash, and whether that version is filed.

    \b
    Example:  huifang script list --plugin liaoning_life --json
    """

    async def work() -> Stage:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant, read_only=True) as opened:
                return await stage(opened, catalogue)

    with installation(home) as here:
        now = run(work())
    rows = [
        {
            "plugin": id,
            "script": script.id,
            "version": script.version,
            "title": script.title,
            "hash": (hash := script_hash(script)),
            "filed": any(filing.hash == hash for filing in now.filed.get(f"{id}/{script.id}", ())),
        }
        for id, entry in sorted(now.catalogue.plugins.items())
        if plugin in (None, id)
        for script in entry.scripts
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("plugin", "script", "version", "hash", "filed")
    for row in rows:
        filed = "filed" if row["filed"] else "—"
        table.add_row(
            str(row["plugin"]), str(row["script"]), str(row["version"]), str(row["hash"])[:16], filed
        )
    console().print(table)


@command.command("file")
@click.argument("plugin")
@click.argument("script")
@click.option("--hash", "hash_", help="Hash of the version that was filed; default: the installed one.")
@click.option(
    "--on",
    "filed_on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Day it was handed in, YYYY-MM-DD.",
)
@click.option("--authority", required=True, help="Authority it was filed with.")
@click.option("--reference", required=True, help="Reference of the filing.")
@click.option("--staff", help="Staff number of who says so.")
@tenant_option
@home_option
def file_(
    plugin: str,
    script: str,
    hash_: str | None,
    filed_on: datetime,
    authority: str,
    reference: str,
    staff: str | None,
    slug: str,
    home: Path | None,
) -> None:
    """Record that a version of a script was filed; callbacks that demand a filed script can be made by it from then on.

    \b
    Example:  huifang script file liaoning_life liaoning_life.new_contract --on 2026-03-02 \\
                  --authority 辽宁监管局 --reference 辽寿报〔2026〕12号
    """

    async def work() -> tuple[UUID, int]:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant) as opened:
                version = await version_of(opened, catalogue, plugin, script, hash_)
                filed = Filed(
                    plugin=plugin,
                    script=script,
                    hash=script_hash(version),
                    filed_on=filed_on.date(),
                    authority=authority,
                    reference=reference,
                )
                id = await file_script(opened, catalogue, filed, Actor("cli:script", staff))
                return id, version.version

    with installation(home) as here:
        id, version = run(work())
    click.echo(f"{script} version {version} is on record as filed ({id})")


@command.command()
@click.argument("plugin")
@click.argument("script")
@click.option("--hash", "hash_", help="Hash of another version than the installed one.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="Folder to write it to.",
)
@tenant_option
@home_option
def pack(plugin: str, script: str, hash_: str | None, output: Path, slug: str, home: Path | None) -> None:
    """Write what to hand an authority when filing: a ZIP of the script to read and as data, its hash, and the proof.

    \b
    Example:  huifang script pack liaoning_life liaoning_life.new_contract -o /tmp
    """

    async def work() -> FilingPack:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant, read_only=True) as opened:
                subject = await subject_of(opened, catalogue, plugin, script, hash_)
                made_at = opened.wall_now
        return await make_pack(subject, made_at=made_at)

    with installation(home) as here:
        made = run(work())
    written = output / made.file_name
    written.write_bytes(made.content)
    click.echo(f"{written} written")
