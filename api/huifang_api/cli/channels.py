"""`huifang channel`: how a tenant writes to its customers (REG-6, PF-2)."""

import base64
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

import click
import msgspec
from asyncpg.exceptions import UniqueViolationError
from huifang_tenants.evidence_types import sniff
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import (
    LOGO_AT_MOST,
    WAYS,
    BrokenChannel,
    EmailSettings,
    OnlineSettings,
    SmsSettings,
    WrittenWay,
    check,
    seal,
    shown,
    ways_of,
)

from huifang_api.cli.installation import (
    Installation,
    home_option,
    installation,
    json_option,
    run,
    tenant_option,
)
from huifang_api.cli.other_systems import check_callable, put_setting, secret_in
from huifang_api.cli.root import print_json
from huifang_api.runtime import Runtime, open_runtime

_ACTOR: Final = Actor("cli:channel")
_Settings = TypeVar("_Settings", OnlineSettings, EmailSettings, SmsSettings)
_allow = click.option(
    "--allow",
    "allowed",
    multiple=True,
    help="Network that may be called though it is this machine's or link-local, such as 127.0.0.1/32; may be given often.",
)
_texts = click.option(
    "--texts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON with texts in the place of ours: {"invitation": {"zh-CN": "…{link}…", "en": "…"}}.',
)


@click.group()
def command() -> None:
    """Set how a tenant writes to its customers: online questionnaire, e-mail, text messages. Off unless set.

    \b
    Example:  huifang channel online --tenant demo --host callback.example.cn --colour '#0b5c8a'
              huifang channel show --tenant demo
    """


@command.command()
@click.option("--host", required=True, help="The tenant's own host name, with a port where it has one.")
@click.option("--plain-http", is_flag=True, help="The host has no https: for trying on one machine only.")
@click.option("--name", nargs=2, metavar="ZH EN", help="Name at the top, in both languages.")
@click.option(
    "--colour",
    default="#0b5c8a",
    show_default=True,
    help="Of buttons and rules; dark enough for white on it.",
)
@click.option(
    "--logo",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Logo: PNG, JPEG or WebP, 64 KiB at most.",
)
@click.option(
    "--tries", type=int, default=3, show_default=True, help="Wrong tries to prove identity, 1 to 10."
)
@tenant_option
@home_option
@json_option
def online(slug: str, home: Path | None, as_json: bool, **given: Any) -> None:
    """Set up the online questionnaire at the tenant's own host name. A proxy has to pass that Host header on to the API.

    \b
    Example:  huifang channel online --tenant taiyue --host callback.taiyue.example.cn --name 泰岳人寿 "Taiyue Life" --logo logo.png
    """

    def wanted(_: Tenant) -> OnlineSettings:
        document = {
            "host": given["host"],
            "secure": not given["plain_http"],
            "colour": given["colour"].lower(),
            "identity_tries": given["tries"],
            "name": dict(zip(("zh-CN", "en"), given["name"], strict=True)) if given["name"] else None,
            "logo": _logo(given["logo"]) if given["logo"] else None,
        }
        return _converted(document, OnlineSettings)

    _set(slug, home, "online", wanted, as_json=as_json)


@command.command()
@click.option("--server", required=True, help="Host name of the mail server (SMTP).")
@click.option("--port", type=int, default=587, show_default=True, help="Its port.")
@click.option(
    "--security",
    type=click.Choice(["starttls", "tls", "none"]),
    default="starttls",
    show_default=True,
    help="How the connection is protected.",
)
@click.option("--user", help="User at the mail server.")
@click.option(
    "--password-file",
    type=click.Path(allow_dash=True),
    help="File with the user's password; - reads it from stdin.",
)
@click.option("--mailbox", required=True, help="Address to write from; replies come to it with a plus sign.")
@click.option("--sender", nargs=2, metavar="ZH EN", help="Name of the sender, in both languages.")
@click.option(
    "--hook-secret-file",
    required=True,
    type=click.Path(allow_dash=True),
    help="File with the secret by which mail handed in is signed; - for stdin.",
)
@_texts
@_allow
@tenant_option
@home_option
@json_option
def email(slug: str, home: Path | None, as_json: bool, **given: Any) -> None:
    """Set up the mail server, and the secret of the hook that takes replies in (docs/email.md).

    \b
    Example:  huifang channel email --tenant taiyue --server mail.example.cn --user callback --password-file - \\
                  --mailbox callback@taiyue.example.cn --hook-secret-file hook.txt < password.txt
    """

    def wanted(tenant: Tenant) -> EmailSettings:
        password = given["password_file"]
        document = {
            "server": given["server"],
            "port": given["port"],
            "security": given["security"],
            "user": given["user"],
            "sealed": seal(tenant, "email", secret_in(password)) if password is not None else None,
            "mailbox": given["mailbox"],
            "sender": dict(zip(("zh-CN", "en"), given["sender"], strict=True)) if given["sender"] else None,
            "hook_sealed": seal(tenant, "email", secret_in(given["hook_secret_file"])),
            "texts": _texts_of(given["texts"]),
            "allowed_networks": given["allowed"],
        }
        return _converted(document, EmailSettings)

    _set(slug, home, "email", wanted, as_json=as_json)


