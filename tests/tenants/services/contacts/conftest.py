"""An office at work: an insurer with units and staff at every level, whose people claim, call and conclude."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import pytest
from huifang_core.catalogue import Catalogue, PluginEntry
from huifang_core.contacts import Outcome
from huifang_core.events import ContractDelivered, ContractIssued, GraceEnded, PremiumPaid
from huifang_core.registry import Broken
from huifang_core.units import Role, Staff, Unit
from huifang_core.workdays import WorkingCalendar
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts import answering, claiming, concluding, starting
from huifang_tenants.services.contacts.answering import Standing
from huifang_tenants.services.contacts.claiming import Claimed, HeldBack
from huifang_tenants.services.contacts.concluding import Conclusion
from huifang_tenants.services.contacts.starting import Opening
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores import contacts
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff, save_units

_T = TypeVar("_T")

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""10:00 on a Tuesday in Shandong."""

_TRAINED = date(2030, 12, 31)
COUNTY = Unit("LX", "历下支公司", "county", "JN", "370102")


def _staff(
    number: str, unit: str, *roles: Role, until: date | None = _TRAINED, here_until: date | None = None
) -> Staff:
    return Staff(number, f"张{number}", unit, roles, trained_until=until, active_until=here_until)


STAFF = (
    *(_staff(f"C{n}", "SD", "caller") for n in range(1, 31)),
    _staff("CITY", "JN", "caller"),
    _staff("COUNTY", "LX", "caller"),
    _staff("YANTAI", "YT", "caller"),
    _staff("QINGDAO", "QD", "caller"),
    _staff("VENDOR", "SD", "vendor_caller"),
    _staff("LEAD", "SD", "team_leader"),
    _staff("V1", "JN", "visitor"),
    _staff("V2", "JN", "visitor"),
    _staff("AUDIT", "SD", "auditor"),
    _staff("NEW", "SD", "caller", until=None),
    _staff("LAPSED", "SD", "caller", until=date(2026, 3, 9)),
    _staff("TODAY", "SD", "caller", until=date(2026, 3, 10)),
    _staff("LEFT", "SD", "caller", "case_handler", here_until=date(2026, 3, 9)),
    _staff("LEAVES", "SD", "caller", "case_handler", here_until=date(2026, 3, 10)),
    _staff("H1", "JN", "case_handler"),
    _staff("H2", "JN", "case_handler"),
    _staff("CHECKS", "SD", "compliance_officer"),
    _staff("H-LX", "LX", "case_handler"),
    _staff("H-YT", "YT", "case_handler"),
)


def by(staff_no: str) -> Actor:
    return Actor("client:test", staff_no)


