"""What the conformance suite finds: where, what is wrong, and what to do about it."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from huifang_core.texts import Text


class Finding(Struct, frozen=True, kw_only=True):
    """One thing found by the check named `check`, about `subject`: a rule, parameter, script, setting or file of the plugin.

    An `error` keeps a plugin from conforming; a `warning` is for its author to weigh.
    """

    check: str
    severity: Literal["error", "warning"]
    subject: str
    message: Text
    fix: Text


def passes(findings: Iterable[Finding]) -> bool:
    """Tell whether a plugin with these findings conforms: none is an error."""
    return all(finding.severity != "error" for finding in findings)
