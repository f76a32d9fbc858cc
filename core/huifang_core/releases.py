"""Another release of a plugin than the installed one, from a folder or a wheel: what is tried before it is installed for good (GEN-4).

Python has a package once in a process. So a release is loaded into a process of its own, before anything of the installed one is.
"""

import sys
import tomllib
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

from huifang_core.plugin import ENTRY_POINT_GROUP
from huifang_core.registry import Broken, Plugin, PluginError, Registry, installed, load_registry


def load_release(path: Path) -> Plugin:
    """Return the plugin in a folder with a `pyproject.toml`, or in a wheel; raises `PluginError` saying what is missing.

    Puts it before all that is installed on the way modules are found, for good.
    """
    point, source = _in_folder(path) if path.is_dir() else _in_wheel(path)
    package = point.value.partition(":")[0].partition(".")[0]
    if package in sys.modules and not _comes_from(package, source):
        raise PluginError(point.name, f"another release of {package} is loaded in this process already")
    sys.path.insert(0, str(source))
    return loaded(point)


def registry_with(
    release: Path, points: Iterable[EntryPoint] | None = None, refused: Iterable[Broken] = ()
) -> Registry:
    """Return everything installed, with this release in the place of the installed one of the same id.

    `points` and `refused` are as in `load_registry`.
    """
    plugin = load_release(release)
    others = load_registry(
        (point for point in (installed() if points is None else points) if point.name != plugin.id), refused
    )
    return Registry([plugin, *others.plugins.values()], others.broken)


def loaded(point: EntryPoint) -> Plugin:
    """Return the plugin behind an entry point; raises `PluginError` whatever goes wrong."""
    try:
        return Plugin(point.name, import_module(point.module) if not point.attr else point.load())
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(point.name, f"{type(error).__name__}: {error}") from error


def _in_folder(folder: Path) -> tuple[EntryPoint, Path]:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except FileNotFoundError as error:
        raise PluginError(str(folder), "has no pyproject.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise PluginError(str(folder), f"its pyproject.toml can't be read: {error}") from error
    points = project.get("project", {}).get("entry-points", {}).get(ENTRY_POINT_GROUP, {})
    found = [EntryPoint(name, value, ENTRY_POINT_GROUP) for name, value in points.items()]
    inner = folder / "src"
    return _only(found, folder, "its pyproject.toml"), inner if inner.is_dir() else folder


def _in_wheel(wheel: Path) -> tuple[EntryPoint, Path]:
    if not wheel.is_file():
        raise PluginError(str(wheel), "there is no such folder or wheel")
    found = [
        point
        for distribution in distributions(path=[str(wheel)])
        for point in distribution.entry_points.select(group=ENTRY_POINT_GROUP)
    ]
    return _only(found, wheel, "it"), wheel


def _only(points: Iterable[EntryPoint], path: Path, what: str) -> EntryPoint:
    found = list(points)
    if len(found) != 1:
        raise PluginError(
            str(path), f'{what} must name one entry point under [project.entry-points."{ENTRY_POINT_GROUP}"]'
        )
    return found[0]


def _comes_from(package: str, source: Path) -> bool:
    file = getattr(sys.modules[package], "__file__", None)
    return file is not None and Path(file).is_relative_to(source)
