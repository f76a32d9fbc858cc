"""Asking a core system over HTTP: what is sent, what is believed, where nothing is sent at all (SD-4)."""

import asyncio
import gzip
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from huifang_api.core_system import CoreSystemClient, client
from huifang_api.core_system.guard import is_allowed
from huifang_tenants.fields import FieldCipher
from huifang_tenants.ids import new_id
from huifang_tenants.keys import TenantKeys, new_data_key
from huifang_tenants.policy_lookup import (
    SETTING,
    BearerToken,
    BrokenLookUp,
    ClientCredentials,
    LookUpSettings,
    seal,
    settings_of,
    shown,
    unseal,
)
from huifang_tenants.services.look_up import LookUpFailed
from huifang_tenants.tenant import Tenant

from .core_server import Asked, CoreServer, answer

POLICY = {"contract_no": "P1", "version": 2}
HERE = ("127.0.0.1/32",)


def make_tenant(**settings: Any) -> Tenant:
    key = new_data_key()
    return Tenant(
        id=new_id(),
        slug="taiyue",
        name="泰岳人寿",
        schema_name="t_0123456789abcdef",
        state="active",
        cell="default",
        cut_over_on=None,
        clock_at=None,
        settings=settings,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        keys=TenantKeys(key),
        cipher=FieldCipher(key),
    )


TENANT = make_tenant()


def setting(server: CoreServer, **changes: Any) -> LookUpSettings:
    known = {
        "address": server.address,
        "allowed_networks": HERE,
        "timeout_seconds": 10.0,
        "bytes_at_most": 4096,
    }
    return LookUpSettings(**{**known, **changes})


@pytest.fixture
async def core() -> AsyncIterator[CoreSystemClient]:
    async with CoreSystemClient() as made:
        yield made


async def failure(core: CoreSystemClient, settings: LookUpSettings, number: str = "P1") -> str:
    with pytest.raises(LookUpFailed) as failed:
        await core.policy(TENANT, settings, number)
    return failed.value.failure


def saying(*parts: bytes, pause: float = 0) -> Callable[[Asked, Any], Awaitable[None]]:
    """A server that says these bytes, with a pause before each, and hangs up."""

    async def behave(asked: Asked, write: Any) -> None:
        for part in parts:
            await asyncio.sleep(pause)
            await write(part)

    return behave


async def test_a_policy_is_asked_for_by_its_number_and_nothing_else(
    core: CoreSystemClient, core_server: CoreServer
) -> None:
    core_server.policies = {"P1": POLICY, "鲁A/1 ?#": {"contract_no": "x"}}
    assert await core.policy(TENANT, setting(core_server), "P1") == POLICY
    assert await core.policy(TENANT, setting(core_server), "鲁A/1 ?#") == {"contract_no": "x"}
    assert core_server.paths == ["/api/policies/P1", "/api/policies/%E9%B2%81A%2F1%20%3F%23"]
    [first, second] = core_server.asked
    assert (first.method, first.body, first.headers["accept"]) == ("GET", b"", "application/json")
    assert first.headers["accept-encoding"] == "identity"
    assert "authorization" not in first.headers
    assert "cookie" not in second.headers
    # One connection served both.
    assert core_server.connections == 1


@pytest.mark.parametrize("number", [".", "..", "..."])
async def test_a_number_that_would_lead_elsewhere_is_not_asked_for(
    core: CoreSystemClient, core_server: CoreServer, number: str
) -> None:
    assert await failure(core, setting(core_server), number) == "unknown"
    assert core_server.asked == []


async def test_a_bearer_token_is_sent_and_a_wrong_one_is_told(
    core: CoreSystemClient, core_server: CoreServer
) -> None:
    core_server.policies, core_server.token = {"P1": POLICY}, "t0ken"
    right = setting(core_server, auth=BearerToken(seal(TENANT, "t0ken")))
    assert await core.policy(TENANT, right, "P1") == POLICY
    for auth in (None, BearerToken(seal(TENANT, "other")), BearerToken(seal(make_tenant(), "t0ken"))):
        assert await failure(core, setting(core_server, auth=auth)) == "unauthorised"


