"""Settings of plugins are kept version by version, and none is laxer than the law (GEN-4)."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from asyncpg import InsufficientPrivilegeError
from huifang_core.events import ContractLapsed
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.plugins import check_settings, configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.plugins import load_settings, switched_on
from huifang_tenants.tenant import PLUGINS_ALLOWED

ACTOR = Actor("user:S1", "S0001")
STRICTER = {"grace_period.before_end_working_days": 20}


@pytest.fixture
def set_up(insurer: Any) -> Any:
    async def change(**options: Any) -> Any:
        catalogue = await insurer.services.catalogue()
        async with insurer.scope() as opened:
            return await configure(opened, catalogue, "shandong_life", ACTOR, **options)

    return change


async def test_gen_4_the_first_version_holds_for_all_events_and_later_ones_from_their_day(insurer, set_up):
    second = await set_up(parameters=STRICTER)
    third = await set_up(parameters=STRICTER, valid_from=date(2026, 4, 1))
    assert (second.version, second.valid_from) == (2, date(2026, 3, 10))
    assert (third.version, third.valid_from) == (3, date(2026, 4, 1))
    async with insurer.scope() as opened:
        versions = await load_settings(opened)
    assert [(v.version, v.valid_from) for v in versions] == [
        (1, None),
        (2, date(2026, 3, 10)),
        (3, date(2026, 4, 1)),
    ]


async def test_gen_4_what_was_made_before_a_change_keeps_its_settings(insurer, set_up, send):
    await insurer.issue("P1")
    before = await insurer.live()
    await set_up(settings={"insurer_name": "泰岳", "lines": ["health"]})
    await insurer.take(refresh=("P1",))
    assert await insurer.live() == before
    rows = await insurer.fetch("SELECT settings_version FROM obligation")
    assert [row["settings_version"] for row in rows] == [1]


async def test_gen_4_what_another_release_made_stays_when_the_contract_lapses(insurer, send):
    await insurer.issue("P1")
    # As a release would have left it that had put it otherwise.
    await insurer.fetch("UPDATE obligation SET plugin_version = '0.0', fingerprint = 'its own', priority = 7")
    day = date(2026, 3, 10)
    await insurer.take(send.event("lapsed", ContractLapsed(day), "P1", day))
    rows = await insurer.fetch("SELECT status, priority FROM obligation WHERE kind = 'new_contract'")
    assert [tuple(row) for row in rows] == [("open", 7)]
    await insurer.take(send.contract("P1", product_class="universal"))
    rows = await insurer.fetch(
        "SELECT status FROM obligation WHERE kind = 'new_contract' ORDER BY generation"
    )
    assert [row["status"] for row in rows] == ["superseded", "open"], "another product is another fact"


async def test_a_day_begins_at_midnight_in_shandong(insurer, set_up, house):
    early = await insurer.at(datetime(2026, 3, 10, 17, 0, tzinfo=UTC))
    catalogue = await early.services.catalogue()
    async with early.scope() as opened:
        version = await configure(opened, catalogue, "shandong_life", ACTOR)
    assert version.valid_from == date(2026, 3, 11)


async def test_a_plugin_that_is_off_makes_nothing_and_takes_nothing_away(insurer, set_up):
    await insurer.issue("P1")
    before = await insurer.live()
    await set_up(enabled=False)
    await insurer.issue("P2")
    await insurer.take(refresh=("P1",))
    assert await insurer.live() == before
    await set_up()
    await insurer.take(refresh=("P1", "P2"))
    assert sum((await insurer.live()).values()) == 2


async def test_what_is_refused_leaves_no_version(insurer, set_up):
    for options, code in (
        ({"settings": {"colour": "red"}}, "plugin.setting_unknown"),
        ({"parameters": {"grace_period.before_end_working_days": 3}}, "plugin.parameter_refused"),
        ({"parameters": {"grace_period.before_end_working_days": 10**9}}, "plugin.parameter_refused"),
        ({"parameters": {"no.such": 3}}, "plugin.parameter_refused"),
    ):
        with pytest.raises(Refused) as refused:
            await set_up(**options)
        assert refused.value.code == code
    assert await insurer.value("SELECT count(*) FROM plugin_setting") == 1
    with pytest.raises(Refused) as refused:
        await check_settings(insurer.services, "shandong_life", {"lines": ["lottery"]})
    assert refused.value.code == "plugin.setting_invalid"
    with pytest.raises(Refused):
        await check_settings(insurer.services, "nobody", {})


async def test_every_change_is_in_the_ledger(insurer, set_up):
    await set_up(parameters=STRICTER)
    rows = await insurer.fetch(
        "SELECT on_behalf_of, details FROM ledger WHERE action = 'plugin.configured' ORDER BY at"
    )
    assert [row["details"]["version"] for row in rows] == [1, 2]
    assert rows[1]["on_behalf_of"] == "S0001"


async def test_what_a_tenant_may_not_use_is_off_and_stays_off(insurer, house):
    await insurer.issue("P1")
    tenant = msgspec.structs.replace(insurer.tenant, settings={PLUGINS_ALLOWED: ["health"]})
    bound = msgspec.structs.replace(insurer, tenant=tenant)
    catalogue = await insurer.services.catalogue()
    async with bound.scope() as opened:
        assert await switched_on(opened) == frozenset()
        assert await load_settings(opened) == ()
        with pytest.raises(Refused, match=r"plugin\.not_allowed"):
            await configure(opened, catalogue, "shandong_life", ACTOR)
        await configure(opened, catalogue, "shandong_life", ACTOR, enabled=False)
        await configure(opened, catalogue, "health", ACTOR)
        assert await switched_on(opened) == {"health"}
    rows = await insurer.fetch("SELECT status FROM obligation")
    assert [row["status"] for row in rows] == ["open"], "what was made stays on the books"


async def test_no_tenant_changes_what_it_may_use(insurer):
    wanted = {PLUGINS_ALLOWED: ["shandong_life"]}
    with pytest.raises(InsufficientPrivilegeError, match="administrator of the installation"):
        async with insurer.scope() as opened:
            await opened.connection.fetchval("SELECT control.change_settings($1)", wanted)
