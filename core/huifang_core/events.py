"""Business events: what happened in the core system, each with a typed payload.

The event type is the struct's tag, so one union decodes every payload. Types no plugin cares for are
accepted all the same: a plugin switched on later finds them.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, get_args

import msgspec

from huifang_core.contracts import Money, check_changes
from huifang_core.units import Code, Name, Region

PERSONAL = {"personal": True}
"""Marks a payload field as personal data: it is stored encrypted and never reaches a rule."""

PersonalName = Annotated[Name, msgspec.Meta(extra=PERSONAL)]
PersonalText = Annotated[str, msgspec.Meta(max_length=4000, extra=PERSONAL)]
ShortText = Annotated[str, msgspec.Meta(max_length=500)]


class Payload(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="event_type", omit_defaults=True
):
    """What every payload shares: nothing but its tag, the event type."""

    event_type: ClassVar[str]


class ContractIssued(Payload, frozen=True, tag="contract.issued"):
    """A contract was issued (承保)."""


class ContractDelivered(Payload, frozen=True, tag="contract.delivered"):
    """The customer signed for the contract (签收): cooling-off starts (REG-1, DEC-12)."""

    delivered_on: date


class ContractChanged(Payload, frozen=True, tag="contract.changed"):
    """Policy servicing (保全): `changes` holds the contract fields that are new, ValueError where one is none."""

    kind: ShortText
    changes: dict[str, Any] = {}

    def __post_init__(self) -> None:
        check_changes(self.changes)


class ContractCancelled(Payload, frozen=True, tag="contract.cancelled"):
    """The contract was cancelled within its cooling-off period (犹豫期退保)."""

    on: date
    reason: ShortText | None = None


class ContractSurrendered(Payload, frozen=True, tag="contract.surrendered"):
    """The contract was surrendered (退保)."""

    on: date
    reason: ShortText | None = None


class ContractEnded(Payload, frozen=True, tag="contract.ended"):
    """The contract ended otherwise: expiry, death, final payment."""

    on: date
    reason: ShortText | None = None


class PremiumDue(Payload, frozen=True, tag="premium.due"):
    """A renewal premium falls due."""

    due_on: date
    paid_on: date | None = None
    amount: Money | None = None


class PremiumPaid(Payload, frozen=True, tag="premium.paid"):
    """A renewal premium, or part of it, was paid."""

    paid_on: date
    due_on: date | None = None
    amount: Money | None = None


class GraceEntered(Payload, frozen=True, tag="grace.entered"):
    """The contract entered its grace period (宽限期); `grace_end` is its last day.

    `unpaid` is the amount outstanding in yuan, or just true.
    """

    grace_end: date
    unpaid: Decimal | bool | None = None
    due_on: date | None = None


class GraceEnded(Payload, frozen=True, tag="grace.ended"):
    """The grace period is over; `unpaid` tells whether, or how much, premium is still outstanding."""

    grace_end: date
    unpaid: Decimal | bool | None = None
    due_on: date | None = None


class ContractLapsed(Payload, frozen=True, tag="contract.lapsed"):
    """The contract lapsed (失效)."""

    on: date


class ContractReinstated(Payload, frozen=True, tag="contract.reinstated"):
    """The contract was reinstated (复效)."""

    on: date


class SellerDeparted(Payload, frozen=True, tag="seller.departed"):
    """A salesperson left; the contracts sold are orphans."""

    seller_no: Code
    on: date


class Reporter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reported a claim."""

    role: (
        Literal["insured", "driver", "other_party", "policyholder", "agent", "salesperson", "repair_shop"]
        | None
    ) = None
    name: PersonalName | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40, extra=PERSONAL)] | None = None


class ClaimReported(Payload, frozen=True, tag="claim.reported"):
    """First notice of loss (报案)."""

    claim_no: Code
    reported_at: datetime
    reporter: Reporter | None = None
    loss_region: Region | None = None
    area: Literal["urban", "county"] | None = None
    dual_agency: bool = False
    surveyor_no: Code | None = None


