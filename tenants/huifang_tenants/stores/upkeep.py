"""What upkeep looks for and marks: leases run out, deadlines passed or near, deliveries missing, totals to count.

`now` is business time, `wall` is wall time. Marking takes at most `limit` rows and skips those somebody else works on.

SQL stands where one query asks of several tables at once, or changes rows it picked with SKIP LOCKED in the same breath.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.custom_types import Combinable
from piccolo.query.functions.aggregate import Count, Min
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.draw_members import STANDING, WITH_STANDING
from huifang_tenants.stores.events import CAN_GO_ON
from huifang_tenants.stores.letters import UNANSWERED
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.stores.queue import FILED, PLAYABLE, Playable
from huifang_tenants.tables.cases import CaseFile
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.events import ControlTotal
from huifang_tenants.tables.obligations import Obligation


class Due(msgspec.Struct, frozen=True):
    """Which upkeep would find something to do."""

    leases: bool
    overdue: bool
    at_risk: bool
    cases: bool
    waiting: bool
    born_late: bool
    totals: bool
    parked: bool
    imports: bool
    failed_rows: bool
    draws: bool
    schedules: bool
    unanswered: bool
    appointments: bool
    solved: bool
    letters: bool


_NEXT_ALARM_DAY: Final = Kept(
    Obligation.select(Min(Obligation.alarm_on)).where(
        Obligation.status == "waiting", Obligation.alarm_on > Slot("today")
    )
)
_NEXT_AT_RISK: Final = Kept(
    Obligation.select(Min(Obligation.due_by)).where(
        Obligation.status == "open",
        Obligation.overdue_marked_at.is_null(),
        Obligation.at_risk_marked_at.is_null(),
        Obligation.due_by > Slot("now"),
        QueryString("{} > {} + interval '1 day'", Obligation.due_by, Obligation.due_from),
    )
)

# Each is one or two probes of a small partial index, so that a tenant in which nothing is due costs next to nothing. By
# ORDER BY and LIMIT: for EXISTS the planner may hope to find a row soon by reading the whole table, and read it for nothing.
# SQL: a recursive query.
_SCRIPTS_ASKED_FOR: Final = (
    "WITH RECURSIVE asked AS ((SELECT plugin, script FROM obligation WHERE {condition}"
    " ORDER BY plugin, script LIMIT 1)"
    " UNION ALL SELECT following.plugin, following.script FROM asked CROSS JOIN LATERAL"
    " (SELECT plugin, script FROM obligation WHERE {condition}"
    " AND (plugin, script) > (asked.plugin, asked.script) ORDER BY plugin, script LIMIT 1) following)"
    " SELECT plugin || '/' || script AS asked FROM asked"
)
_DUE: Final = (
    "SELECT (SELECT lease_until FROM obligation WHERE lease_until IS NOT NULL ORDER BY lease_until LIMIT 1) <= $2"  # noqa: S608
    " OR (SELECT k.id FROM contact k WHERE k.status = 'in_progress' AND k.answer_by IS NULL AND k.id NOT IN"
    " (SELECT o.lease_contact FROM obligation o WHERE o.lease_until > $2 AND o.lease_contact IS NOT NULL)"
    " ORDER BY k.id LIMIT 1) IS NOT NULL AS leases,"
    " (SELECT due_by FROM obligation WHERE status IN ('open', 'unreachable') AND overdue_marked_at IS NULL"
    " ORDER BY due_by LIMIT 1) <= $1 OR EXISTS (SELECT FROM alarm WHERE kind = 'obligation_overdue'"
    " AND cleared_at IS NULL) AS overdue,"
    " (SELECT due_by FROM obligation WHERE status IN ('open', 'unreachable') AND overdue_marked_at IS NULL"
    " AND status = 'open' AND at_risk_marked_at IS NULL AND due_by > $1 AND due_by > due_from + interval '1 day'"
    " ORDER BY due_by LIMIT 1) <= $4 AS at_risk,"
    " EXISTS (SELECT FROM case_file WHERE status IN ('open', 'assigned') AND NOT withdrawn AND paused_at IS NULL"
    " AND (escalate_at <= $1 OR remind_at <= $1)) OR EXISTS (SELECT FROM case_file WHERE paused_until <= $1)"
    " OR EXISTS (SELECT FROM work_order WHERE status = 'sent' AND overdue_marked_at IS NULL AND due_by <= $1)"
    " OR EXISTS (SELECT FROM alarm WHERE kind = 'case_overdue' AND cleared_at IS NULL) AS cases,"
    " EXISTS (SELECT FROM obligation o WHERE o.status = 'waiting' AND o.alarm_on <= $3 AND NOT EXISTS"
    " (SELECT FROM alarm a WHERE a.kind = 'delivery_missing' AND a.subject = o.id::text AND a.cleared_at IS NULL))"
    " OR EXISTS (SELECT FROM alarm a WHERE a.kind = 'delivery_missing' AND a.cleared_at IS NULL AND NOT EXISTS"
    " (SELECT FROM obligation o WHERE o.id = a.subject::uuid AND o.status = 'waiting' AND o.alarm_on <= $3))"
    " AS waiting,"
    " (SELECT unit FROM obligation WHERE born_late IS NOT NULL AND born_late_noticed_at IS NULL ORDER BY unit LIMIT 1)"
    " IS NOT NULL AS born_late,"
    " EXISTS (SELECT FROM control_total WHERE taken IS DISTINCT FROM announced AND taken IS NULL) AS totals,"
    " EXISTS (SELECT FROM event e LEFT JOIN contract c ON c.contract_no = e.contract_no"
    f" WHERE {CAN_GO_ON}) AS parked,"
    " (SELECT seen_at FROM import_run WHERE status = 'running' ORDER BY seen_at LIMIT 1) <= $5 AS imports,"
    " (SELECT failed_rows_until FROM import_run WHERE failed_rows_until IS NOT NULL ORDER BY failed_rows_until LIMIT 1) <= $2"
    " AS failed_rows,"
    " EXISTS (SELECT FROM draw WHERE status IN ('committed', 'gathering', 'closed')"
    " AND (status <> 'committed' OR asked_at IS NOT NULL OR last_day < $6) AND (try_at IS NULL OR try_at <= $2))"
    " OR EXISTS (SELECT FROM draw_member WHERE status = 'drawn' AND event_id IS NULL)"
    f" OR EXISTS (SELECT FROM {WITH_STANDING} WHERE m.watched AND {STANDING} <> 'open') AS draws,"
    " EXISTS (SELECT FROM schedule_progress WHERE done_until < $3) AS schedules,"
    " (SELECT answer_by FROM contact WHERE status = 'in_progress' AND answer_by IS NOT NULL ORDER BY answer_by LIMIT 1)"
    " <= $1 AS unanswered,"
    " (SELECT appointment_watch_at FROM obligation WHERE appointment_watch_at IS NOT NULL AND status = 'open'"
    " ORDER BY appointment_watch_at LIMIT 1) <= $1 AS appointments,"
    " EXISTS (SELECT FROM case_file WHERE second_callback AND status <> 'closed' AND CASE WHEN status = 'solved'"
    " THEN NOT withdrawn AND callback_round IS DISTINCT FROM reopened + 1"
    " ELSE callback_round IS NOT NULL AND callback_result IS NULL END) AS solved,"
    f" EXISTS ({UNANSWERED}) AS letters"
)


async def due(
    scope: Scope, today: date, at_risk_until: datetime, silent_since: datetime, draws_before: date
) -> Due:
    """Tell what is due: deliveries missing by the end of `today`, deadlines near that end by `at_risk_until`.

    Imports count as cut off without a sign of life since `silent_since`, wall time. Periods that ended before `draws_before` are drawn.
    """
    row = await scope.connection.fetchrow(
        _DUE, scope.now, scope.wall_now, today, at_risk_until, silent_since, draws_before
    )
    # A comparison with a minimum of nothing is neither true nor false.
    return Due(**{name: bool(found) for name, found in row.items()})


async def contacts_run_out(scope: Scope, quiet_since: datetime, limit: int) -> list[UUID]:
    """Lock and return contacts in progress whose lease has run out.

    Where no obligation is leased to one any more, as after a retraction, nothing must have happened in it since
    `quiet_since`, wall time. What was written to a customer has no lease and waits for its answer.
    """
    rows = await scope.connection.fetch(
        "SELECT k.id FROM contact k WHERE k.status = 'in_progress' AND k.answer_by IS NULL AND k.id NOT IN"
        " (SELECT o.lease_contact FROM obligation o WHERE o.lease_until > $1 AND o.lease_contact IS NOT NULL)"
        " AND (k.id IN (SELECT o.lease_contact FROM obligation o WHERE o.lease_until <= $1)"
        " OR NOT EXISTS (SELECT FROM ledger l WHERE l.subject_id = k.id AND l.at > $2))"
        " ORDER BY k.id LIMIT $3 FOR UPDATE OF k SKIP LOCKED",
        scope.wall_now,
        quiet_since,
        limit,
    )
    # Whoever was in the contact while it was being found may have gone on in it, before it was locked.
    extended = await Obligation.select(Obligation.lease_contact).where(
        Obligation.lease_contact == any_of(row["id"] for row in rows),
        Obligation.lease_until > scope.wall_now,
    )
    going_on = {row["lease_contact"] for row in extended}
    return [row["id"] for row in rows if row["id"] not in going_on]


async def clear_leases(scope: Scope, limit: int) -> int:
    """Clear leases that have run out, except those of contacts in progress; return how many."""
    status = await scope.connection.execute(
        "UPDATE obligation SET lease_staff = NULL, lease_until = NULL, lease_contact = NULL WHERE id IN"
        " (SELECT o.id FROM obligation o WHERE o.lease_until <= $1 AND NOT EXISTS"
        " (SELECT FROM contact k WHERE k.id = o.lease_contact AND k.status = 'in_progress')"
        " ORDER BY o.lease_until LIMIT $2 FOR UPDATE OF o SKIP LOCKED)",
        scope.wall_now,
        limit,
    )
    return int(status.rpartition(" ")[2])


async def mark_overdue(scope: Scope, limit: int) -> list[Any]:
    """Mark what has become overdue; return id, unit and kind of each."""
    return list(
        await scope.connection.fetch(
            "UPDATE obligation SET overdue_marked_at = $1 WHERE id IN (SELECT id FROM obligation"
            " WHERE status IN ('open', 'unreachable') AND overdue_marked_at IS NULL AND due_by <= $1"
            " ORDER BY due_by LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, unit, kind",
            scope.now,
            limit,
        )
    )


async def expire_stopped(scope: Scope, limit: int) -> list[UUID]:
    """Expire what is overdue and stops then (DEC-3), unless somebody is at it; return the ids."""
    rows = await scope.connection.fetch(
        "UPDATE obligation SET status = 'expired', status_reason = 'stops_when_due', closed_at = $1, updated_at = $1,"
        " lease_staff = NULL, lease_until = NULL WHERE id IN (SELECT id FROM obligation WHERE status = 'open'"
        " AND overdue_marked_at IS NOT NULL AND after_due = 'stop' AND due_by <= $1 AND lease_contact IS NULL"
        " AND (lease_until IS NULL OR lease_until <= $2) ORDER BY unit, kind LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        scope.now,
        scope.wall_now,
        limit,
    )
    return [row["id"] for row in rows]


async def overdue_groups(scope: Scope) -> list[Any]:
    """Return unit, kind, title, count and earliest deadline of what is overdue and still to be done."""
    return list(
        await scope.connection.fetch(
            "SELECT g.*, (SELECT o.draft -> 'title' FROM obligation o WHERE o.unit = g.unit AND o.kind = g.kind"
            " AND o.overdue_marked_at IS NOT NULL AND o.status IN ('open', 'unreachable') LIMIT 1) AS title"
            " FROM (SELECT unit, kind, count(*) AS number, min(due_by) AS earliest FROM obligation"
            " WHERE overdue_marked_at IS NOT NULL AND status IN ('open', 'unreachable') AND due_by <= $1"
            " GROUP BY unit, kind) g",
            scope.now,
        )
    )


async def mark_at_risk(scope: Scope, until: datetime, limit: int) -> list[Any]:
    """Mark what falls due by `until`, once; return id, unit, kind, title and deadline of each.

    Windows of a day or less are left out: they are at risk from their beginning.
    """
    return list(
        await scope.connection.fetch(
            "UPDATE obligation SET at_risk_marked_at = $1 WHERE id IN (SELECT id FROM obligation"
            " WHERE status = 'open' AND overdue_marked_at IS NULL AND at_risk_marked_at IS NULL AND due_by > $1"
            " AND due_by <= $2 AND due_by > due_from + interval '1 day' ORDER BY due_by LIMIT $3"
            " FOR UPDATE SKIP LOCKED) RETURNING id, unit, kind, draft -> 'title' AS title, due_by",
            scope.now,
            until,
            limit,
        )
    )


async def mark_born_late(scope: Scope, limit: int) -> list[Any]:
    """Mark what was late at birth and not noticed yet; return unit, cause and status of each."""
    return list(
        await scope.connection.fetch(
            "UPDATE obligation SET born_late_noticed_at = $1 WHERE id IN (SELECT id FROM obligation"
            " WHERE born_late IS NOT NULL AND born_late_noticed_at IS NULL ORDER BY unit LIMIT $2 FOR UPDATE SKIP LOCKED)"
            " RETURNING unit, born_late AS cause, status",
            scope.now,
            limit,
        )
    )


async def late_case_groups(scope: Scope) -> list[Any]:
    """Return unit, count and earliest deadline of the cases that are overdue now."""
    return list(
        await CaseFile.select(
            CaseFile.unit, Count().as_alias("number"), Min(CaseFile.due_by).as_alias("earliest")
        )
        .where(*_case_overdue(scope.now))
        .group_by(CaseFile.unit)
    )


async def raise_missing_deliveries(scope: Scope, today: date, limit: int) -> int:
    """Raise an alarm for each obligation that has waited too long (DEC-12); return how many."""
    status = await scope.connection.execute(
        "INSERT INTO alarm (id, kind, subject, details, raised_at) SELECT gen_random_uuid(), 'delivery_missing',"
        " o.id::text, json_build_object('obligation', o.id, 'contract', o.contract_id, 'unit', o.unit,"
        " 'kind', o.kind, 'alarm_on', o.alarm_on), $2 FROM obligation o"
        " WHERE o.status = 'waiting' AND o.alarm_on <= $1 AND NOT EXISTS (SELECT FROM alarm a"
        " WHERE a.kind = 'delivery_missing' AND a.subject = o.id::text AND a.cleared_at IS NULL)"
        " ORDER BY o.alarm_on LIMIT $3 ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO NOTHING",
        today,
        scope.now,
        limit,
    )
    return int(status.rpartition(" ")[2])


async def clear_missing_deliveries(scope: Scope, today: date) -> None:
    """Clear the alarm of each obligation that waits no longer."""
    await scope.connection.execute(
        "UPDATE alarm a SET cleared_at = $2 WHERE a.kind = 'delivery_missing' AND a.cleared_at IS NULL AND NOT EXISTS"
        " (SELECT FROM obligation o WHERE o.id = a.subject::uuid AND o.status = 'waiting' AND o.alarm_on <= $1)",
        today,
        scope.now,
    )


async def totals_to_count(scope: Scope, limit: int) -> list[Any]:
    """Lock and return control totals that were never counted since something came in, then those with a gap."""
    taken, announced = ControlTotal.taken, ControlTotal.announced
    return list(
        await ControlTotal.select(ControlTotal.source, ControlTotal.type, ControlTotal.day, announced, taken)
        .where(QueryString("{} IS DISTINCT FROM {}", taken, announced))
        .order_by(QueryString("{} IS NOT NULL", taken), ControlTotal.updated_at)
        .limit(limit)
        .lock_rows("UPDATE", skip_locked=True)
    )


async def set_taken(scope: Scope, source: str, type: str, day: date, taken: int) -> None:
    """Save how many events of a control total have come in."""
    await ControlTotal.update({ControlTotal.taken: taken, ControlTotal.updated_at: scope.wall_now}).where(
        ControlTotal.source == source, ControlTotal.type == type, ControlTotal.day == day
    )


async def provisional_contracts(scope: Scope, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    """Return (id, number) of contracts with provisional deadlines to be met, in the order of ids after `after`."""
    provisional = Obligation.select(Obligation.contract_id).where(
        QueryString("{}", Obligation.provisional),
        Obligation.status.is_in(["open", "unreachable", "expired"]),
    )
    query = Contract.select(Contract.id, Contract.contract_no).where(Contract.id.is_in(provisional))
    if after is not None:
        query = query.where(Contract.id > after)
    rows = await query.order_by(Contract.id).limit(limit)
    return [(row["id"], row["contract_no"]) for row in rows]


async def counted_by_another_calendar(scope: Scope, calendar: str, before: datetime) -> bool:
    """Tell whether a provisional deadline before `before` was counted by another calendar than this one."""
    found: bool = await Obligation.exists().where(
        QueryString("{}", Obligation.provisional),
        Obligation.status.is_in(["open", "unreachable"]),
        Obligation.calendar != calendar,
        Obligation.due_by < before,
    )
    return found


async def scripts_asked_for(scope: Scope, *, must_be_filed: bool = False) -> list[str]:
    """Return the scripts that open obligations ask for, as "plugin/script"; one probe of an index for each.

    With `must_be_filed` those alone of which a filed version is asked for (LN-6).
    """
    condition = "status = 'open'" + (" AND (draft ->> 'filed_script')::boolean" if must_be_filed else "")
    rows = await scope.connection.fetch(_SCRIPTS_ASKED_FOR.format(condition=condition))
    return [row["asked"] for row in rows]


async def without_script(scope: Scope, playable: Playable) -> list[Any]:
    """Return plugin, script, count and earliest deadline of the open obligations that can't be played, and if any must be filed."""
    condition = PLAYABLE.format(scripts="$1", items="$2", filed=FILED.format(filed="$3", filed_items="$4"))
    return list(
        await scope.connection.fetch(
            "SELECT o.plugin, o.script, count(*) AS number, min(o.due_by) AS earliest,"  # noqa: S608
            " coalesce(bool_or((o.draft ->> 'filed_script')::boolean), false) AS filed FROM obligation o"
            f" WHERE o.status = 'open' AND NOT ({condition}) GROUP BY o.plugin, o.script",
            playable.scripts,
            playable.items,
            playable.filed,
            playable.filed_items,
        )
    )


