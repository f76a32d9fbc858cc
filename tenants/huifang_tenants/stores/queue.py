"""The work queue: taking the next obligation, never the same to two people, and none whose script can't be played now.

A lease is two columns of the obligation and ends by itself: what has run out counts as free, whether or not any job has run.
Leases count in wall time, windows and call-backs in business time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from huifang_core.obligations import ContactChannel
from piccolo.columns import Column

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import BELOW
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.stores.restraints import Cause, Restraints, counts, document, nothing_holds_back
from huifang_tenants.tables.obligations import Obligation

_EXTEND: Final = Kept(
    Obligation.update({Obligation.lease_until: Slot("until")}).where(
        Obligation.lease_contact == Slot("contact"), Obligation.lease_until < Slot("until")
    )
)
_FREE: Final[dict[Column | str, Any]] = {
    Obligation.lease_staff: None,
    Obligation.lease_until: None,
    Obligation.lease_contact: None,
}
_RELEASE: Final = Kept(
    Obligation.update(_FREE).where(
        Obligation.lease_contact == Slot("contact"), Obligation.lease_until.is_not_null()
    )
)
_PUT_BACK: Final = Kept(Obligation.update(_FREE).where(Obligation.id == any_of(Slot("ids"))))
_GIVE_BACK: Final = Kept(
    Obligation.update({Obligation.lease_staff: None, Obligation.lease_until: None})
    .where(
        Obligation.lease_staff == Slot("staff"),
        Obligation.lease_contact.is_null(),
        Obligation.status == "open",
    )
    .returning(Obligation.id)
)
_LATE: Final = Kept(
    Obligation.select(*Obligation.all_columns())
    .where(
        Obligation.id == Slot("id"),
        Obligation.status.is_in(["unreachable", "expired"])
        | (
            (Obligation.status == "open")
            & (Obligation.after_due == "stop")
            & (Obligation.due_by <= Slot("now"))
        ),
        Obligation.lease_until.is_null() | (Obligation.lease_until <= Slot("wall_now")),
    )
    .lock_rows("UPDATE")
)

# SQL from here: ordered looks into an index by LATERAL, advisory locks, and changes of rows locked with SKIP LOCKED.

# Whoever may still be on the line with somebody else is left alone: their leases hold, or something happened in a contact of
# theirs of late, even where what it was about has been taken off the books meanwhile. The contact may have begun under a record
# that was merged since; what is leased has followed to the one that stands. A letter that is out, or a visit planned for another day,
# is leased for days and keeps nobody from the phone: a call's lease never runs for as long as an hour.
_HELD: Final = """
      EXISTS (SELECT FROM obligation held WHERE held.customer_id = {customer} AND held.status = 'open'
              AND held.lease_until > {now} AND held.lease_until <= {now} + interval '1 hour' AND held.lease_staff <> {staff})
"""
_SPEAKING: Final = f"""
      EXISTS (SELECT FROM {BELOW.format(id="{customer}")} record CROSS JOIN LATERAL
              (SELECT FROM contact k WHERE k.customer_id = record.id AND k.status = 'in_progress' AND k.staff_id <> {{staff}}
               AND k.channel <> 'letter' AND k.visit IS NULL
               AND EXISTS (SELECT FROM ledger l WHERE l.subject_id = k.id AND l.at > {{quiet_since}}) LIMIT 1) speaking)
"""  # noqa: S608
_OF_CLAIM: Final = {"customer": "o.customer_id", "now": "$3", "staff": "$5", "quiet_since": "$7"}
_ALONE: Final = f"AND NOT {_HELD.format(**_OF_CLAIM)} AND NOT {_SPEAKING.format(**_OF_CLAIM)}"
_OF_PERSON: Final = {"customer": "$1", "now": "$2", "staff": "$3", "quiet_since": "$4"}
_ENGAGED: Final = f"SELECT {_HELD.format(**_OF_PERSON)} OR {_SPEAKING.format(**_OF_PERSON)}"
_IS_ALONE: Final = (
    "SELECT pg_try_advisory_xact_lock(hashtextextended($1::uuid::text, 20121))"
    f" AND NOT {_HELD.format(**_OF_PERSON)} AND NOT {_SPEAKING.format(**_OF_PERSON)}"
)
# What a case has to be solved for first waits for it (PF-4).
UNSOLVED: Final = """
      NOT EXISTS (SELECT FROM case_file f WHERE f.contract_id = o.contract_id AND f.root_event_id = o.root_event_id
                  AND f.plugin = o.plugin AND f.status IN ('open', 'assigned') AND NOT f.withdrawn
                  AND (o.draft ->> 'after_case')::boolean)
