"""Which plugins an installation takes: each pinned by its version and by the hash of its files.

Plugins are trusted code. What stands on no list, or is not what was looked at when it was listed, is not imported at all; it is shown as
broken with the reason, and the others work. The list is a TOML file, as `huifang plugin pin` writes it:

    [shandong_life]
    version = "0.1.0"
    sha256 = "…"
"""

import hashlib
import importlib.util
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Final

import msgspec
from huifang_core.registry import Broken

_CACHES: Final = ("__pycache__", ".pyc", ".pyo")


class AllowListError(Exception):
    """The allow-list can't be read; the message says why."""


class Pinned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one release of a plugin that is taken: its version, and the SHA-256 of its files in hex."""

    version: str
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


def read_allow_list(file: Path) -> dict[str, Pinned]:
    """Return what a list takes, by plugin id; raises AllowListError."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, Pinned])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AllowListError(f"the list of allowed plugins {file} can't be read: {error}") from error


def pin(point: EntryPoint) -> Pinned:
    """Return an installed plugin as a list would pin it. It is not imported."""
    return Pinned(point.dist.version if point.dist is not None else "unknown", digest(point))


def digest(point: EntryPoint) -> str:
    """Return the SHA-256, in hex, of all files of a plugin: those its distribution installed, and those of its package.

    Each counts with its path and content; caches and the papers of the installation don't. It is the same for one release however
    and wherever it is installed.
    """
    lines = sorted(f"{path}\0{hashlib.sha256(file.read_bytes()).hexdigest()}" for path, file in _files(point))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sift(
    points: Iterable[EntryPoint], allowed: Mapping[str, Pinned]
) -> tuple[list[EntryPoint], list[Broken]]:
    """Return the plugins that may be imported, and the others with the reason."""
    taken: list[EntryPoint] = []
    refused: list[Broken] = []
    for point in points:
        reason = _why_not(point, allowed.get(point.name))
        if reason is None:
            taken.append(point)
        else:
            refused.append(Broken(point.name, reason))
    return taken, refused


def _why_not(point: EntryPoint, pinned: Pinned | None) -> str | None:
    if pinned is None:
        return "not on the list of allowed plugins"
    found = pin(point)
    if found.version != pinned.version:
        return f"version {found.version} is installed, the list of allowed plugins takes {pinned.version}"
    if found.sha256 != pinned.sha256:
        return (
            f"its files are not those that the list of allowed plugins takes: their SHA-256 is {found.sha256}, "
            f"not {pinned.sha256}"
        )
    return None


def _files(point: EntryPoint) -> Iterator[tuple[str, Path]]:
    found = dict(_of_distribution(point))
    found.update(_of_package(point))
    yield from found.items()


def _of_distribution(point: EntryPoint) -> Iterator[tuple[str, Path]]:
    for path in (point.dist.files or ()) if point.dist is not None else ():
        # An editable installation has links of its own, which say where, not what.
        linked = path.name.startswith("__editable__") or path.suffix == ".pth"
        if linked or ".dist-info" in path.parts[0] or ".." in path.parts or _is_cache(path.parts):
            continue
        file = Path(str(path.locate()))
        if file.is_file():
            yield path.as_posix(), file


def _of_package(point: EntryPoint) -> Iterator[tuple[str, Path]]:
    # To find a top-level package imports nothing of it.
    spec = importlib.util.find_spec(point.module.partition(".")[0])
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        if spec.origin is not None:
            yield Path(spec.origin).name, Path(spec.origin)
        return
    for folder in spec.submodule_search_locations:
        root = Path(folder)
        for file in sorted(root.rglob("*")):
            if file.is_file() and not _is_cache(file.parts):
                yield file.relative_to(root.parent).as_posix(), file


def _is_cache(parts: Iterable[str]) -> bool:
    return any(part.endswith(_CACHES) for part in parts)
