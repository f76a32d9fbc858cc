"""The conformance suite: what every plugin is held to, bundled or a stranger's, before a tenant may rely on it.

`check_plugin` looks at a loaded plugin: its manifest, settings, parameters, scripts and texts, its code as it stands, and what
its rules do with a wide range of contracts and events. `huifang plugin check` and the pytest plugin both run it.
"""

from huifang_core.conformance.findings import Finding, passes
from huifang_core.conformance.suite import CHECKS, check_plugin

__all__ = ["CHECKS", "Finding", "check_plugin", "passes"]
