"""The plugin's script, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_motor_survey")
"""The one script, in the order of MS-4."""
