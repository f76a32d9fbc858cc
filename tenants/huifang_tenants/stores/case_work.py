"""Single cases as they are worked on: locked, changed, with their history; and what of them falls due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.case_deadlines import Counted
from huifang_core.cases import CallbackResult, CaseKind, CaseStatus, Decision, PlanEffect
from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.query.functions.aggregate import Max
from piccolo.querystring import QueryString

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import json_text
from huifang_tenants.tables.cases import CaseEntry, CaseFile
from huifang_tenants.tables.obligations import Obligation

Changes = Mapping[Column | str, Any]


class StoredCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands."""

    id: UUID
    number: int
    plugin: str | None
    case_class: str
    kind: CaseKind
    severity: int
    status: CaseStatus
    unit: str
    origin: str
    contract_id: UUID | None
    customer_id: UUID | None
    assignee: UUID | None
    opened_at: datetime
    due_by: datetime | None
    counted_in: Counted
    solved_by: str | None
    paused_at: datetime | None
    paused_until: datetime | None
    escalate_at: datetime | None
    escalated_to: str | None
    rule: str | None
    decision: Decision | None
    effect: PlanEffect | None
    withdrawn: bool
    reopened: int
    second_callback: bool
    callback_round: int | None
    callback_event_id: UUID | None
    callback_result: CallbackResult | None


_COLUMNS: Final = [
    column
    for column in CaseFile.all_columns()
    if column._meta.name in {field.name for field in msgspec.structs.fields(StoredCase)}
]


async def insert(scope: Scope, values: Mapping[str, Any]) -> None:
    """Insert a case. Raises UniqueViolationError where a rule has opened it before."""
    # SQL: the number is the database's own, and Piccolo would write one.
    columns, places = ", ".join(values), ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await scope.connection.execute(
        f"INSERT INTO case_file ({columns}) VALUES ({places})",  # noqa: S608
        *values.values(),
    )


async def lock(scope: Scope, id: UUID) -> StoredCase | None:
    """Lock a case and return it, None when there is none."""
    row = await CaseFile.select(*_COLUMNS).where(CaseFile.id == id).lock_rows("UPDATE").first()
    return None if row is None else _stored(row)


async def change(scope: Scope, id: UUID, changes: Changes) -> None:
    """Change a case; its revision grows."""
    await CaseFile.update({**changes, CaseFile.revision: CaseFile.revision + 1}).where(CaseFile.id == id)


async def add_entry(
    scope: Scope,
    id: UUID,
    kind: str,
    text: str | None,
    by: tuple[str, str | None],
    details: Mapping[str, Any] | None,
) -> None:
    """Add an entry to the history of a case; `by` is who did it and the staff number it was done for."""
    entry = new_id()
    actor, on_behalf_of = by
    await CaseEntry.insert(
        CaseEntry(
            id=entry,
            case_id=id,
            kind=kind,
            text_enc=scope.cipher.encrypt(text, "case_entry.text", entry) if text else None,
            actor=actor,
            on_behalf_of=on_behalf_of,
            at=scope.now,
            details=None if details is None else json_text(details),
        )
    )


async def solved_while_withdrawn(scope: Scope, id: UUID) -> bool:
    """Tell whether a case was solved since it was withdrawn last."""
    row = await CaseFile.select(CaseFile.solved_at).where(CaseFile.id == id).first()
    flagged = (
        await CaseEntry.select(Max(CaseEntry.at))
        .where(CaseEntry.case_id == id, CaseEntry.kind == "withdrawn")
        .first()
    )
    solved_at, withdrawn_at = row and row["solved_at"], flagged and flagged["max"]
    return bool(solved_at and withdrawn_at and solved_at >= withdrawn_at)


async def id_of(scope: Scope, number: int) -> UUID | None:
    """Return the case with this number, None when there is none."""
    row = await CaseFile.select(CaseFile.id).where(CaseFile.number == number).first()
    return None if row is None else row["id"]


async def came_of(
    scope: Scope, contract_id: UUID, plugin: str, root_event_id: str
) -> tuple[Decision | None, str | None]:
    """Return what was decided about the case that a plugin opened because of an event, and how it was solved; None where it was not."""
    row = (
        await CaseFile.select(CaseFile.id, CaseFile.decision, CaseFile.status)
        .where(
            CaseFile.contract_id == contract_id,
            CaseFile.plugin == plugin,
            CaseFile.root_event_id == root_event_id,
            CaseFile.withdrawn.eq(False),
        )
        .order_by(CaseFile.opened_at, ascending=False)
        .first()
    )
    return await _outcome(scope, row)


