"""What the obligations of all rules have in common: titles, priorities, script and content by kind."""

from collections.abc import Mapping

from huifang_core.customers import Party
from huifang_core.drafting import ladder, script_facts
from huifang_core.obligations import ContactChannel, ObligationDraft
from huifang_core.offices import kept, speakers
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_tax_social_security.content import CONTENT
from huifang_tax_social_security.settings import Settings

TITLES: dict[str, Text] = {
    "interview": text("定期访谈", "regular interview"),
    "spot_check": text("突击抽查", "spot check"),
    "campaign": text("专项回访", "campaign"),
    "yearly_summary": text("年终汇总回访", "yearly summary"),
    "risk_warning": text("风险提示", "risk warning"),
    "formal_talk": text("约见谈话", "formal talk"),
}
"""Title of each kind of contact."""

_PRIORITIES: dict[str, int] = {
    "formal_talk": 75,
    "risk_warning": 70,
    "spot_check": 55,
    "campaign": 45,
    "interview": 40,
    "yearly_summary": 30,
}
_SCRIPTS: dict[str, str] = {"spot_check": "interview", "campaign": "interview"}


def obligation(
    kind: str,
    occasion: str,
    *,
    cites: tuple[str, ...],
    channels: tuple[ContactChannel, ...],
    window: Window,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    appointment: bool = False,
    facts: Mapping[str, object] | None = None,
) -> ObligationDraft:
    """Return the draft of a contact by these channels and close its trace; of an organisation its head is called first (TS-4)."""
    rungs = ladder(parameters, *dict.fromkeys(channels))
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
        script=f"tax_social_security.{_SCRIPTS.get(kind, kind)}",
        content=CONTENT[kind],
        retention=kept(settings),
        window=window,
        call=speakers(customer, "legal_representative", "contact"),
        priority=_PRIORITIES[kind],
        appointment=appointment,
        facts=script_facts(facts or {}, insurer_name=settings.office_name),
    )
