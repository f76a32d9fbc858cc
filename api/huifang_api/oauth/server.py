"""The token endpoint through Authlib's server core.

The core is synchronous and asks for a client by id, so the client is loaded first and one small server is made per
request around it: no thread, no bridge, and no state that two requests could share.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from joserfc.jwk import ECKey

from huifang_api.oauth.clients import Client
from huifang_api.oauth.tokens import LIFETIME_SECONDS, issue_token

_PARAMETERS_AT_MOST: Final = 20
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# Authlib refuses requests over plain HTTP, by their address. Whether TLS ends before us is the operator's to say (the
# issuer's scheme), and a laboratory without TLS is allowed; no address from the request is ever used.
_ENDPOINT: Final = "https://huifang.invalid/oauth/token"


class TokenAnswer(msgspec.Struct, frozen=True):
    """What the endpoint answers: status, JSON body, headers."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


class TokenRequest:
    """A request to the token endpoint, read but not yet judged."""

    def __init__(self, content_type: str, body: bytes, authorization: str | None) -> None:
        """Raise OAuth2Error when the form can't be read or a parameter occurs twice (RFC 6749, 3.2)."""
        if content_type != "application/x-www-form-urlencoded":
            raise InvalidRequestError("The body must be application/x-www-form-urlencoded.")
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, max_num_fields=_PARAMETERS_AT_MOST
            )
        except ValueError:
            raise InvalidRequestError("The form can not be read.") from None
        self.form = dict(pairs)
        if len(self.form) != len(pairs):
            raise InvalidRequestError("A parameter occurs more than once.")
        self.headers = {"Authorization": authorization} if authorization else {}
        try:
            self.basic_id = extract_basic_authorization(self.headers)[0]
        except ValueError:
            raise _unknown_client() from None
        if "grant_type" not in self.form:
            raise InvalidRequestError("The parameter grant_type is missing.")
        if authorization and "client_secret" in self.form:
            raise InvalidRequestError("Authenticate in one way only.")

    @property
    def client_id(self) -> str | None:
        """Who claims to be asking."""
        return self.basic_id or self.form.get("client_id")


def answer_token_request(
    request: TokenRequest, client: Client | None, issuer: str, key: ECKey
) -> TokenAnswer:
    """Judge a request of `client` (None: there is no such client) and sign its token."""
    return _Server(client, issuer, key).create_token_response(request)  # type: ignore[no-any-return]


def answer_error(error: OAuth2Error) -> TokenAnswer:
    """An error in the form of RFC 6749, 5.2, in which no unknown client can be told from a wrong secret."""
    if isinstance(error, InvalidClientError):
        error = _unknown_client()
    # Authlib's own text repeats what was sent, which may hold characters that RFC 6749 forbids here.
    unsupported = isinstance(error, UnsupportedGrantTypeError)
    said = "The grant_type must be client_credentials." if unsupported else error.get_error_description()
    body = {"error": error.error, "error_description": said}
    headers = dict(_NO_STORE)
    if error.status_code == 401:
        headers["WWW-Authenticate"] = 'Basic realm="huifang"'
    return TokenAnswer(error.status_code, body, headers)


def _unknown_client() -> InvalidClientError:
    return InvalidClientError(status_code=401, description="The client or its secret is not valid.")


class _Request(OAuth2Request):  # type: ignore[misc]
    def __init__(self, form: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__("POST", _ENDPOINT, headers=headers)
        self.payload = BasicOAuth2Payload(form)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data  # type: ignore[no-any-return]


class _KnownClient(ClientMixin):  # type: ignore[misc]
    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""

    def check_client_secret(self, client_secret: str | None) -> bool:
        return client_secret is not None and self.client.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, client: Client | None, issuer: str, key: ECKey) -> None:
        super().__init__()
        self._client = client
        self._issuer = issuer
        self._key = key
        self.register_grant(_Grant)
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> _KnownClient | None:
        client = self._client
        if client is None or client.client_id != client_id or client.revoked:
            return None
        return _KnownClient(client)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing: a token proves itself."""

    def create_oauth2_request(self, request: TokenRequest) -> _Request:
        return _Request(request.form, request.headers)

    def validate_requested_scope(self, scope: str | None) -> None:
        if self._client is not None and not set((scope or "").split()) <= self._client.scopes:
            raise InvalidScopeError("The client does not have all of the scopes asked for.")

    def handle_response(
        self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]
    ) -> TokenAnswer:
        return TokenAnswer(status, body, _NO_STORE)

    def handle_error_response(self, request: _Request, error: OAuth2Error) -> TokenAnswer:
        return answer_error(error)

    def _token(self, client: _KnownClient, scope: str | None, **_: Any) -> dict[str, Any]:
        scopes = frozenset((scope or "").split()) or client.client.scopes
        return {
            "access_token": issue_token(self._issuer, self._key, client.client, scopes),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": " ".join(sorted(scopes)),
        }
