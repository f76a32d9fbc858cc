"""Identifiers: time-ordered ones for rows, opaque ones for schemas."""

import secrets
import string
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils import uuid7

_ALPHABET: Final = string.ascii_lowercase + string.digits


def new_id() -> UUID:
    """A fresh UUIDv7: ordered by the millisecond it was made in, so that indexes grow at one end."""
    # The driver's own subclass: made and sent in a third of the time, and the same as what it reads back.
    made: UUID = pgproto.UUID(uuid7().bytes)
    return made


def first_id_at(instant: datetime) -> UUID:
    """The lowest id that can have been made at `instant` or later, to the millisecond."""
    return UUID(int=(int(instant.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))


def opaque_id() -> str:
    """A fresh name for a tenant's schema and role: `t_` and 16 random characters, telling nothing."""
    return "t_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))
