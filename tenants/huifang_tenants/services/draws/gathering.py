"""Gathering a population: a plan is told the events of its period, contract by contract, in its plugin's host."""

from collections.abc import Iterator, Sequence
from typing import Final

from huifang_core.catalogue import PlanEntry
from huifang_core.derive import Subject
from huifang_core.population import Candidate
from huifang_core.windows import start_of_day

from huifang_tenants.ids import new_id
from huifang_tenants.plugin_host import Candidates, HostFailure
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.subjects import Subjects, read_subjects
from huifang_tenants.stores import draw_members
from huifang_tenants.stores.draw_members import MemberRow
from huifang_tenants.stores.draws import StoredDraw
from huifang_tenants.tenant import Tenant

BATCH: Final = 500


async def next_contracts(services: Services, tenant: Tenant, draw: StoredDraw, plan: PlanEntry) -> list[str]:
    """Return the numbers of the next contracts with events that the plan looks at."""

    async def find(scope: Scope) -> list[str]:
        return await draw_members.contracts_with(
            scope, plan.events, draw.first_day, draw.last_day, draw.document.gathered_to, BATCH
        )

    return await in_scope(services.db, tenant, find, read_only=True)


async def look_at(
    services: Services, tenant: Tenant, draw: StoredDraw, numbers: Sequence[str]
) -> tuple[list[MemberRow], Subjects]:
    """Return what the plan makes of the events of these contracts, and the contracts as they were read.

    An event that it raises on, or a contract on which its host breaks, comes as one that failed.
    """
    found = await read_subjects(services, tenant, numbers)
    answers = await services.host.population(
        draw.plugin,
        draw.plan,
        (draw.first_day, draw.last_day),
        found.subjects,
        found.settings,
        await services.announced(),
    )
    rows = [
        row
        for subject, answer in zip(found.subjects, answers, strict=True)
        for row in _rows(draw, subject, answer)
    ]
    return rows, found


def _rows(draw: StoredDraw, subject: Subject, answer: Candidates | HostFailure) -> Iterator[MemberRow]:
    if isinstance(answer, HostFailure):
        number = subject.contract.contract_no
        yield MemberRow(
            id=new_id(),
            member=f"contract/{number}",
            contract_no=number,
            claim_no=None,
            happened_at=start_of_day(draw.first_day),
            status="failed",
            reason=answer.reason,
        )
        return
    for candidate in answer.candidates:
        yield _row(candidate)


def _row(candidate: Candidate) -> MemberRow:
    membership = candidate.membership
    if membership is not None:
        return MemberRow(
            id=new_id(),
            member=candidate.member,
            contract_no=candidate.contract_no,
            claim_no=candidate.claim_no,
            happened_at=candidate.happened_at,
            status="reserve",
            stratum=membership.stratum,
            group=membership.group,
        )
    return MemberRow(
        id=new_id(),
        member=candidate.member,
        contract_no=candidate.contract_no,
        claim_no=candidate.claim_no,
        happened_at=candidate.happened_at,
        status="left_out" if candidate.error is None else "failed",
        reason=candidate.error,
        trace=candidate.steps,
    )