"""
# Who has died or can't answer is not called, where nobody else may be (DEC-2: it is overdue all the same).
CONTACTABLE: Final = """
      NOT EXISTS (SELECT FROM customer k WHERE k.id = o.customer_id AND k.not_contactable IS NOT NULL
                  AND coalesce(json_array_length(o.draft -> 'call'), 1) = 1
                  AND coalesce(o.draft -> 'call' ->> 0, 'policyholder') = 'policyholder')
"""
# A contract whose new policyholder is not on file is waited for with its events: nobody else is called about it.
_DUE_BY_ITSELF: Final = """
      o.status = 'open' AND o.callable_from <= $2
      AND (o.lease_until IS NULL OR o.lease_until <= $3)
      AND (o.after_due = 'continue' OR o.due_by > $2)
      AND o.unit = ANY(ARRAY(SELECT u.code FROM unit u WHERE u.path @> ARRAY[$4]::text[]))
      AND EXISTS (SELECT FROM contract c WHERE c.id = o.contract_id AND c.policyholder_id IS NOT NULL)
      AND (o.channel <> 'on_site'
           OR NOT EXISTS (SELECT FROM contract c WHERE c.id = o.contract_id AND c.seller_no = $6)
           OR (o.draft ->> 'seller_may_visit')::boolean)
"""
_READY: Final = f"{_DUE_BY_ITSELF} AND {CONTACTABLE} AND {UNSOLVED}"
# What a team leader gives out is its assignee's alone (DEC-8), and an outside vendor's callers have nothing else (HT-3).
_ASSIGNED: Final = "o.assignee = $5"
_FROM_QUEUE: Final = "NOT o.listed AND (SELECT s.vendor FROM staff s WHERE s.id = $5) IS NULL"
_MINE: Final = f"({_ASSIGNED} OR {_FROM_QUEUE})"
_DUE: Final = f"{_READY} AND {_MINE}"
PLAYABLE: Final = """
      o.plugin || '/' || o.script = ANY({scripts})
      AND NOT EXISTS (SELECT FROM json_array_elements_text(o.draft -> 'content') AS item
                      WHERE o.plugin || '/' || item <> ALL({items}))
      AND ((o.draft ->> 'filed_script')::boolean IS NOT TRUE OR {filed})
"""
"""Condition on obligation `o`: its script and all it has to cover are among those that can be played (`Playable`)."""

FILED: Final = """
      EXISTS (SELECT FROM unnest({filed}::text[], {filed_items}::text[]) AS version (script, items)
              WHERE version.script = o.plugin || '/' || o.script
              AND NOT EXISTS (SELECT FROM json_array_elements_text(o.draft -> 'content') AS item
                              WHERE item <> ALL(string_to_array(version.items, ' '))))
"""
"""Condition on obligation `o`: a version of its script that covers all it has to was filed (LN-6)."""

_FILED: Final = FILED.format(filed="$10", filed_items="$11")
_PLAYABLE: Final = PLAYABLE.format(scripts="$8", items="$9", filed=_FILED)
STOPPED: Final = """
      EXISTS (SELECT FROM stop WHERE stop.lifted_at IS NULL AND coalesce(stop.plugin, o.plugin) = o.plugin
              AND coalesce(stop.script, o.script) = o.script AND coalesce(stop.channel, o.channel) = o.channel)
