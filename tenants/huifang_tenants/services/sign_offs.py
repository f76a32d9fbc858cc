"""Signing a report off: its figures are frozen, and what comes in later shows as a difference, with what caused it.

Nothing is locked. Facts about a period go on coming in after it was reported, and the present figures tell of them; the figures
signed stay to the letter what they were, with who signed them, when, and their hash in the ledger.
"""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import PluginEntry
from huifang_core.units import Role
from huifang_core.windows import day_of, end_of_day, start_of_day

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.readiness_report import CORE
from huifang_tenants.services.report_tables import Code, Column, ReportResult, Table, Value
from huifang_tenants.services.reports import run_report
from huifang_tenants.stores import sign_offs
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.reporting.counting import Selection
from huifang_tenants.stores.sign_offs import Cause
from huifang_tenants.tables.reports import ReportSignOff

MAY_SIGN: Final[frozenset[Role]] = frozenset({"tenant_admin", "compliance_officer", "team_leader"})
"""Roles whose holders may sign a report off."""

_MOST_CAUSES: Final = 200
_json = msgspec.json.Encoder()


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody signed a report: `signed_by` is a staff number, `as_of` business time, `signed_at` wall time.

    `sha256` is the hash, in hexadecimal, of the figures as they were written down.
    """

    id: UUID
    plugin: str
    plugin_version: str | None
    report: str
    period_first: date
    period_last: date
    unit: str | None
    as_of: datetime
    sha256: str
    signed_by: str
    signed_by_client: str
    note: str | None
    signed_at: datetime


class Difference(msgspec.Struct, frozen=True):
    """A figure that is another one now: in which table and row (none: the total), which measure, and both values."""

    table: str
    dimensions: tuple[Code, ...]
    measure: str
    signed: Value
    present: Value


class Compared(msgspec.Struct, frozen=True):
    """The figures signed and those of now, for the same instant, and what lies between.

    `present` is None where the plugin that declares the report is off or gone. `not_comparable` are tables, and measures as
    "table/measure", that only one of the two definitions has. `causes` are the first of `causes_total` things that came in since.
    """

    sign_off: SignOff
    intact: bool
    signed: ReportResult
    present: ReportResult | None
    differences: tuple[Difference, ...]
    not_comparable: tuple[str, ...]
    causes: tuple[Cause, ...]
    causes_total: int


async def sign_off(
    scope: Scope,
    entry: PluginEntry | None,
    report_id: str,
    period_first: date,
    period_last: date,
    unit: str | None,
    actor: Actor,
    note: str | None = None,
) -> UUID:
    """Sign a report off as it stands now, for the member of staff named by `actor`; return the id of the sign-off.

    Refuses what `run_report` refuses, `report.period_open` until the last day is over, and for the person `staff.not_found`,
    `staff.not_active` and `staff.not_permitted`.
    """
    signer = await active_staff(scope, actor.on_behalf_of or "", day_of(scope.now))
    if not signer.roles & MAY_SIGN:
        raise Refused("staff.not_permitted", staff_no=signer.staff_no)
    result = await run_report(scope, entry, report_id, period_first, period_last, unit)
    if scope.now < end_of_day(period_last):
        raise Refused("report.period_open", last=period_last.isoformat())
    document = _json.encode(result).decode()
    id, hash = new_id(), sha256(document.encode()).hexdigest()
    await sign_offs.insert(
        scope,
        ReportSignOff(
            id=id,
            plugin=result.plugin,
            plugin_version=result.plugin_version,
            report=report_id,
            period_first=period_first,
            period_last=period_last,
            unit=unit,
            as_of=result.generated_at,
            document=document,
            sha256=hash,
            signed_by=signer.staff_no,
            signed_by_client=actor.name,
            note=note,
            signed_at=scope.wall_now,
        ),
    )
    details: dict[str, Any] = {
        "plugin": result.plugin,
        "report": report_id,
        "first": period_first.isoformat(),
        "last": period_last.isoformat(),
        "unit": unit,
        "sha256": hash,
    }
    await record(scope, actor, "report.signed", "report_sign_off", id, details, details=details)
    return id


async def compare(scope: Scope, id: UUID, entry: PluginEntry | None) -> Compared:
    """Return a sign-off with the present figures, as of the instant it was signed for, and what moved them.

    `entry` is the plugin that declares the report, None where it is the kernel's own or can't be run now. Refuses `not_found`.
    """
    found, signed, intact = await read(scope, id)
    present = await _present(scope, found, entry)
    differences, not_comparable = ((), ()) if present is None else _between(signed, present)
    selection = Selection(
        plugin=None if found.plugin == CORE else found.plugin,
        opens=start_of_day(found.period_first),
        closes=end_of_day(found.period_last),
        unit=found.unit,
        now=found.as_of,
    )
    causes, total = await sign_offs.causes_since(scope, selection, found.signed_at, _MOST_CAUSES)
    return Compared(found, intact, signed, present, differences, not_comparable, causes, total)


async def read(scope: Scope, id: UUID) -> tuple[SignOff, ReportResult, bool]:
    """Return a sign-off, the figures signed, and whether they still have the hash they were signed with; refuses `not_found`."""
    loaded = await sign_offs.load(scope, id)
    if loaded is None:
        raise Refused("not_found", kind="sign_off")
    row, document = loaded
    intact = sha256(document.encode()).hexdigest() == row["sha256"]
    return msgspec.convert(row, SignOff), msgspec.json.decode(document, type=ReportResult), intact


async def _present(scope: Scope, found: SignOff, entry: PluginEntry | None) -> ReportResult | None:
    if found.plugin != CORE and (entry is None or all(r.id != found.report for r in entry.reports)):
        return None
    try:
        return await run_report(
            scope, entry, found.report, found.period_first, found.period_last, found.unit, found.as_of
        )
    except Refused:
        return None


def _between(signed: ReportResult, present: ReportResult) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    before, after = ({table.id: table for table in result.tables} for result in (signed, present))
    odd = [id for id in (*before, *after) if (id in before) != (id in after)]
    differences: list[Difference] = []
    for id, old in before.items():
        new = after.get(id)
        if new is None:
            continue
        if [column.id for column in old.dimensions] != [column.id for column in new.dimensions]:
            odd.append(id)
            continue
        ours, theirs = ({c.id: c for c in table.measures} for table in (old, new))
        odd += [f"{id}/{name}" for name in (*ours, *theirs) if (name in ours) != (name in theirs)]
        differences += _in_table(old, new, [column for name, column in ours.items() if name in theirs])
    return tuple(differences), tuple(odd)


def _in_table(old: Table, new: Table, measures: list[Column]) -> list[Difference]:
    before, after = _rows(old), _rows(new)
    labels = {tuple(c.code for c in row.dimensions): row.dimensions for row in (*old.rows, *new.rows)}
    found = []
    for codes in (*labels, None):
        was, now = before.get(codes, {}), after.get(codes, {})
        for column in measures:
            # A row that isn't there holds no counts.
            nothing = 0 if column.kind == "count" else None
            pair = was.get(column.id, nothing), now.get(column.id, nothing)
            if pair[0] != pair[1]:
                found.append(Difference(old.id, labels[codes] if codes is not None else (), column.id, *pair))
    return found


def _rows(table: Table) -> dict[tuple[str | None, ...] | None, dict[str, Value]]:
    """The figures by row, those over everything under None."""
    ids = [column.id for column in table.measures]
    rows: dict[tuple[str | None, ...] | None, dict[str, Value]] = {
        tuple(code.code for code in row.dimensions): dict(zip(ids, row.values, strict=True))
        for row in table.rows
    }
    rows[None] = dict(zip(ids, table.totals, strict=True))
    return rows
