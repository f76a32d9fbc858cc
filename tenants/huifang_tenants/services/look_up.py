"""Asking the core system for a policy's present data, and taking in what is newer than what is on file (SD-4).

The question goes out between scopes, never inside one. Whatever the core system does, work goes on with what is known:
the outcome says how it went, and `Freshness` how old the data used is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from huifang_core.contracts import Contract
from huifang_core.texts import Text, text

from huifang_tenants.clock import business_now, wall_now
from huifang_tenants.intake import check_row
from huifang_tenants.intake.problems import Unfit
from huifang_tenants.intake.values import instant
from huifang_tenants.policy_lookup import SETTING, BrokenLookUp, LookUpSettings, settings_of
from huifang_tenants.scope import Scope, in_scope, refuse_open_transaction
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, IntakeBusy, take_in
from huifang_tenants.stores import look_ups, queue
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.look_ups import Failure, Freshness, Known, Origin, Outcome
from huifang_tenants.stores.organisation import staff_by_number
from huifang_tenants.tenant import Tenant

MEANINGS: Final[Mapping[Outcome, Text]] = {
    "confirmed": text("核心系统刚刚确认了现有数据", "the core system has just confirmed what is on file"),
    "changed": text("刚刚从核心系统取得并采用了更新的数据", "newer data has just come from the core system"),
    "older": text(
        "核心系统给出的数据比现有的旧,沿用现有数据",
        "the core system answered with older data than is on file, which stays",
    ),
    "fresh": text("不久前已向核心系统查询,未再查询", "the core system was asked a short while ago"),
    "off": text("未启用实时查询", "there is no live look-up"),
    "overtaken": text(
        "保单正被其他更新占用,核心系统的新数据未及采用",
        "others were changing the contract; what the core system answered has not been taken in",
    ),
    "timed_out": text("核心系统未在时限内应答,沿用现有数据", "the core system did not answer in time"),
    "unreachable": text("无法连接核心系统,沿用现有数据", "the core system can't be reached"),
    "failing": text("核心系统报告故障,沿用现有数据", "the core system answered with a failure of its own"),
    "unauthorised": text(
        "核心系统拒绝了访问凭证,请管理员检查",
        "the core system refused our credentials: an administrator has to look",
    ),
    "unknown": text("核心系统没有这份保单", "the core system has no such policy"),
    "unusable": text(
        "核心系统的应答不符合约定,未采用",
        "what the core system answered is not what was agreed, and was not used",
    ),
    "not_allowed": text(
        "核心系统的地址不允许访问,请管理员检查",
        "the core system's address may not be called: an administrator has to look",
    ),
    "resting": text(
        "核心系统连续未应答,暂停查询片刻",
        "the core system failed several times in a row and is left alone for a moment",
    ),
}
"""What each outcome means to whoever works with the contract."""

_SYSTEM: Final = "system:policy_lookup"


class LookUpFailed(Exception):
    """The core system gave no answer that can be used; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure: Failure = failure


class CoreSystem(Protocol):
    """What asks a tenant's core system."""

    async def policy(self, tenant: Tenant, settings: LookUpSettings, contract_no: str) -> Mapping[str, Any]:
        """Return the JSON object the core system has for a policy; raises LookUpFailed. Never inside a scope."""


async def look_up(
    services: Services,
    core: CoreSystem,
    tenant: Tenant,
    contract_ids: Sequence[UUID],
    *,
    on_behalf_of: str | None = None,
    anew: bool = False,
) -> dict[UUID, Outcome]:
    """Ask about contracts, take in what is newer, and return how that went by contract. Not inside a scope.

    One that was looked up a short while ago is not asked about, unless `anew`. Raises nothing for what the core system does.
    """
    refuse_open_transaction()
    try:
        settings = settings_of(tenant)
    except BrokenLookUp:
        return dict.fromkeys(contract_ids, "not_allowed")
    if settings is None:
        return dict.fromkeys(contract_ids, "off")

    async def read(scope: Scope) -> tuple[dict[UUID, Known], datetime]:
        return await look_ups.known(scope, contract_ids), scope.wall_now

    known, now = await in_scope(services.db, tenant, read, read_only=True)
    outcomes: dict[UUID, Outcome] = {
        id: "fresh" for id, one in known.items() if not anew and _is_fresh(one, now, settings)
    }
    asked = [one for id, one in known.items() if id not in outcomes]
    answers = await asyncio.gather(*(_ask(core, tenant, settings, one) for one in asked))
    given: list[tuple[Known, Contract, datetime]] = []
    for one, answer in zip(asked, answers, strict=True):
        if isinstance(answer, tuple):
            given.append((one, *answer))
        else:
            outcomes[one.id] = answer
    outcomes.update(await _take(services, tenant, given, Actor(_SYSTEM, on_behalf_of)))
    return outcomes


