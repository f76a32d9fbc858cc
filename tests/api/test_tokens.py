"""Getting tokens, and every way a token may be wrong."""

import asyncio
import base64
import hmac
import time
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from huifang_api.oauth.clients import ClientCache, create_client, load_client, revoke_client
from huifang_api.oauth.scopes import SCOPES
from huifang_api.oauth.signing import SigningKeys
from huifang_api.oauth.tokens import TokenVerifier, audience
from huifang_tenants.keys import MasterKeys
from huifang_tenants.scope import control
from joserfc import jwt
from joserfc.jwk import ECKey

GRANT = {"grant_type": "client_credentials"}
ADDRESS = "/api/v1/contracts"


async def ask(api: Any, form: dict[str, str], **options: Any) -> Any:
    return await api.http.post("/oauth/token", data=form, **options)


async def use(api: Any, token: str) -> Any:
    return await api.http.get(ADDRESS, headers={"Authorization": f"Bearer {token}"})


async def test_a_client_gets_a_token_by_basic_or_post(api: Any) -> None:
    client = await api.new_client("contracts:read", "events:read")
    by_basic = await ask(api, GRANT, auth=(client.client_id, client.secret))
    by_post = await ask(api, GRANT | {"client_id": client.client_id, "client_secret": client.secret})
    for answer in (by_basic, by_post):
        told = answer.json()
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
        assert told["scope"] == "contracts:read events:read"
        assert (await use(api, told["access_token"])).status_code == 200


async def test_scopes_can_be_narrowed_never_widened(api: Any) -> None:
    client = await api.new_client("contracts:read", "events:read")
    narrow = await ask(api, GRANT | {"scope": "events:read"}, auth=(client.client_id, client.secret))
    refused = await use(api, narrow.json()["access_token"])
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope_missing")
    assert refused.json()["context"] == {"scope": "contracts:read"}
    assert 'error="insufficient_scope", scope="contracts:read"' in refused.headers["www-authenticate"]
    for scope in ("ledger:read", "events:read ledger:read", "made:up"):
        wide = await ask(api, GRANT | {"scope": scope}, auth=(client.client_id, client.secret))
        assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


