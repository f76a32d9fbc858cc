"""The plugin's scripts, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_reference")
"""One for each kind of contact."""