class ClaimRegistered(Payload, frozen=True, tag="claim.registered"):
    """The claim was registered (立案)."""

    claim_no: Code
    registered_at: datetime
    assessor_no: Code | None = None


class ClaimAssessed(Payload, frozen=True, tag="claim.assessed"):
    """The loss was assessed (定损)."""

    claim_no: Code
    assessed_at: datetime
    assessor_no: Code | None = None
    amount: Money | None = None


class ClaimSettled(Payload, frozen=True, tag="claim.settled"):
    """The claim was settled (已决)."""

    claim_no: Code
    result: Literal["paid", "declined", "zero"]
    amount: Money | None = None
    paid_on: date | None = None
    payee: PersonalName | None = None


class ClaimClosed(Payload, frozen=True, tag="claim.closed"):
    """The claim file was closed (结案)."""

    claim_no: Code
    closed_on: date


AccountLine = Literal["social_security", "tax"]
"""What a payer is registered for."""


class RegistrationOpened(Payload, frozen=True, tag="registration.opened"):
    """A payer registered (登记) with `office`; bases are yuan a month, `declared_base` what the payer declared itself."""

    payer: Code
    certificate_no: Code | None = None
    contribution_base: Money | None = None
    declared_base: Money | None = None
    bank_account: Annotated[str, msgspec.Meta(max_length=64, extra=PERSONAL)] | None = None
    line: AccountLine | None = None
    office: Code | None = None


class RegistrationChanged(Payload, frozen=True, tag="registration.changed"):
    """A payer's registration changed; what is left out stays as it was."""

    payer: Code
    certificate_no: Code | None = None
    contribution_base: Money | None = None
    declared_base: Money | None = None
    bank_account: Annotated[str, msgspec.Meta(max_length=64, extra=PERSONAL)] | None = None
    line: AccountLine | None = None
    office: Code | None = None


class PaymentCompleted(Payload, frozen=True, tag="payment.completed"):
    """A payer paid (缴费) at `office`, for the registration of that certificate or, without one, for whichever the payer has."""

    payer: Code
    paid_at: datetime
    amount: Money | None = None
    channel: ShortText | None = None
    office: Code | None = None
    certificate_no: Code | None = None
    line: AccountLine | None = None


class FeedbackReceived(Payload, frozen=True, tag="feedback.received"):
    """A suggestion, problem or complaint came in.

    Without a contract, `about` is the number of the payer who gave it, of a certificate, or the code of an office.
    """

    kind: Literal["suggestion", "problem", "complaint"]
    received_at: datetime
    text: PersonalText | None = None
    channel: ShortText | None = None
    about: ShortText | None = None
    office: Code | None = None


class TipOffReceived(Payload, frozen=True, tag="tip_off.received"):
    """A tip-off (举报) came in, about the payer, certificate or office that `about` names, or else at `office`."""

    about: ShortText | None = None
    outcome: ShortText | None = None
    tip_off_no: Code | None = None
    office: Code | None = None


class TipOffDecided(Payload, frozen=True, tag="tip_off.decided"):
    """A tip-off was decided: whether it is `proven`, fits the policy (`eligible`) for a reward, and `caused_loss` (TS-2)."""

    about: ShortText | None = None
    outcome: ShortText | None = None
    tip_off_no: Code | None = None
    office: Code | None = None
    proven: bool | None = None
    eligible: bool | None = None
    caused_loss: bool | None = None


class RiskFlagged(Payload, frozen=True, tag="risk.flagged"):
    """A risk was flagged, about the payer, certificate or office that `about` names, or else at `office`."""

    kind: ShortText
    about: ShortText | None = None
    office: Code | None = None