async def test_a_client_fetches_a_token_once_and_anew_when_it_is_refused(
    core: CoreSystemClient, core_server: CoreServer
) -> None:
    core_server.policies, core_server.token = {"P1": POLICY}, "first"
    auth = ClientCredentials(
        token_address=core_server.address.removesuffix("/api") + "/token",
        client_id="huifang",
        sealed=seal(TENANT, "s3cret"),
        scope="policies:read",
    )
    settings = setting(core_server, auth=auth)
    for _ in range(3):
        assert await core.policy(TENANT, settings, "P1") == POLICY
    [fetched] = [one for one in core_server.asked if one.path == "/token"]
    assert fetched.method == "POST"
    assert b"scope=policies%3Aread" in fetched.body
    assert b"s3cret" not in fetched.body
    core_server.token = "second"
    assert await failure(core, settings) == "unauthorised"
    assert await core.policy(TENANT, settings, "P1") == POLICY
    wrong = msgspec.structs.replace(auth, sealed=seal(TENANT, "wrong"))
    assert await failure(core, setting(core_server, auth=wrong)) == "unauthorised"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer(404, {}), "unknown"),
        (answer(401, {}), "unauthorised"),
        (answer(403, {}), "unauthorised"),
        (answer(400, {}), "unusable"),
        (answer(204, b""), "unusable"),
        (answer(429, {}), "failing"),
        (answer(500, {}), "failing"),
        (answer(503, {}, Retry_After="60"), "failing"),
        (answer(200, b"<html>login</html>", Content_Type="text/html"), "unusable"),
        (answer(200, [POLICY]), "unusable"),
        (answer(200, b'"P1"'), "unusable"),
        (answer(200, b""), "unusable"),
        (answer(200, b'{"contract_no": "P1"'), "unusable"),
        (answer(200, b'{"contract_no": "\xff"}'), "unusable"),
        (answer(200, b"[" * 4000), "unusable"),
        (answer(200, gzip.compress(json.dumps(POLICY).encode()), Content_Encoding="gzip"), "unusable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", "unreachable"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:60].decode(errors="replace"),
)
async def test_only_what_was_agreed_is_believed(
    core: CoreSystemClient, core_server: CoreServer, said: bytes, why: str
) -> None:
    core_server.behaves = saying(said)
    assert await failure(core, setting(core_server)) == why


async def test_a_redirect_is_not_followed(core: CoreSystemClient, core_server: CoreServer) -> None:
    elsewhere = CoreServer()
    await elsewhere.start()
    try:
        core_server.token = "t0ken"
        auth = BearerToken(seal(TENANT, "t0ken"))
        for status in (301, 302, 303, 307, 308):
            target = f"http://127.0.0.1:{elsewhere.port}/api/policies/P1"
            core_server.behaves = saying(answer(status, {}, Location=target))
            assert await failure(core, setting(core_server, auth=auth)) == "unusable"
        assert elsewhere.connections == 0
    finally:
        await elsewhere.stop()


@pytest.mark.parametrize("announced", [True, False])
async def test_a_huge_answer_is_read_no_further_than_the_limit(
    core: CoreSystemClient, core_server: CoreServer, announced: bool
) -> None:
    sent = 0

    async def behave(asked: Asked, write: Any) -> None:
        nonlocal sent
        length = b"Content-Length: 1000000000\r\n" if announced else b""
        await write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + b'{"a": "')
        while sent < 10**9:
            await write(b"x" * 65536)
            sent += 65536

    core_server.behaves = behave
    assert await failure(core, setting(core_server)) == "unusable"
    # What the sockets' buffers take is sent; a gigabyte is not.
    assert sent < 50 * 2**20


async def test_a_server_that_does_not_answer_is_left(core: CoreSystemClient, core_server: CoreServer) -> None:
    core_server.behaves = saying(answer(200, POLICY), pause=600)
    began = time.monotonic()
    assert await failure(core, setting(core_server, timeout_seconds=0.3)) == "timed_out"
    assert time.monotonic() - began < 60


async def test_a_server_that_is_down_is_told(core: CoreSystemClient, core_server: CoreServer) -> None:
    settings = setting(core_server)
    await core_server.stop()
    assert await failure(core, settings) == "unreachable"


async def test_one_that_keeps_failing_is_left_alone_for_a_while(
    core: CoreSystemClient, core_server: CoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    core_server.behaves = saying(answer(500, {}))
    settings = setting(core_server)
    for _ in range(3):
        assert await failure(core, settings) == "failing"
    assert await failure(core, settings) == "resting"
    assert len(core_server.asked) == 3
    later = time.monotonic() + 31
    monkeypatch.setattr(client.time, "monotonic", lambda: later)
    core_server.behaves, core_server.policies = None, {"P1": POLICY}
    assert await core.policy(TENANT, settings, "P1") == POLICY


async def test_failures_of_other_kinds_are_no_reason_to_rest(
    core: CoreSystemClient, core_server: CoreServer
) -> None:
    for _ in range(5):
        assert await failure(core, setting(core_server), "nowhere") == "unknown"
    core_server.policies = {"P1": POLICY}
    assert await core.policy(TENANT, setting(core_server), "P1") == POLICY


async def test_another_setting_is_another_line(core: CoreSystemClient, core_server: CoreServer) -> None:
    core_server.policies = {"P1": POLICY}
    assert await core.policy(TENANT, setting(core_server), "P1") == POLICY
    # The connection that is open may not be used where it could not have been made.
    assert await failure(core, setting(core_server, allowed_networks=())) == "not_allowed"
    assert core_server.connections == 1


def certificate_of(host: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that vouches for itself, as a file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


async def test_https_is_believed_for_the_name_asked_for_and_by_a_known_authority(
    core: CoreSystemClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    certificate, context = certificate_of("core.example.cn", tmp_path)
    server = CoreServer()
    await server.start(context)
    server.policies = {"P1": POLICY}
    try:
        right, other = (
            setting(server, address=f"https://{host}:{server.port}/api")
            for host in ("core.example.cn", "other.example.cn")
        )
        assert await failure(core, right) == "unreachable"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with CoreSystemClient() as trusting:
            assert await trusting.policy(TENANT, right, "P1") == POLICY
            assert await failure(trusting, other) == "unreachable"
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.0.23", "fe80::1",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "224.0.0.1", "ff02::1", "255.255.255.255",
        "240.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::169.254.169.254",
        "64:ff9b::7f00:1",
    ],
)  # fmt: skip
def test_this_machine_and_metadata_services_may_not_be_called(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert not is_allowed(found, [])
    assert not is_allowed(found, [ipaddress.ip_network("10.0.0.0/8")])


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.9", "192.168.1.1", "203.0.113.9", "100.64.0.1", "fd12::1", "2400:3200::1"],
)
def test_core_systems_stand_in_private_networks_too(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), [])


