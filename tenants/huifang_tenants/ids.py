"""Identifiers: time-ordered ones for rows, opaque ones for schemas."""

import secrets
import string
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

_ALPHABET: Final = string.ascii_lowercase + string.digits


def new_id() -> UUID:
    """A fresh UUIDv7: ordered by the millisecond it was made in, so that indexes grow at one end."""
    return uuid7()


def opaque_id() -> str:
    """A fresh name for a tenant's schema and role: `t_` and 16 random characters, telling nothing."""
    return "t_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))
