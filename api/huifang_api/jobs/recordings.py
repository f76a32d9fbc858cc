"""Fetching recordings of calls from the telephone system into the evidence store, each once, however late it arrives (LN-4a, GEN-2)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import structlog
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.outbox import Job, NewJob, is_sent
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services import evidence
from huifang_tenants.services.contacts import calling
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import calls
from huifang_tenants.telephone import BrokenTelephone
from huifang_tenants.tenant import Tenant

from huifang_api.channels.exchange import Exchange
from huifang_api.channels.telephone import CallName, RecordingNotThere, Telephone, TelephoneFailed
from huifang_api.jobs.handlers import Handler, finishing

_Fetched = Literal["kept", "later", "never"]
# What arrived is not what a recording may be, and will not be another time.
_FOR_GOOD: Final = frozenset({"evidence.type_not_allowed", "evidence.too_large", "evidence.type_contradicts"})
_log = structlog.get_logger("huifang.telephone")


def fetching(store: EvidenceStore, exchange: Exchange, *, waits: Sequence[float]) -> Handler:
    """The handler of jobs that fetch a recording; a try that is too early writes the next one after `waits`, in seconds, and the last gives up."""

    async def fetch(services: Services, tenant: Tenant, job: Job) -> None:
        if not await is_sent(services.db, job.id, job.tries):
            return
        call = CallName(UUID(job.payload["contact"]), job.payload["call"])
        tries: int = job.payload["try"]
        found = await _fetch(services, tenant, store, exchange, call)
        if found == "later" and tries >= len(waits):
            found = "never"

        async def settle(scope: Scope) -> Sequence[NewJob]:
            match found:
                case "kept":
                    await calling.recording_kept(scope, call.contact_id, call.number)
                case "never":
                    await calling.recording_missing(scope, call.contact_id, call.number)
                case "later":
                    again = {**job.payload, "try": tries + 1}
                    at = scope.wall_now + timedelta(seconds=waits[tries])
                    return [NewJob(job.kind, again, run_at=at, urgency=job.urgency)]
            return []

        await finishing(services, tenant, job, settle)

    return fetch


async def _fetch(
    services: Services, tenant: Tenant, store: EvidenceStore, exchange: Exchange, call: CallName
) -> _Fetched:
    """Bring the recording in unless it is there already, and only then let the telephone system forget it."""
    name = str(call)

    async def is_kept(scope: Scope) -> bool:
        return await calls.has_recording(scope, call.contact_id, name)

    try:
        telephone = await exchange.of(tenant)
        if telephone is None:
            return "later"
        if not await in_scope(services.db, tenant, is_kept, read_only=True):
            await _receive(services, tenant, store, telephone, call)
        with suppress(TelephoneFailed):
            await telephone.forget_recording(name)
    except (RecordingNotThere, TelephoneFailed, BrokenTelephone) as error:
        _log.info("recording_not_yet", tenant=tenant.slug, call=name, error=type(error).__name__)
        return "later"
    except Refused as refusal:
        return "never" if refusal.code in _FOR_GOOD else "later"
    return "kept"


async def _receive(
    services: Services, tenant: Tenant, store: EvidenceStore, telephone: Telephone, call: CallName
) -> None:
    async with telephone.recording(str(call)) as chunks:
        await evidence.receive(
            services.db,
            tenant,
            store,
            evidence.Upload(contact_id=call.contact_id, kind="recording", reference=str(call)),
            chunks,
            calling.TELEPHONE,
        )
