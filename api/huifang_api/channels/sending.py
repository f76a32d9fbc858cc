"""Bringing messages out, one job each: read in one scope, sent between scopes, noted in another.

A job that fails is tried again; after its last try the message is given up, and the customer is reached otherwise.
"""

from uuid import UUID

from huifang_tenants.outbox import MAX_TRIES, Job, finish, is_sent
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.written.delivering import (
    UNDELIVERABLE,
    Outgoing,
    came_back,
    not_sent,
    outgoing,
    sent,
)
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import email_of, sms_of

from huifang_api.channels import email, sms
from huifang_api.channels.errors import SendFailed, Undeliverable


async def send_message(services: Services, tenant: Tenant, job: Job) -> None:
    """Send the message of a job. Raises SendFailed where it is to be tried again."""
    if not await is_sent(services.db, job.id, job.tries):
        return
    id = UUID(job.payload["message"])
    message = await in_scope(services.db, tenant, lambda scope: outgoing(scope, id))
    reference, failed = None, None
    if message is not None:
        try:
            reference = await _send(tenant, message)
        except Undeliverable:
            failed = UNDELIVERABLE
        except SendFailed as error:
            if job.tries < MAX_TRIES:
                raise
            failed = error.reason

    async def note(scope: Scope) -> None:
        if not await finish(scope, job.id) or message is None:
            return
        if failed is None:
            await sent(scope, id, reference)
        elif failed == UNDELIVERABLE:
            # It was sent, and told at once that nobody is there: an attempt that reached nobody.
            await sent(scope, id, None)
            await came_back(scope, id, UNDELIVERABLE)
        else:
            await not_sent(scope, id, failed)

    await in_scope(services.db, tenant, note)


async def _send(tenant: Tenant, message: Outgoing) -> str:
    if message.channel == "email":
        by_email = email_of(tenant)
        if by_email is None:
            raise SendFailed("not_set_up")
        return await email.send(tenant, by_email, message)
    by_sms = sms_of(tenant)
    if by_sms is None:
        raise SendFailed("not_set_up")
    return await sms.send(tenant, by_sms, message)
