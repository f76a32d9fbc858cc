"""What evidence may be, told by its first bytes: the type a client declares is only held against it."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

FileKind = Literal["recording", "signed_scan", "signed_receipt"]
"""Kinds of evidence that are a file (REG-3); a reference is not."""

HEAD: Final = 64
"""How many bytes from the start tell the type."""

PAPER: Final = ("application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp")
"""What a paper may be scanned or written to."""

ALLOWED: Final[Mapping[FileKind, tuple[str, ...]]] = {
    "recording": ("audio/wav", "audio/mpeg", "audio/ogg", "audio/mp4", "audio/amr", "audio/amr-wb"),
    "signed_scan": PAPER,
    "signed_receipt": PAPER,
}
"""The types of each kind, by the names under which they are kept and served."""

_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "audio/wav": ("audio/x-wav", "audio/wave", "audio/vnd.wave"),
    "audio/mpeg": ("audio/mp3", "audio/x-mp3", "audio/x-mpeg"),
    "audio/ogg": ("audio/opus", "application/ogg", "audio/x-opus+ogg"),
    "audio/mp4": ("audio/x-m4a", "audio/m4a", "audio/aac", "video/mp4"),
    "audio/amr": ("audio/x-amr", "audio/3gpp"),
    "audio/amr-wb": ("audio/amr", "audio/3gpp"),
    "application/pdf": ("application/x-pdf",),
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "image/png": ("image/x-png",),
    "image/tiff": ("image/tif", "image/x-tiff"),
}
# A client that declares one of these has not looked itself.
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_MP4_BRANDS: Final = frozenset(
    {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash", b"F4A "}
)
_OGG_CODECS: Final = (b"OpusHead", b"\x01vorbis", b"Speex   ")


def sniff(head: bytes) -> str | None:
    """Return the type of a file from its first `HEAD` bytes, or None when it is none of the allowed ones."""
    return next((name for name, fits in _SIGNATURES.items() if fits(head)), None)


def agrees(declared: str | None, found: str) -> bool:
    """Tell whether a declared content type, parameters and case aside, may stand for the type found."""
    said = (declared or "").partition(";")[0].strip().lower()
    return said in _SAYS_NOTHING or said == found or said in _OTHER_NAMES.get(found, ())


def _is_mpeg_audio(head: bytes) -> bool:
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    # Eleven bits of sync and layer III stand; neither version, bit rate nor sampling rate may be a reserved value.
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0x0, 0xF) and head[2] & 0x0C != 0x0C


def _is_riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] in (b"RIFF", b"RF64") and head[8:12] == form


_SIGNATURES: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "audio/wav": _is_riff(b"WAVE"),
    "audio/ogg": lambda head: head.startswith(b"OggS") and head[28:].startswith(_OGG_CODECS),
    "audio/mp4": lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS,
    "audio/amr-wb": lambda head: head.startswith(b"#!AMR-WB\n"),
    "audio/amr": lambda head: head.startswith(b"#!AMR\n"),
    "application/pdf": lambda head: head.startswith(b"%PDF-"),
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/tiff": lambda head: head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")),
    "image/webp": _is_riff(b"WEBP"),
    "audio/mpeg": _is_mpeg_audio,
}
