"""Files on their way in: held against a size and a set of types while they stream, never held whole."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence

from huifang_tenants.evidence_types import HEAD, agrees, sniff
from huifang_tenants.services.errors import Refused


class ArrivingFile:
    """A stream that is refused as soon as it is too large or not of an allowed type; `found` is its type.

    `kind` is what the file is to be, `declared` the content type a client gave it; `limit` is in bytes.
    """

    def __init__(
        self,
        kind: str,
        allowed: Sequence[str],
        declared: str | None,
        chunks: AsyncIterable[bytes],
        limit: int,
    ) -> None:
        self._kind = kind
        self._allowed = allowed
        self._declared = declared
        self._chunks = chunks
        self._limit = limit
        self.found = ""

    async def pass_on(self) -> AsyncIterator[bytes]:
        """Give the bytes. Refuses `evidence.too_large`, `evidence.type_not_allowed`, `evidence.type_contradicts`."""
        head, size = b"", 0
        async for chunk in self._chunks:
            size += len(chunk)
            if size > self._limit:
                raise Refused("evidence.too_large", limit=self._limit)
            if self.found:
                yield chunk
                continue
            head += chunk
            if len(head) >= HEAD:
                self.found = self._type(head)
                yield head
        if not self.found:
            self.found = self._type(head)
            yield head

    def _type(self, head: bytes) -> str:
        found = sniff(head[:HEAD])
        if found is None or found not in self._allowed:
            raise Refused("evidence.type_not_allowed", kind=self._kind, accepted=", ".join(self._allowed))
        if not agrees(self._declared, found):
            raise Refused("evidence.type_contradicts", found=found)
        return found