async def test_an_unknown_client_looks_like_a_wrong_secret(api: Any) -> None:
    client = await api.new_client()
    revoked = await api.new_client()
    await revoke_client(api.world.database, revoked.client_id)
    answers = [
        await ask(api, GRANT, auth=(client.client_id, "wrong")),
        await ask(api, GRANT, auth=("hfc_nobody", "wrong")),
        await ask(api, GRANT, auth=(revoked.client_id, revoked.secret)),
        await ask(api, GRANT | {"client_id": client.client_id, "client_secret": "wrong"}),
        await ask(api, GRANT | {"client_id": client.client_id}),
        await ask(api, GRANT),
        await ask(api, GRANT, headers={"Authorization": "Basic /////w=="}),
        await ask(api, GRANT, headers={"Authorization": "Basic !"}),
        await ask(api, GRANT, headers={"Authorization": "Bearer x"}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "events:read"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": '"\x7f客'}, "unsupported_grant_type"),
    ],
)
async def test_other_grants_are_refused(api: Any, form: dict[str, str], error: str) -> None:
    answer = await ask(api, form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"].isascii()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"grant_type=client_credentials&grant_type=x", "application/x-www-form-urlencoded"),
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_form_that_is_none_is_refused(api: Any, body: bytes, content_type: str) -> None:
    answer = await api.http.post("/oauth/token", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_two_ways_to_authenticate_at_once_are_one_too_many(api: Any) -> None:
    client = await api.new_client()
    both = GRANT | {"client_id": client.client_id, "client_secret": client.secret}
    answer = await ask(api, both, auth=(client.client_id, client.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_secret_is_kept_as_a_hash_only(api: Any) -> None:
    client = await api.new_client()
    async with control(api.world.database) as opened:
        row = await opened.connection.fetchrow(
            "SELECT c::text AS shown FROM control.oauth_client c WHERE client_id = $1", client.client_id
        )
    assert client.secret not in row["shown"]
    stored = await load_client(api.world.database, client.client_id)
    assert stored is not None
    assert stored.has_secret(client.secret)
    assert len(base64.urlsafe_b64decode(client.secret.removeprefix("hfs_") + "==")) == 32


@pytest.mark.parametrize("scopes", [(), ("made:up",)])
async def test_a_client_needs_scopes_of_the_table(api: Any, scopes: Any) -> None:
    with pytest.raises(ValueError, match="scope"):
        await create_client(api.world.database, api.tenants[0].id, "x", scopes)


async def forge(api: Any, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token like ours but for the changes, signed with our own key unless another is given."""
    client = await api.new_client()
    signing = await api.world.signing.signing()
    now = int(time.time())
    claims = {
        "iss": api.settings.issuer, "sub": client.client_id, "client_id": client.client_id,
        "aud": audience(api.settings.issuer), "iat": now, "exp": now + 900, "jti": "x", "scope": "contracts:read",
        "tenant": str(api.tenants[0].id),
    } | changes  # fmt: skip
    head = {"alg": "ES256", "typ": "at+jwt", "kid": signing.kid} | (header or {})
    return jwt.encode(head, claims, key or signing, algorithms=[head["alg"]])


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def part(header: dict[str, Any]) -> str:
    return encoded(msgspec.json.encode(header))


async def test_a_token_of_ours_is_let_in(api: Any) -> None:
    assert (await use(api, await forge(api))).status_code == 200


async def test_expired_tokens_are_refused(api: Any) -> None:
    answer = await use(api, await forge(api, exp=int(time.time()) - 60))
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.expired_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_a_token_expires_in_the_cache_too(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await forge(api)
    assert (await use(api, token)).status_code == 200
    real = time.time
    monkeypatch.setattr("huifang_api.oauth.tokens.time.time", lambda: real() + 1000)
    assert (await use(api, token)).json()["code"] == "auth.expired_token"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/api"},
        {"iss": "https://elsewhere.example"},
        {"sub": "somebody"},
        {"tenant": "x"},
        {"tenant": str(uuid4())},
        {"iat": 2**40},
        {"exp": "soon"},
        {"client_id": "hfc_nobody", "sub": "hfc_nobody"},
    ],
)
async def test_a_token_that_says_something_wrong_is_refused(api: Any, changes: dict[str, Any]) -> None:
    answer = await use(api, await forge(api, **changes))
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.invalid_token")


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"kid": "another"}])
async def test_a_token_of_another_kind_is_refused(api: Any, header: dict[str, Any]) -> None:
    assert (await use(api, await forge(api, header=header))).json()["code"] == "auth.invalid_token"


async def test_forged_signatures_are_refused(api: Any) -> None:
    good = await forge(api)
    head, body, signature = good.split(".")
    public = (await api.world.signing.signing()).as_pem(private=False)
    kid = (await api.world.signing.signing()).kid
    none = part({"alg": "none", "typ": "at+jwt", "kid": kid})
    other = ECKey.generate_key("P-256")
    # The public key as the secret of an HMAC: the classic confusion of algorithms.
    hmac_head = part({"alg": "HS256", "typ": "at+jwt", "kid": kid})
    confused = f"{hmac_head}.{body}"
    confused += "." + encoded(hmac.digest(public, confused.encode(), "sha256"))
    tokens = [
        await forge(api, key=other),
        confused,
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
        "x", "..", "é", "", "a" * 10_000, f"{good}.{good}",
    ]  # fmt: skip
    for token in tokens:
        answer = await api.http.get(ADDRESS, headers={"Authorization": f"Bearer {token}".encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.invalid_token"), token


async def test_without_a_bearer_token_there_is_nothing(api: Any) -> None:
    missing = await api.http.get(ADDRESS)
    assert missing.json()["code"] == "auth.missing_token"
    assert missing.headers["www-authenticate"] == 'Bearer realm="huifang"'
    basic = await api.http.get(ADDRESS, headers={"Authorization": "Basic eDp4"})
    assert basic.json()["code"] == "auth.invalid_token"


async def test_a_revoked_client_is_out_within_the_cache_time(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await api.new_client("contracts:read")
    token = await api.token_of(client)
    assert (await use(api, token)).status_code == 200
    assert await revoke_client(api.world.database, client.client_id)
    assert not await revoke_client(api.world.database, client.client_id)
    monkeypatch.setattr(api.world.clients, "_ttl", 0.0)
    answer = await use(api, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.client_revoked")


async def test_scopes_taken_from_a_client_are_gone_from_its_tokens(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await api.new_client("contracts:read", "events:read")
    token = await api.token_of(client)
    async with control(api.world.database) as opened:
        await opened.connection.execute(
            "UPDATE control.oauth_client SET scopes = '{events:read}' WHERE client_id = $1", client.client_id
        )
    monkeypatch.setattr(api.world.clients, "_ttl", 0.0)
    assert (await use(api, token)).json()["code"] == "auth.scope_missing"


async def test_a_suspended_tenant_is_closed(api: Any) -> None:
    headers = await api.bearer(tenant=1)
    await api.world.registry.set_state(api.tenants[1].id, "suspended")
    try:
        answer = await api.http.get(ADDRESS, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "tenant.suspended")
        other = await api.http.get(ADDRESS, headers=await api.bearer(tenant=0))
        assert other.status_code == 200
    finally:
        await api.world.registry.set_state(api.tenants[1].id, "active")


async def test_processes_that_start_at_once_make_one_key(api: Any) -> None:
    async with control(api.world.database) as opened:
        await opened.connection.execute("UPDATE control.signing_key SET retired_at = now()")
    master = MasterKeys.load(api.settings.keys_file)
    made = await asyncio.gather(*(SigningKeys(api.world.database, master).signing() for _ in range(5)))
    assert len({key.kid for key in made}) == 1


async def test_tokens_outlive_a_rotation_of_keys(api: Any) -> None:
    token = await api.token("contracts:read")
    before = (await api.world.signing.signing()).kid
    after = await api.world.signing.rotate()
    assert after != before
    assert (await use(api, token)).status_code == 200
    published = (await api.http.get("/.well-known/jwks.json")).json()["keys"]
    assert {before, after} <= {key["kid"] for key in published}
    assert all("d" not in key for key in published)
    # A process that has not heard of the new key looks it up.
    fresh = TokenVerifier(
        api.settings.issuer, SigningKeys(api.world.database, MasterKeys.load(api.settings.keys_file))
    )
    assert (await fresh.verify(await api.token("contracts:read"))).scope == "contracts:read"


async def test_the_metadata_lead_to_the_endpoints(api: Any) -> None:
    told = (await api.http.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == api.settings.issuer
    assert told["token_endpoint"] == f"{api.settings.issuer}/oauth/token"
    assert set(told["scopes_supported"]) == set(SCOPES)


async def test_the_client_cache_forgets(api: Any) -> None:
    cache = ClientCache(api.world.database, ttl=60)
    client = await api.new_client()
    first = await cache.get(client.client_id)
    assert first is await cache.get(client.client_id)
    assert await cache.get("hfc_nobody") is None
