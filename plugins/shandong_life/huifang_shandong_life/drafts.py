"""What the obligations of all rules have in common: titles, priorities, script and content by kind."""

from collections.abc import Mapping
from datetime import date

from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts
from huifang_core.obligations import CalledParty, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_shandong_life.content import CONTENT
from huifang_shandong_life.settings import Settings

TITLES: dict[str, Text] = {
    "new_contract": text("新单回访", "callback for a new contract"),
    "grace_period": text("宽限期内续期回访", "callback within the grace period"),
    "after_grace_period": text("宽限期满未交费回访", "callback after the grace period"),
    "lapse": text("保单失效回访", "callback after a lapse"),
    "surrender": text("退保回访", "callback after a surrender"),
    "claim": text("赔付回访", "callback after a claim was settled"),
    "second_callback": text("问题件解决后回访", "callback after a case was solved"),
}
"""Title of each kind of callback."""

PRIORITIES: dict[str, int] = {
    "new_contract": 70,
    "after_grace_period": 65,
    "grace_period": 60,
    "lapse": 45,
    "surrender": 40,
    "claim": 40,
    "second_callback": 50,
}
"""A cooling-off period can't be made good once it is over; whether a premium was kept can't wait either."""


def obligation(
    kind: str,
    occasion: str,
    *,
    cites: tuple[str, ...],
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    window: Window | None,
    alarm_on: date | None = None,
    void_on: tuple[VoidOn, ...] = (),
    call: tuple[CalledParty, ...] = ("policyholder",),
    facts: Mapping[str, object] | None = None,
) -> ObligationDraft:
    """Return the draft of a callback and close its trace; without `window` it waits for the contract's delivery."""
    # Phone, else a visit, else a letter (SD-2, REG-3).
    rungs, kept = ladder(parameters, "phone", "on_site", "letter"), retention(contract, parameters)
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
        script=f"shandong_life.{kind}",
        content=CONTENT[kind],
        retention=kept,
        window=window,
        opens_on="contract.delivered" if window is None else None,
        alarm_on=alarm_on,
        void_on=void_on,
        call=call,
        priority=PRIORITIES[kind],
        facts=script_facts(facts or {}, insurer_name=settings.insurer_name),
    )
