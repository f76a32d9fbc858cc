"""The follow-up contacts (健康险定期回访) three, six and twelve months after a policy takes effect (HI-2).

They are obligations made at the issue with windows far ahead, not events of a schedule, because of what a schedule can't do: a tenant adds
and drops months, whereas a schedule's are the plugin's; and an obligation is derived from all that is known each time the contract
changes, so that a corrected effective date moves it and a lapse or an end takes it away, whereas a day once reached stays reached. They can
also be seen coming, with their reasons.
"""

from datetime import date, timedelta

import msgspec
from huifang_core.applicability import individual, of_line
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, ladder, retention, script_facts, trace_event
from huifang_core.events import BusinessEvent, ContractLapsed, ContractReinstated
from huifang_core.obligations import ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import Window, add_months, end_of_day, start_of_day

from huifang_health.content import ITEMS
from huifang_health.settings import Settings

KIND = "health_follow_up"

_LASTING = frozenset({"in_force", "grace", "pending"})
_EXPLAINED_BY = {
    "lapsed": "contract.lapsed",
    "cancelled": "contract.cancelled",
    "surrendered": "contract.surrendered",
    "ended": "contract.ended",
}


class _Contact(msgspec.Struct, frozen=True):
    """A contact to come: so many months after effect, on about day `on`, from the beginning of `first` to the end of `last`."""

    months: int
    on: date
    first: date
    last: date


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Ask for one contact per month of the plan, each about the same day of its month, clamped to its last (GEN-5).

    A time is agreed with the customer first. What is not made in time is not made up for: the next one comes (DEC-3).
    """
    day = trace_event(event, trace)
    if not (_in_scope(contract, customer, settings, trace) and _lasts(contract, history, trace)):
        return []
    effect = _effect(contract, day, trace)
    contacts = _contacts(contract, effect, parameters, settings, trace)
    rungs, kept = ladder(parameters, "phone"), retention(contract, parameters)
    over = contract_over(contract, day)
    drafts = []
    for contact in contacts:
        own = trace.branch()
        drafts.append(
            ObligationDraft(
                kind=KIND,
                occasion=f"month_{contact.months}",
                title=text(
                    f"健康险回访（生效后{contact.months}个月）",
                    f"health insurance follow-up ({contact.months} months after effect)",
                ),
                ladder=rungs,
                script=f"health.{KIND}",
                content=tuple(item.id for item in ITEMS),
                retention=kept,
                window=_window(contact, effect, own),
                trace=own.steps,
                void_on=(*_lapse(history, contact.last), *over),
                call=("policyholder", "insured"),
                priority=30,
                facts=script_facts({}, insurer_name=settings.insurer_name),
                category="survey",
                appointment=True,
            )
        )
    return drafts


def _in_scope(contract: Contract, customer: Party, settings: Settings, trace: Trace) -> bool:
    if not of_line(contract, settings.lines, trace, cites="HI-2"):
        return False
    if settings.individuals_only:
        return individual(contract, customer, trace, cites="HI-2")
    trace.decision(
        "individuals_only",
        "按本机构设置，健康险回访不限个人客户",
        "by the tenant's setting health contacts are not limited to individuals",
    )
    return True


def _lasts(contract: Contract, history: tuple[BusinessEvent, ...], trace: Trace) -> bool:
    """Tell whether there is a policy to ask about, as far as its status says; what events say of its end voids the contacts instead."""
    trace.fact(
        "contract.status",
        contract.status,
        f"保单状态：{contract.status}",
        f"status of the contract: {contract.status}",
    )
    explained = _EXPLAINED_BY.get(contract.status)
    if contract.status in _LASTING or any(event.type == explained for event in history):
        return True
    trace.decision(
        "contract.status",
        "保单已失效、停效或终止，不做回访（HI-2）",
        "the contract is lapsed, suspended or over: no contact (HI-2)",
    )
    return False


def _effect(contract: Contract, day: date, trace: Trace) -> date:
    if contract.effective_on is not None:
        trace.fact(
            "contract.effective_on",
            contract.effective_on,
            f"生效日：{contract.effective_on}",
            f"in effect since {contract.effective_on}",
        )
        return contract.effective_on
    effect = contract.issued_on or day
    trace.fact(
        "contract.effective_on",
        None,
        f"生效日不明，暂自承保日{effect}起算，生效日登记后重新计算",
        f"the effective date is not known: counted from the issue on {effect} until it is",
    )
    return effect


def _contacts(
    contract: Contract, effect: date, parameters: ParametersAt, settings: Settings, trace: Trace
) -> list[_Contact]:
    """Return the contacts of the plan that fall into the policy's period."""
    plan = {*parameters["follow_up.months_after_effect"], *settings.months_added}
    if settings.months_added or settings.months_dropped:
        plan -= set(settings.months_dropped)
        in_words = ", ".join(str(months) for months in sorted(plan))
        trace.decision(
            "months",
            f"按本机构设置，回访月份为：{in_words or '无'}（HI-2）",
            f"by the tenant's setting contacts are made in these months: {in_words or 'none'} (HI-2)",
        )
    before, after = parameters["follow_up.open_days_before"], parameters["follow_up.close_days_after"]
    found = []
    for months in sorted(plan):
        on = add_months(effect, months)
        first, last = on - timedelta(before), on + timedelta(after)
        if contract.expires_on is not None and first > contract.expires_on:
            trace.decision(
                "contract.expires_on",
                f"生效后{months}个月的回访晚于期满日{contract.expires_on}，不做（HI-2）",
                f"{months} months after effect the policy, which expires on {contract.expires_on}, is over: no contact (HI-2)",
            )
            continue
        if contract.expires_on is not None:
            last = min(last, contract.expires_on)
        found.append(_Contact(months, on, first, last))
    return found


