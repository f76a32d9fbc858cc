"""Obligations: that a customer must be contacted, why, and by when."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from huifang_core.events import BusinessEvent
from huifang_core.texts import Text
from huifang_core.trace import TraceStep
from huifang_core.windows import Window, day_of

ContactChannel = Literal["phone", "on_site", "letter", "sms", "email", "online"]
WRITTEN: frozenset[ContactChannel] = frozenset({"sms", "email", "online"})
"""Channels by which a customer is written to and answers in writing, without a member of staff (PF-2, REG-6)."""

READ: frozenset[ContactChannel] = WRITTEN | {"letter"}
"""Channels by which the customer reads what is asked, and nobody speaks."""

ObligationStatus = Literal[
    "waiting", "open", "completed", "unreachable", "expired", "voided", "superseded", "cancelled", "historic"
]
"""waiting: an event that opens it has not come (DEC-12). unreachable: every rung of the ladder is used up,
with the reasons on record (REG-3). expired: past due and its rule stops then (DEC-3). voided: what
happened since has made it pointless. superseded: replaced when facts changed. cancelled: the event was
taken back. historic: due before the tenant's cut-over date and dealt with in the system used before.
"""

AfterDue = Literal["continue", "stop"]
CalledParty = Literal[
    "policyholder",
    "insured",
    "beneficiary",
    "reporter",
    "driver",
    "other_party",
    "contact",
    "legal_representative",
]
"""Who may be called: contact and legal_representative are an organisation's (PC-3), reporter whoever reported the claim (HT-7)."""

Category = Literal["mandatory", "survey", "care", "sales"]
"""Why a customer is contacted: because a rule or an office demands it, to be asked for an opinion, as a courtesy, or to sell.

What a customer does not want (DEC-6, CARE-2) holds back the last three, never the first.
"""

MAY_RECOMMEND: frozenset[Category] = frozenset({"care", "sales"})
"""Categories of contacts in which a product may be recommended (SP-4)."""

TRANSITIONS: Mapping[ObligationStatus, frozenset[ObligationStatus]] = {
    "waiting": frozenset({"open", "completed", "voided", "superseded", "cancelled", "historic"}),
    "open": frozenset(
        {"completed", "unreachable", "expired", "voided", "superseded", "cancelled", "historic"}
    ),
    "unreachable": frozenset({"open", "completed", "voided", "superseded", "cancelled"}),
    "expired": frozenset({"completed", "voided", "superseded", "cancelled"}),
    "historic": frozenset({"completed", "superseded", "cancelled"}),
    "completed": frozenset({"superseded"}),
    "voided": frozenset({"superseded", "cancelled"}),
    "superseded": frozenset(),
    "cancelled": frozenset(),
}

WORKABLE: frozenset[ObligationStatus] = frozenset({"open"})
"""Statuses in which an obligation can be taken from the queue."""

LATE_COMPLETION: frozenset[ObligationStatus] = frozenset({"open", "unreachable", "expired"})
"""Statuses from which a completion can still be recorded, late as it may be (DEC-3)."""


class IllegalTransition(ValueError):
    """A status can't follow the present one; `of` names the kind of thing, `current` and `wanted` the statuses."""

    def __init__(self, of: str, current: str, wanted: str) -> None:
        super().__init__(f"{of}: {current} can't become {wanted}")
        self.of, self.current, self.wanted = of, current, wanted


def check_transition(current: ObligationStatus, wanted: ObligationStatus) -> ObligationStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition("obligation", current, wanted)
    return wanted


class Rung(msgspec.Struct, frozen=True):
    """One step of a channel ladder: so many dialled attempts by this channel, then the next rung.

    At least `wait_minutes` lie between two attempts after no answer, and no more than `longest_wait_minutes`; how long in between is
    a matter of the time left. Calling hours are kept on top of both. `lead_days` are the calendar days that this channel needs
    before the deadline: a visit is arranged, a letter travels. While there is time for it, the rung before gives way.
    """

    channel: ContactChannel
    attempts: int
    wait_minutes: int = 120
    longest_wait_minutes: int = 2880
    lead_days: int = 0


