"""Random books: obligations, contacts and cases as plain objects, saved to a tenant and counted naively."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONSENT = "survey.consent"
CODES = ("HO", "SD", "SD-JN", "SD-JN-01", "SD-YT", "LN", "LN-SY")
STATUSES = (
    "waiting",
    "open",
    "completed",
    "completed",
    "completed",
    "unreachable",
    "expired",
    "voided",
    "superseded",
    "cancelled",
    "historic",
)


class Contact(msgspec.Struct):
    """A contact with one section; facts as `conclude` writes them."""

    id: UUID
    status: str
    channel: str
    below_province: bool
    facts: tuple[bool, bool, bool, bool]
    section_completed: bool
    section_successful: bool
    agreed: tuple[bool, ...] = ()
    """What was said to the item `CONSENT`, corrections last."""


class Obligation(msgspec.Struct):
    """An obligation with all that figures look at."""

    id: UUID
    contract: "Contract"
    plugin: str
    unit: str
    kind: str
    status: str
    due_by: datetime | None
    created_at: datetime
    channel: str
    completed_at: datetime | None = None
    completed_channel: str | None = None
    completed_by: Contact | None = None
    closed_at: datetime | None = None
    voided_by: datetime | None = None
    void_is_on_file: bool = True
    replaced_by: UUID | None = None
    contacts: list[Contact] = []


class Contract(msgspec.Struct):
    """A contract's row, as far as dimensions look at it."""

    id: UUID
    number: str
    product_class: str | None
    channel: str | None
    seller: str | None = None


class Case(msgspec.Struct):
    """A case."""

    plugin: str | None
    case_class: str
    severity: int
    status: str
    unit: str
    opened_at: datetime
    reopened: int
    withdrawn: bool


class Books(msgspec.Struct):
    """Everything of one tenant."""

    obligations: list[Obligation]
    cases: list[Case]

    async def save(self, scope: Scope) -> None:
        """Insert it all."""
        customer, staff, event = new_id(), new_id(), new_id()
        at = datetime(2025, 1, 1, tzinfo=UTC)
        await copy(
            scope,
            "customer",
            ["id", "source", "customer_no", "kind", "name_enc", "created_at", "updated_at"],
            [(customer, "core", "C1", "individual", b"x", at, at)],
        )
        await copy(
            scope,
            "staff",
            ["id", "staff_no", "name_enc", "unit", "updated_at"],
            [(staff, "S1", b"x", "HO", at)],
        )
        contracts = {o.contract.id: o.contract for o in self.obligations}
        await copy(
            scope,
            "contract",
            ["id", "contract_no", "source", "line", "product_class", "unit", "channel", "seller_no", "policyholder_no",
             "status", "base", "created_at", "updated_at"],
            [
                (c.id, c.number, "core", "life", c.product_class, "HO", c.channel, c.seller, "C1", "in_force", "{}", at, at)
                for c in contracts.values()
            ],
        )  # fmt: skip
        events = [(event, "core", "E0", "contract.issued", at, at, None, b"x", "accepted")]
        events += [
            (
                new_id(),
                "core",
                f"V-{o.id}",
                "premium.paid",
                o.voided_by,
                at,
                o.contract.number,
                b"x",
                "accepted",
            )
            for o in self.obligations
            if o.voided_by is not None and o.void_is_on_file
        ]
        await copy(
            scope,
            "event",
            [
                "id",
                "source",
                "event_id",
                "type",
                "happened_at",
                "received_at",
                "contract_no",
                "content_hash",
                "status",
            ],
            events,
        )
        await self._save_obligations(scope, customer, event)
        await self._save_contacts(scope, customer, staff)
        await copy(
            scope,
            "case_file",
            ["id", "plugin", "case_class", "severity", "status", "unit", "subject", "opened_at", "reopened", "withdrawn"],
            [
                (new_id(), c.plugin, c.case_class, c.severity, c.status, c.unit, "…", c.opened_at, c.reopened, c.withdrawn)
                for c in self.cases
            ],
        )  # fmt: skip

    async def _save_obligations(self, scope: Scope, customer: UUID, event: UUID) -> None:
        rows: list[tuple[Any, ...]] = []
        for o in self.obligations:
            draft = msgspec.json.encode(
                {"title": {"zh-CN": f"回访{o.kind}", "en": f"callback {o.kind}"}}
            ).decode()
            rows.append(
                (
                    o.id, o.contract.id, str(o.id), customer, o.unit, o.plugin, "1", "r", [], o.kind, event, "E0",
                    o.status, f"premium.paid:V-{o.id}" if o.status == "voided" else None, "continue", o.due_by, 50, "s",
                    draft, "[]", o.created_at.date(), 1, "c", "h", "f", o.channel, o.completed_at, o.completed_channel,
                    o.completed_by.id if o.completed_by else None, o.closed_at, o.replaced_by, o.created_at, o.created_at,
                )
            )  # fmt: skip
        columns = (
            "id contract_id key customer_id unit plugin plugin_version rule cites kind event_id root_event_id status"
            " status_reason after_due due_by priority script draft trace parameters_on settings_version calendar"
            " input_hash fingerprint channel completed_at completed_channel completed_contact closed_at replaced_by"
            " created_at updated_at"
        )
        await copy(scope, "obligation", columns.split(), rows)

    async def _save_contacts(self, scope: Scope, customer: UUID, staff: UUID) -> None:
        at = datetime(2025, 1, 1, tzinfo=UTC)
        await copy(
            scope,
            "script_version",
            ["hash", "plugin", "script", "version", "document", "first_used_at"],
            [("h", "p", "s", "1", "{}", at)],
        )
        pairs = [(o, k) for o in self.obligations for k in o.contacts]
        await copy(
            scope,
            "contact",
            ["id", "customer_id", "staff_id", "channel", "status", "below_province", "started_at", "attempted",
             "connected", "right_party", "completed", "personal_enc", "snapshot"],
            [
                (k.id, customer, staff, k.channel, k.status, k.below_province, at, *k.facts, b"x", "{}")
                for _, k in pairs
            ],
        )  # fmt: skip
        sections = [(new_id(), at + timedelta(days=n), o, k) for n, (o, k) in enumerate(pairs)]
        await copy(
            scope,
            "contact_section",
            ["id", "contact_id", "obligation_id", "position", "script_hash", "state_enc", "completed", "successful"],
            [
                (id, k.id, o.id, 0, "h", b"x", k.section_completed, k.section_successful)
                for id, _, o, k in sections
            ],
        )  # fmt: skip
        # The contacts of an obligation follow one another, and what corrects an answer comes after it.
        await copy(
            scope,
            "answer",
            ["id", "section_id", "sequence", "step", "item", "value_enc", "affirmative", "answered_at"],
            [
                (new_id(), id, n, "consent", CONSENT, b"x", said, said_at + timedelta(minutes=n))
                for id, said_at, _, k in sections
                for n, said in enumerate(k.agreed)
            ],
        )  # fmt: skip


