"""Reading what a plugin ships as files inside its package: `parameters.yaml` and `scripts/*.yaml`."""

from importlib.resources import files
from typing import Any

import msgspec

from huifang_core.scripts import Script, load_script


def read_text(package: str, name: str) -> str:
    """Return a file of a package as text; FileNotFoundError where the package lacks it."""
    return files(package).joinpath(name).read_text("utf-8")


def read_scripts(package: str) -> tuple[Script, ...]:
    """Return the scripts in the package's folder `scripts`, in the order of their file names. Raises ScriptError."""
    entries = sorted(files(package).joinpath("scripts").iterdir(), key=lambda entry: entry.name)
    return tuple(
        load_script(entry.read_text("utf-8")) for entry in entries if entry.name.endswith((".yaml", ".yml"))
    )


def described(title_zh: str, title_en: str, zh: str, en: str, **constraints: Any) -> msgspec.Meta:
    """Describe a setting in both languages: `x-texts` for the settings form, Chinese for plain JSON Schema tools.

    `constraints` are those of `msgspec.Meta`, such as `ge` and `max_length`.
    """
    texts = {
        "zh-CN": {"title": title_zh, "description": zh},
        "en": {"title": title_en, "description": en},
    }
    return msgspec.Meta(title=title_zh, description=zh, extra_json_schema={"x-texts": texts}, **constraints)