def _window(contact: _Contact, effect: date, trace: Trace) -> Window:
    trace.count(
        "on",
        f"自{effect}起{contact.months}个月为{contact.on}",
        f"{contact.months} month(s) from {effect} are {contact.on}",
        start=effect,
        months=contact.months,
        day=contact.on,
    )
    trace.count(
        "due_by",
        f"{contact.first}起可以回访，至{contact.last} 24:00止（不晚于期满日）",
        f"open from {contact.first} to the end of {contact.last}, never past the day of expiry",
        day=contact.last,
    )
    trace.decision(
        "obligation",
        f"生效后{contact.months}个月做健康险回访，先与客户约定时间（HI-2）",
        f"due: a follow-up {contact.months} months after effect, at a time agreed with the customer first (HI-2)",
    )
    return Window(start_of_day(contact.first), end_of_day(contact.last))


def _lapse(history: tuple[BusinessEvent, ...], last: date) -> tuple[VoidOn, ...]:
    """Return the lapse that leaves nothing to ask about until day `last`: one that no reinstatement (复效) had cured by then."""
    lapses = [event.payload.on for event in history if isinstance(event.payload, ContractLapsed)]
    cures = [event.payload.on for event in history if isinstance(event.payload, ContractReinstated)]
    uncured = [on for on in lapses if on <= last and not any(on <= cure <= last for cure in cures)]
    return (VoidOn("contract.lapsed", min(uncured)),) if uncured else ()


FOLLOW_UP = Rule(
    "follow_up",
    title=text("健康险定期回访", "health insurance follow-up"),
    events=("contract.issued",),
    cites=("HI-1", "HI-2", "HI-3", "GEN-5", "REG-5", "DEC-3", "DEC-4"),
    evaluate=evaluate,
    after_due="stop",
    needs=(
        "contract.lapsed",
        "contract.reinstated",
        "contract.cancelled",
        "contract.surrendered",
        "contract.ended",
    ),
)