class CallbackCompleted(Payload, frozen=True, tag="callback.completed"):
    """A callback done in the system used before: imported at cut-over, so that it isn't asked for again.

    `kind` is the obligation kind (new_contract, grace_period …); `reference` says where its record is kept.
    """

    kind: Code
    completed_at: datetime
    channel: Literal["phone", "on_site", "letter", "online"] | None = None
    outcome: ShortText | None = None
    staff_no: Code | None = None
    reference: ShortText | None = None


class ScheduleReached(Payload, frozen=True, tag="schedule.reached"):
    """A day that a plugin's schedule names has come: `schedule` is "plugin/schedule", `period` which of its occurrences.

    Made by the platform, never by a core system.
    """

    schedule: Code
    period: Code
    on: date


class SampleDrawn(Payload, frozen=True, tag="sample.drawn"):
    """A member of a plan's population was drawn: `plan` is "plugin/plan", `member` names the event that made it one.

    `stratum` and `group` are those it was drawn in and `rank` its place there, from 1; `substitutes` is the member it stands in
    for, where that one came to nothing. The event carries the claim number of the one that was drawn, by which a rule finds it
    in its `history`. Made by the platform, never by a core system.
    """

    plan: Code
    period: Code
    member: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    rank: Annotated[int, msgspec.Meta(ge=1)]
    stratum: ShortText | None = None
    group: ShortText | None = None
    substitutes: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None


class CaseSolved(Payload, frozen=True, tag="case.solved"):
    """A case about the contract was solved, of a class whose customers are called about it before it is closed.

    `number` is the case's, `round` counts how often it has been solved, from 1: one that was opened again is asked about again.
    Made by the platform, never by a core system.
    """

    plugin: Code
    case_class: Code
    number: Annotated[int, msgspec.Meta(ge=1)]
    round: Annotated[int, msgspec.Meta(ge=1)]
    subject: ShortText
    solved_on: date


class ControlTotal(Payload, frozen=True, tag="control.total"):
    """What the core system says it sent: `count` events of type `type` that happened on `day`."""

    day: date
    type: Code
    count: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


AnyPayload = (
    ContractIssued
    | ContractDelivered
    | ContractChanged
    | ContractCancelled
    | ContractSurrendered
    | ContractEnded
    | PremiumDue
    | PremiumPaid
    | GraceEntered
    | GraceEnded
    | ContractLapsed
    | ContractReinstated
    | SellerDeparted
    | ClaimReported
    | ClaimRegistered
    | ClaimAssessed
    | ClaimSettled
    | ClaimClosed
    | RegistrationOpened
    | RegistrationChanged
    | PaymentCompleted
    | FeedbackReceived
    | TipOffReceived
    | TipOffDecided
    | RiskFlagged
    | CallbackCompleted
    | ScheduleReached
    | SampleDrawn
    | CaseSolved
    | ControlTotal
)

PAYLOADS: dict[str, type[Payload]] = {
    payload.__struct_config__.tag: payload for payload in get_args(AnyPayload)
}
"""Payload struct of each event type."""

WITHOUT_CONTRACT = frozenset(
    {
        "control.total",
        "seller.departed",
        "feedback.received",
        "tip_off.received",
        "tip_off.decided",
        "risk.flagged",
    }
)
"""Event types that need not name a contract."""


INTERNAL = frozenset({"schedule.reached", "sample.drawn", "case.solved"})
"""Event types that the platform makes itself; intake takes them from nobody else."""

FROM_OUTSIDE: dict[str, type[Payload]] = {
    kind: payload for kind, payload in PAYLOADS.items() if kind not in INTERNAL
}
"""Payload struct of each event type that may come in from a core system."""


class BusinessEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A business event (业务事件) taken in, once only by `(source, event_id)`.

    `time` is when it happened, `received_at` when it came in; both UTC. `sequence` is the version of the
    entity it speaks of. `corrects` and `retracts` name the `event_id`, of the same source, of the event
    that this one replaces or takes back; only a retraction may come without payload.
    """

    source: str
    event_id: str
    type: str
    time: datetime
    received_at: datetime
    payload: AnyPayload | None
    contract_no: str | None = None
    claim_no: str | None = None
    sequence: int | None = None
    corrects: str | None = None
    retracts: str | None = None


_Key = tuple[str, str]


def effective(
    events: tuple[BusinessEvent, ...], contract_no: str | None = None
) -> tuple[tuple[BusinessEvent, str], ...]:
    """Return the events that still stand, oldest first, each with the id of the event it goes back to.

    With `contract_no` those that stand on another contract are left out, as where a correction says that an event was another
    contract's. `events` hold both then, the one of this contract and the one that takes it away.

    A retracted event is gone; a corrected one is replaced by its correction, which takes its place in the order.
    Where several events speak against the same one the newest decides, and one that was itself retracted does
    not count, so that what it replaced stands again. An event given twice counts once. The order in which
    `events` are given makes no difference. Where they name each other in a circle, the oldest of it is taken
    as the original.
    """
    known = {_key(event): event for event in sorted(events, key=_received, reverse=True)}
    oldest_first = sorted(known.values(), key=order)
    here = (None, contract_no) if contract_no is not None else None
    if all(event.retracts is None and event.corrects is None for event in oldest_first):
        return tuple(
            (event, event.event_id) for event in oldest_first if here is None or event.contract_no in here
        )
    speaks_of = _targets(oldest_first, known)
    in_place = _in_place(known, speaks_of)
    standing = []
    for event in oldest_first:
        target = speaks_of.get(_key(event))
        if event.retracts is not None or (target is not None and known[target].retracts is None):
            continue
        present = in_place[_key(event)]
        if present is not None and (here is None or present.contract_no in here):
            standing.append((present, event.corrects or event.event_id))
    return tuple(standing)


def order(event: BusinessEvent) -> tuple[datetime, int, str, str]:
    """Sort key of events: when they happened, then the entity's version, then a stable tie-break."""
    return (event.time, event.sequence or 0, event.source, event.event_id)


def _key(event: BusinessEvent) -> _Key:
    return (event.source, event.event_id)


def _received(event: BusinessEvent) -> tuple[datetime, datetime, int, str, str]:
    return (event.received_at, *order(event))


def _targets(oldest_first: list[BusinessEvent], known: dict[_Key, BusinessEvent]) -> dict[_Key, _Key]:
    """Which known event each correction and retraction speaks of, without the reference that would close a circle."""
    targets: dict[_Key, _Key] = {}
    for event in reversed(oldest_first):
        reference = event.retracts or event.corrects
        if reference is None or (event.source, reference) not in known:
            continue
        target: _Key | None = (event.source, reference)
        while target is not None and target != _key(event):
            target = targets.get(target)
        if target is None:
            targets[_key(event)] = (event.source, reference)
    return targets


def _in_place(
    known: dict[_Key, BusinessEvent], targets: dict[_Key, _Key]
) -> dict[_Key, BusinessEvent | None]:
    """For each event the one that stands in its place, itself where nothing speaks against it, None where it is gone."""
    against: dict[_Key, list[BusinessEvent]] = {}
    for key, target in targets.items():
        against.setdefault(target, []).append(known[key])
    walk = [key for key in known if key not in targets]
    for key in walk:
        walk.extend(_key(event) for event in against.get(key, ()))
    found: dict[_Key, BusinessEvent | None] = {}
    for key in reversed(walk):
        rivals = [
            event
            for event in against.get(key, ())
            if found[_key(event)] is not None and (event.retracts is None or found[_key(event)] is event)
        ]
        if not rivals:
            found[key] = known[key]
            continue
        versioned = all(event.sequence is not None for event in rivals)
        newest = max(rivals, key=lambda e: (e.sequence or 0 if versioned else 0, *_received(e)))
        found[key] = found[_key(newest)] if newest.retracts is None else None
    return found
