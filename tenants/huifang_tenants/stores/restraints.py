"""What holds work back that is due and could be played: shares of channels, wishes, frequencies, and a person's calls of the day.

Conditions on obligation `o`, at the instant `$2`; all they are given is one document of JSON (`Restraints`), so that it is one parameter
wherever they stand.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from huifang_core.obligations import Category

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import BELOW, RECORDS

Cause = Literal["share", "wish", "too_often", "calls_used_up"]
"""Why work is held back, see `Restraints`."""


class Rate(msgspec.Struct, frozen=True):
    """How often a person is contacted for a category: less than `at_most` contacts of the `counted` ones since then reached them."""

    category: Category
    counted: tuple[Category, ...]
    at_most: int
    since: datetime


class Restraints(msgspec.Struct, frozen=True):
    """What the conditions go by.

    share: by the channels `shut`, each as "plugin/channel", nothing is given out but what is `approved` by id, or is of the `units`
    or one below. wish: the person does not want it (DEC-6). too_often: a `Rate` is used up (CARE-2). calls_used_up: as many `calls` were
    dialled to the person since the `day` began.
    """

    day: datetime
    calls: int
    rates: tuple[Rate, ...] = ()
    shut: tuple[str, ...] = ()
    approved: tuple[UUID, ...] = ()
    units: tuple[str, ...] = ()


_PERSON: Final = BELOW.format(id="o.customer_id")
# Drafts may leave out what is as it mostly is.
_OPTIONAL: Final = "coalesce(o.draft ->> 'category', 'mandatory') <> 'mandatory'"
_CALLS_OTHERS: Final = """((o.draft -> 'call')::jsonb <> '["policyholder"]') IS TRUE"""
_CONDITIONS: Final[dict[Cause, str]] = {
    "share": """
      (o.plugin || '/' || o.channel <> ALL(ARRAY(SELECT jsonb_array_elements_text({r} -> 'shut')))
       OR o.id = ANY(ARRAY(SELECT jsonb_array_elements_text({r} -> 'approved')::uuid))
       OR o.unit = ANY(ARRAY(SELECT u.code FROM unit u
                             WHERE u.path && ARRAY(SELECT jsonb_array_elements_text({r} -> 'units')))))
""",
    "wish": """
      NOT EXISTS (SELECT FROM {person} record JOIN contact_restriction w ON w.customer_id = record.id
                  WHERE w.lifted_at IS NULL AND (w.valid_until IS NULL OR w.valid_until > $2)
                  AND ({optional} OR w.decision = 'hold_back'))
""",
    # Somebody who asked to be called back is, however often that is.
    "too_often": """
      (NOT {optional} OR NOT EXISTS (
          SELECT FROM jsonb_to_recordset({r} -> 'rates')
              AS rate (category text, counted text[], at_most int, since timestamptz)
          WHERE rate.category = o.draft ->> 'category' AND rate.at_most <= (
              SELECT count(*) FROM {person} record JOIN contact k ON k.customer_id = record.id
              WHERE k.started_at > rate.since AND k.connected AND EXISTS (
                  SELECT FROM contact_section s JOIN obligation c ON c.id = s.obligation_id
                  WHERE s.contact_id = k.id AND c.draft ->> 'category' = ANY(rate.counted)
              ) AND NOT EXISTS (
                  SELECT FROM contact_section s WHERE s.contact_id = k.id AND s.obligation_id = o.id AND k.outcome = 'call_back_at'))))
""",
    # Whom else the rule names is looked at when it is known who that is.
    "calls_used_up": """
      (o.channel <> 'phone' OR o.around_the_clock OR {calls_others} OR ({r} ->> 'calls')::int > (
          SELECT count(*) FROM {person} record JOIN contact k ON k.customer_id = record.id
          WHERE {calls}))
""",
}
# A call dialled today may have been prepared before midnight. What is called around the clock does not count.
_CALLS_OF: Final = """
          k.channel = 'phone' AND k.started_at >= {day} - interval '1 day' AND k.dialled_at >= {day}
          AND NOT EXISTS (SELECT FROM contact_section s JOIN obligation c ON c.id = s.obligation_id
                          WHERE s.contact_id = k.id AND c.around_the_clock)
"""
_CALLS_TO: Final = (
    f"SELECT count(*) FROM {RECORDS.format(id='$1')} record JOIN contact k ON k.customer_id = record.id"  # noqa: S608
    f" WHERE {_CALLS_OF.format(day='$2::timestamptz')}"
)
# Of a lock, no order of two: nobody who waits for it holds what its holder waits for.
_HOLD: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 20121))"


def condition(cause: Cause, restraints: str) -> str:
    """Return the condition that nothing of this cause holds obligation `o` back; `restraints` is the parameter that holds the document."""
    r = f"{restraints}::jsonb"
    calls = _CALLS_OF.format(day=f"({r} ->> 'day')::timestamptz")
    return _CONDITIONS[cause].format(
        r=r, person=_PERSON, optional=_OPTIONAL, calls_others=_CALLS_OTHERS, calls=calls
    )


def nothing_holds_back(restraints: str) -> str:
    """Return the condition that nothing holds obligation `o` back."""
    return " AND ".join(condition(cause, restraints) for cause in _CONDITIONS)


def counts(restraints: str) -> str:
    """Return a column for each cause: how many obligations it holds back."""
    return ", ".join(
        f"count(*) FILTER (WHERE NOT {condition(cause, restraints)}) AS {cause}" for cause in _CONDITIONS
    )


_HOLDS_BACK: Final = "SELECT o.id, {} FROM obligation o WHERE o.id = ANY($1)".format(  # noqa: S608
    ", ".join(f"NOT {condition(cause, '$3')} AS {cause}" for cause in _CONDITIONS)
)


def document(restraints: Restraints) -> dict[str, object]:
    """Return restraints as the parameter."""
    found: dict[str, object] = msgspec.to_builtins(restraints)
    return found


async def hold_back(
    scope: Scope, obligation_ids: Sequence[UUID], restraints: Restraints
) -> dict[UUID, tuple[Cause, ...]]:
    """Return what holds each of these obligations back; those that nothing does are left out."""
    rows = await scope.connection.fetch(_HOLDS_BACK, list(obligation_ids), scope.now, document(restraints))
    found = {row["id"]: tuple(cause for cause in _CONDITIONS if row[cause]) for row in rows}
    return {id: causes for id, causes in found.items() if causes}


async def calls_to(scope: Scope, customer_id: UUID, day: datetime) -> int:
    """Return how many calls were dialled to a person since the day began, but for those around the clock."""
    count: int = await scope.connection.fetchval(_CALLS_TO, customer_id, day)
    return count


async def hold_person(scope: Scope, customer_id: UUID) -> None:
    """Let nobody else count a person's calls until the scope ends."""
    await scope.connection.execute(_HOLD, customer_id)