class Office(msgspec.Struct, frozen=True, eq=False):
    """A tenant at work; every step is a scope of its own, as a request is."""

    insurer: Any
    catalogue: Catalogue
    calendar: WorkingCalendar
    send: Any

    async def do(self, work: Callable[[Scope], Awaitable[_T]]) -> _T:
        return await in_scope(self.insurer.services.db, self.insurer.tenant, work)

    async def fetch(self, query: str, *values: object) -> list[Any]:
        rows: list[Any] = await self.insurer.fetch(query, *values)
        return rows

    async def row(self, query: str, *values: object) -> Any:
        (row,) = await self.fetch(query, *values)
        return row

    async def obligation(self, id: UUID) -> Any:
        return await self.row("SELECT * FROM obligation WHERE id = $1", id)

    async def contact(self, id: UUID) -> Any:
        return await self.row("SELECT * FROM contact WHERE id = $1", id)

    async def actions(self, *subjects: UUID) -> list[str]:
        rows = await self.fetch("SELECT action FROM ledger WHERE subject_id = ANY($1) ORDER BY id", subjects)
        return [row["action"] for row in rows]

    async def at(self, instant: datetime) -> "Office":
        return msgspec.structs.replace(self, insurer=await self.insurer.at(instant))

    async def later(self, **delta: float) -> "Office":
        return await self.at(self.insurer.tenant.clock_at + timedelta(**delta))

    async def settings(self, **settings: Any) -> "Office":
        tenant = msgspec.structs.replace(self.insurer.tenant, settings=settings)
        return msgspec.structs.replace(self, insurer=msgspec.structs.replace(self.insurer, tenant=tenant))

    async def people(self, *customers: Any) -> None:
        await self.insurer.take(*customers)

    async def issue(
        self, number: str, holder: str | None = None, *, phones: tuple[str, ...] | None = None, **changes: Any
    ) -> UUID:
        """A new contract of `holder`, delivered yesterday; return the obligation that makes."""
        await self.insurer.take(*self.new_contract(number, holder, phones=phones, **changes))
        return await self.made(number, "new_contract")

    def new_contract(
        self, number: str, holder: str | None = None, *, phones: tuple[str, ...] | None = None, **changes: Any
    ) -> list[Any]:
        delivered = changes.pop("delivered", date(2026, 3, 9))
        holder = holder or f"K{number}"
        person = {} if phones is None else {"phones": phones}
        return [
            self.send.customer(holder, **person),
            self.send.contract(number, policyholder=holder, **changes),
            self.send.event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
            self.send.event(f"{number}-delivered", ContractDelivered(delivered), number, delivered),
        ]

    async def grace_ended(self, number: str, holder: str | None = None, **changes: Any) -> UUID:
        """A contract whose grace period ended unpaid; return the obligation to ask why (SD-7b)."""
        holder = holder or f"K{number}"
        await self.insurer.take(
            self.send.customer(holder),
            self.send.contract(
                number,
                policyholder=holder,
                issued_on=date(2024, 1, 8),
                effective_on=date(2024, 1, 8),
                **changes,
            ),
            self.send.event(f"{number}-grace", GraceEnded(date(2026, 3, 8)), number, date(2026, 3, 9)),
        )
        return await self.made(number, "after_grace_period")

    async def paid(self, number: str) -> None:
        await self.insurer.take(
            self.send.event(f"{number}-paid", PremiumPaid(date(2026, 3, 10)), number, date(2026, 3, 10))
        )

    async def redelivered(self, number: str, on: date) -> None:
        """A correction of the day of delivery, which supersedes what was derived from it."""
        original = f"{number}-delivered"
        await self.insurer.take(
            self.send.event(f"{number}-again-{on}", ContractDelivered(on), number, on, corrects=original)
        )

    async def made(self, number: str, kind: str) -> UUID:
        row = await self.row(
            "SELECT o.id FROM obligation o JOIN contract c ON c.id = o.contract_id"
            " WHERE c.contract_no = $1 AND o.kind = $2 AND o.status NOT IN ('superseded', 'cancelled')",
            number,
            kind,
        )
        id: UUID = row["id"]
        return id

    async def claim(self, staff_no: str = "C1", channel: Any = None) -> Claimed | None:
        return await self.do(
            lambda scope: claiming.claim_next(scope, self.catalogue, staff_no, by(staff_no), channel)
        )

    async def claim_ids(self, staff_no: str = "C1", channel: Any = None) -> tuple[UUID, ...]:
        claimed = await self.claim(staff_no, channel)
        return () if claimed is None else claimed.obligation_ids

    async def held_back(self, staff_no: str = "C1") -> HeldBack:
        return await self.do(lambda scope: claiming.held_back(scope, self.catalogue, staff_no))

    def without_scripts(self, *ids: str) -> "Office":
        """The office after a release of the plugin that lacks these scripts."""
        plugin = self.catalogue.plugins["shandong_life"]
        scripts = tuple(script for script in plugin.scripts if script.id not in ids)
        return self.with_plugin(msgspec.structs.replace(plugin, scripts=scripts))

    def with_plugin(self, plugin: PluginEntry | None, broken: tuple[Broken, ...] = ()) -> "Office":
        """The office with another release of the plugin, or without it."""
        plugins = {} if plugin is None else {"shandong_life": plugin}
        return msgspec.structs.replace(self, catalogue=Catalogue(plugins, broken))

    async def switch(self, *, on: bool) -> None:
        """Switch the plugin on or off."""
        await self.do(lambda scope: configure(scope, self.catalogue, "shandong_life", by("LEAD"), enabled=on))

    async def give_back(self, staff_no: str = "C1") -> int:
        return await self.do(lambda scope: claiming.give_back(scope, staff_no, by(staff_no)))

    async def start(self, obligation: UUID, staff_no: str = "C1", **options: Any) -> UUID:
        opening = Opening(obligation, staff_no, **options)
        return await self.do(lambda scope: starting.start(scope, self.catalogue, opening, by(staff_no)))

    async def begin(self, staff_no: str = "C1", channel: Any = None, **options: Any) -> UUID:
        """Claim what is most pressing and start with it."""
        claimed = await self.claim(staff_no, channel)
        assert claimed is not None
        return await self.start(claimed.obligation_ids[0], staff_no, **options)

    async def dial(self, contact: UUID, staff_no: str = "C1") -> None:
        await self.do(lambda scope: starting.dial(scope, self.catalogue, contact, by(staff_no)))

    async def standing(self, contact: UUID) -> Standing:
        return await self.do(lambda scope: answering.standing(scope, contact))

    async def answer(self, contact: UUID, step: str, value: Any, staff_no: str = "C1") -> Standing:
        return await self.do(
            lambda scope: answering.answer(
                scope, self.catalogue, self.calendar, contact, step, value, by(staff_no)
            )
        )

    async def correct(
        self, contact: UUID, section: int, step: str, value: Any, staff_no: str = "C1"
    ) -> Standing:
        return await self.do(
            lambda scope: answering.correct(
                scope, self.catalogue, self.calendar, contact, section, step, value, by(staff_no)
            )
        )

    async def play(self, contact: UUID, until: str | None = None, /, **said: Any) -> Standing:
        """Answer every question smoothly, but for those named; stop at the end, or at step `until` of any section."""
        found = await self.standing(contact)
        while found.section is not None and found.prompt is not None and found.prompt.step != until:
            prompt = found.prompt
            smooth = prompt.choices[0].code if prompt.choices else "没有补充"
            found = await self.answer(contact, prompt.step, said.get(prompt.step, smooth))
        return found

    async def conclude(
        self,
        contact: UUID,
        outcome: Outcome = "completed",
        at: datetime | None = None,
        note: str | None = None,
    ) -> None:
        conclusion = Conclusion(outcome, at, note)
        await self.do(lambda scope: concluding.conclude(scope, contact, conclusion, by("C1")))

    async def call(self, staff_no: str = "C1", outcome: Outcome = "no_answer", **options: Any) -> UUID:
        """Claim what is most pressing, dial, and end with this outcome; return the contact."""
        contact = await self.begin(staff_no, **options)
        if outcome == "completed":
            await self.play(contact)
        await self.conclude(contact, outcome)
        return contact

    async def abandon(self, contact: UUID, reason: str = "phone broke") -> None:
        await self.do(lambda scope: concluding.abandon(scope, contact, by("C1"), reason))

    async def prove(self, contact: UUID, kind: str, status: str = "stored") -> None:
        """Put evidence on file as its store does, and judge anew."""
        await self.fetch(
            "INSERT INTO evidence (id, contact_id, kind, status, uploaded_by, created_at)"
            " VALUES ($1, $2, $3, $4, 'client:test', now())",
            new_id(),
            contact,
            kind,
            status,
        )

        async def judge(scope: Scope) -> None:
            loaded = await contacts.load(scope, contact)
            assert loaded is not None
            await concluding.judge_success(scope, loaded)

        await self.do(judge)

    async def expire_leases(self) -> None:
        await self.fetch(
            "UPDATE obligation SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"
        )

    async def to_channel(self, obligation: UUID, channel: str, rung: int) -> None:
        await self.fetch(
            "UPDATE obligation SET channel = $2, rung = $3 WHERE id = $1", obligation, channel, rung
        )

    async def let_seller_visit(self, obligation: UUID) -> None:
        """Say of an obligation that its visits are sales' own."""
        await self.fetch(
            "UPDATE obligation SET draft = (draft::jsonb || '{\"seller_may_visit\": true}')::json WHERE id = $1",
            obligation,
        )

    async def refusal(self, doing: Awaitable[Any]) -> str:
        with pytest.raises(Refused) as caught:
            await doing
        return caught.value.code


async def _opened(house: Any, send: Any, **options: Any) -> Office:
    insurer = await house.insurer(**options)
    async with insurer.scope() as opened:
        await save_units(opened, (COUNTY,))
        await save_staff(opened, STAFF)
    services = insurer.services
    return Office(insurer, await services.catalogue(), await services.calendar(), send)


@pytest.fixture
async def office(house: Any, send: Any) -> Office:
    """A tenant of its own for each test; it is 10:00 on Tuesday 10 March 2026."""
    return await _opened(house, send)


@pytest.fixture(scope="session")
def make_office() -> Callable[..., Awaitable[Office]]:
    """Open an office that several tests share."""
    return _opened
