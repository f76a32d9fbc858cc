"""Whether every number is cited, was held against its source of late, and is used; what overlaps is refused at loading."""

from collections.abc import Iterator
from datetime import date

from huifang_core.conformance.battery import Battery
from huifang_core.conformance.findings import Finding
from huifang_core.conformance.outcomes import read_by_outcomes
from huifang_core.plans import Full
from huifang_core.registry import Plugin, parameters_named
from huifang_core.texts import text

STALE_AFTER_DAYS = 365


def check_parameters(plugin: Plugin, battery: Battery, today: date) -> Iterator[Finding]:
    """Yield parameters without source or unit, last verified too long ago or in the future, and those nothing was seen to read."""
    for name, parameter in plugin.parameters.parameters.items():
        for dated in parameter.values:
            if not dated.source.strip():
                yield _finding("error", name, "取值未注明出处", "a value has no source", *_SOURCE)
            if dated.source == "none" and not (dated.note or "").strip():
                yield _finding(
                    "warning", name, "自定默认值未说明理由", "a default of your own doesn't say why", *_NOTE
                )
            if dated.verified_on > today:
                yield _finding(
                    "error",
                    name,
                    f"核对日期{dated.verified_on}在今天之后",
                    f"it was verified on {dated.verified_on}, which is still to come",
                    *_VERIFY,
                )
        newest = parameter.values[-1]
        if (today - newest.verified_on).days > STALE_AFTER_DAYS:
            yield _finding(
                "warning",
                name,
                f"上次核对出处是{newest.verified_on}",
                f"last held against its source on {newest.verified_on}",
                *_VERIFY,
            )
    used = {name for run in battery.runs for name in run.used}
    used |= read_by_outcomes(plugin, battery)
    used |= {name for _, name in parameters_named(plugin.plans, plugin.limits)}
    for name in sorted(set(plugin.parameters.parameters) - used):
        if not any(name in declared for declared in _declared_elsewhere(plugin)):
            yield _finding("warning", name, "未见任何规则读取", "no rule was seen to read it", *_UNUSED)


def _declared_elsewhere(plugin: Plugin) -> Iterator[str]:
    """Names of things whose numbers a plugin reads from its parameters when it is loaded."""
    for case_class in plugin.case_classes:
        unit = "working_days" if case_class.solve_within_minutes is None else "minutes"
        yield f"case.{case_class.id}.solve_within_{unit}"
    for plan in plugin.plans:
        if not isinstance(plan.size, Full):
            yield plan.size.parameter


_SOURCE = ("写明条文名称和条款，或写 none。", "name the text and its article, or write `none`.")
_NOTE = ("在 note 中写明为何取该值。", "say in `note` why it is what it is.")
_VERIFY = ("对照出处核对后更新 verified_on。", "hold it against its source and update `verified_on`.")
_UNUSED = ("删除，或在规则中使用。", "remove it, or use it in a rule.")


def _finding(severity: str, name: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Finding:
    return Finding(
        check="parameters",
        severity="error" if severity == "error" else "warning",
        subject=name,
        message=text(zh, en),
        fix=text(fix_zh, fix_en),
    )