async def look_up_for(
    services: Services, core: CoreSystem, tenant: Tenant, obligation_id: UUID, staff_no: str
) -> dict[UUID, Outcome]:
    """Look up the contracts of what a member of staff has claimed together with this obligation, or is to do late (DEC-3).

    Not inside a scope.
    """
    if tenant.settings.get(SETTING) is None:
        return {}

    async def claimed(scope: Scope) -> list[UUID]:
        staff = await staff_by_number(scope, staff_no)
        if staff is None:
            return []
        wanted = await queue.standing_for(scope, obligation_id)
        leased = await queue.leased_with(scope, wanted, staff.id)
        if not leased:
            late = await queue.late(scope, wanted)
            leased = [] if late is None else [late]
        return list(dict.fromkeys(row["contract_id"] for row in leased))

    ids = await in_scope(services.db, tenant, claimed)
    return await look_up(services, core, tenant, ids, on_behalf_of=staff_no) if ids else {}


async def freshness(
    scope: Scope, contract_ids: Sequence[UUID], outcomes: Mapping[UUID, Outcome]
) -> tuple[Freshness, ...]:
    """Return how fresh what is on file of these contracts is, in order, given how looking them up went."""
    known = await look_ups.known(scope, contract_ids)
    return tuple(_freshness(known[id], outcomes.get(id, "off")) for id in contract_ids if id in known)


async def put_on_record(scope: Scope, found: Freshness, actor: Actor) -> None:
    """Leave a row in the ledger for a look-up that somebody asked for."""
    details = {"outcome": found.look_up, "origin": found.origin, "as_of": found.as_of.isoformat()}
    await record(scope, actor, "contract.looked_up", "contract", found.contract_id, details, details=details)


def _freshness(known: Known, outcome: Outcome) -> Freshness:
    confirmed = known.confirmed
    origin: Origin = "import"
    if confirmed is not None:
        origin = "live" if outcome in ("confirmed", "changed") else "cache"
    return Freshness(
        contract_id=known.id,
        contract_no=known.base.contract_no,
        version=known.base.version,
        origin=origin,
        as_of=confirmed.as_of if confirmed else known.as_of,
        looked_up_at=confirmed.at if confirmed else None,
        look_up=outcome,
    )


def _is_fresh(known: Known, now: datetime, settings: LookUpSettings) -> bool:
    return known.confirmed is not None and now - known.confirmed.at < timedelta(
        seconds=settings.fresh_seconds
    )


async def _ask(
    core: CoreSystem, tenant: Tenant, settings: LookUpSettings, known: Known
) -> tuple[Contract, datetime] | Outcome:
    """What the core system says of one contract, and when that is true; or why it says nothing that can be used."""
    asked_at = business_now(tenant, wall_now())
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            answer = await core.policy(tenant, settings, known.base.contract_no)
        return _read(answer, known.base.contract_no, asked_at)
    except TimeoutError:
        return "timed_out"
    except LookUpFailed as failed:
        return failed.failure


def _read(answer: Mapping[str, Any], contract_no: str, asked_at: datetime) -> tuple[Contract, datetime]:
    fields = dict(answer)
    stated = fields.pop("as_of", None)
    # Without its version, what is newer could not be told from what is older.
    if fields.get("contract_no") != contract_no or "version" not in fields:
        raise LookUpFailed("unusable")
    checked = check_row("contracts", fields, received_at=asked_at, strict_fields=False)
    if checked.value is None:
        raise LookUpFailed("unusable")
    try:
        as_of = asked_at if stated is None else instant(stated)
    except Unfit:
        raise LookUpFailed("unusable") from None
    # A clock that runs ahead would make everything that comes in for a while look old.
    return checked.value, min(as_of, asked_at)


async def _take(
    services: Services,
    tenant: Tenant,
    given: Sequence[tuple[Known, Contract, datetime]],
    actor: Actor,
) -> dict[UUID, Outcome]:
    """Take in what says something else than what is on file, and note what the core system stands by."""
    if not given:
        return {}
    outcomes: dict[UUID, Outcome] = {known.id: "confirmed" for known, _, _ in given}
    other = [(n, *one) for n, one in enumerate(given) if one[1] != one[0].base]
    if other:
        rows = tuple(ContractIn(n, known.source, contract, as_of) for n, known, contract, as_of in other)
        try:
            taken = await take_in(services, tenant, Batch(contracts=rows), actor)
        except IntakeBusy:
            outcomes.update({known.id: "overtaken" for _, known, _, _ in other})
        else:
            for row in taken.rows:
                known = given[row.line][0]
                outcomes[known.id] = "changed" if row.status == "accepted" else outcomes[known.id]
                if row.code is not None:
                    outcomes[known.id] = "older"

    async def confirm(scope: Scope) -> list[UUID | None]:
        return [
            await look_ups.confirm(scope, contract, as_of)
            for known, contract, as_of in given
            if outcomes[known.id] in ("confirmed", "changed")
        ]

    await in_scope(services.db, tenant, confirm)
    return outcomes
