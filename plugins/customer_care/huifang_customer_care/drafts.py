"""What the obligations of all rules have in common: titles, script and content by kind."""

from collections.abc import Mapping

from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts
from huifang_core.obligations import Category, ContactChannel, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_customer_care.content import CONTENT
from huifang_customer_care.settings import Settings

TITLES: dict[str, Text] = {
    "birthday_greeting": text("生日问候", "birthday greeting"),
    "holiday_greeting": text("节日问候", "holiday greeting"),
    "expiry_reminder": text("保单到期提醒", "reminder before expiry"),
    "reply": text("答复客户建议", "answer to a suggestion"),
}
"""Title of each kind of contact."""

_PRIORITIES: dict[str, int] = {"reply": 40, "expiry_reminder": 20}


def obligation(
    kind: str,
    occasion: str,
    *,
    cites: str,
    channels: tuple[ContactChannel, ...],
    window: Window,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    category: Category,
    void_on: tuple[VoidOn, ...] = (),
    facts: Mapping[str, object] | None = None,
) -> ObligationDraft:
    """Return the draft of a contact by these channels and close its trace."""
    rungs, kept = ladder(parameters, *channels), retention(contract, parameters)
    trace.decision(
        "obligation", f"须进行{TITLES[kind].zh_cn}（{cites}）", f"due: {TITLES[kind].en} ({cites})"
    )
    return ObligationDraft(
        kind=kind,
        occasion=occasion,
        title=TITLES[kind],
        ladder=rungs,
        script=f"customer_care.{kind}",
        content=CONTENT[kind],
        retention=kept,
        trace=trace.steps,
        window=window,
        void_on=void_on,
        priority=_PRIORITIES.get(kind, 10),
        category=category,
        after_case=kind == "reply",
        facts=script_facts(facts or {}, insurer_name=settings.insurer_name),
    )
