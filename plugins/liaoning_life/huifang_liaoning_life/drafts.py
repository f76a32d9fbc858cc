"""What the obligations of all rules have in common: titles, priorities, ladder, script and retention."""

from collections.abc import Mapping
from datetime import date

from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts
from huifang_core.obligations import CalledParty, Category, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_liaoning_life.settings import Settings

TITLES: dict[str, Text] = {
    "new_contract": text("新契约回访", "callback for a new contract"),
    "departed_seller": text("离司人员保单回访", "callback after the salesperson left"),
    "policy_servicing": text("保全回访", "callback after policy servicing"),
    "lapse": text("续期停效回访", "callback after a lapse or suspension"),
    "satisfaction": text("客户满意度回访", "satisfaction survey"),
    "claim": text("理赔回访", "callback after a claim was settled"),
}
"""Title of each kind of callback."""

PRIORITIES: dict[str, int] = {
    "new_contract": 70,
    "departed_seller": 55,
    "lapse": 45,
    "claim": 40,
    "policy_servicing": 40,
    "satisfaction": 20,
}
"""Cooling-off periods run out, and money a departed salesperson took grows cold; an opinion can wait."""


def obligation(
    kind: str,
    occasion: str,
    *,
    content: tuple[str, ...],
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    window: Window | None,
    cites: tuple[str, ...] = ("LN-2",),
    alarm_on: date | None = None,
    void_on: tuple[VoidOn, ...] = (),
    call: tuple[CalledParty, ...] = ("policyholder",),
    priority: int | None = None,
    category: Category = "mandatory",
    facts: Mapping[str, object] | None = None,
    claim_no: str | None = None,
    filed_script: bool = False,
) -> ObligationDraft:
    """Return the draft of a callback and close its trace; without `window` it waits for the contract's delivery."""
    rungs, kept = ladder(parameters, "phone", "on_site", "letter"), retention(contract, parameters)
    trace.decision(
        "ladder",
        "先用专线电话并录音；未能完成的由非销售人员上门、客户签字；仍不能的寄信并记录回复（LN-4a、LN-4b、LN-4c）",
        "by the dedicated phone line and recorded; else a visit by someone who is not the salesperson, signed by the customer; "
        "else a letter whose reply is recorded (LN-4a, LN-4b, LN-4c)",
    )
    trace.decision(
        "obligation",
        f"须进行{TITLES[kind].zh_cn}（{'、'.join(cites)}）",
        f"due: {TITLES[kind].en} ({', '.join(cites)})",
    )
    return ObligationDraft(
        kind=kind,
        occasion=occasion,
        title=TITLES[kind],
        ladder=rungs,
        script=f"liaoning_life.{kind}",
        content=content,
        retention=kept,
        window=window,
        opens_on="contract.delivered" if window is None else None,
        alarm_on=alarm_on,
        void_on=void_on,
        call=call,
        priority=PRIORITIES[kind] if priority is None else priority,
        category=category,
        facts=script_facts(facts or {}, insurer_name=settings.insurer_name),
        claim_no=claim_no,
        filed_script=filed_script,
    )
