"""Access tokens: JWTs of fifteen minutes (RFC 9068), and what the API accepts as one."""

import hashlib
import time
from collections import OrderedDict
from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.ids import new_id
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

from huifang_api.oauth.clients import Client
from huifang_api.oauth.signing import ALGORITHM, SigningKeys
from huifang_api.problem_catalogue import ApiCode
from huifang_api.problems import Problem

LIFETIME_SECONDS: Final = 900
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type
# Clocks of two machines differ a little.
_LEEWAY_SECONDS: Final = 5
_MOST_KEPT: Final = 4096
_LONGEST: Final = 4096
_CHALLENGE: Final = 'Bearer realm="huifang"'


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says; times are seconds since 1970."""

    iss: str
    sub: str
    aud: str
    exp: int
    iat: int
    jti: str
    client_id: str
    scope: str
    tenant: UUID

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes one by one."""
        return frozenset(self.scope.split())


def audience(issuer: str) -> str:
    """What tokens of an installation are for: its API."""
    return f"{issuer}/api"


def issue_token(issuer: str, key: ECKey, client: Client, scopes: frozenset[str]) -> str:
    """Sign a token for `client` with `scopes`, valid from now for LIFETIME_SECONDS."""
    now = int(time.time())
    claims = Claims(
        iss=issuer,
        sub=client.client_id,
        aud=audience(issuer),
        exp=now + LIFETIME_SECONDS,
        iat=now,
        jti=str(new_id()),
        client_id=client.client_id,
        scope=" ".join(sorted(scopes)),
        tenant=client.tenant_id,
    )
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
    return jwt.encode(header, msgspec.to_builtins(claims), key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Tells a good token from all others; remembers good ones, since verifying costs more than looking up."""

    def __init__(self, issuer: str, keys: SigningKeys) -> None:
        self._issuer = issuer
        self._audience = audience(issuer)
        self._keys = keys
        self._good: OrderedDict[bytes, Claims] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """What the token says; Problem `auth.invalid_token` or `auth.expired_token`."""
        if len(token) > _LONGEST:
            raise invalid_token()
        name = hashlib.sha256(token.encode()).digest()
        claims = self._good.get(name)
        if claims is None:
            claims = await self._verified(token)
            self._good[name] = claims
            if len(self._good) > _MOST_KEPT:
                self._good.popitem(last=False)
        if claims.exp + _LEEWAY_SECONDS <= time.time():
            self._good.pop(name, None)
            raise _refused("auth.expired_token", "the token has expired")
        self._good.move_to_end(name)
        return claims

    async def _verified(self, token: str) -> Claims:
        try:
            kid = msgspec.json.decode(_decoded(token.partition(".")[0]), type=_Header).kid
            key = await self._keys.verifying(kid)
            if key is None:
                raise invalid_token()
            opened = jwt.decode(token, key, algorithms=[ALGORITHM])
            claims = msgspec.convert(opened.claims, Claims)
        except (JoseError, ValueError, TypeError):
            # msgspec's errors are ValueErrors.
            raise invalid_token() from None
        if (
            opened.header.get("typ") != TOKEN_TYPE
            or claims.iss != self._issuer
            or claims.aud != self._audience
            or claims.sub != claims.client_id
            or claims.iat > time.time() + _LEEWAY_SECONDS
        ):
            raise invalid_token()
        return claims


class _Header(msgspec.Struct):
    kid: str


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part.encode())


def missing_token() -> Problem:
    """No token came with the request (RFC 6750: the challenge names no error then)."""
    return Problem("auth.missing_token", headers={"WWW-Authenticate": _CHALLENGE})


def invalid_token() -> Problem:
    """What came is no token of ours."""
    return _refused("auth.invalid_token", "the token is not valid here")


def revoked_client() -> Problem:
    """The token's client has been revoked."""
    return _refused("auth.client_revoked", "the client has been revoked")


def scope_missing(scope: str) -> Problem:
    """The token lacks a scope (RFC 6750, 403)."""
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    return Problem("auth.scope_missing", scope=scope, headers={"WWW-Authenticate": challenge})


def _refused(code: ApiCode, description: str) -> Problem:
    challenge = f'{_CHALLENGE}, error="invalid_token", error_description="{description}"'
    return Problem(code, headers={"WWW-Authenticate": challenge})
