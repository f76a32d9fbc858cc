"""What the drafts of all rules have in common."""

from collections.abc import Mapping
from typing import Any

from huifang_core.content import ContentItem
from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts
from huifang_core.obligations import ContactChannel, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace

from huifang_reference.content import COURTESY, SOLVED, SURVEY, WELCOME
from huifang_reference.settings import Settings

TITLES: dict[str, Text] = {
    "welcome": text("欢迎回访", "welcome callback"),
    "courtesy": text("周年致意", "anniversary greeting"),
    "survey": text("理赔满意度调查", "survey of claims"),
    "solved": text("处理结果回访", "callback after a case was solved"),
}
_CONTENT: dict[str, tuple[ContentItem, ...]] = {
    "welcome": WELCOME,
    "courtesy": COURTESY,
    "survey": SURVEY,
    "solved": SOLVED,
}


def draft(
    kind: str,
    occasion: str,
    channels: tuple[ContactChannel, ...],
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    facts: Mapping[str, object] | None = None,
    **fields: Any,
) -> ObligationDraft:
    """Return a draft of this kind and close its trace; `facts` are what its script says, `fields` what a rule adds of its own."""
    # Read before the trace is closed: every parameter read stands in it.
    rungs, kept = ladder(parameters, *channels), retention(contract, parameters)
    trace.decision("obligation", f"须进行{TITLES[kind].zh_cn}", f"due: {TITLES[kind].en}")
    return ObligationDraft(
        kind=kind,
        occasion=occasion,
        title=TITLES[kind],
        ladder=rungs,
        script=f"reference.{kind}",
        content=tuple(item.id for item in _CONTENT[kind]),
        retention=kept,
        trace=trace.steps,
        facts=script_facts(facts or {}, insurer_name=settings.insurer_name),
        **fields,
    )
