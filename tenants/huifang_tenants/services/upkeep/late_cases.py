"""Cases that were not solved in time go to the unit above."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_core.units import Unit, chain

from huifang_tenants.scope import Scope
from huifang_tenants.services.cases import escalate
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.words import deadline_in_words
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.alarms import keep_standing
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.stores.organisation import load_units

_BATCH: Final = 200


async def escalate_cases(scope: Scope) -> bool:
    """Escalate each case past its deadline, once, with a notice to the unit above; tell whether there may be more.

    An alarm per unit stands while it has such cases.
    """
    late = await upkeep.late_cases(scope, _BATCH)
    units = await load_units(scope)
    for row in late:
        await escalate(scope, row["id"], SYSTEM)
        by = deadline_in_words(row["due_by"])
        message = text(
            f"问题件{row['number']}逾期未解决（期限{by}），已升级至上级机构",
            f"Case {row['number']} was not solved by {by} and is escalated to the unit above",
        )
        await notify(
            scope, "team_leader", _above(row["unit"], units), "case_overdue", "case", row["id"], message
        )
    await keep_standing(
        scope,
        "case_overdue",
        {
            row["unit"]: {
                "unit": row["unit"],
                "number": row["number"],
                "earliest": row["earliest"].isoformat(),
            }
            for row in await upkeep.late_case_groups(scope)
        },
    )
    return len(late) == _BATCH


def _above(unit: str, units: Mapping[str, Unit]) -> str:
    above = chain(unit, units)[1:2]
    return above[0].code if above else unit
