"""Filing script versions with a regulator (话术报备, LN-6), and withdrawing a filing."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from asyncpg.exceptions import UniqueViolationError
from huifang_core.catalogue import Catalogue
from huifang_core.filings import Filing
from huifang_core.scripts import Script, items_of, script_hash
from huifang_core.units import Role
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import permitted
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, filings
from huifang_tenants.stores.filings import NewFiling
from huifang_tenants.stores.ledger import Actor, record

MAY_FILE: Final[frozenset[Role]] = frozenset({"tenant_admin", "compliance_officer"})
"""Roles whose holders may say that a script was filed."""


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a filing: which version, by its hash, was handed in where, when, and under which reference."""

    plugin: str
    script: str
    hash: str
    filed_on: date
    authority: str
    reference: str
    document_sha256: str | None = None


async def file_script(scope: Scope, catalogue: Catalogue, filed: Filed, actor: Actor) -> UUID:
    """Record that a script version was filed; it is kept, so that it can go on being used after a release. Return the filing's id.

    The version is the installed one, or one that was used before. Refuses `not_found` (script_version), `filing.in_the_future`,
    `staff.not_permitted`, and `state.conflict` where it stands filed with that authority.
    """
    await permitted(scope, actor, MAY_FILE)
    if filed.filed_on > day_of(scope.now):
        raise Refused("filing.in_the_future", filed_on=filed.filed_on.isoformat())
    script = await version_of(scope, catalogue, filed.plugin, filed.script, filed.hash)
    await contacts.keep_script(scope, filed.plugin, script, filed.hash)
    new = NewFiling(
        filed.plugin,
        filed.script,
        Filing(filed.hash, items_of(script), filed.filed_on),
        filed.authority,
        filed.reference,
        filed.document_sha256,
    )
    try:
        id = await filings.insert(scope, new, actor.on_behalf_of or actor.name)
    except UniqueViolationError as error:
        raise Refused("state.conflict", current="filed", wanted="filed") from error
    details = {**msgspec.to_builtins(filed), "version": script.version}
    await record(scope, actor, "script.filed", "script_filing", id, details, details=details)
    return id


async def withdraw_filing(scope: Scope, id: UUID, on: date, reason: str, actor: Actor) -> None:
    """Let a filing count no more from day `on`; contacts made until then keep what they used.

    Refuses `not_found` (filing), `staff.not_permitted`, and `state.conflict` for one that is withdrawn.
    """
    await permitted(scope, actor, MAY_FILE)
    row = await filings.lock(scope, id)
    if row is None:
        raise Refused("not_found", kind="filing")
    if row["withdrawn_on"] is not None:
        raise Refused("state.conflict", current="withdrawn", wanted="withdrawn")
    await filings.withdraw(scope, id, on, reason, actor.on_behalf_of or actor.name)
    details = {"hash": row["hash"], "withdrawn_on": on.isoformat()}
    await record(
        scope, actor, "script.filing_withdrawn", "script_filing", id, details, reason=reason, details=details
    )


async def version_of(
    scope: Scope, catalogue: Catalogue, plugin: str, script_id: str, hash: str | None = None
) -> Script:
    """Return one version of a script: the installed one, or that with this hash; refuses `not_found` (script, script_version)."""
    entry = catalogue.plugins.get(plugin)
    installed = entry.script(script_id) if entry is not None else None
    if installed is not None and hash in (None, script_hash(installed)):
        return installed
    if hash is None:
        raise Refused("not_found", kind="script")
    if await filings.kept_version(scope, plugin, script_id, hash) is None:
        raise Refused("not_found", kind="script_version")
    return await contacts.load_script(scope, hash)
