"""Signatures of what passes between this system and a tenant's mail server or gateway, in the form of Standard Webhooks.

Three headers: `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature`, which is `v1,` and the base64 of the
HMAC-SHA256 over `id.timestamp.body` under the secret both sides know. Several signatures, separated by spaces, may stand there while a
secret is being changed.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

TOLERANCE_SECONDS: Final = 300
"""How far the other side's clock may be off, and for how long a copy could be sent again."""

_LONGEST_ID: Final = 200


class NotSigned(Exception):
    """A request carries no signature that holds: none at all, a wrong one, or one that is too old."""


def sign(secret: str, id: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign `body`; `at` is in seconds since 1970."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_signature(secret, id, str(at), body)}",
    }


def check(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the id of a signed request. Raises NotSigned."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not 0 < len(id) <= _LONGEST_ID or not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise NotSigned
    if abs(now - int(at)) > TOLERANCE_SECONDS:
        raise NotSigned
    wanted = _signature(secret, id, at, body)
    given = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split(" ")]
    # All of them are compared, so that the time tells nothing.
    if not any([hmac.compare_digest(wanted.encode(), one.encode()) for one in given]):  # noqa: C419
        raise NotSigned
    return id


def _signature(secret: str, id: str, at: str, body: bytes) -> str:
    signed = f"{id}.{at}.".encode() + body
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
