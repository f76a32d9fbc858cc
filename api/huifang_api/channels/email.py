"""E-mail to customers (邮件): one SMTP conversation for each message, and what comes back to the mailbox (PF-2).

The sender of the envelope and the address for replies both carry the contact's code after a plus sign, so that replies and bounces name
the contact they belong to, whoever answers and whatever is quoted.
"""

import asyncio
import re
import smtplib
import socket
import ssl
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import unescape
from html.parser import HTMLParser
from ipaddress import ip_network
from typing import Any, Final

import msgspec
from huifang_tenants.clock import wall_now
from huifang_tenants.services.written.delivering import Outgoing
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import EmailSettings, unseal

from huifang_api.channels.errors import SendFailed, Undeliverable
from huifang_api.core_system.guard import AddressNotAllowed, checked_addresses

_SECONDS: Final = 30.0
_TEXT_AT_MOST: Final = 10_000
_QUOTE_BEGINS: Final = re.compile(
    r"^\s*(>|-{2,}\s*(原始邮件|原邮件|Original Message|Forwarded)|_{10,}|发件人[:：]|From:\s|(在|On)\s.{4,120}(写道|wrote)\s*[:：]?\s*$)",
    re.IGNORECASE,
)
_PERMANENT: Final = re.compile(r"^Status:\s*5\.", re.MULTILINE | re.IGNORECASE)


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail that came in, for the contact that `code` names.

    `kind`: a reply of a person, an automatic one (absence), or a bounce, which is for good where it is `gone`.
    """

    kind: str
    code: str
    sender: str
    text: str
    message_id: str


async def send(tenant: Tenant, settings: EmailSettings, message: Outgoing) -> str:
    """Hand an e-mail to the tenant's mail server and return its Message-ID. Raises SendFailed, Undeliverable. Never inside a scope."""
    written = _written(settings, message)
    password = unseal(tenant, "email", settings.sealed) if settings.sealed is not None else None
    try:
        addresses = await checked_addresses(
            settings.server, settings.port, [ip_network(network) for network in settings.allowed_networks]
        )
    except AddressNotAllowed:
        raise SendFailed("not_allowed") from None
    except OSError:
        raise SendFailed("unreachable") from None
    envelope = _with_code(settings.mailbox, message.code)
    await asyncio.to_thread(_hand_over, settings, addresses[0], password, envelope, message.to, written)
    return str(written["Message-ID"])


def read(settings: EmailSettings, content: bytes) -> Incoming | None:
    """Return what an e-mail to the mailbox says, and to which contact it belongs; None where it names none."""
    mail = message_from_bytes(content, policy=policy.default)
    code = _code_of(settings, mail)
    if code is None:
        return None
    kind = "reply"
    if mail.get_content_type() == "multipart/report":
        # A delay (4.x) is no failure yet: the mail server goes on trying.
        kind = "bounce" if _PERMANENT.search(content.decode("latin-1")) else "automatic"
    elif str(mail.get("Auto-Submitted", "no")).lower() != "no" or mail.get("X-Autoreply") is not None:
        kind = "automatic"
    sender = mail.get("From")
    addresses = getattr(sender, "addresses", ())
    return Incoming(
        kind=kind,
        code=code,
        sender=str(addresses[0].addr_spec) if addresses else "",
        text=_text_of(mail),
        message_id=str(mail.get("Message-ID", "")).strip()[:200],
    )


def _written(settings: EmailSettings, message: Outgoing) -> EmailMessage:
    domain = settings.mailbox.partition("@")[2]
    mail = EmailMessage(policy=policy.SMTP)
    name = settings.sender.in_language(message.language) if settings.sender is not None else ""
    mail["From"] = Address(display_name=name, addr_spec=settings.mailbox)
    try:
        mail["To"] = Address(addr_spec=message.to)
    except ValueError:
        raise Undeliverable("undeliverable") from None
    mail["Reply-To"] = Address(addr_spec=_with_code(settings.mailbox, message.code))
    mail["Subject"] = " ".join((message.subject or "").split())
    mail["Date"] = format_datetime(wall_now())
    # The same for the same message, so that one handed over twice can be known.
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(message.text)
    return mail


def _hand_over(
    settings: EmailSettings,
    address: str,
    password: str | None,
    envelope: str,
    to: str,
    mail: EmailMessage,
) -> None:
    context = ssl.create_default_context()
    try:
        with _connected(settings, address, context) as server:
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.user is not None and password is not None:
                server.login(settings.user, password)
            server.send_message(mail, from_addr=envelope, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        if 500 <= code < 600:
            raise Undeliverable("undeliverable") from None
        raise SendFailed("deferred") from None
    except smtplib.SMTPAuthenticationError:
        raise SendFailed("unauthorised") from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLError):
        raise SendFailed("not_secure") from None
    except smtplib.SMTPException:
        raise SendFailed("refused") from None
    except TimeoutError:
        raise SendFailed("timed_out") from None
    except OSError:
        raise SendFailed("unreachable") from None


def _connected(settings: EmailSettings, address: str, context: ssl.SSLContext) -> smtplib.SMTP:
    """Connect to the address that was checked, under the name that the certificate has to show."""
    if settings.security == "tls":
        return _PinnedTls(address, settings.server, settings.port, context)
    return _Pinned(address, settings.server, settings.port)


class _Pinned(smtplib.SMTP):
    def __init__(self, address: str, host: str, port: int) -> None:
        self._address = address
        super().__init__(host, port, timeout=_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self._address, port), timeout)


class _PinnedTls(smtplib.SMTP_SSL):
    def __init__(self, address: str, host: str, port: int, context: ssl.SSLContext) -> None:
        self._address = address
        self._name = host
        super().__init__(host, port, timeout=_SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=self._name)


def _with_code(mailbox: str, code: str) -> str:
    local, _, domain = mailbox.partition("@")
    return f"{local}+{code}@{domain}"


def _code_of(settings: EmailSettings, mail: Any) -> str | None:
    """The code after the plus sign in any address this was sent to."""
    local, _, domain = settings.mailbox.partition("@")
    form = re.compile(rf"{re.escape(local)}\+([a-z0-9]{{8,32}})@{re.escape(domain)}", re.IGNORECASE)
    for header in ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Cc"):
        for value in mail.get_all(header, []):
            found = form.search(str(value))
            if found is not None:
                return found[1].lower()
    return None


def _text_of(mail: Any) -> str:
    """What was written above anything quoted."""
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        return ""
    if part.get_content_type() == "text/html":
        text = _without_tags(text)
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\0", "").split("\n"):
        if _QUOTE_BEGINS.match(line):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()[:_TEXT_AT_MOST]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "blockquote"):
            self._hidden += 1
        elif tag in ("br", "p", "div", "tr", "li"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "blockquote") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _without_tags(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return unescape("".join(reader.words))
