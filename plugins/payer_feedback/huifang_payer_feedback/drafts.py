"""What the obligations of all rules have in common: titles, priorities, script and content by kind."""

from collections.abc import Mapping

from huifang_core.customers import Party
from huifang_core.drafting import ladder, script_facts
from huifang_core.obligations import Category, ObligationDraft
from huifang_core.offices import kept, speakers
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import Window

from huifang_payer_feedback.content import CONTENT
from huifang_payer_feedback.settings import FeedbackChannel, Settings

TITLES: dict[str, Text] = {
    "payment": text("缴费后回访", "callback after a payment"),
    "reply": text("答复缴费人意见", "answer to a payer's feedback"),
    "satisfaction": text("满意度调查", "satisfaction survey"),
    "second_callback": text("处理结果回访", "callback after a case was solved"),
}
"""Title of each kind of callback."""

_PRIORITIES: dict[str, int] = {"reply": 65, "second_callback": 60, "payment": 50, "satisfaction": 20}


def obligation(
    kind: str,
    occasion: str,
    *,
    cites: tuple[str, ...],
    channels: tuple[FeedbackChannel, ...],
    window: Window,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
    category: Category = "mandatory",
    facts: Mapping[str, object] | None = None,
) -> ObligationDraft:
    """Return the draft of a callback by these channels and close its trace; of an organisation its contact is called first."""
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
        script=f"payer_feedback.{kind}",
        content=CONTENT[kind],
        retention=kept(settings),
        window=window,
        call=speakers(customer, "contact", "legal_representative"),
        priority=_PRIORITIES[kind],
        category=category,
        after_case=kind == "reply",
        facts=script_facts(facts or {}, insurer_name=settings.office_name),
    )
