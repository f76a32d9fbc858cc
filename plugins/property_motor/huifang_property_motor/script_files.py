"""The plugin's scripts, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_property_motor")
"""Scripts for underwriting, for claims and for loss assessment."""