"""
"""Condition on obligation `o`: somebody stopped such work."""

_GOES_ON: Final = f"{_PLAYABLE} AND NOT {STOPPED}"
_MAY: Final = f"{_DUE} AND {_GOES_ON}"
# Before PostgreSQL 17 several units are compared in the table, row by row, and a claim for units without work would read everybody
# else's whole queue there. Whether there is any between the first and the last of them by the alphabet can be told from the
# index alone. It is a question of its own, since a range would make the planner of the next one expect next to nothing, and sort.
_ANY_NEAR: Final = """
    (SELECT o.unit FROM obligation o WHERE o.status = 'open' AND NOT o.listed AND o.channel = wanted.channel
     AND o.unit >= (SELECT min(u.code) FROM unit u WHERE u.path @> ARRAY[$4]::text[])
     AND o.unit <= (SELECT max(u.code) FROM unit u WHERE u.path @> ARRAY[$4]::text[])
     ORDER BY o.priority DESC, o.due_by, o.id LIMIT 1) IS NOT NULL
"""
# One document, whatever holds work back: the number of its parameter is all that differs between the queries.
_OPEN: Final = {n: f"{_MAY} AND {nothing_holds_back(n)}" for n in ("$13", "$15")}
_HEAD: Final = f"""
    SELECT o.id, o.customer_id, o.channel, o.priority, o.due_by, o.around_the_clock FROM obligation o
    WHERE o.channel = wanted.channel AND {_READY} AND {{taken}} AND {_GOES_ON} AND {nothing_holds_back("$14")}
      AND o.customer_id <> ALL($12) {_ALONE}
      AND o.around_the_clock >= wanted.closed
    ORDER BY o.priority DESC, o.due_by, o.id LIMIT 16
"""  # noqa: S608
# One ordered look into an index per channel, and one into that of what is assigned: over several channels at once, all open work
# would have to be sorted. An inequality of booleans can be told from the index alone, an OR could not.
_PICK: Final = f"""
SELECT picked.customer_id, picked.channel, picked.around_the_clock
FROM unnest($1::text[], $13::boolean[]) AS wanted (channel, closed) CROSS JOIN LATERAL (
    ({_HEAD.format(taken=_ASSIGNED)})
    UNION ALL (SELECT * FROM ({_HEAD.format(taken=_FROM_QUEUE)}) head WHERE {_ANY_NEAR})
) picked
ORDER BY picked.priority DESC, picked.due_by, picked.id
"""  # noqa: S608
_LOCK_FIRST: Final = """
SELECT id FROM unnest($1::uuid[]) AS wanted (id)
WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 20121)) LIMIT 1
"""
_LOCK_PERSON: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 20121))"
_BUNDLE: Final = f"""
WITH free AS (
    SELECT o.id FROM obligation o WHERE o.customer_id = $12 AND o.channel = $1 AND {_OPEN["$15"]} {_ALONE}
      AND o.around_the_clock = $14
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE obligation o SET lease_staff = $5, lease_until = $13, lease_contact = NULL FROM free WHERE o.id = free.id
RETURNING o.id, o.priority, o.due_by
"""  # noqa: S608
_HELD_BACK: Final = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE o.due_by > $2 AND o.due_by <= $12) AS due_before
FROM obligation o WHERE o.channel = $1 AND {_OPEN["$13"]} {_ALONE} AND NOT o.around_the_clock
"""  # noqa: S608
_RESTRAINED: Final = f"""
SELECT o.plugin, {counts("$12")} FROM obligation o
WHERE o.channel = ANY($1) AND {_MAY} AND NOT ({nothing_holds_back("$12")}) {_ALONE} GROUP BY o.plugin ORDER BY o.plugin
"""  # noqa: S608
_WITHOUT_SCRIPT: Final = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE o.due_by <= $2) AS overdue,
       count(*) FILTER (WHERE (o.draft ->> 'filed_script')::boolean AND NOT ({_FILED})) AS not_filed
