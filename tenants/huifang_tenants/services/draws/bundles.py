"""The bundle of a draw, which anybody can replay; see `docs/sampling.md`."""

from typing import Any
from uuid import UUID

import msgspec
from huifang_core.sampling_proof import Bundle, DrawnMember, Late, LedgerRow, LeftOut
from huifang_core.texts import Text, text
from huifang_core.trace import TraceStep

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import draws
from huifang_tenants.stores.reading.draws import ledger_of, whole_population

_UNSAID = text("方案未说明原因", "the plan does not say why")


async def bundle_of(scope: Scope, draw_id: UUID) -> Bundle:
    """Return all that is published of a draw by now. Refuses `not_found`.

    What was gathered of a population that is not closed is not part of it.
    """
    draw = await draws.by_id(scope, draw_id)
    if draw is None:
        raise Refused("not_found", kind="draw")
    rows = await whole_population(scope, draw_id) if draw.closed_at is not None else []
    return Bundle(
        plan=draw.plan_id,
        period=draw.period,
        first=draw.first_day,
        last=draw.last_day,
        replace=draw.replaces,
        commitment=draw.commitment,
        committed_at=draw.committed_at,
        committed_late=draw.committed_late,
        amount=draw.document.amount if draw.closed_at is not None else None,
        population_hash=draw.population_hash,
        closed_at=draw.closed_at,
        closed_early=draw.closed_early,
        seed=draw.seed,
        drawn_at=draw.drawn_at,
        members=tuple(
            DrawnMember(
                id=row["member"],
                stratum=row["stratum"],
                group=row["group_name"],
                rank=row["rank"],
                drawn=row["status"] == "drawn",
                substitutes=row["substitutes"],
                reason=row["reason"],
                drawn_at=row["drawn_at"],
            )
            for row in rows
            if row["status"] in ("reserve", "drawn")
        ),
        left_out=tuple(
            LeftOut(row["member"], why_left_out(row)) for row in rows if row["status"] == "left_out"
        ),
        late=tuple(Late(row["member"], row["late"], row["late_at"]) for row in rows if row["late"]),
        ledger=tuple(msgspec.convert(row, LedgerRow) for row in await ledger_of(scope, draw_id)),
    )


def why_left_out(row: Any) -> Text:
    """Why an event was left out: the last thing the plan's trace says, or the error it raised."""
    if row["reason"] is not None:
        return text(f"方案执行出错：{row['reason']}", f"the plan failed: {row['reason']}")
    steps = msgspec.convert(row["trace"] or [], tuple[TraceStep, ...])
    return steps[-1].text if steps else _UNSAID
