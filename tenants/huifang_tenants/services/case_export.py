"""One contract of a tenant for the author of a plugin: what its rules are given, with nobody's name or number left (GEN-4, REG-5)."""

from typing import Any, Final
from uuid import UUID

from huifang_core.derive import settings_on
from huifang_core.golden.anonymise import anonymised
from huifang_core.units import Role
from huifang_core.windows import day_of

from huifang_tenants.plugin_host import HostFailure
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake.subjects import read_subjects
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant

MAY_EXPORT: Final[frozenset[Role]] = frozenset({"tenant_admin", "compliance_officer"})
"""Roles whose holders may give a contract to an author, anonymised as it is."""


async def export_case(
    services: Services, tenant: Tenant, obligation_id: UUID, actor: Actor, reason: str
) -> dict[str, Any]:
    """Return an obligation's contract as a golden case of its plugin, anonymised, and note in the ledger who had it and why.

    Expected in it is what the installed release makes of the contract. Refuses `not_found`, `contract.incomplete`, and for the person
    `staff.not_found`, `staff.not_active` and `staff.not_permitted`. Not inside a scope.
    """

    async def look(scope: Scope) -> tuple[str, str]:
        staff = await active_staff(scope, actor.on_behalf_of or "", day_of(scope.now))
        if not staff.roles & MAY_EXPORT:
            raise Refused("staff.not_permitted", staff_no=staff.staff_no)
        row = await scope.connection.fetchrow(
            "SELECT c.contract_no, o.plugin FROM obligation o JOIN contract c ON c.id = o.contract_id WHERE o.id = $1",
            obligation_id,
        )
        if row is None:
            raise Refused("not_found", kind="obligation")
        return row["contract_no"], row["plugin"]

    contract_no, plugin = await in_scope(services.db, tenant, look, read_only=True)
    found = await read_subjects(services, tenant, [contract_no])
    if contract_no in found.waiting:
        raise Refused("contract.incomplete", contract_no=contract_no, reason=found.waiting[contract_no])
    [subject] = found.subjects
    announced = await services.announced()
    [answer] = await services.host.derive([subject], found.settings, announced)
    if isinstance(answer, HostFailure):
        raise Refused("contract.incomplete", contract_no=contract_no, reason=answer.reason)
    latest = max(event.time for event in subject.events)
    settings = settings_on(found.settings, plugin, day_of(latest))
    if settings is None:
        raise Refused("not_found", kind="plugin")
    document = anonymised(subject, plugin, settings, answer.derivation.desired, announced)

    async def note(scope: Scope) -> None:
        await record(
            scope,
            actor,
            "obligation.exported",
            "obligation",
            obligation_id,
            document,
            reason=reason,
            details={"plugin": plugin, "anonymised": True},
        )

    await in_scope(services.db, tenant, note)
    return document
