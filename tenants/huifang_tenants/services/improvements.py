"""What becomes of suggestions (CARE-3, PF-4), and plans of improvements: their findings, and what they came to (CI-6).

The measures of a plan are its work orders, which go to as many branches as it takes.
"""

from collections.abc import Sequence
from uuid import UUID

from huifang_core.cases import Decision, PlanEffect

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_may_work
from huifang_tenants.services.cases import check_unsolved, enter, locked
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import case_work
from huifang_tenants.stores.case_work import StoredCase
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tables.cases import CaseFile


async def decide(scope: Scope, id: UUID, decision: Decision, reason: str, actor: Actor) -> None:
    """Adopt or decline a suggestion, with the reason; until it is solved the decision can be changed.

    Refuses `case.not_a_suggestion`.
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    check_unsolved(case, decision)
    if case.kind != "suggestion":
        raise Refused("case.not_a_suggestion", case_class=case.case_class)
    await case_work.change(scope, id, {CaseFile.decision: decision})
    await enter(scope, id, decision, reason, actor)


async def add_findings(scope: Scope, id: UUID, findings: Sequence[UUID], actor: Actor) -> None:
    """Say which cases a plan of improvements comes from; one that was another plan's finding becomes this one's.

    Refuses `case.not_a_plan`, and `not_found` for a case that is not there.
    """
    plan = await _plan(scope, id, actor)
    check_unsolved(plan, "finding_added")
    for finding in dict.fromkeys(findings):
        found = await locked(scope, finding)
        if finding == id:
            raise Refused("state.conflict", current="improvement_plan", wanted="finding")
        await case_work.change(scope, finding, {CaseFile.plan_id: id})
        await enter(scope, finding, "finding_added", None, actor, {"plan": plan.number})
        await enter(scope, id, "finding_added", None, actor, {"finding": found.number})
    await case_work.change(scope, id, {})


async def record_effect(scope: Scope, id: UUID, effect: PlanEffect, said: str, actor: Actor) -> None:
    """Put down what a plan of improvements came to, once its measures are done. Refuses `case.not_a_plan`."""
    plan = await _plan(scope, id, actor)
    if plan.status != "solved":
        raise Refused("state.conflict", current=plan.status, wanted="effect_recorded")
    await case_work.change(scope, id, {CaseFile.effect: effect})
    await enter(scope, id, "effect_recorded", said, actor, {"effect": effect})


async def _plan(scope: Scope, id: UUID, actor: Actor) -> StoredCase:
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    if case.kind != "improvement_plan":
        raise Refused("case.not_a_plan", case_class=case.case_class)
    return case
