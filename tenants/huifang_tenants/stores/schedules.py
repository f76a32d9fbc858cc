"""Which contracts a schedule is due for on a day, and up to which day each schedule was looked at.

Found by the spans of days that a day looks back to, through indexes: never by looking at every contract.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.schedules import Schedule, anchor_spans, occurrences

from huifang_tenants.intake import OWN_SOURCE
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import update
from huifang_tenants.stores.reading.keyset import Where

_COLUMNS: Final = {
    "contract.issued_on": "issued_on",
    "contract.effective_on": "effective_on",
    "contract.expires_on": "expires_on",
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


async def next_to_look_at(scope: Scope, known: Iterable[tuple[str, str]], today: date) -> Progress | None:
    """Return the schedule that is furthest behind today, of these (plugin, schedule); None when all are done with today."""
    wanted = list(known)
    row = await scope.connection.fetchrow(
        "SELECT plugin, schedule, done_until, done_to FROM schedule_progress WHERE done_until < $3"
        " AND (plugin, schedule) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
        " ORDER BY done_until, plugin, schedule LIMIT 1",
        [plugin for plugin, _ in wanted],
        [schedule for _, schedule in wanted],
        today,
    )
    return None if row is None else Progress(**dict(row))


async def keep_progress(scope: Scope, wanted: Iterable[tuple[str, str]], today: date) -> None:
    """Let exactly these (plugin, schedule) be looked at, those that are new from `today` on."""
    kept = list(wanted)
    plugins, schedules = [plugin for plugin, _ in kept], [schedule for _, schedule in kept]
    await scope.connection.execute(
        "DELETE FROM schedule_progress WHERE (plugin, schedule) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))",
        plugins,
        schedules,
    )
    await scope.connection.execute(
        "INSERT INTO schedule_progress (plugin, schedule, done_until) SELECT plugin, schedule, $3"
        " FROM unnest($1::text[], $2::text[]) AS s(plugin, schedule) ON CONFLICT DO NOTHING",
        plugins,
        schedules,
        today - timedelta(1),
    )


async def move_on(scope: Scope, progress: Progress, done_to: str | None) -> None:
    """Save that the day is done up to a contract, or done with where that is None; nothing where somebody else was faster."""
    await scope.connection.execute(
        "UPDATE schedule_progress SET done_until = $5, done_to = $6"
        " WHERE plugin = $1 AND schedule = $2 AND done_until = $3 AND done_to = $4",
        progress.plugin,
        progress.schedule,
        progress.done_until,
        progress.done_to,
        progress.day if done_to is None else progress.done_until,
        done_to or "",
    )


async def are_any(scope: Scope) -> bool:
    """Tell whether the tenant has any schedule."""
    found: bool = await scope.connection.fetchval("SELECT EXISTS (SELECT FROM schedule_progress)")
    return found


async def due_contracts(
    scope: Scope, schedule: Schedule, on: date, prefix: str, after: str, limit: int
) -> tuple[list[str], str | None]:
    """Return the next contract numbers after `after` for which a schedule is due on a day, and where to go on, None at the end.

    `prefix` is what the ids of its events on that day begin with: a person that has one already, by whichever contract, gets no other.
    """
    where = Where()
    match schedule.anchor:
        case "calendar":
            if not any(occurrences(schedule, None, on, on)):
                return [], None
            due = None
        case "customer.birth_date":
            days = sorted(_days_of_birth(schedule, on))
            tokens = where.parameter([scope.cipher.blind("birthday", day) for day in days])
            due = f"customer p JOIN contract d ON d.policyholder_id = p.id WHERE p.birthday_blind = ANY({tokens})"
        case anchor:
            column = _COLUMNS[anchor]
            earliest = await scope.connection.fetchval(f"SELECT min({column}) FROM contract")  # noqa: S608
            spans = anchor_spans(schedule, on, earliest) if earliest is not None else []
            firsts = where.parameter([first for first, _ in spans])
            lasts = where.parameter([last for _, last in spans])
            due = (
                f"unnest({firsts}::date[], {lasts}::date[]) AS s(first, last)"
                f" JOIN contract d ON d.{column} BETWEEN s.first AND s.last WHERE true"
            )
    # What is due is little, and looked up once; but on a day of the calendar it is everything, and gone through in order.
    looked_up = "" if due is None else f"WITH due AS MATERIALIZED (SELECT d.* FROM {due}) "  # noqa: S608
    relation = "contract" if due is None else "due"
    where.add("c.contract_no > {}", after)
    _of_the_kind(where, schedule, "c")
    if schedule.per == "customer":
        where.plain(_first_of_the_person(where, schedule, prefix, relation))
    most = where.parameter(limit)
    rows = await scope.connection.fetch(
        f"{looked_up}SELECT c.contract_no, c.policyholder_id FROM {relation} c WHERE {where.sql()}"  # noqa: S608
        f" ORDER BY 1 LIMIT {most}",
        *where.arguments,
    )
    end: str | None = rows[-1]["contract_no"] if len(rows) == limit else None
    if schedule.anchor == "customer.birth_date":
        # The index tells no years: in that of the birth itself nothing is due.
        born = await _births(scope, {row["policyholder_id"] for row in rows})
        rows = [row for row in rows if any(occurrences(schedule, born.get(row["policyholder_id"]), on, on))]
    return [row["contract_no"] for row in rows], end


def _of_the_kind(where: Where, schedule: Schedule, contract: str) -> None:
    """Add that a contract is of a status and line for which there is a schedule."""
    where.add(f"{contract}.status = ANY({{}})", list(schedule.statuses))
    where.add(f"{contract}.line = ANY({{}})", None if schedule.lines is None else list(schedule.lines))


def _first_of_the_person(where: Where, schedule: Schedule, prefix: str, relation: str) -> str:
    """The condition that of all contracts of a person that are due, this is the first by number and none was told before."""
    others = Where()
    others.arguments = where.arguments
    _of_the_kind(others, schedule, "o")
    source, told = where.parameter(OWN_SOURCE), where.parameter(prefix)
    return (
        f"(c.policyholder_id IS NULL OR NOT EXISTS (SELECT FROM {relation} o"  # noqa: S608
        f" WHERE o.policyholder_id = c.policyholder_id AND o.contract_no < c.contract_no AND {others.sql()})"
        " AND NOT EXISTS (SELECT FROM contract t JOIN event e"
        f" ON e.source = {source} AND e.event_id = {told} || t.contract_no"
        " WHERE t.policyholder_id = c.policyholder_id AND t.contract_no <> c.contract_no))"
    )


def _days_of_birth(schedule: Schedule, on: date) -> set[str]:
    """Month and day of all births for which a schedule may be due on a day."""
    return {
        f"{span[0] + timedelta(n):%m-%d}"
        for span in anchor_spans(schedule, on, _FIRST_BIRTH)
        for n in range((span[1] - span[0]).days + 1)
    }


async def _births(scope: Scope, customers: set[UUID]) -> dict[UUID, date]:
    rows = await scope.connection.fetch(
        "SELECT id, birth_date_enc FROM customer WHERE id = ANY($1) AND birth_date_enc IS NOT NULL",
        list(customers),
    )
    return {row["id"]: _opened(scope, row["id"], row["birth_date_enc"]) for row in rows}


def _opened(scope: Scope, id: UUID, sealed: bytes) -> date:
    return date.fromisoformat(scope.cipher.decrypt(sealed, "customer.birth_date", id))


async def index_birthdays(scope: Scope, limit: int) -> int:
    """Index the birthdays of customers that came in before there was an index of them; return how many were left without."""
    rows: Sequence[tuple[UUID, bytes]] = await scope.connection.fetch(
        "SELECT id, birth_date_enc FROM customer WHERE birthday_blind IS NULL AND birth_date_enc IS NOT NULL"
        " ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit,
    )
    indexed = [
        (id, scope.cipher.blind("birthday", f"{_opened(scope, id, sealed):%m-%d}")) for id, sealed in rows
    ]
    return await update(scope, "customer", "id", [("birthday_blind", "bytea")], indexed)