FROM obligation o WHERE o.channel = ANY($1) AND {_DUE} AND NOT ({_PLAYABLE}) {_ALONE}
"""  # noqa: S608
_STOPPED_NOW: Final = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE o.due_by <= $2) AS overdue
FROM obligation o WHERE o.channel = ANY($1) AND {_DUE} AND {_PLAYABLE} AND {STOPPED} {_ALONE}
"""  # noqa: S608
_NOT_GIVEN_OUT: Final = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE o.due_by <= $2) AS overdue
FROM obligation o WHERE o.channel = ANY($1) AND {_READY} AND o.listed AND o.assignee IS NULL AND {_GOES_ON} {_ALONE}
"""  # noqa: S608
_STANDING_STILL: Final = f"""
SELECT count(*) FILTER (WHERE NOT ({UNSOLVED})) AS waiting_for_case, count(*) FILTER (WHERE NOT ({CONTACTABLE})) AS not_contactable
FROM obligation o WHERE o.channel = ANY($1) AND {_DUE_BY_ITSELF} AND {_MINE} AND NOT ({CONTACTABLE} AND {UNSOLVED}) AND {_PLAYABLE} {_ALONE}
"""  # noqa: S608
# For whoever rings up: at whatever channel it stands, and late or not (DEC-3). Windows to come stay to come.
_OPEN_WITH: Final = f"""
SELECT o.* FROM obligation o
WHERE o.customer_id = $1 AND o.status IN ('open', 'unreachable', 'expired') AND (o.due_from IS NULL OR o.due_from <= $2)
  AND (o.lease_until IS NULL OR o.lease_until <= $3 OR (o.lease_staff = $5 AND o.lease_contact IS NULL))
  AND o.unit = ANY(ARRAY(SELECT u.code FROM unit u WHERE u.path @> ARRAY[$4]::text[]))
  AND EXISTS (SELECT FROM contract c WHERE c.id = o.contract_id AND c.policyholder_id IS NOT NULL)
  AND {_MINE} AND {UNSOLVED} AND NOT {STOPPED}
  AND {PLAYABLE.format(scripts="$6", items="$7", filed=FILED.format(filed="$8", filed_items="$9"))}
