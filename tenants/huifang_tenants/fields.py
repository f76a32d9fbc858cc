"""Field encryption: each personal value under its tenant's key, tied to its row and column, with blind indexes."""

import os
from typing import Any, Final, Literal, TypeVar, assert_never, overload
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from huifang_tenants.errors import WrongKey
from huifang_tenants.keys import TenantKeys
from huifang_tenants.normalise import last_four, normalise_id_number, normalise_name, normalise_phone

BlindKind = Literal["id_number", "phone", "name", "id_last4", "phone_last4", "birthday"]

_T = TypeVar("_T")

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_OVERHEAD: Final = 1 + _NONCE_BYTES + 16
_BLIND_BYTES: Final = 16
_json = msgspec.json.Encoder()


class FieldCipher:
    """Encrypts and finds the personal fields of one tenant.

    A ciphertext is version ‖ nonce ‖ AES-256-GCM and opens only in the row and column it was made for. Nonces
    are random: one tenant may encrypt some 4 · 10⁹ values before a repeat gets likelier than 1 in 4 · 10⁹.
    """

    __slots__ = ("_cipher", "_keyed")

    def __init__(self, data_key: bytes) -> None:
        keys = TenantKeys(data_key)
        self._cipher = AESGCM(keys.field)
        # Copying a keyed hash costs a quarter of keying one, and intake makes a dozen of them for each contract.
        self._keyed = HMAC(keys.blind, SHA256())

    def __repr__(self) -> str:
        return "FieldCipher(…)"

    def encrypt(self, value: str, table_column: str, row_id: UUID) -> bytes:
        """Encrypt `value` for the column `table_column` ("customer.name") of the row `row_id`."""
        return self._seal(value.encode(), table_column, row_id)

    def decrypt(self, sealed: bytes, table_column: str, row_id: UUID) -> str:
        """Open what `encrypt` made for the same column and row; WrongKey for any other."""
        return self._open(sealed, table_column, row_id).decode()

    def encrypt_json(self, value: Any, table_column: str, row_id: UUID) -> bytes:
        """Encrypt anything msgspec can write as JSON."""
        return self._seal(_json.encode(value), table_column, row_id)

    @overload
    def decrypt_json(self, sealed: bytes, table_column: str, row_id: UUID) -> Any: ...

    @overload
    def decrypt_json(self, sealed: bytes, table_column: str, row_id: UUID, type: type[_T]) -> _T: ...

    def decrypt_json(self, sealed: bytes, table_column: str, row_id: UUID, type: Any = Any) -> Any:
        """Open what `encrypt_json` made, as `type`; WrongKey, or msgspec's errors when it is no such thing."""
        return msgspec.json.decode(self._open(sealed, table_column, row_id), type=type)

    def blind(self, kind: BlindKind, value: str) -> bytes:
        """The 16-byte blind index of `value`: equal for all spellings of the same number or name.

        For `id_last4` and `phone_last4`, give the whole number or its last four characters; for `birthday` month and day, `MM-DD`.
        """
        match kind:
            case "id_number":
                text = normalise_id_number(value)
            case "phone":
                text = normalise_phone(value)
            case "name":
                text = normalise_name(value)
            case "id_last4":
                text = last_four(normalise_id_number(value))
            case "phone_last4":
                text = last_four(normalise_phone(value))
            case "birthday":
                text = value
            case _:
                assert_never(kind)
        return self._hash(kind, text.encode())[:_BLIND_BYTES]

    def blind_identity(self, id_type: str, id_number: str) -> bytes:
        """The 16-byte blind index of one person: the type and the normalised number of an ID document (DEC-10)."""
        return self._hash("identity", f"{id_type}\0{normalise_id_number(id_number)}".encode())[:_BLIND_BYTES]

    def fingerprint(self, content: bytes) -> bytes:
        """The 32-byte keyed hash of `content`: tells whether it changed, and nothing else without the key."""
        return self._hash("fingerprint", content)

    def _hash(self, kind: str, content: bytes) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(kind.encode() + b"\0" + content)
        return keyed.finalize()

    def _seal(self, content: bytes, table_column: str, row_id: UUID) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, content, _place(table_column, row_id))

    def _open(self, sealed: bytes, table_column: str, row_id: UUID) -> bytes:
        if len(sealed) < _OVERHEAD or sealed[:1] != _VERSION:
            raise WrongKey(f"{table_column} of {row_id} is no ciphertext of a known version")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, _place(table_column, row_id))
        except InvalidTag:
            raise WrongKey(f"{table_column} of {row_id} does not open with this tenant's key") from None


def _place(table_column: str, row_id: UUID) -> bytes:
    """The associated data: version, row and column. The row has a fixed length, so no two places coincide."""
    return _VERSION + row_id.bytes + table_column.encode()