async def _outcome(scope: Scope, row: Mapping[str, Any] | None) -> tuple[Decision | None, str | None]:
    if row is None or row["status"] not in ("solved", "closed"):
        return None, None
    entry = (
        await CaseEntry.select(CaseEntry.id, CaseEntry.text_enc)
        .where(CaseEntry.case_id == row["id"], CaseEntry.kind == "solved")
        .order_by(CaseEntry.at, CaseEntry.id, ascending=False)
        .first()
    )
    if entry is None or entry["text_enc"] is None:
        return row["decision"], None
    return row["decision"], scope.cipher.decrypt(entry["text_enc"], "case_entry.text", entry["id"])


async def came_of_number(scope: Scope, number: int) -> tuple[Decision | None, str | None]:
    """Return what was decided about the case of this number, and how it was solved; None where it was not."""
    row = (
        await CaseFile.select(CaseFile.id, CaseFile.decision, CaseFile.status)
        .where(CaseFile.number == number)
        .first()
    )
    return await _outcome(scope, row)


async def callback_waits(scope: Scope, event_id: UUID) -> bool:
    """Tell whether an obligation that came of this event can still be met."""
    return bool(
        await Obligation.exists().where(
            Obligation.event_id == event_id, Obligation.status.is_in(["waiting", "open"])
        )
    )


async def to_ask_about(scope: Scope, limit: int) -> list[Any]:
    """Return cases that customers are to be called about since they were solved, or no more since they were opened again."""
    number: Any = CaseFile.contract_id.contract_no
    round_ = QueryString("{} + 1", CaseFile.reopened)
    return list(
        await CaseFile.select(
            CaseFile.id,
            CaseFile.number,
            CaseFile.plugin,
            CaseFile.case_class,
            CaseFile.subject,
            CaseFile.status,
            CaseFile.solved_at,
            CaseFile.reopened,
            CaseFile.callback_round,
            CaseFile.callback_result,
            number.as_alias("contract_no"),
        )
        .where(
            QueryString("{}", CaseFile.second_callback),
            QueryString("{} <> 'closed'", CaseFile.status),
            QueryString(
                "CASE WHEN {} = 'solved' THEN NOT {} AND {} IS DISTINCT FROM {}"
                " ELSE {} IS NOT NULL AND {} IS NULL END",
                CaseFile.status,
                CaseFile.withdrawn,
                CaseFile.callback_round,
                round_,
                CaseFile.callback_round,
                CaseFile.callback_result,
            ),
        )
        .order_by(CaseFile.id)
        .limit(limit)
    )


async def pauses(scope: Scope, id: UUID) -> list[tuple[datetime, datetime]]:
    """Return from when to when a case was paused, the pauses that are over."""
    rows = (
        await CaseEntry.select(CaseEntry.kind, CaseEntry.at)
        .where(CaseEntry.case_id == id, CaseEntry.kind.is_in(["paused", "resumed"]))
        .order_by(CaseEntry.at, CaseEntry.id)
    )
    begun = [row["at"] for row in rows if row["kind"] == "paused"]
    ended = [row["at"] for row in rows if row["kind"] == "resumed"]
    return list(zip(begun, ended, strict=False))


async def pauses_over(scope: Scope, limit: int) -> list[StoredCase]:
    """Lock and return cases whose pause is over by now."""
    return await _due(scope, CaseFile.paused_until, limit)


async def to_remind_of(scope: Scope, limit: int) -> list[StoredCase]:
    """Lock and return cases whose reminder is due."""
    return await _due(scope, CaseFile.remind_at, limit, *_being_worked_on())


async def to_escalate(scope: Scope, limit: int) -> list[StoredCase]:
    """Lock and return cases that are overdue, and due to be told of further up."""
    return await _due(scope, CaseFile.escalate_at, limit, *_being_worked_on(), CaseFile.due_by <= scope.now)


async def _due(scope: Scope, column: Any, limit: int, *conditions: Combinable) -> list[StoredCase]:
    rows = (
        await CaseFile.select(*_COLUMNS)
        .where(column <= scope.now, *conditions)
        .order_by(column)
        .limit(limit)
        .lock_rows("UPDATE", skip_locked=True)
    )
    return [_stored(row) for row in rows]


def _stored(row: Mapping[str, Any]) -> StoredCase:
    return StoredCase(**{**row, "origin": row["origin"] or row["unit"]})


def _being_worked_on() -> tuple[Combinable, ...]:
    return (
        CaseFile.status.is_in(["open", "assigned"]),
        CaseFile.withdrawn.eq(False),
        CaseFile.paused_at.is_null(),
    )
