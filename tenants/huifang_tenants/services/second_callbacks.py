"""Second callbacks (二次回访): the customer is asked about a case that was solved, before it is closed (SD-4, PF-4).

As with draws and schedules, the rules are told by an ordinary event, here `case.solved`; what they demand is an obligation like any other.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from huifang_core.events import CaseSolved
from huifang_core.windows import day_of

from huifang_tenants.intake import OWN_SOURCE, IncomingEvent, content_hash
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, EventIn, take_in
from huifang_tenants.stores import case_work, events
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.tables.cases import CaseFile
from huifang_tenants.tenant import Tenant

SECOND_CALLBACKS: Final = "cases.second_callbacks"
"""Kind of the job that has customers asked about cases."""

_BATCH: Final = 200


async def ask_about_solved(services: Services, tenant: Tenant) -> bool:
    """Tell the rules of cases that were solved, and take back what was told of those opened again; tell whether there may be more."""

    async def find(scope: Scope) -> tuple[list[Any], datetime]:
        return await case_work.to_ask_about(scope, _BATCH), scope.now

    found, now = await in_scope(services.db, tenant, find, read_only=True)
    if not found:
        return False
    made = [event for row in found for event in _events(row, now)]
    batch = Batch(events=tuple(EventIn(line, event) for line, event in enumerate(made)))
    await take_in(services, tenant, batch, SYSTEM)

    async def note(scope: Scope) -> None:
        names = {
            row["id"]: _name(row["id"], row["reopened"] + 1) for row in found if row["status"] == "solved"
        }
        ids = await events.ids_of(scope, [(OWN_SOURCE, name) for name in names.values()])
        for row in found:
            asked = row["id"] in names
            await case_work.change(
                scope,
                row["id"],
                {
                    CaseFile.callback_round: row["reopened"] + 1 if asked else None,
                    CaseFile.callback_event_id: ids[OWN_SOURCE, names[row["id"]]] if asked else None,
                    CaseFile.callback_result: None,
                },
            )

    await in_scope(services.db, tenant, note)
    return len(found) == _BATCH


def _events(row: Any, now: datetime) -> list[IncomingEvent]:
    """What to tell of a case: that its last callback is not wanted any more, that another one is."""
    made = []
    told: int | None = row["callback_round"]
    if told is not None and row["callback_result"] is None:
        name = _name(row["id"], told)
        made.append(_event(f"{name}/retracted", now, row["contract_no"], None, retracts=name))
    if row["status"] == "solved":
        solved = CaseSolved(
            plugin=row["plugin"],
            case_class=row["case_class"],
            number=row["number"],
            round=row["reopened"] + 1,
            subject=row["subject"],
            solved_on=day_of(row["solved_at"]),
        )
        name = _name(row["id"], solved.round)
        made.append(_event(name, row["solved_at"], row["contract_no"], solved))
    return made


def _name(case_id: UUID, round: int) -> str:
    return f"case.solved/{case_id}/{round}"


def _event(
    name: str, time: datetime, contract_no: str, payload: CaseSolved | None, retracts: str | None = None
) -> IncomingEvent:
    return IncomingEvent(
        source=OWN_SOURCE,
        event_id=name,
        type="case.solved",
        time=time,
        subject=None,
        contract_no=contract_no,
        claim_no=None,
        sequence=None,
        corrects=None,
        retracts=retracts,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=content_hash((time, contract_no, payload, retracts)),
    )
