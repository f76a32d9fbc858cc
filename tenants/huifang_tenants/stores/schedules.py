"""Which contracts a schedule is due for on a day, and up to which day each schedule was looked at.

Found by the spans of days that a day looks back to, through indexes: never by looking at every contract.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.schedules import Schedule, anchor_spans, occurrences
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Min
from piccolo.querystring import QueryString

from huifang_tenants.intake import OWN_SOURCE
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import update
from huifang_tenants.stores.queries import any_of, pair_in
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.customers import Customer
from huifang_tenants.tables.plugins import ScheduleProgress

_COLUMNS: Final = {
    "contract.issued_on": Contract.issued_on,
    "contract.effective_on": Contract.effective_on,
    "contract.expires_on": Contract.expires_on,
}
_FIRST_BIRTH: Final = date(1900, 1, 1)


class Progress(msgspec.Struct, frozen=True):
    """Where a schedule stands: every event up to day `done_until` was taken in, of the day after it those up to contract `done_to`."""

    plugin: str
    schedule: str
    done_until: date
    done_to: str

    @property
    def day(self) -> date:
        """The day to be looked at."""
        return self.done_until + timedelta(1)


class Due(msgspec.Struct, frozen=True):
    """A contract that is to be told of a day of a schedule: that which is looked at, or one before, where it came in late."""

    contract_no: str
    day: date


class _Arguments(list[object]):
    """The arguments of a query, numbered as they come."""

    def place(self, value: object) -> str:
        """Add a value; return its place in the SQL."""
        self.append(value)
        return f"${len(self)}"


async def next_to_look_at(scope: Scope, known: Iterable[tuple[str, str]], today: date) -> Progress | None:
    """Return the schedule that is furthest behind today, of these (plugin, schedule); None when all are done with today."""
    plugins, schedules = _columns(known)
    row = (
        await ScheduleProgress.select()
        .where(
            ScheduleProgress.done_until < today,
            pair_in((ScheduleProgress.plugin, ScheduleProgress.schedule), plugins, schedules),
        )
        .order_by(ScheduleProgress.done_until, ScheduleProgress.plugin, ScheduleProgress.schedule)
        .first()
    )
    return None if row is None else Progress(**row)


async def keep_progress(scope: Scope, wanted: Iterable[tuple[str, str]], today: date) -> None:
    """Let exactly these (plugin, schedule) be looked at, those that are new from `today` on."""
    plugins, schedules = _columns(wanted)
    kept = pair_in((ScheduleProgress.plugin, ScheduleProgress.schedule), plugins, schedules)
    await ScheduleProgress.delete().where(QueryString("NOT ({})", kept))
    for plugin, schedule in zip(plugins, schedules, strict=True):
        new = ScheduleProgress(plugin=plugin, schedule=schedule, done_until=today - timedelta(1))
        await ScheduleProgress.insert(new).on_conflict(action="DO NOTHING")


async def move_on(scope: Scope, progress: Progress, done_to: str | None) -> None:
    """Save that the day is done up to a contract, or done with where that is None; nothing where somebody else was faster."""
    stands: dict[Column | str, Any] = {
        ScheduleProgress.done_until: progress.day if done_to is None else progress.done_until,
        ScheduleProgress.done_to: done_to or "",
    }
    await ScheduleProgress.update(stands).where(
        ScheduleProgress.plugin == progress.plugin,
        ScheduleProgress.schedule == progress.schedule,
        ScheduleProgress.done_until == progress.done_until,
        ScheduleProgress.done_to == progress.done_to,
    )


async def are_any(scope: Scope) -> bool:
    """Tell whether the tenant has any schedule."""
    found: bool = await ScheduleProgress.exists()
    return found


async def due_contracts(
    scope: Scope,
    schedule: Schedule,
    on: date,
    prefix: str,
    after: str,
    limit: int,
    settings: Mapping[str, Any],
) -> tuple[list[Due], str | None]:
    """Return the next contracts after number `after` for which a schedule is due on a day, and where to go on, None at the end.

    `settings` are the tenant's own of the plugin on that day. The ids of the schedule's events are `prefix`, the day, a slash and the
    contract's number: a person that has one of that day already, by whichever contract, gets no other.
    """
    arguments = _Arguments()
    of_the_kind = f"d.status = ANY({arguments.place(list(schedule.statuses))})"
    if schedule.lines is not None:
        of_the_kind += f" AND d.line = ANY({arguments.place(list(schedule.lines))})"
    match schedule.anchor:
        case "calendar":
            if not any(occurrences(schedule, None, on, on, settings)):
                return [], None
            source, day = "contract d", f"{arguments.place(on)}::date"
        case "customer.birth_date":
            births = sorted(_days_of_birth(schedule, on))
            tokens = arguments.place([scope.cipher.blind("birthday", birth) for birth in births])
            day = f"{arguments.place(on)}::date"
            source = (
                f"customer p JOIN contract d ON d.policyholder_id = p.id AND p.birthday_blind = ANY({tokens})"
            )
        case anchor:
            column = _COLUMNS[anchor]
            earliest = (await Contract.select(Min(column).as_alias("day")))[0]["day"]
            days = [on - timedelta(n) for n in range(schedule.late_days + 1)]
            spans = [
                (told_of, first, last)
                for told_of in days
                for first, last in (anchor_spans(schedule, told_of, earliest) if earliest else ())
            ]
            places = ", ".join(f"{arguments.place([span[n] for span in spans])}::date[]" for n in range(3))
            source = (
                f"unnest({places}) AS s(day, first, last)"
                f" JOIN contract d ON d.{column._meta.name} BETWEEN s.first AND s.last"
            )
            day = "s.day"
    # What is due is little, and looked up once; but on a day of the calendar it is everything, and gone through in order.
    once = "NOT MATERIALIZED" if schedule.anchor == "calendar" else "MATERIALIZED"
    condition = f"c.contract_no > {arguments.place(after)}"
    if schedule.per == "customer":
        condition += f" AND {_first_of_the_person(arguments, f'{prefix}{on}/')}"
    if schedule.late_days:
        condition += f" AND {_not_told(arguments, prefix, on)}"
    # SQL: spans of days, and joins by numbers that are no foreign keys.
    rows = await scope.connection.fetch(
        f"WITH due AS {once} (SELECT d.contract_no, d.policyholder_id, {day} AS day FROM {source}"  # noqa: S608
        f" WHERE {of_the_kind}) SELECT DISTINCT ON (c.contract_no) c.contract_no, c.policyholder_id, c.day"
        f" FROM due c WHERE {condition} ORDER BY c.contract_no, c.day DESC LIMIT {arguments.place(limit)}",
        *arguments,
    )
    end: str | None = rows[-1]["contract_no"] if len(rows) == limit else None
    if schedule.anchor == "customer.birth_date":
        # The index tells no years: in that of the birth itself nothing is due.
        born = await _births(scope, {row["policyholder_id"] for row in rows})
        rows = [row for row in rows if any(occurrences(schedule, born.get(row["policyholder_id"]), on, on))]
    return [Due(row["contract_no"], row["day"]) for row in rows], end


def _columns(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    listed = list(pairs)
    return [first for first, _ in listed], [second for _, second in listed]


def _first_of_the_person(arguments: _Arguments, prefix: str) -> str:
    """The condition that of all contracts of a person that are due, this is the first by number and none was told before."""
    source, told = arguments.place(OWN_SOURCE), arguments.place(prefix)
    return (
        "(c.policyholder_id IS NULL OR NOT EXISTS"  # noqa: S608
        " (SELECT FROM due o WHERE o.policyholder_id = c.policyholder_id AND o.contract_no < c.contract_no)"
        " AND NOT EXISTS (SELECT FROM contract t JOIN event e"
        f" ON e.source = {source} AND e.event_id = {told} || t.contract_no"
        " WHERE t.policyholder_id = c.policyholder_id AND t.contract_no <> c.contract_no))"
    )


def _not_told(arguments: _Arguments, prefix: str, on: date) -> str:
    """The condition that a contract was not told yet of a day before the one that is looked at."""
    source, told, day = arguments.place(OWN_SOURCE), arguments.place(prefix), arguments.place(on)
    return (
        f"(c.day = {day} OR NOT EXISTS (SELECT FROM event e WHERE e.source = {source}"
        f" AND e.event_id = {told} || to_char(c.day, 'YYYY-MM-DD/') || c.contract_no))"
    )


def _days_of_birth(schedule: Schedule, on: date) -> set[str]:
    """Month and day of all births for which a schedule may be due on a day."""
    return {
        f"{span[0] + timedelta(n):%m-%d}"
        for span in anchor_spans(schedule, on, _FIRST_BIRTH)
        for n in range((span[1] - span[0]).days + 1)
    }


async def _births(scope: Scope, customers: Collection[UUID]) -> dict[UUID, date]:
    rows = await Customer.select(Customer.id, Customer.birth_date_enc).where(
        Customer.id == any_of(customers), Customer.birth_date_enc.is_not_null()
    )
    return {row["id"]: _opened(scope, row["id"], row["birth_date_enc"]) for row in rows}


def _opened(scope: Scope, id: UUID, sealed: bytes) -> date:
    return date.fromisoformat(scope.cipher.decrypt(sealed, "customer.birth_date", id))


async def index_birthdays(scope: Scope, limit: int) -> int:
    """Index the birthdays of customers that came in before there was an index of them; return how many were left without."""
    rows = (
        await Customer.select(Customer.id, Customer.birth_date_enc)
        .where(Customer.birthday_blind.is_null(), Customer.birth_date_enc.is_not_null())
        .order_by(Customer.id)
        .limit(limit)
        .lock_rows("UPDATE", skip_locked=True)
    )
    born = {row["id"]: _opened(scope, row["id"], row["birth_date_enc"]) for row in rows}
    indexed = [(id, scope.cipher.blind("birthday", f"{day:%m-%d}")) for id, day in born.items()]
    return await update(scope, "customer", "id", [("birthday_blind", "bytea")], indexed)