async def next_deadline(scope: Scope) -> datetime | None:
    """Return the next instant after now at which an obligation falls due, or a case is to be looked after."""
    found: datetime | None = await scope.connection.fetchval(
        "SELECT least((SELECT min(due_by) FROM obligation WHERE status IN ('open', 'unreachable')"
        " AND overdue_marked_at IS NULL AND due_by > $1),"
        " (SELECT min(at) FROM case_file CROSS JOIN LATERAL (VALUES (escalate_at), (remind_at)) AS due (at)"
        " WHERE status IN ('open', 'assigned') AND NOT withdrawn AND paused_at IS NULL AND at > $1),"
        " (SELECT min(paused_until) FROM case_file WHERE paused_until > $1),"
        " (SELECT min(due_by) FROM work_order WHERE status = 'sent' AND overdue_marked_at IS NULL AND due_by > $1))",
        scope.now,
    )
    return found


async def next_alarm_day(scope: Scope, today: date) -> date | None:
    """Return the next day after `today` on which a waiting obligation raises its alarm."""
    row: Any = await _NEXT_ALARM_DAY.row(scope, today=today)
    found: date | None = row["min"]
    return found


async def next_at_risk(scope: Scope) -> datetime | None:
    """Return the earliest deadline to come of which nobody was warned yet."""
    row: Any = await _NEXT_AT_RISK.row(scope, now=scope.now)
    found: datetime | None = row["min"]
    return found


def _case_overdue(now: datetime) -> tuple[Combinable, ...]:
    return (
        CaseFile.status.is_in(["open", "assigned"]),
        CaseFile.withdrawn.eq(False),
        CaseFile.paused_at.is_null(),
        CaseFile.due_by <= now,
    )
