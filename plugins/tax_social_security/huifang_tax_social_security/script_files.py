"""The plugin's scripts, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_tax_social_security")
"""One script for interviews of every kind, and one each for summaries, warnings and talks."""
