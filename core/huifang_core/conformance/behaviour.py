"""Whether rules and plans behave: nothing raised, the same result for the same input, the input left alone, every answer explained."""

from collections.abc import Iterator

from huifang_core.cases import CaseDraft
from huifang_core.conformance.battery import Battery, Run
from huifang_core.conformance.findings import Finding
from huifang_core.texts import Text, text


def check_behaviour(battery: Battery) -> Iterator[Finding]:
    """Yield what rules and plans did that they must not; of each kind and rule once, with the sample it was seen with."""
    seen: set[tuple[str, str]] = set()
    for run in battery.runs:
        for kind, message, fix in _faults(run):
            if (run.owner, kind) not in seen:
                seen.add((run.owner, kind))
                yield Finding(
                    check="behaviour", severity="error", subject=run.owner, message=message, fix=fix
                )


def _faults(run: Run) -> Iterator[tuple[str, Text, Text]]:
    sample = run.sample
    zh_where = (
        f"（事件{sample.event.type}，险种{sample.contract.line}，监管局{sample.unit.supervisor or '未登记'}）"
    )
    en_where = f" (event {sample.event.type}, line {sample.contract.line}, bureau {sample.unit.supervisor or 'not on file'})"
    if run.error is not None:
        yield (
            "raises",
            text(f"执行时抛出异常：{run.error}{zh_where}", f"it raised {run.error}{en_where}"),
            text(
                "任何已校验的输入都不应导致异常；缺失的事实按适用处理并在轨迹中说明。",
                "no input that passed its checks may make it raise; treat a fact that is missing as in scope and say so in the trace.",
            ),
        )
        return
    if run.differs:
        yield (
            "differs",
            text(f"同样的输入两次结果不同{zh_where}", f"the same input gave two results{en_where}"),
            text(
                "不要使用时钟、随机数、集合的遍历顺序或模块级可变状态。",
                "use no clock, no randomness, no order of a set, and keep nothing in the module from one call to the next.",
            ),
        )
    if run.changed_input:
        yield (
            "mutates",
            text(f"修改了传入的数据{zh_where}", f"it changed what it was given{en_where}"),
            text("只读取参数，需要改动时先复制。", "only read the arguments; copy what you want to change."),
        )
    if not run.drafts and run.membership is None and not any(s.kind == "decision" for s in run.steps):
        yield (
            "silent",
            text(
                f"没有产生任务，轨迹也未说明原因{zh_where}",
                f"nothing came of it, and the trace doesn't say why{en_where}",
            ),
            text(
                "在每个返回空结果的分支前调用 trace.decision(...)，写明原因和依据。",
                "call trace.decision(...) before each way out that demands nothing, with the reason and what it rests on.",
            ),
        )
    for draft in run.drafts:
        if not draft.trace and not run.steps:
            yield (
                "untraced",
                text(f"任务没有轨迹{zh_where}", f"a draft has no trace{en_where}"),
                text("用 trace 记录事实、参数和计数。", "record facts, parameters and counts in the trace."),
            )
        if isinstance(draft, CaseDraft):
            continue
        if draft.retention.years < 1:
            yield (
                "retention",
                text(
                    f"保存期限为{draft.retention.years}年{zh_where}",
                    f"its records are kept {draft.retention.years} years{en_where}",
                ),
                text("保存期限不得为空（REG-4、DEC-15）。", "retention is never empty (REG-4, DEC-15)."),
            )
