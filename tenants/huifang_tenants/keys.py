"""The key hierarchy: a master key file wraps one data key per tenant, from which that tenant's keys derive."""

import base64
import binascii
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final, Self
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huifang_tenants.errors import KeyFileError, WrongKey

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION_BYTES: Final = 4
# A group may read (that is how orchestrators mount secrets for an unprivileged user), nothing more.
_FORBIDDEN_MODE: Final = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    current: int
    keys: dict[str, str]
    format: int = 1


def _derive(secret: bytes, purpose: str, length: int = _KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"huifang/1/{purpose}".encode()).derive(
        secret
    )


class MasterKeys:
    """The versions of the master key of an installation; the `current` one wraps, every one unwraps."""

    __slots__ = ("_keys", "current")

    def __init__(self, keys: dict[int, bytes], current: int) -> None:
        """Raise ValueError when the current version is missing or a key is not 32 bytes long."""
        if current not in keys:
            raise ValueError(f"the current version {current} is not among the keys")
        if any(len(key) != _KEY_BYTES for key in keys.values()) or any(not 0 < v < 2**31 for v in keys):
            raise ValueError(f"a master key has {_KEY_BYTES} bytes and a positive version")
        self._keys = dict(keys)
        self.current = current

    def __repr__(self) -> str:
        return f"MasterKeys(versions={sorted(self._keys)}, current={self.current})"

    @classmethod
    def generate(cls) -> Self:
        """A fresh key, version 1, in memory only."""
        return cls({1: secrets.token_bytes(_KEY_BYTES)}, 1)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a fresh key and its file, readable by its owner alone.

        The file appears whole or not at all; KeyFileError when there is one already.
        """
        keys = cls.generate()
        temporary = _write_beside(path, keys)
        try:
            # A link, unlike a rename, never replaces a file: overwriting a master key would lose every tenant.
            os.link(temporary, path)
        except FileExistsError:
            raise KeyFileError(str(path), "exists already and is never overwritten") from None
        finally:
            temporary.unlink()
        _sync_directory(path.parent)
        return keys

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file; KeyFileError when it is missing, malformed or open to others."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise KeyFileError(str(path), "missing; `MasterKeys.create` makes one") from None
        with os.fdopen(descriptor, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & _FORBIDDEN_MODE:
                raise KeyFileError(str(path), f"mode {mode:04o} opens it to others; run chmod 600 on it")
            content = file.read()
        try:
            parsed = msgspec.json.decode(content, type=_KeyFile)
            keys = {
                int(version): base64.b64decode(key, validate=True) for version, key in parsed.keys.items()
            }
            return cls(keys, parsed.current)
        except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
            # `from None`: a decoding error may quote the file.
            problem = str(error) if type(error) is ValueError else "is not a key file"
            raise KeyFileError(str(path), problem) from None

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the key file, or make it when there is none; safe when several processes do so at once."""
        if not path.exists():
            with suppress(KeyFileError):
                return cls.create(path)
        return cls.load(path)

    def rotated(self) -> Self:
        """These keys and a fresh current one; `replace` writes them, re-wrapping is a separate step."""
        version = max(self._keys) + 1
        return type(self)({**self._keys, version: secrets.token_bytes(_KEY_BYTES)}, version)

    def replace(self, path: Path) -> None:
        """Put these keys in the place of a key file whose versions they all contain; KeyFileError if not."""
        kept = MasterKeys.load(path)._keys
        if any(self._keys.get(version) != key for version, key in kept.items()):
            raise KeyFileError(str(path), "holds a version that would be lost")
        _write_beside(path, self).replace(path)
        _sync_directory(path.parent)

    def wrap(self, secret: bytes, context: str) -> bytes:
        """Encrypt `secret` under the current version, bound to `context`: the same words open it again.

        The answer carries the version it was wrapped with.
        """
        prefix = self.current.to_bytes(_VERSION_BYTES)
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._wrapping_key(self.current)).encrypt(nonce, secret, prefix + context.encode())
        return prefix + nonce + sealed

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Open what `wrap` made; WrongKey for another master key, another context or changed bytes."""
        version = int.from_bytes(wrapped[:_VERSION_BYTES])
        if version not in self._keys:
            raise WrongKey(f"wrapped under master key version {version}, which the key file does not hold")
        body = wrapped[_VERSION_BYTES:]
        associated = wrapped[:_VERSION_BYTES] + context.encode()
        try:
            cipher = AESGCM(self._wrapping_key(version))
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], associated)
        except (InvalidTag, ValueError):
            raise WrongKey(f"does not open under master key version {version} as {context!r}") from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes that depend on the current master key and `purpose`, such as a login role's password."""
        return _derive(self._keys[self.current], purpose)

    def _wrapping_key(self, version: int) -> bytes:
        return _derive(self._keys[version], "wrap")


class TenantKeys:
    """The keys of one tenant, all derived from its data key: destroying that destroys them."""

    __slots__ = ("blind", "evidence", "field")

    def __init__(self, data_key: bytes) -> None:
        self.field = _derive(data_key, "tenant/field")
        self.blind = _derive(data_key, "tenant/blind-index")
        self.evidence = _derive(data_key, "tenant/evidence")

    def __repr__(self) -> str:
        return "TenantKeys(…)"


def new_data_key() -> bytes:
    """A fresh data key for a tenant: 32 random bytes."""
    return secrets.token_bytes(_KEY_BYTES)


def _write_beside(path: Path, keys: MasterKeys) -> Path:
    """A complete, synced file in the same directory under a name nobody else uses."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    encoded = {str(version): base64.b64encode(key).decode() for version, key in keys._keys.items()}
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            msgspec.json.format(msgspec.json.encode(_KeyFile(current=keys.current, keys=encoded))) + b"\n"
        )
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tenant_context(tenant_id: UUID) -> str:
    """What a tenant's wrapped data key is bound to."""
    return f"tenant:{tenant_id}"
