"""Whether a plugin that wants to be told how contacts ended can be told of anything: nothing raised, the same answer twice, every answer explained."""

from collections.abc import Iterator
from itertools import product
from typing import Any, get_args

import msgspec

from huifang_core.conformance.battery import NOON, Battery
from huifang_core.conformance.findings import Finding
from huifang_core.contacts import Outcome, facts_of
from huifang_core.obligations import ObligationDraft
from huifang_core.outcomes import ContactOutcome, OutcomePlugin, Reacted, react
from huifang_core.registry import Plugin
from huifang_core.scripts import choices_of
from huifang_core.scripts.model import Ask, Identify, Say, Script
from huifang_core.texts import Text, text

_ATTEMPTS = range(1, 13)


def check_outcomes(plugin: Plugin, battery: Battery) -> Iterator[Finding]:
    """Yield what the hook for outcomes did that it must not, once of each kind, and where it is declared or asked for in vain."""
    telling = [
        owner for owner, draft in battery.drafts if isinstance(draft, ObligationDraft) and draft.tells_outcome
    ]
    hook = plugin.reacts()
    if hook is None:
        if telling:
            yield _finding("error", telling[0], *_NOBODY)
        return
    if not telling:
        yield _finding("warning", "huifang_on_outcome", *_NEVER)
    seen: set[str] = set()
    for outcome in outcomes(battery, plugin):
        for kind, message, fix in _faults(plugin, hook, outcome):
            if kind not in seen:
                seen.add(kind)
                yield Finding(
                    check="outcomes", severity="error", subject="huifang_on_outcome", message=message, fix=fix
                )


def read_by_outcomes(plugin: Plugin, battery: Battery) -> set[str]:
    """Return the parameters that the hook for outcomes was seen to read."""
    hook = plugin.reacts()
    read: set[str] = set()
    if hook is not None:
        for outcome in outcomes(battery, plugin):
            reacted = _once(hook, outcome)
            if isinstance(reacted, Reacted):
                read |= {step.subject for step in reacted.steps if step.kind == "parameter"}
    return read


def outcomes(battery: Battery, plugin: Plugin) -> Iterator[ContactOutcome]:
    """Yield what a hook is tried with: every outcome, early and late, of each kind of obligation, then every answer of its script."""
    scripts = {script.id: script for script in plugin.scripts}
    seen: set[str] = set()
    for run in battery.runs:
        for draft in run.drafts:
            if not isinstance(draft, ObligationDraft) or not draft.tells_outcome or draft.kind in seen:
                continue
            seen.add(draft.kind)
            known: dict[str, Any] = {
                "key": f"{plugin.id}/{run.owner.removeprefix('rule ')}/{draft.occasion}",
                "rule": run.owner.removeprefix("rule "),
                "kind": draft.kind,
                "category": draft.category,
                "contract": run.sample.contract,
                "unit": run.sample.unit,
                "channel": draft.ladder[0].channel,
                "ended_at": NOON,
                "due_by": NOON,
                "claim_no": draft.claim_no,
            }
            for code, attempts, overdue in product(get_args(Outcome), _ATTEMPTS, (False, True)):
                facts = msgspec.structs.asdict(facts_of(code, identity_passed=False))
                yield ContactOutcome(
                    **known,
                    **facts,
                    outcome=code,
                    attempts=attempts,
                    overdue=overdue,
                    section_completed=code == "completed",
                    affirmative=False,
                )
            for answers, overdue in product(_answers(scripts.get(draft.script)), (False, True)):
                facts = msgspec.structs.asdict(facts_of("completed", identity_passed=True))
                yield ContactOutcome(
                    **known,
                    **facts,
                    outcome="completed",
                    attempts=1,
                    overdue=overdue,
                    section_completed=True,
                    affirmative=False,
                    answers=answers,
                )


def _answers(script: Script | None) -> Iterator[dict[str, str]]:
    """One answer at a time, each that there is."""
    for id, step in script.steps.items() if script is not None else ():
        if isinstance(step, Say | Ask | Identify):
            yield from ({id: choice.code} for choice in choices_of(step))


def _once(hook: OutcomePlugin, outcome: ContactOutcome) -> Reacted | str:
    try:
        return react(hook, outcome, {}, {})
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def _faults(plugin: Plugin, hook: OutcomePlugin, outcome: ContactOutcome) -> Iterator[tuple[str, Text, Text]]:
    first, second = _once(hook, outcome), _once(hook, outcome)
    where = f" ({outcome.kind}, {outcome.outcome}, {outcome.answers or outcome.attempts})"
    if isinstance(first, str):
        yield (
            "raises",
            text(f"执行时抛出异常：{first}{where}", f"it raised {first}{where}"),
            text("任何结果都不应导致异常。", "no outcome may make it raise."),
        )
        return
    if first != second:
        yield (
            "differs",
            text(f"同样的结果两次答复不同{where}", f"the same outcome gave two answers{where}"),
            text(
                "不要使用时钟、随机数或模块级可变状态。",
                "use no clock, no randomness, and keep nothing in the module.",
            ),
        )
    if (first.cases or first.notices) and not any(step.kind == "decision" for step in first.steps):
        yield (
            "untraced",
            text(f"有答复而轨迹未说明原因{where}", f"it answers, and the trace doesn't say why{where}"),
            text("用 trace.decision(...) 说明原因。", "say why with trace.decision(...)."),
        )
    classes = {known.id for known in plugin.case_classes}
    for case in first.cases:
        if case.case_class not in classes:
            yield (
                "class",
                text(
                    f"引用了不存在的问题类别：{case.case_class}",
                    f"names a case class that doesn't exist: {case.case_class}",
                ),
                text("补上它，或改正名称。", "supply it, or correct the name."),
            )


_NOBODY = (
    "任务要求告知结果（tells_outcome），但插件没有 huifang_on_outcome",
    "a draft says `tells_outcome`, and the plugin has no huifang_on_outcome",
    "实现该钩子，或去掉 tells_outcome。",
    "write the hook, or leave `tells_outcome` out.",
)
_NEVER = (
    "未见任何任务要求告知结果（tells_outcome），该钩子不会被调用",
    "no draft was seen to say `tells_outcome`, so that the hook is never told of anything",
    "在需要的任务中设 tells_outcome=True，或删除该钩子。",
    "set `tells_outcome=True` on the drafts it is for, or remove it.",
)


def _finding(severity: Any, subject: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Finding:
    return Finding(
        check="outcomes", severity=severity, subject=subject, message=text(zh, en), fix=text(fix_zh, fix_en)
    )
