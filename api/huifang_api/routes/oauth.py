"""The token endpoint, the public keys, and the metadata that lead to both."""

from typing import Annotated, Any, Final

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error
from litestar import Request, Response, get, post

from huifang_api.access import public
from huifang_api.oauth.clients import load_client
from huifang_api.oauth.scopes import SCOPES
from huifang_api.oauth.server import TokenRequest, answer_error, answer_token_request
from huifang_api.shapes.fields import described
from huifang_api.world import world_of

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - an address
_BODY_AT_MOST: Final = 16_384
_PUBLIC_KEYS_CACHE: Final = {"Cache-Control": "public, max-age=300"}


class TokenForm(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to send to the token endpoint, as application/x-www-form-urlencoded."""

    grant_type: Annotated[str, described("Always `client_credentials`.")]
    scope: Annotated[
        str | None, described("Scopes, separated by spaces; all of the client's when left out.")
    ] = None
    client_id: Annotated[str | None, described("Unless sent by HTTP Basic.")] = None
    client_secret: Annotated[str | None, described("Unless sent by HTTP Basic.")] = None


class AccessToken(msgspec.Struct, frozen=True):
    """A token."""

    access_token: Annotated[str, described("Send it as `Authorization: Bearer …`.")]
    token_type: Annotated[str, described("Always `Bearer`.")]
    expires_in: Annotated[int, described("Seconds until it expires.")]
    scope: Annotated[str, described("What it allows, separated by spaces.")]


class TokenError(msgspec.Struct, frozen=True):
    """Why there is no token (RFC 6749, 5.2)."""

    error: Annotated[
        str, described("`invalid_client`, `invalid_scope`, `unsupported_grant_type`, `invalid_request`.")
    ]
    error_description: Annotated[str, described("What is wrong, in English.")]


class PublicKeys(msgspec.Struct, frozen=True):
    """The public keys as a JWK Set (RFC 7517)."""

    keys: Annotated[list[dict[str, Any]], described("One JWK each; `kid` is named in a token's header.")]


class AuthorizationMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to get a token (RFC 8414)."""

    issuer: Annotated[str, described("This installation, as in the tokens' `iss`.")]
    token_endpoint: Annotated[str, described("Address of the token endpoint.")]
    jwks_uri: Annotated[str, described("Address of the public keys.")]
    grant_types_supported: Annotated[list[str], described("Grants.")]
    response_types_supported: Annotated[list[str], described("None: there is no authorization endpoint yet.")]
    token_endpoint_auth_methods_supported: Annotated[list[str], described("How a client authenticates.")]
    scopes_supported: Annotated[list[str], described("Every scope there is.")]
    service_documentation: Annotated[str, described("The API reference.")]


@post(
    TOKEN_PATH,
    opt=public(),
    operation_id="get_token",
    tags=["Authorization"],
    status_code=200,
    request_max_body_size=_BODY_AT_MOST,
)
async def get_token(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Get an access token by the client's id and secret (OAuth 2, client credentials).

    The client authenticates by HTTP Basic or in the form, not in both.
    """
    world = world_of(request)
    try:
        asked = TokenRequest(
            request.content_type[0], await request.body(), request.headers.get("authorization")
        )
    except OAuth2Error as error:
        answer = answer_error(error)
    else:
        # From the registry itself: a secret must not work for the seconds a cache would keep it.
        client = await load_client(world.database, asked.client_id) if asked.client_id else None
        answer = answer_token_request(asked, client, world.settings.issuer, await world.signing.signing())
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


@get("/.well-known/jwks.json", opt=public(), operation_id="get_public_keys", tags=["Authorization"])
async def get_public_keys(request: Request[Any, Any, Any]) -> Response[PublicKeys]:
    """Read the public keys that verify access tokens (RFC 7517)."""
    return Response(PublicKeys(await world_of(request).signing.published()), headers=_PUBLIC_KEYS_CACHE)


@get(
    "/.well-known/oauth-authorization-server",
    opt=public(),
    operation_id="get_authorization_metadata",
    tags=["Authorization"],
)
async def get_authorization_metadata(request: Request[Any, Any, Any]) -> Response[AuthorizationMetadata]:
    """Read where and how to get a token (RFC 8414)."""
    issuer = world_of(request).settings.issuer
    metadata = AuthorizationMetadata(
        issuer=issuer,
        token_endpoint=issuer + TOKEN_PATH,
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=["client_credentials"],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=list(SCOPES),
        service_documentation=f"{issuer}/docs",
    )
    return Response(metadata, headers=_PUBLIC_KEYS_CACHE)


ROUTES: Final = (get_token, get_public_keys, get_authorization_metadata)
