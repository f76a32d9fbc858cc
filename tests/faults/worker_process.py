"""A worker like any other, with everything faster and one more kind of job, whose effect shows how often it was done."""

import asyncio
from uuid import UUID

from huifang_api.jobs import Pace, run_worker, worker
from huifang_api.jobs.handlers import Handler, finishing, handlers
from huifang_api.settings import load_settings
from huifang_core.texts import text
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.outbox import Job
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.context import Services
from huifang_tenants.tenant import Tenant

FAST = Pace(poll=0.1, fetch=0.02, beat=0.25, stale_after=1.0, tick=0.5, watch=0.3, job=20.0, grace=2.0)


async def slowly_noticed(services: Services, tenant: Tenant, job: Job) -> None:
    """Leave a notice about the payload's subject; a kill finds this at its pause more often than not."""

    async def work(scope):
        subject = UUID(job.payload["subject"])
        await notify(scope, None, None, "test", "job", subject, text("作业", "a job"))
        await asyncio.sleep(0.02)
        return []

    await finishing(services, tenant, job, work)


def with_test_kind(*, tick: float, evidence: EvidenceStore) -> dict[str, Handler]:
    """The worker's own handlers and ours."""
    return {**handlers(tick=tick, evidence=evidence), "test.notice": slowly_noticed}


if __name__ == "__main__":
    worker.handlers = with_test_kind
    run_worker(load_settings(), FAST)
