"""The plugin's script, read from `scripts/*.yaml`."""

from huifang_core.packaged import read_scripts
from huifang_core.scripts import Script

SCRIPTS: tuple[Script, ...] = read_scripts("huifang_critical_illness")
"""The questionnaire; a tenant replaces it by the one its company prescribes (CI-2)."""
