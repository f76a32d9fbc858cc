"""What the obligations of all rules have in common: titles, priorities, script and content, whether they are made at all."""

from collections.abc import Mapping

from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts
from huifang_core.obligations import CalledParty, Category, ContactChannel, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_property_motor.content import CONTENT
from huifang_property_motor.settings import CLAIMS_SERVICE, Callback, Settings, callbacks_made

TITLES: dict[Callback, Text] = {
    "motor_settled": text("车险已决回访", "callback after a motor claim was paid"),
    "assessment_service": text("车险定损服务回访", "callback about loss assessment"),
    "out_of_area": text("车险异地案件定损服务回访", "callback about loss assessment out of area"),
    "lines_settled": text("商险与个险已决回访", "callback after a non-motor claim was settled"),
    "underwriting": text("承保后首次回访", "first contact after underwriting"),
    "claim_closed": text("理赔结束后首次回访", "first contact after a claim closed"),
}
"""Title of each kind of callback."""

PRIORITIES: dict[Callback, int] = {
    "claim_closed": 60,
    "motor_settled": 55,
    "lines_settled": 50,
    "out_of_area": 50,
    "underwriting": 45,
    "assessment_service": 35,
}
"""A week is soon over; a member of a sample can be replaced by another."""

_SCRIPTS: dict[Callback, str] = {
    "motor_settled": "claim",
    "lines_settled": "claim",
    "claim_closed": "claim",
    "assessment_service": "loss_assessment",
    "out_of_area": "loss_assessment",
    "underwriting": "underwriting",
}


def is_made(callback: Callback, settings: Settings, trace: Trace) -> bool:
    """Tell whether the tenant makes these callbacks, by its variant and single switches."""
    if callback in callbacks_made(settings):
        return True
    title = TITLES[callback]
    trace.decision(
        "callbacks_made",
        f"本机构设置不做{title.zh_cn}",
        f"by the tenant's settings not made: {title.en}",
    )
    return False


def obligation(
    kind: Callback,
    occasion: str,
    *,
    cites: tuple[str, ...],
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    window: Window,
    call: tuple[CalledParty, ...],
    claim_no: str | None = None,
    void_on: tuple[VoidOn, ...] = (),
    category: Category = "mandatory",
    facts: Mapping[str, object] | None = None,
) -> ObligationDraft:
    """Return the draft of a callback and close its trace.

    Those around claims are made by phone alone (HT-2), by a team that its leader gives the work to (HT-3, HT-8). First contacts
    go through three channels, and a visit is the sales' own (PC-5, PC-6).
    """
    around_claims = kind in CLAIMS_SERVICE
    channels: tuple[ContactChannel, ...] = (
        ("phone",) if around_claims else tuple(dict.fromkeys(settings.first_contact_channels))
    )
    vendor = (settings.calling_vendor or None) if around_claims else None
    rungs, kept = ladder(parameters, *channels), retention(contract, parameters)
    trace.decision(
        "obligation",
        f"须进行{TITLES[kind].zh_cn}（{'、'.join(cites)}）",
        f"due: {TITLES[kind].en} ({', '.join(cites)})",
    )
    script = _SCRIPTS[kind]
    return ObligationDraft(
        kind=kind,
        occasion=occasion,
        title=TITLES[kind],
        ladder=rungs,
        script=f"property_motor.{script}",
        content=CONTENT[script],
        retention=kept,
        window=window,
        void_on=void_on,
        call=call,
        priority=PRIORITIES[kind],
        facts=script_facts(facts or {}, insurer_name=settings.insurer_name),
        claim_no=claim_no,
        category=category,
        seller_may_visit="on_site" in channels,
        given_out=around_claims and (settings.lists_given_out or vendor is not None),
        vendor=vendor,
    )
