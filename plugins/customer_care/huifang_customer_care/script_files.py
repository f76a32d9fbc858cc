"""The plugin's scripts, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_customer_care")
"""One script for each kind of contact; the reminder alone recommends anything (SP-4)."""
