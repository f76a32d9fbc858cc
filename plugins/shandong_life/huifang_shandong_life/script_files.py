"""The plugin's scripts, read from `scripts/*.yaml`."""

from importlib.resources import files

from huifang_core.scripts import Script, load_script

SCRIPTS: tuple[Script, ...] = tuple(
    load_script(entry.read_text("utf-8"))
    for entry in sorted(files("huifang_shandong_life").joinpath("scripts").iterdir(), key=lambda e: e.name)
    if entry.name.endswith(".yaml")
)
"""One script for each kind of callback."""
