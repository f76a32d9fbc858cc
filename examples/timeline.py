"""One contract and what happens to it: the events, and the state they leave behind."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from world import AS_OF, CHINA, CUT_OVER, Product, Record

BATCH, STREAM, CALL_CENTRE = "urn:taiyue:core", "urn:taiyue:stream", "urn:taiyue:callcentre"

STATUS_AFTER = {
    "contract.cancelled": "cancelled",
    "contract.surrendered": "surrendered",
    "contract.ended": "ended",
    "contract.lapsed": "lapsed",
    "contract.reinstated": "in_force",
    "grace.entered": "grace",
}


@dataclass(frozen=True)
class Event:
    """One business event; `written` says when the core wrote it out, which orders the file.

    `lost` events are counted by the core but are missing from its export.
    """

    id: str
    source: str
    type: str
    time: datetime
    contract_no: str
    data: Record
    sequence: int | None = None
    corrects: str = ""
    retracts: str = ""
    written: datetime = AS_OF
    lost: bool = False
    embedded: Record = field(default_factory=dict)

    def row(self) -> Record:
        """The event as a row of events.csv."""
        head = {"id": self.id, "source": self.source, "type": self.type, "time": self.time}
        about = {"contract_no": self.contract_no, "sequence": self.sequence}
        return {**head, **about, "corrects": self.corrects, "retracts": self.retracts, **self.data}

    def cloud_event(self) -> Record:
        """The event as CloudEvents 1.0; the claim is the subject where there is one."""
        extensions = {"sequence": self.sequence, "corrects": self.corrects, "retracts": self.retracts}
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "time": self.time,
            "subject": self.data.get("claim_no") or self.contract_no,
            **{name: value for name, value in extensions.items() if value},
            "data": {"contract_no": self.contract_no, **self.data, **self.embedded},
        }


@dataclass
class Timeline:
    """A contract being lived through; the newest entry of `events` is the last one added.

    `customers` are the people on it that no other timeline writes. `in_files` is False for a contract
    that came after the master files were written and is known from its events alone. `shows` says what
    a contract with a story is there for.
    """

    contract: Record
    customers: list[Record]
    source: str = BATCH
    in_files: bool = True
    called_before: bool = True
    shows: str = ""
    events: list[Event] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.contract["contract_no"])

    def add(
        self, kind: str, when: datetime, /, *, corrects: str = "", retracts: str = "", **data: object
    ) -> Event:
        """Append an event; claims carry no sequence, since it counts the versions of the contract.

        Field names with a dot are written with two underscores, as keywords have no dots.
        """
        claims = kind.startswith(("claim.", "feedback."))
        event = Event(
            id=f"{self.number}-{len(self.events) + 1:02d}",
            source=self.source,
            type=kind,
            time=when,
            contract_no=self.number,
            data={name.replace("__", "."): value for name, value in data.items()},
            sequence=None if claims else sum(1 for event in self.events if event.sequence) + 1,
            corrects=corrects,
            retracts=retracts,
            written=when,
        )
        self.events.append(event)
        return event

    def amend(self, event: Event, **changes: object) -> Event:
        """Put a changed copy of `event` in its place."""
        changed = replace(event, **changes)  # type: ignore[arg-type]
        self.events[self.events.index(event)] = changed
        return changed


def at(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """An instant of `day` in Chinese time."""
    return datetime.combine(day, time(hour, minute, second), CHINA)


def office_hours(rng: Random, day: date) -> datetime:
    """Some second between 08:00 and 17:59, or early in the morning on the last day of the export."""
    hour = rng.randrange(0, 7) if day == AS_OF.date() else rng.randrange(8, 18)
    return at(day, hour, rng.randrange(60), rng.randrange(60))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def past(timeline: Timeline) -> list[Event]:
    """The events that have happened by the time of the export, as they happened."""
    return sorted(
        (event for event in timeline.events if event.time <= AS_OF), key=lambda event: (event.time, event.id)
    )


def snapshot(timeline: Timeline) -> Record:
    """The contract as the core knows it at the time of the export: its state after all that happened."""
    state = {"status": "in_force", **timeline.contract}
    happened = past(timeline)
    void = {event.corrects for event in happened} | {event.retracts for event in happened}
    changeable = {"beneficiaries", "premium.amount", "premium.interval_months", "seller_no"}
    for event in happened:
        if event.id in void or event.retracts:
            continue
        state["status"] = STATUS_AFTER.get(event.type, state["status"])
        if event.type == "premium.paid" and state["status"] == "grace":
            state["status"] = "in_force"
        if event.type == "contract.delivered":
            state["delivered_on"] = event.data["delivered_on"]
        if event.type == "contract.changed":
            state |= {name: value for name, value in event.data.items() if name in changeable}
    state["version"] = max((event.sequence or 1 for event in happened), default=1)
    return state


def fees_for(product: Product, premium: Decimal) -> Record:
    """Fee items of a product with an account, and what they leave of the first payment.

    Rates are fractions: of the premium for the initial charge, of the assets a year for the other.
    """
    cent = Decimal("0.01")
    initial = Decimal("0.05") if product.product_class == "universal" else Decimal("0.02")
    insurance = (premium * Decimal("0.004")).quantize(cent)
    policy_fee = Decimal("5.00")
    fees: list[Record] = [
        {"name": "初始费用", "rate": initial},
        {"name": "风险保险费", "amount": insurance},
        {"name": "保单管理费", "amount": policy_fee},
    ]
    if product.product_class == "unit_linked":
        fees.append({"name": "资产管理费", "rate": Decimal("0.0125")})
    deducted = (premium * initial).quantize(cent) + insurance + policy_fee
    return {"fees": fees, "first_deduction": deducted, "account_credit": premium - deducted}


def historic_callbacks(timeline: Timeline, rng: Random, staff_no: str, visitor_no: str) -> list[Record]:
    """What the old call centre noted about this contract before the cut-over, oldest first."""
    kinds = {
        "contract.delivered": "new_contract",
        "grace.entered": "grace_period",
        "grace.ended": "after_grace_period",
        "contract.lapsed": "lapse",
        "contract.surrendered": "surrender",
        "claim.settled": "claim",
    }
    rows: list[Record] = []
    for event in past(timeline):
        kind = kinds.get(event.type)
        if kind is None or not timeline.called_before or timeline.contract["group"] or rng.random() < 0.03:
            continue
        done = office_hours(rng, event.time.date() + timedelta(days=rng.randrange(1, 9)))
        if done.date() >= CUT_OVER:
            continue
        channel = rng.choices(("phone", "on_site", "letter"), (92, 5, 3))[0]
        rows.append(
            {
                "id": f"{timeline.number}-cb{len(rows) + 1}",
                "source": CALL_CENTRE,
                "type": "callback.completed",
                "time": done + timedelta(minutes=rng.randrange(1, 20)),
                "contract_no": timeline.number,
                "kind": kind,
                "completed_at": done,
                "channel": channel,
                "outcome": "completed",
                "staff_no": staff_no if channel != "on_site" else visitor_no,
                "reference": f"HF{done:%Y%m%d}{rng.randrange(100_000):05d}",
            }
        )
    return rows