ORDER BY o.priority DESC, o.due_by, o.id
"""  # noqa: S608
# By a recursive query and a join of a table with itself.
_STANDING_FOR: Final = (
    "WITH RECURSIVE chain AS (SELECT id, replaced_by, 0 AS depth FROM obligation WHERE id = $1"
    " UNION ALL SELECT o.id, o.replaced_by, depth + 1 FROM obligation o JOIN chain ON o.id = chain.replaced_by)"
    " SELECT id FROM chain ORDER BY depth DESC LIMIT 1"
)
_LEASED_WITH: Final = (
    "SELECT o.* FROM obligation o JOIN obligation asked ON asked.id = $1 AND asked.customer_id = o.customer_id"
    " AND asked.channel = o.channel AND asked.around_the_clock = o.around_the_clock WHERE o.status = 'open' AND o.lease_staff = $2 AND o.lease_until > $3"
    " AND asked.lease_staff = $2 AND asked.lease_until > $3 AND o.lease_contact IS NULL"
    " ORDER BY o.priority DESC, o.due_by, o.id FOR UPDATE OF o"
)


class Playable(msgspec.Struct, frozen=True):
    """What can be played now: `scripts` and content `items`, each as "plugin/id".

    `filed` names the script of each version that was filed, and `filed_items` what that version covers, by spaces.
    """

    scripts: list[str]
    items: list[str]
    filed: list[str] = []
    filed_items: list[str] = []


class Worker(msgspec.Struct, frozen=True):
    """Who claims: `unit` is the top of the subtree worked in, and a contact silent since `quiet_since` is over (wall time).

    What can't be played, and what is held back, is passed over, wherever it stands in the queue.
    """

    id: UUID
    staff_no: str
    unit: str
    quiet_since: datetime
    playable: Playable
    restraints: Restraints


class Leased(msgspec.Struct, frozen=True):
    """What was leased of one customer, the most pressing first."""

    ids: list[UUID]
    customer_id: UUID
    channel: ContactChannel
    around_the_clock: bool


async def claim(
    scope: Scope,
    worker: Worker,
    channels: Sequence[str],
    lease_until: datetime,
    *,
    calling: bool,
    passed_over: Sequence[UUID] = (),
) -> Leased | None:
    """Lease the most pressing obligation and whatever else the same person can be asked in the same contact (DEC-5).

    Highest priority first, then the earliest deadline; the ids come in that order, with the channel. A visit is never given to
    the seller, but where sales' own visits are meant (DEC-7). Outside calling hours (`calling` false) only what is called around
    the clock is given out by phone; since it can be dialled when other calls can't, it shares no contact with them. Nothing of the
    customers `passed_over` is given out. Returns None when there is nothing to do.
    """
    passed_over = list(passed_over)
    closed = _closed(channels, calling=calling)
    while True:
        picked = await scope.connection.fetch(
            _PICK,
            list(channels),
            *_common(scope, worker),
            passed_over,
            closed,
            document(worker.restraints),
        )
        if not picked:
            return None
        # A lock on the person, not on rows: claimers that hold some of a person's rows would wait for each other.
        people = {row["customer_id"]: row for row in reversed(picked)}
        wanted = list(dict.fromkeys(row["customer_id"] for row in picked))
        customer_id = await scope.connection.fetchval(_LOCK_FIRST, wanted)
        if customer_id is None:
            passed_over += wanted
            continue
        channel, around_the_clock = people[customer_id]["channel"], people[customer_id]["around_the_clock"]
        leased = await scope.connection.fetch(
            _BUNDLE,
            channel,
            *_common(scope, worker),
            customer_id,
            lease_until,
            around_the_clock,
            document(worker.restraints),
        )
        if leased:
            leased.sort(key=lambda row: (-row["priority"], row["due_by"], row["id"]))
            return Leased([row["id"] for row in leased], customer_id, channel, around_the_clock)
        passed_over.append(customer_id)


async def take_alone(scope: Scope, customer_id: UUID, staff_id: UUID, quiet_since: datetime) -> bool:
    """Tell whether nobody else is about to speak with a person, and keep others from claiming for them until the scope ends.

    It does not wait for whoever claims for them just now, as `engaged` would: whoever asks holds another person already.
    """
    found: bool = await scope.connection.fetchval(
        _IS_ALONE, customer_id, scope.wall_now, staff_id, quiet_since
    )
    return found


async def held_back(scope: Scope, worker: Worker, channel: str, until: datetime) -> tuple[int, int]:
    """Count what could be claimed by a channel that is shut, and how much of it falls due by `until`."""
    row = await scope.connection.fetchrow(
        _HELD_BACK, channel, *_common(scope, worker), until, document(worker.restraints)
    )
    return row["waiting"], row["due_before"]


async def restrained(scope: Scope, worker: Worker, channels: Sequence[str]) -> dict[str, dict[Cause, int]]:
    """Count, by plugin and cause, what could be claimed but for something that holds it back; one may have several causes."""
    rows = await scope.connection.fetch(
        _RESTRAINED, list(channels), *_common(scope, worker), document(worker.restraints)
    )
    return {row["plugin"]: {cause: row[cause] for cause in get_args(Cause)} for row in rows}


async def without_script(scope: Scope, worker: Worker, channels: Sequence[str]) -> tuple[int, int, int]:
    """Count what could be claimed but that it can't be played, how much of it is overdue, and how much lacks a filing."""
    row = await scope.connection.fetchrow(_WITHOUT_SCRIPT, list(channels), *_common(scope, worker))
    return row["waiting"], row["overdue"], row["not_filed"]


async def stopped(scope: Scope, worker: Worker, channels: Sequence[str]) -> tuple[int, int]:
    """Count what could be claimed but that somebody stopped it, and how much of it is overdue."""
    row = await scope.connection.fetchrow(_STOPPED_NOW, list(channels), *_common(scope, worker))
    return row["waiting"], row["overdue"]