def random_books(seed: int, *, opens: datetime, closes: datetime, now: datetime, size: int = 300) -> Books:
    """Books around a period, its edges hit exactly now and then."""
    dice = random.Random(seed)
    edges = [opens, closes, now]
    contracts = [
        Contract(
            new_id(),
            f"P{n}",
            dice.choice([None, "traditional", "universal"]),
            dice.choice([None, "agent", "bank"]),
            dice.choice([None, "S0101", "S0102"]),
        )
        for n in range(max(size // 4, 1))
    ]

    def instant() -> datetime:
        if dice.random() < 0.25:
            return dice.choice(edges) + timedelta(microseconds=dice.choice([-1, 0, 1]))
        span = (closes - opens).total_seconds()
        return opens + timedelta(seconds=round(dice.uniform(-0.5, 1.5) * span))

    obligations = [_obligation(dice, dice.choice(contracts), instant) for _ in range(size)]
    of_contract: dict[UUID, list[Obligation]] = {}
    for obligation in obligations:
        of_contract.setdefault(obligation.contract.id, []).append(obligation)
    for old in obligations:
        if old.status == "superseded" and dice.random() < 0.7:
            heirs = [o for o in of_contract[old.contract.id] if o.id > old.id]
            old.replaced_by = dice.choice(heirs).id if heirs else None
    cases = [
        Case(
            plugin=dice.choice(["p", "p", "other", None]),
            case_class=dice.choice(["kept", "unclear", "unknown"]),
            severity=dice.randint(1, 4),
            status=dice.choice(["open", "assigned", "solved", "closed"]),
            unit=dice.choice(CODES),
            opened_at=instant(),
            reopened=dice.choice([0, 0, 1, 2]),
            withdrawn=dice.random() < 0.1,
        )
        for _ in range(size)
    ]
    return Books(obligations, cases)


def _obligation(dice: random.Random, contract: Contract, instant: Any) -> Obligation:
    status = dice.choice(STATUSES)
    due_by = None if status == "waiting" else instant()
    found = Obligation(
        id=new_id(),
        contract=contract,
        plugin=dice.choice(["p", "p", "p", "other"]),
        unit=dice.choice(CODES),
        kind=dice.choice(["new_contract", "grace_period"]),
        status=status,
        due_by=due_by,
        created_at=instant(),
        channel=dice.choice(["phone", "on_site", "letter"]),
        contacts=[_contact(dice) for _ in range(dice.choice([0, 0, 1, 2]))],
    )
    if status == "completed":
        found.completed_at = dice.choice([due_by, instant(), instant()])
        ended = [k for k in found.contacts if k.status != "in_progress"]
        if ended and dice.random() < 0.8:
            found.completed_by = ended[-1]
            found.completed_channel = ended[-1].channel
        else:
            found.completed_channel = dice.choice([None, "phone", "online"])
    if status == "voided":
        found.voided_by, found.closed_at = dice.choice([due_by, instant()]), instant()
        found.void_is_on_file = dice.random() < 0.8
    return found


def _contact(dice: random.Random) -> Contact:
    status = dice.choice(["concluded", "concluded", "abandoned", "in_progress"])
    reached = dice.randint(0, 4) if status != "in_progress" else 0
    completed = dice.random() < 0.3
    return Contact(
        id=new_id(),
        status=status,
        channel=dice.choice(["phone", "phone", "on_site", "letter"]),
        below_province=dice.random() < 0.4,
        facts=(reached > 0, reached > 1, reached > 2, reached > 3),
        section_completed=completed,
        section_successful=completed and dice.random() < 0.5,
        agreed=tuple(dice.random() < 0.5 for _ in range(dice.choice([0, 0, 1, 2]))),
    )
