"""`huifang obligation`: a tenant's obligation for the author of its plugin."""

from pathlib import Path
from typing import Any
from uuid import UUID

import click
import yaml
from huifang_tenants.services.case_export import export_case
from huifang_tenants.stores.ledger import Actor

from huifang_api.cli.installation import home_option, installation, run, tenant_option
from huifang_api.runtime import open_runtime


@click.group()
def command() -> None:
    """Give an obligation to the author of its plugin.

    \b
    Example:  huifang obligation export ID --anonymised --as S0001 --reason "deadline in doubt" -o case.yaml
    """


@command.command("export")
@click.argument("obligation", type=click.UUID)
@click.option(
    "--anonymised", is_flag=True, required=True, help="Say that it shall be; it is in no case left as it is."
)
@click.option(
    "--as",
    "staff_no",
    required=True,
    help="Staff number of who gives it away: a compliance officer or administrator.",
)
@click.option("--reason", required=True, help="Why; stands in the ledger, so no personal data in it.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The YAML file to write; default: the screen.",
)
@tenant_option
@home_option
def export(
    obligation: UUID,
    anonymised: bool,
    staff_no: str,
    reason: str,
    output: Path | None,
    slug: str,
    home: Path | None,
) -> None:
    """Write an obligation's contract as a golden case without anybody's name or number; dates, amounts and codes are kept.

    \b
    Example:  huifang obligation export 0190b7a0-0000-7000-8000-000000000000 --anonymised --as S0001 --reason "deadline in doubt"
              huifang plugin replay case.yaml
    """

    async def work() -> dict[str, Any]:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            return await export_case(
                runtime.services, tenant, obligation, Actor("cli:obligation", staff_no), reason
            )

    with installation(home) as here:
        document = run(work())
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")
        click.echo(f"{output} written", err=True)