class VoidOn(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event of the same contract that makes an obligation pointless.

    It counts when it happened on or after day `since`. With `covering`, the amounts of all such events
    together must reach that many yuan; one that states no amount covers everything.
    """

    type: str
    since: date
    covering: Decimal | None = None


class Retention(msgspec.Struct, frozen=True):
    """How long the records are kept: `years` from the end of the contract, and the rule that says so."""

    years: int
    cites: tuple[str, ...]


class ObligationDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a rule says must be done.

    `kind` names the callback (new_contract, grace_period …), `occasion` what sets this one apart from others
    of the same rule and contract, such as the last day of its grace period. Without `window` the obligation
    waits for an event of type `opens_on`, with an alarm on day `alarm_on`. `content` are the ids of the content
    items to cover; whether each applies is the item's own affair. `facts` are values the script needs beyond those
    of contract and customer. `claim_no` is the claim it is about.

    `around_the_clock`: calling hours don't hold it back (DEC-6). `seller_may_visit`: its visits are the seller's own work
    (DEC-7). `appointment`: a time is agreed with the customer first (HI-2). `filed_script`: only a script version that was
    filed with the regulator may be used (LN-6). `given_out`: a team leader gives it out, and nobody but its assignee can claim it
    (HT-8, DEC-8). `after_case`: nobody is called before the case is solved that the same plugin opened because of the same event, since
    the call is to say what came of it (PF-4). `tells_outcome`: the plugin's `huifang_on_outcome` is told how each contact about it ended.
    `vendor`: the outside vendor whose callers do the work, as in `Staff.vendor` (HT-3); empty: the insurer's own.
    """

    kind: str
    occasion: str
    title: Text
    ladder: tuple[Rung, ...]
    script: str
    content: tuple[str, ...]
    retention: Retention
    trace: tuple[TraceStep, ...] = ()
    window: Window | None = None
    opens_on: str | None = None
    alarm_on: date | None = None
    void_on: tuple[VoidOn, ...] = ()
    call: tuple[CalledParty, ...] = ("policyholder",)
    priority: int = 50
    facts: dict[str, Any] = {}
    claim_no: str | None = None
    category: Category = "mandatory"
    around_the_clock: bool = False
    seller_may_visit: bool = False
    appointment: bool = False
    filed_script: bool = False
    given_out: bool = False
    after_case: bool = False
    tells_outcome: bool = False
    vendor: str | None = None


class VoidedBy(msgspec.Struct, frozen=True):
    """The event that made an obligation pointless."""

    event_id: str
    type: str
    time: datetime

    @property
    def reason(self) -> str:
        """How it is put down on the books."""
        return f"{self.type}:{self.event_id}"


def voided_by(void_on: tuple[VoidOn, ...], events: tuple[BusinessEvent, ...]) -> VoidedBy | None:
    """Return the event, of those that stand, that completed a void condition; None when none is met."""
    for condition in void_on:
        paid = Decimal(0)
        for event in events:
            if event.type != condition.type or _day_it_counts(event) < condition.since:
                continue
            amount = getattr(event.payload, "amount", None)
            if condition.covering is None or amount is None:
                return VoidedBy(event.event_id, event.type, event.time)
            paid += amount
            if paid >= condition.covering:
                return VoidedBy(event.event_id, event.type, event.time)
    return None


def _day_it_counts(event: BusinessEvent) -> date:
    for name in ("paid_on", "on", "delivered_on", "closed_on"):
        day = getattr(event.payload, name, None)
        if isinstance(day, date):
            return day
    return day_of(event.time)


def born_late(window: Window, happened_at: datetime, made_at: datetime) -> str | None:
    """Tell why an obligation is late at birth, or None (DEC-4).

    window_empty: no instant lies in its window, as when the grace period is too short. past_when_it_happened: the
    window was over when the event happened. event_came_late: it was over when the obligation was made.
    """
    if window.is_empty:
        return "window_empty"
    if window.due_by <= happened_at:
        return "past_when_it_happened"
    if window.due_by <= made_at:
        return "event_came_late"
    return None


def is_overdue(status: ObligationStatus, due_by: datetime | None, now: datetime) -> bool:
    """Tell whether an obligation is overdue: due, not completed, and not taken off the books (DEC-2)."""
    return due_by is not None and due_by <= now and status in ("open", "unreachable", "expired")