@command.command()
@click.option("--address", required=True, help="Base of the gateway, http(s); /messages is below it.")
@click.option(
    "--secret-file",
    required=True,
    type=click.Path(allow_dash=True),
    help="File with the secret by which both sides sign; - for stdin.",
)
@click.option("--signature", required=True, help="Signature before each text (短信签名), without brackets.")
@click.option(
    "--timeout", type=float, default=10.0, show_default=True, help="Seconds for one message, 0.1 to 30."
)
@_texts
@_allow
@tenant_option
@home_option
@json_option
def sms(slug: str, home: Path | None, as_json: bool, **given: Any) -> None:
    """Set up the gateway for text messages (docs/sms.md).

    \b
    Example:  huifang channel sms --tenant taiyue --address https://sms.example.cn/v1 --signature 泰岳人寿 --secret-file secret.txt
    """

    def wanted(tenant: Tenant) -> SmsSettings:
        document = {
            "address": given["address"],
            "sealed": seal(tenant, "sms", secret_in(given["secret_file"])),
            "signature": given["signature"],
            "timeout_seconds": given["timeout"],
            "texts": _texts_of(given["texts"]),
            "allowed_networks": given["allowed"],
        }
        return _converted(document, SmsSettings)

    _set(slug, home, "sms", wanted, as_json=as_json)


@command.command()
@tenant_option
@home_option
@json_option
def show(slug: str, home: Path | None, as_json: bool) -> None:
    """Show how a tenant writes to its customers, without secrets.

    \b
    Example:  huifang channel show --tenant taiyue
    """

    async def work() -> dict[str, Any]:
        async with open_runtime(here.settings) as runtime:
            ways = ways_of(await runtime.registry.by_slug(slug))
        return {way: shown(getattr(ways, way)) for way in WAYS}

    with installation(home) as here:
        found = run(work())
    if as_json:
        print_json(found)
        return
    for way, settings in found.items():
        text = "not set up" if settings is None else msgspec.json.encode(settings).decode()
        click.echo(f"{way}: {text}")


@command.command()
@click.argument("way", type=click.Choice(WAYS))
@tenant_option
@home_option
def off(way: str, slug: str, home: Path | None) -> None:
    """Write by this way no more, and forget its secrets. Links that are out stop working with `online`.

    \b
    Example:  huifang channel off sms --tenant taiyue
    """
    named = cast(WrittenWay, way)

    async def work() -> None:
        async with open_runtime(here.settings) as runtime:
            await _change(here, runtime, await runtime.registry.by_slug(slug), named, None)

    with installation(home) as here:
        run(work())
    click.echo(f"{slug}: {way} is off")


def _set(slug: str, home: Path | None, way: WrittenWay, wanted: Any, *, as_json: bool) -> None:
    async def work() -> OnlineSettings | EmailSettings | SmsSettings:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            settings: OnlineSettings | EmailSettings | SmsSettings = wanted(tenant)
            await _check_address(settings)
            await _change(here, runtime, tenant, way, settings)
            return settings

    with installation(home) as here:
        settings = run(work())
    if as_json:
        print_json(shown(settings))
    else:
        click.echo(f"{slug}: {way} is set up; running processes notice within seconds")


def _converted(document: dict[str, Any], form: type[_Settings]) -> _Settings:
    try:
        settings = msgspec.convert(document, form)
        check(settings)
    except (msgspec.ValidationError, BrokenChannel) as error:
        raise click.UsageError(str(error)) from error
    return settings


async def _check_address(settings: OnlineSettings | EmailSettings | SmsSettings) -> None:
    """Refuse at once what would be refused with every message; a name that can't be resolved now may be one later."""
    match settings:
        case OnlineSettings():
            return
        case EmailSettings():
            host, port = settings.server, settings.port
        case SmsSettings():
            parts = urlsplit(settings.address)
            host, port = parts.hostname or "", parts.port or 0
    await check_callable(host, port, settings.allowed_networks)


def _logo(file: Path) -> dict[str, str]:
    content = file.read_bytes()
    if len(content) > LOGO_AT_MOST:
        raise click.UsageError(f"{file}: a logo may have {LOGO_AT_MOST // 1024} KiB at most")
    kind = sniff(content[:64])
    if kind not in ("image/png", "image/jpeg", "image/webp"):
        raise click.UsageError(f"{file}: a logo must be PNG, JPEG or WebP")
    return {"media_type": kind, "content": base64.b64encode(content).decode()}


def _texts_of(file: Path | None) -> Any:
    if file is None:
        return {}
    try:
        return msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise click.UsageError(f"{file}: {error}") from error


async def _change(
    here: Installation,
    runtime: Runtime,
    tenant: Tenant,
    way: WrittenWay,
    settings: OnlineSettings | EmailSettings | SmsSettings | None,
) -> None:
    """Write the setting, and leave a row in the tenant's ledger that says so without secrets."""
    action = "channel.set" if settings is not None else "channel.off"
    details = {"channel": way, **(shown(settings) or {})}
    try:
        await put_setting(here, runtime, tenant, way, settings, _ACTOR, action, details)
    except UniqueViolationError:
        raise click.UsageError("another tenant has this host name") from None
