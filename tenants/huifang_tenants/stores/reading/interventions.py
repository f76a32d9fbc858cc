"""Stops and recalls, those that stand and those that were lifted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.tables.interventions import Recall, Stop


async def list_stops(scope: Scope, standing: bool | None, page: Page) -> Slice:
    """One page of stops in the order in which they were made; `standing`: only those that hold work back now."""
    where = Where()
    where.flag(standing, QueryString("{} IS NULL", Stop.lifted_at))
    return await page_by_id(Stop, Stop.all_columns(), where, page)


async def get_stop(scope: Scope, id: UUID) -> Mapping[str, Any] | None:
    """One stop; None when there is none."""
    found: Mapping[str, Any] | None = await Stop.select().where(Stop.id == id).first()
    return found


async def list_recalls(scope: Scope, standing: bool | None, page: Page) -> Slice:
    """One page of recalls in the order in which they were made; `standing`: only those that were not lifted."""
    where = Where()
    where.flag(standing, QueryString("{} IS NULL", Recall.lifted_at))
    return await page_by_id(Recall, Recall.all_columns(), where, page)


async def get_recall(scope: Scope, id: UUID) -> Mapping[str, Any] | None:
    """One recall; None when there is none."""
    found: Mapping[str, Any] | None = await Recall.select().where(Recall.id == id).first()
    return found
