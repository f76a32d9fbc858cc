"""The keys that sign access tokens: made on first use, kept under the master key, shared by all processes of a cell."""

import time
from typing import Any, Final

import msgspec
from huifang_tenants.database import Database
from huifang_tenants.keys import MasterKeys
from huifang_tenants.scope import Control, control
from joserfc.jwk import ECKey

ALGORITHM: Final = "ES256"
# Any two processes that start at once wait for each other here.
_MAKING_LOCK: Final = 0x68_75_69_66_73_69_67
_LOOK_AGAIN_SECONDS: Final = 10.0
_STANDING: Final = """
SELECT kid, private_jwk_wrapped, public_jwk, retired_at IS NOT NULL AS retired FROM control.signing_key
WHERE alg = $1 AND (retired_at IS NULL OR retired_at > now() - interval '1 hour')
ORDER BY created_at DESC, kid
"""
_INSERT: Final = """
INSERT INTO control.signing_key (kid, alg, private_jwk_wrapped, public_jwk) VALUES ($1, $2, $3, $4)
"""
_RETIRE: Final = "UPDATE control.signing_key SET retired_at = now() WHERE retired_at IS NULL"


class SigningKeys:
    """The current key that signs, and all that still verify: a retired one does for an hour."""

    def __init__(self, db: Database, master: MasterKeys) -> None:
        self._db = db
        self._master = master
        self._read_at = float("-inf")
        self._signing: ECKey | None = None
        self._verifying: dict[str, ECKey] = {}

    async def signing(self) -> ECKey:
        """The key to sign with; makes the first one of the installation."""
        if self._signing is None or time.monotonic() - self._read_at > _LOOK_AGAIN_SECONDS:
            await self._read()
        assert self._signing is not None
        return self._signing

    async def verifying(self, kid: str) -> ECKey | None:
        """The key named `kid`; None when no such key stands. An unknown one is looked up every few seconds only."""
        if kid not in self._verifying and time.monotonic() - self._read_at > _LOOK_AGAIN_SECONDS:
            await self._read()
        return self._verifying.get(kid)

    async def published(self) -> list[dict[str, Any]]:
        """The public keys, each as a JWK (RFC 7517)."""
        await self.signing()
        return [dict(key.as_dict(private=False)) for key in self._verifying.values()]

    async def rotate(self) -> str:
        """Sign with a new key from now on; its id. Tokens under the old one live out their time."""
        async with control(self._db) as opened:
            await opened.connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING_LOCK)
            await opened.connection.execute(_RETIRE)
            kid = await self._make(opened)
        await self._read()
        return kid

    async def _read(self) -> None:
        async with control(self._db) as opened:
            rows = await opened.connection.fetch(_STANDING, ALGORITHM)
            if all(row["retired"] for row in rows):
                await opened.connection.execute("SELECT pg_advisory_xact_lock($1)", _MAKING_LOCK)
                rows = await opened.connection.fetch(_STANDING, ALGORITHM)
                if all(row["retired"] for row in rows):
                    await self._make(opened)
                    rows = await opened.connection.fetch(_STANDING, ALGORITHM)
        self._verifying = {row["kid"]: ECKey.import_key(row["public_jwk"]) for row in rows}
        current = next(row for row in rows if not row["retired"])
        secret = self._master.unwrap(current["private_jwk_wrapped"], _context(current["kid"]))
        self._signing = ECKey.import_key(msgspec.json.decode(secret))
        self._read_at = time.monotonic()

    async def _make(self, opened: Control) -> str:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        kid = key.kid
        assert kid is not None
        wrapped = self._master.wrap(msgspec.json.encode(key.as_dict(private=True)), _context(kid))
        await opened.connection.execute(_INSERT, kid, ALGORITHM, wrapped, key.as_dict(private=False))
        return kid


def _context(kid: str) -> str:
    return f"signing_key/{kid}"