async def not_given_out(scope: Scope, worker: Worker, channels: Sequence[str]) -> tuple[int, int]:
    """Count what a team leader has to give out first, and how much of it is overdue."""
    row = await scope.connection.fetchrow(_NOT_GIVEN_OUT, list(channels), *_common(scope, worker))
    return row["waiting"], row["overdue"]


async def standing_still(scope: Scope, worker: Worker, channels: Sequence[str]) -> tuple[int, int]:
    """Count what could be claimed but that its case is not solved yet, and but that the person is not called any more."""
    row = await scope.connection.fetchrow(_STANDING_STILL, list(channels), *_common(scope, worker))
    return row["waiting_for_case"], row["not_contactable"]


def _closed(channels: Sequence[str], *, calling: bool) -> list[bool]:
    """For each channel, whether it is shut but for what is done around the clock."""
    return [channel == "phone" and not calling for channel in channels]


def _common(scope: Scope, worker: Worker) -> tuple[Any, ...]:
    playable = worker.playable
    return (
        scope.now,
        scope.wall_now,
        worker.unit,
        worker.id,
        worker.staff_no,
        worker.quiet_since,
        playable.scripts,
        playable.items,
        playable.filed,
        playable.filed_items,
    )


async def standing_for(scope: Scope, obligation_id: UUID) -> UUID:
    """Return the obligation that now stands for this one: itself, or what it was superseded by."""
    id: UUID | None = await scope.connection.fetchval(_STANDING_FOR, obligation_id)
    return obligation_id if id is None else id


async def leased_with(scope: Scope, obligation_id: UUID, staff_id: UUID) -> list[Any]:
    """Lock and return the obligations leased to this member of staff together with `obligation_id`, itself among them."""
    return list(await scope.connection.fetch(_LEASED_WITH, obligation_id, staff_id, scope.wall_now))


async def open_with(scope: Scope, worker: Worker, customer_id: UUID, *, lock: bool = False) -> list[Any]:
    """Return what a member of staff can serve for a person who rings up, the most pressing first; locked if asked for."""
    found = await scope.connection.fetch(
        _OPEN_WITH + (" FOR UPDATE OF o SKIP LOCKED" if lock else ""),
        customer_id,
        scope.now,
        scope.wall_now,
        worker.unit,
        worker.id,
        worker.playable.scripts,
        worker.playable.items,
        worker.playable.filed,
        worker.playable.filed_items,
    )
    return list(found)


async def late(scope: Scope, obligation_id: UUID) -> Any | None:
    """Lock and return an obligation that is not given out any more and can still be completed (DEC-3), if nobody is at it."""
    return await _LATE.row(scope, id=obligation_id, now=scope.now, wall_now=scope.wall_now)


async def engaged(scope: Scope, customer_id: UUID, staff_id: UUID, quiet_since: datetime) -> bool:
    """Tell whether anybody else holds work about a person or is in contact with them; nobody claims any until the scope ends.

    A contact in which nothing happened since `quiet_since`, wall time, is over.
    """
    await scope.connection.execute(_LOCK_PERSON, customer_id)
    found: bool = await scope.connection.fetchval(
        _ENGAGED, customer_id, scope.wall_now, staff_id, quiet_since
    )
    return found


async def extend(scope: Scope, contact_id: UUID, lease_until: datetime) -> None:
    """Let the lease of a contact's obligations run on; one that already does so for longer is left alone."""
    await _EXTEND.run(scope, contact=contact_id, until=lease_until)


async def release(scope: Scope, contact_id: UUID) -> None:
    """End the lease of a contact's obligations."""
    await _RELEASE.run(scope, contact=contact_id)


async def put_back(scope: Scope, obligation_ids: Sequence[UUID]) -> None:
    """End the lease of these obligations."""
    if obligation_ids:
        await _PUT_BACK.run(scope, ids=list(obligation_ids))


async def give_back(scope: Scope, staff_id: UUID) -> int:
    """End the leases a member of staff holds without a contact; return how many obligations are free again."""
    return len(await _GIVE_BACK.rows(scope, staff=staff_id))
