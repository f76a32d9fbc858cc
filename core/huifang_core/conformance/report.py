"""One plugin's report: what the suite and its golden cases found, for people and for machines."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from huifang_core.conformance.findings import Finding, passes
from huifang_core.conformance.loading import golden_cases
from huifang_core.conformance.suite import CHECKS, check_plugin
from huifang_core.golden import Case, GoldenError, check_case
from huifang_core.registry import Plugin
from huifang_core.texts import Language, text


class Report(msgspec.Struct, frozen=True):
    """What was found of one release of a plugin; `cases` is how many golden cases were run."""

    plugin: str
    version: str
    passed: bool
    cases: int
    findings: tuple[Finding, ...]


def report_on(plugin: Plugin, folder: Path | None, *, today: date) -> Report:
    """Run the suite, and the golden cases of the source folder where there is one."""
    findings = list(check_plugin(plugin, today=today))
    count = 0
    try:
        for name, file in golden_cases(folder):
            for case in file.cases:
                count += 1
                findings += (
                    _golden(f"{name}: {case.name}", problem)
                    for problem in _problems(plugin, file.plugin, case)
                )
    except GoldenError as error:
        findings.append(_golden("cases", error.reason))
    if folder is not None and not count:
        findings.append(_golden("cases", "there are no golden cases"))
    return Report(plugin.id, plugin.version, passes(findings), count, tuple(findings))


def lines(report: Report, language: Language) -> Iterator[str]:
    """Yield the report as lines to read: each check with what it found, and how to mend it."""
    yield f"{report.plugin} {report.version}"
    by_check: dict[str, list[Finding]] = {name: [] for name in (*CHECKS, "golden cases")}
    for finding in report.findings:
        by_check[finding.check].append(finding)
    for name, found in by_check.items():
        purpose = CHECKS.get(name, f"{report.cases} cases worked out by hand")
        yield f"  {_mark(found)} {name}: {purpose}"
        for finding in found:
            yield f"      {finding.severity} in {finding.subject}: {finding.message.in_language(language)}"
            yield f"        → {finding.fix.in_language(language)}"
    errors = sum(finding.severity == "error" for finding in report.findings)
    warnings = len(report.findings) - errors
    yield f"{'conforms' if report.passed else 'does not conform'}: {errors} error(s), {warnings} warning(s)"


def _mark(found: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in found}
    return "✗" if "error" in severities else "!" if severities else "✓"


def _problems(plugin: Plugin, named: str, case: Case) -> list[str]:
    if named != plugin.id:
        return [f"is a case of {named}, not of {plugin.id}"]
    try:
        return check_case(plugin, case)
    except GoldenError as error:
        return [error.reason]


def _golden(subject: str, problem: str) -> Finding:
    return Finding(
        check="golden cases",
        severity="error",
        subject=subject,
        message=text(problem, problem),
        fix=text(
            "先对照出处重新手工推算，再改规则或用例。",
            "work it out by hand from the source again, then mend the rule or the case.",
        ),
    )
