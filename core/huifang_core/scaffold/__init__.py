"""Starting a plugin of one's own: a package that passes its own tests at once, to be changed from there."""

import keyword
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")


class ScaffoldError(ValueError):
    """The plugin can't be made; the message says why and what to do."""


def new_plugin(name: str, into: Path, *, today: date) -> list[Path]:
    """Write a new plugin called `name` into the folder `into`/`name`, and return the files; `today` goes into its sources' dates.

    Raises `ScaffoldError` for a name that won't do, and where the folder is there already.
    """
    if not NAME.match(name) or keyword.iskeyword(name):
        raise ScaffoldError(
            f"{name!r} is no name for a plugin: use small letters, digits and underscores, such as jiangsu_life"
        )
    target = into / name
    if target.exists():
        raise ScaffoldError(f"{target} is there already: choose another name, or remove it first")
    words = name.split("_")
    values = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "title": " ".join(word.capitalize() for word in words),
        "title_zh": f"{name}回访",
        "bureau": words[0],
        "prefix": "".join(word[0] for word in words).upper()[:4],
        "today": today.isoformat(),
        "year": str(today.year),
        "month": str(today.month),
        "day": str(today.day),
    }
    written = []
    for path, content in _template(files(__name__).joinpath("template"), ()):
        parts = [f"huifang_{name}" if part == "package" else part for part in path]
        file = target.joinpath(*parts[:-1], parts[-1].removesuffix(".txt"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], content), "utf-8")
        written.append(file)
    return written


def _template(folder: Traversable, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir():
            yield from _template(entry, (*path, entry.name))
        elif entry.name.endswith(".txt"):
            yield (*path, entry.name), entry.read_text("utf-8")
