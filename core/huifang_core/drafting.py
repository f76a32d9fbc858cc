"""What rules of every jurisdiction write alike: the first line of a trace, the channel ladder, retention, what ends a contract.

The functions that take `parameters` read them under fixed names, which a plugin's `parameters.yaml` then holds: `ladder.phone_attempts` and
`ladder.phone_wait_minutes`, for all other rungs `ladder.<rung>_attempts` and `ladder.<rung>_lead_days`, and `retention.years_up_to_one_year`, `retention.years_longer_than_one_year`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from huifang_core.contracts import Contract, is_longer_than_one_year
from huifang_core.events import BusinessEvent, CaseSolved, SampleDrawn, ScheduleReached, order
from huifang_core.obligations import ContactChannel, Retention, Rung, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.periods import span_of
from huifang_core.plans import Period
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI, day_of
from huifang_core.workdays import WorkingCalendar

EVENTS: Mapping[str, tuple[str, str]] = {
    "contract.issued": ("保单承保", "the contract was issued"),
    "contract.delivered": ("保单签收", "the contract was delivered"),
    "contract.changed": ("保全变更", "the contract was changed"),
    "contract.cancelled": ("犹豫期内解除合同", "the contract was cancelled within its cooling-off period"),
    "contract.surrendered": ("退保", "the contract was surrendered"),
    "contract.ended": ("合同终止", "the contract ended"),
    "contract.lapsed": ("保单失效", "the contract lapsed"),
    "contract.reinstated": ("保单复效", "the contract was reinstated"),
    "premium.due": ("续期应交", "a premium fell due"),
    "premium.paid": ("续期交费", "a premium was paid"),
    "grace.entered": ("进入宽限期", "the contract entered its grace period"),
    "grace.ended": ("宽限期结束", "the grace period ended"),
    "seller.departed": ("销售人员离职", "the salesperson left"),
    "claim.reported": ("报案", "a loss was reported"),
    "claim.registered": ("立案", "the claim was registered"),
    "claim.assessed": ("定损", "the loss was assessed"),
    "claim.settled": ("赔案已决", "the claim was settled"),
    "claim.closed": ("结案", "the claim was closed"),
    "registration.opened": ("登记", "a payer registered"),
    "registration.changed": ("登记变更", "a payer's registration changed"),
    "payment.completed": ("缴费完成", "a payment was completed"),
    "feedback.received": ("收到反馈", "feedback came in"),
    "tip_off.received": ("收到举报", "a tip-off came in"),
    "tip_off.decided": ("举报办结", "a tip-off was decided"),
    "risk.flagged": ("风险提示", "a risk was flagged"),
    "schedule.reached": ("计划日期到达", "a planned day has come"),
    "sample.drawn": ("抽样抽中", "drawn as a sample"),
    "case.solved": ("问题件已解决", "a case was solved"),
}
"""What each kind of event is called in a trace."""

_RUNGS: Mapping[ContactChannel, str] = {
    "phone": "phone",
    "on_site": "visit",
    "letter": "letter",
    "sms": "sms",
    "email": "email",
    "online": "online",
}


def trace_event(event: BusinessEvent, trace: Trace) -> date:
    """Record the event and return the day in Asia/Shanghai on which it happened."""
    zh, en = EVENTS.get(event.type, (event.type, event.type))
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


def root_of(event: BusinessEvent) -> str:
    """Return what stays the same of an event when it is corrected: an occasion where two alike may come on one day."""
    return event.corrects or event.event_id


def is_reached(event: BusinessEvent, schedule: str, trace: Trace) -> bool:
    """Tell whether a `schedule.reached` event comes of this schedule ("plugin/schedule"), and record of which occurrence."""
    reached = event.payload
    assert isinstance(reached, ScheduleReached)
    if reached.schedule != schedule:
        trace.decision(
            "schedule",
            f"属于其他日程{reached.schedule}，本规则不适用",
            f"of another schedule, {reached.schedule}: not this rule's",
        )
        return False
    trace.fact(
        "schedule.period",
        reached.period,
        f"日程{schedule}的第{reached.period}期",
        f"schedule {schedule}, occurrence {reached.period}",
    )
    return True


def is_drawn(event: BusinessEvent, plan: str, trace: Trace) -> bool:
    """Tell whether a `sample.drawn` event comes of this plan ("plugin/plan"), and record which member it draws."""
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if drawn.plan != plan:
        trace.decision(
            "sample.plan",
            f"由其他计划{drawn.plan}抽中，本规则不适用",
            f"drawn by another plan, {drawn.plan}: not this rule's",
        )
        return False
    trace.fact(
        "sample.member",
        drawn.member,
        f"计划{drawn.plan}在{drawn.period}抽中第{drawn.rank}位（{drawn.stratum or '全体'}）",
        f"plan {drawn.plan} drew it for {drawn.period} as number {drawn.rank} of {drawn.stratum or 'all'}",
    )
    return True


def is_solved_here(event: BusinessEvent, plugin: str, trace: Trace) -> bool:
    """Tell whether a `case.solved` event is of a case of this plugin, and record which case."""
    solved = event.payload
    assert isinstance(solved, CaseSolved)
    if solved.plugin != plugin:
        trace.decision(
            "case.plugin",
            f"问题件属于{solved.plugin}，本规则不适用",
            f"a case of {solved.plugin}: not this rule's",
        )
        return False
    trace.fact(
        "case.number",
        solved.number,
        f"问题件{solved.number}（{solved.case_class}）第{solved.round}次解决，解决日{solved.solved_on}",
        f"case {solved.number} ({solved.case_class}) was solved on {solved.solved_on}, for time {solved.round}",
    )
    return True


def first_of_period(
    event: BusinessEvent, history: Iterable[BusinessEvent], kind: Period, trace: Trace
) -> bool:
    """Tell whether an event is the first of a contract, with those of `history`, in its month, quarter or year: each contract is drawn once."""
    span = span_of(kind, day_of(event.time))
    earlier = [e for e in history if span.first <= day_of(e.time) <= span.last and order(e) < order(event)]
    if not earlier:
        return True
    first = min(earlier, key=order)
    trace.decision(
        "first_of_period",
        f"{span.name}内已有更早的事件{first.event_id}计入，每户每期只计一次",
        f"event {first.event_id} of {span.name} counts already: each contract is in the population once",
    )
    return False


def ladder(parameters: ParametersAt, *channels: ContactChannel) -> tuple[Rung, ...]:
    """Return the rungs of these channels in that order, with the attempts, waiting time and lead that `parameters` state."""
    return tuple(
        Rung(channel, parameters["ladder.phone_attempts"], parameters["ladder.phone_wait_minutes"])
        if channel == "phone"
        else Rung(
            channel,
            parameters[f"ladder.{_RUNGS[channel]}_attempts"],
            lead_days=parameters[f"ladder.{_RUNGS[channel]}_lead_days"],
        )
        for channel in channels
    )


def retention(contract: Contract, parameters: ParametersAt) -> Retention:
    """Return how long the records are kept; a term that is not known counts as the longer one (REG-4)."""
    short = is_longer_than_one_year(contract) is False
    name = "retention.years_up_to_one_year" if short else "retention.years_longer_than_one_year"
    return Retention(parameters[name], ("REG-4",))


def counting_calendar(
    calendar: WorkingCalendar, trace: Trace, *, ignore_make_up_days: bool
) -> WorkingCalendar:
    """Return the calendar to count by: the official one, or by a tenant's setting that without make-up weekends (GEN-1, REG-8)."""
    if not ignore_make_up_days:
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


def script_facts(facts: Mapping[str, object], *, insurer_name: str = "") -> dict[str, Any]:
    """Return what is known of `facts`, as plain data, with the insurer's name where the tenant set one."""
    named = {"insurer.name": insurer_name} if insurer_name else {}
    return {
        **named,
        **{
            name: value if isinstance(value, bool) else str(value)
            for name, value in facts.items()
            if value is not None
        },
    }