def test_what_the_setting_names_may_be_called() -> None:
    allowed = [ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("169.254.10.0/24")]
    assert is_allowed(ipaddress.ip_address("127.0.0.1"), allowed)
    assert is_allowed(ipaddress.ip_address("::ffff:127.0.0.1"), allowed)
    assert is_allowed(ipaddress.ip_address("169.254.10.7"), allowed)
    assert not is_allowed(ipaddress.ip_address("127.0.0.2"), allowed)
    assert not is_allowed(ipaddress.ip_address("169.254.169.254"), allowed)


async def test_a_name_is_resolved_once_and_what_was_checked_is_called(
    core: CoreSystemClient, core_server: CoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    asked = []

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answers[len(asked) - 1]
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    core_server.policies = {"P1": POLICY}
    settings = setting(core_server, address=f"http://core.example.cn:{core_server.port}/api")
    assert await core.policy(TENANT, settings, "P1") == POLICY
    assert asked == ["core.example.cn"]
    assert core_server.asked[0].headers["host"] == f"core.example.cn:{core_server.port}"
    # The next connection is led elsewhere, as when a name is bound anew.
    await core.close()
    assert await failure(core, settings) == "not_allowed"


async def test_a_name_with_one_bad_address_among_good_ones_is_refused(
    core: CoreSystemClient, core_server: CoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in ("127.0.0.1", "169.254.169.254")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    settings = setting(core_server, address=f"http://core.example.cn:{core_server.port}/api")
    assert await failure(core, settings) == "not_allowed"
    assert core_server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "ftp://core.example.cn/api", "file:///etc/passwd", "gopher://x", "core.example.cn/api", "//core.example.cn",
        "http://", "http://user:pw@core.example.cn", "http://user@core.example.cn", "http://:@core.example.cn",
        "http://core.example.cn/api?x=1", "http://core.example.cn/api#x", "http://core.example.cn/api?",
        "http://core.example.cn:99999", "http://core.example.cn:0/", "http://core example.cn", "http://core.example.cn/\n",
        "http://[::1", "http://核心.example.cn/",
    ],
)  # fmt: skip
def test_addresses_of_other_kinds_can_not_be_set(address: str) -> None:
    with pytest.raises(BrokenLookUp):
        settings_of(make_tenant(**{SETTING: {"address": address}}))


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout_seconds": 0}, {"timeout_seconds": 60}, {"bytes_at_most": 10**9}, {"allowed_networks": ["everything"]},
        {"auth": {"type": "basic"}}, {"colour": "red"}, {"fresh_seconds": -1},
        {"auth": {"type": "client_credentials", "token_address": "file:///x", "client_id": "a", "sealed": "x"}},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_told(changes: dict[str, Any]) -> None:
    known = {"address": "https://core.example.cn/api"}
    assert settings_of(make_tenant(**{SETTING: known})) is not None
    with pytest.raises(BrokenLookUp):
        settings_of(make_tenant(**{SETTING: {**known, **changes}}))


def test_a_tenant_without_the_setting_has_no_look_up() -> None:
    assert settings_of(make_tenant()) is None
    assert shown(None) is None


def test_secrets_open_for_their_tenant_alone_and_are_not_shown() -> None:
    sealed = seal(TENANT, "t0ken")
    assert "t0ken" not in sealed
    assert unseal(TENANT, sealed) == "t0ken"
    found = shown(LookUpSettings(address="https://core.example.cn", auth=BearerToken(sealed)))
    assert found is not None
    assert found["auth"] == {"type": "bearer"}
    assert sealed not in repr(found)
