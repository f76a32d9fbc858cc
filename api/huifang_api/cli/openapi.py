"""`huifang openapi`: the OpenAPI document of this release."""

from pathlib import Path

import click

from huifang_api.app import create_app
from huifang_api.cli.installation import json_option
from huifang_api.cli.root import print_json
from huifang_api.openapi import dump_yaml, openapi_document
from huifang_api.settings import load_settings


@click.command()
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else printed."
)
@json_option
def command(output: Path | None, as_json: bool) -> None:
    """Print the OpenAPI document, as YAML or JSON; needs no server.

    \b
    Example:  huifang openapi -o openapi.yaml
    """
    document = openapi_document(create_app(load_settings(environ={})))
    if as_json:
        print_json(document)
    elif output is not None:
        output.write_text(dump_yaml(document), encoding="utf-8")
        click.echo(f"{output} written")
    else:
        click.echo(dump_yaml(document), nl=False)
