"""Text messages (短信) through a tenant's gateway; docs/sms.md is the contract (PF-2).

One POST for each message, signed; reports and replies come back to the hooks, signed the same way.
"""

import time
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import httpcore
import msgspec
from huifang_tenants.errors import WrongKey
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.services.written.delivering import Outgoing
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import SmsSettings, unseal

from huifang_api.channels.errors import SendFailed, Undeliverable
from huifang_api.channels.signing import sign
from huifang_api.core_system.guard import AddressNotAllowed, GuardedBackend

_ANSWER_AT_MOST: Final = 64 * 1024
_UNDELIVERABLE: Final = "undeliverable"
_ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Taken(msgspec.Struct, frozen=True):
    """What a gateway answers that has taken a message: by what it calls it from now on."""

    reference: _ShortText


class Report(msgspec.Struct, frozen=True):
    """A delivery report: of the message of this `reference`, or of this `id` of ours."""

    status: Literal["delivered", "failed"]
    reference: _ShortText | None = None
    id: _ShortText | None = None
    reason: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$")] | None = None


class Received(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A text message that a customer sent; `code` is that of the message it replies to, where the gateway knows."""

    sender: _ShortText
    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    code: _ShortText | None = None


async def send(tenant: Tenant, settings: SmsSettings, message: Outgoing) -> str:
    """Hand a text message to the tenant's gateway and return its reference. Raises SendFailed, Undeliverable. Never inside a scope."""
    body = msgspec.json.encode(
        {
            "id": str(message.id),
            "to": normalise_phone(message.to),
            "text": f"【{settings.signature}】{message.text}",
            "code": message.code,
        }
    )
    try:
        secret = unseal(tenant, "sms", settings.sealed)
    except (WrongKey, ValueError):
        raise SendFailed("unauthorised") from None
    status, answer = await _post(
        settings,
        f"{settings.address.rstrip('/')}/messages",
        {"Content-Type": "application/json", **sign(secret, str(message.id), int(time.time()), body)},
        body,
    )
    if status in (200, 201, 202):
        try:
            return msgspec.json.decode(answer, type=Taken).reference
        except msgspec.MsgspecError:
            raise SendFailed("unusable") from None
    if status in (400, 404, 409, 422) and _error_of(answer) == _UNDELIVERABLE:
        raise Undeliverable(_UNDELIVERABLE)
    raise SendFailed("unauthorised" if status in (401, 403) else "refused")


async def _post(
    settings: SmsSettings, address: str, headers: dict[str, str], body: bytes
) -> tuple[int, bytes]:
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "huifang", **headers}
    answer = bytearray()
    try:
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=_tls(), network_backend=GuardedBackend(settings.allowed_networks)
            ) as pool,
            pool.stream(
                "POST",
                address,
                headers=[(name.encode(), value.encode()) for name, value in sent.items()],
                content=body,
                extensions={
                    "timeout": dict.fromkeys(("connect", "read", "write", "pool"), settings.timeout_seconds)
                },
            ) as response,
        ):
            async for chunk in response.aiter_stream():
                answer += chunk
                if len(answer) > _ANSWER_AT_MOST:
                    raise SendFailed("unusable")
            return response.status, bytes(answer)
    except AddressNotAllowed:
        raise SendFailed("not_allowed") from None
    except httpcore.TimeoutException:
        raise SendFailed("timed_out") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
        raise SendFailed("unreachable") from None


def _error_of(answer: bytes) -> str | None:
    try:
        found: Any = msgspec.json.decode(answer)
    except msgspec.MsgspecError:
        return None
    return found.get("error") if isinstance(found, dict) else None


@lru_cache(maxsize=1)
def _tls() -> Any:
    return httpcore.default_ssl_context()
