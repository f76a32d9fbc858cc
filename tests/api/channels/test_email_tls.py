"""The way to the mail server: protected, to the server that was named, or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from huifang_api.channels.email import send
from huifang_api.channels.errors import SendFailed
from huifang_tenants.services.written.delivering import Outgoing
from huifang_tenants.written_channels import EmailSettings, seal

from .conftest import Mailbox

NAME = "mail.taiyue.example"
MESSAGE = Outgoing(
    id=uuid4(),
    channel="email",
    to="a@customer.example",
    text="您好",
    subject="回访",
    code="abcdefgh2345",
    language="zh-CN",
)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for `NAME` that vouches for itself, as a file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.fixture
async def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Start mail servers; their name leads to this machine, and `trusted` has their certificate believed."""

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    public, context = certificate(tmp_path)
    running: list[asyncio.Server] = []

    async def start(box: Mailbox, *, tls: bool, starttls: bool, trusted: bool = True) -> EmailSettings:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(public))

        def authenticate(_: Any, __: Any, ___: Any, ____: Any, given: Any) -> AuthResult:
            known = (given.login, given.password) == (b"callback", b"s3cret")
            # Not handled: the server has yet to say so.
            return AuthResult(success=known, handled=False)

        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                box,
                hostname=NAME,
                tls_context=context if starttls else None,
                require_starttls=starttls,
                authenticator=authenticate,
                auth_require_tls=not tls,
            ),
            "127.0.0.1",
            0,
            ssl=context if tls else None,
        )
        running.append(server)
        return EmailSettings(
            server=NAME,
            port=server.sockets[0].getsockname()[1],
            security="tls" if tls else "starttls",
            mailbox="callback@taiyue.example",
            hook_sealed="x",
            allowed_networks=("127.0.0.1/32",),
        )

    yield start
    for server in running:
        server.close()
        await server.wait_closed()


async def failure(api: Any, settings: EmailSettings) -> str:
    with pytest.raises(SendFailed) as caught:
        await send(api.tenants[0], settings, MESSAGE)
    return caught.value.reason


@pytest.mark.parametrize("tls", [True, False])
async def test_a_user_is_let_in_over_a_protected_line_alone(api: Any, servers: Any, *, tls: bool) -> None:
    box = Mailbox()
    plain = await servers(box, tls=tls, starttls=not tls)
    tenant = api.tenants[0]
    right, wrong = (
        msgspec.structs.replace(plain, user="callback", sealed=seal(tenant, "email", password))
        for password in ("s3cret", "other")
    )
    assert await send(tenant, right, MESSAGE) == f"<{MESSAGE.id}@taiyue.example>"
    assert [to for _, to, _ in box.taken] == [["a@customer.example"]]
    assert await failure(api, wrong) == "unauthorised"
    assert len(box.taken) == 1


@pytest.mark.parametrize("tls", [True, False])
async def test_a_server_that_can_not_show_its_name_gets_nothing(api: Any, servers: Any, *, tls: bool) -> None:
    box = Mailbox()
    unknown = await servers(box, tls=tls, starttls=not tls, trusted=False)
    assert await failure(api, unknown) == "not_secure"
    trusted = await servers(box, tls=tls, starttls=not tls)
    other = msgspec.structs.replace(trusted, server="other.example")
    assert await failure(api, other) == "not_secure"
    assert box.taken == []


async def test_a_line_that_can_not_be_protected_is_not_used(api: Any, servers: Any) -> None:
    box = Mailbox()
    settings = await servers(box, tls=False, starttls=False)
    assert await failure(api, settings) == "not_secure"
    assert box.taken == []


async def test_addresses_that_no_setting_may_name_are_not_called(api: Any, servers: Any) -> None:
    box = Mailbox()
    settings = await servers(box, tls=True, starttls=False)
    assert await failure(api, msgspec.structs.replace(settings, allowed_networks=())) == "not_allowed"
    assert await failure(api, msgspec.structs.replace(settings, port=1)) == "unreachable"
    assert box.taken == []
