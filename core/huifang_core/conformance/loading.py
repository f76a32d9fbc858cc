"""Finding the plugin that is to be checked: a folder with its source, an installed distribution, or a plugin's id."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, entry_points
from pathlib import Path

from huifang_core.golden import GoldenError
from huifang_core.golden.format import HEADER, CaseFile, read_cases
from huifang_core.plugin import ENTRY_POINT_GROUP
from huifang_core.registry import Plugin, PluginError
from huifang_core.releases import load_release, loaded


def load_from(given: str) -> tuple[Plugin, Path | None]:
    """Return the plugin and its source folder, None for one that is installed without.

    `given` is a folder with a `pyproject.toml`, the name of an installed distribution, or the id of an installed plugin. Raises
    `PluginError` saying what is missing.
    """
    folder = Path(given)
    if folder.is_dir():
        return load_release(folder.resolve()), folder.resolve()
    points = [point for point in entry_points(group=ENTRY_POINT_GROUP) if point.name == given]
    if not points:
        try:
            points = list(distribution(given).entry_points.select(group=ENTRY_POINT_GROUP))
        except PackageNotFoundError as error:
            raise PluginError(given, "no such folder, installed distribution or plugin id") from error
    if len(points) != 1:
        raise PluginError(
            given, f"names {len(points)} entry points in the group {ENTRY_POINT_GROUP}; one is needed"
        )
    return loaded(points[0]), None


def golden_cases(folder: Path | None) -> Iterator[tuple[str, CaseFile]]:
    """Yield the files of golden cases in a folder's `cases`, each with its name. Raises `GoldenError` for one that can't be read."""
    if folder is None:
        return
    for path in sorted(folder.glob("**/cases/*.y*ml")):
        words = path.read_text("utf-8")
        if not any(line.startswith(f"{HEADER}:") for line in words.splitlines()):
            continue
        try:
            yield str(path.relative_to(folder)), read_cases(words)
        except GoldenError as error:
            raise GoldenError(f"{path.relative_to(folder)}: {error.reason}") from error
