"""What the obligations of all rules have in common: channel ladder, retention, calendar, first lines of the trace."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from huifang_core.contracts import Contract, is_longer_than_one_year
from huifang_core.events import BusinessEvent
from huifang_core.obligations import CalledParty, ObligationDraft, Retention, Rung, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI, Window, day_of
from huifang_core.workdays import WorkingCalendar

from huifang_shandong_life.content import CONTENT
from huifang_shandong_life.settings import Settings

TITLES: dict[str, Text] = {
    "new_contract": text("新单回访", "callback for a new contract"),
    "grace_period": text("宽限期内续期回访", "callback within the grace period"),
    "after_grace_period": text("宽限期满未交费回访", "callback after the grace period"),
    "lapse": text("保单失效回访", "callback after a lapse"),
    "surrender": text("退保回访", "callback after a surrender"),
    "claim": text("赔付回访", "callback after a claim was settled"),
}
"""Title of each kind of callback."""

PRIORITIES: dict[str, int] = {
    "new_contract": 70,
    "after_grace_period": 65,
    "grace_period": 60,
    "lapse": 45,
    "surrender": 40,
    "claim": 40,
}
"""A cooling-off period can't be made good once it is over; whether a premium was kept can't wait either."""

_EVENTS: dict[str, tuple[str, str]] = {
    "contract.issued": ("保单承保", "the contract was issued"),
    "contract.cancelled": ("犹豫期内解除合同", "the contract was cancelled within its cooling-off period"),
    "contract.surrendered": ("退保", "the contract was surrendered"),
    "contract.lapsed": ("保单失效", "the contract lapsed"),
    "grace.entered": ("进入宽限期", "the contract entered its grace period"),
    "grace.ended": ("宽限期结束", "the grace period ended"),
    "claim.settled": ("赔案已决", "the claim was settled"),
}


def trace_event(event: BusinessEvent, trace: Trace) -> date:
    """Record the event and return the day in Asia/Shanghai on which it happened."""
    zh, en = _EVENTS[event.type]
    when = event.time.astimezone(SHANGHAI)
    trace.event(
        event.type,
        f"{when:%Y-%m-%d %H:%M}{zh}（事件{event.event_id}）",
        f"{when:%Y-%m-%d %H:%M}: {en} (event {event.event_id})",
        event_id=event.event_id,
        source=event.source,
        time=event.time,
    )
    return day_of(event.time)


def ladder(parameters: ParametersAt) -> tuple[Rung, ...]:
    """Return the channels in their order: phone, else a visit, else a letter (SD-2, REG-3)."""
    return (
        Rung("phone", parameters["ladder.phone_attempts"], parameters["ladder.phone_wait_minutes"]),
        Rung("on_site", parameters["ladder.visit_attempts"]),
        Rung("letter", parameters["ladder.letter_attempts"]),
    )


def retention(contract: Contract, parameters: ParametersAt) -> Retention:
    """Return how long the records are kept; a term that is not known counts as the longer one (REG-4)."""
    short = is_longer_than_one_year(contract) is False
    name = "retention.years_up_to_one_year" if short else "retention.years_longer_than_one_year"
    return Retention(parameters[name], ("REG-4",))


def counting_calendar(calendar: WorkingCalendar, settings: Settings, trace: Trace) -> WorkingCalendar:
    """Return the calendar to count by: the official one, or that without make-up weekends (GEN-1, REG-8)."""
    if not settings.ignore_make_up_days:
        return calendar
    trace.decision(
        "calendar",
        "按本机构设置，调休上班日不计为工作日（REG-8）",
        "by the tenant's setting make-up weekends are not counted (REG-8)",
    )
    return calendar.without_make_up_days()


def contract_over(contract: Contract, day: date) -> tuple[VoidOn, ...]:
    """Return the events that leave nothing to call about: the contract is cancelled, surrendered or ended.

    They count from the contract's first day on, even if dated before `day`, that of the rule's own event: nothing
    comes after the end of a contract.
    """
    first = min(known for known in (contract.issued_on, contract.effective_on, day) if known is not None)
    kinds = ("contract.cancelled", "contract.surrendered", "contract.ended")
    return tuple(VoidOn(kind, first) for kind in kinds)


def script_facts(settings: Settings, facts: Mapping[str, object]) -> dict[str, Any]:
    """Return what is known of `facts`, as plain data, with the insurer's name where the tenant set one."""
    named = {"insurer.name": settings.insurer_name} if settings.insurer_name else {}
    return {**named, **{name: str(value) for name, value in facts.items() if value is not None}}


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
    rungs, kept = ladder(parameters), retention(contract, parameters)
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
        facts=script_facts(settings, facts or {}),
    )
