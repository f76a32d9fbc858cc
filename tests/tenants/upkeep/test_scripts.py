"""A script that open callbacks ask for and that is not there raises an alarm, until it is back."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from huifang_core.catalogue import Catalogue
from huifang_core.registry import Broken
from huifang_core.windows import end_of_day
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import (
    advance_clock,
    escalate_overdue,
    scripts_need_watching,
    watch_scripts,
)
from huifang_tenants.stores.ledger import Actor

SUBJECT = "shandong_life/shandong_life.new_contract"


@pytest.fixture
async def whole(insurer: Any) -> Catalogue:
    catalogue: Catalogue = await insurer.services.catalogue()
    return catalogue


def changed(whole: Catalogue, **fields: Any) -> Catalogue:
    plugin = msgspec.structs.replace(whole.plugins["shandong_life"], **fields)
    return Catalogue({"shandong_life": plugin})


async def look(insurer: Any, catalogue: Catalogue) -> tuple[bool, dict[str, Any]]:
    """Whether a tick would see to it, and the alarms that stand once that is done."""
    seen = await insurer.do(lambda scope: scripts_need_watching(scope, catalogue))
    await insurer.do(lambda scope: watch_scripts(scope, catalogue))
    return seen, await insurer.alarms("script_missing")


async def test_the_alarm_says_what_is_missing_since_when_and_how_much_waits(insurer, whole):
    for number in ("P1", "P2"):
        await insurer.issue(number)
    await insurer.issue("P3", delivered_on=None)
    assert await look(insurer, whole) == (False, {})
    for catalogue, cause in (
        (changed(whole, scripts=()), "script_missing"),
        (Catalogue({}), "plugin_missing"),
        (Catalogue({}, (Broken("shandong_life", "ImportError"),)), "plugin_broken"),
    ):
        seen, alarms = await look(insurer, catalogue)
        assert seen
        assert alarms == {
            SUBJECT: {
                "plugin": "shandong_life",
                "script": "shandong_life.new_contract",
                "cause": cause,
                "number": 2,
                "earliest": end_of_day(date(2026, 3, 19)).isoformat(),
            }
        }
    assert await insurer.value("SELECT count(*) FROM alarm") == 1
    assert await look(insurer, whole) == (True, {})
    assert await look(insurer, whole) == (False, {})


async def test_a_plugin_switched_off_with_work_left_raises_it_too(insurer, whole):
    await insurer.issue("P1")
    for on in (False, True):
        await insurer.do(
            lambda scope, on=on: configure(scope, whole, "shandong_life", Actor("test:core"), enabled=on)
        )
        _, alarms = await look(insurer, whole)
        assert [alarm["cause"] for alarm in alarms.values()] == ([] if on else ["plugin_off"])


async def test_an_item_that_was_dropped_is_found_by_the_day(insurer, whole):
    await insurer.issue("P1")
    plugin = whole.plugins["shandong_life"]
    fewer = tuple(item for item in plugin.content_items if item.id != "new_contract.terms_read")
    _, alarms = await look(insurer, changed(whole, content_items=fewer))
    assert [alarm["cause"] for alarm in alarms.values()] == ["item_missing"]


async def test_dec_2_what_nobody_can_play_is_escalated_like_all_else(insurer, whole):
    await insurer.issue("P1", delivered_on=date(2026, 2, 2))
    await look(insurer, Catalogue({}))
    await insurer.do(escalate_overdue)
    assert len(await insurer.alarms("obligation_overdue")) == 1


async def test_a_sandbox_sees_it_as_its_clock_goes_on(insurer):
    await insurer.issue("P1")
    await insurer.fetch("UPDATE obligation SET script = 'of an older release'")
    to = datetime(2026, 3, 11, tzinfo=UTC)
    await advance_clock(insurer.services, insurer.registry, insurer.tenant, to)
    assert list(await insurer.alarms("script_missing")) == ["shandong_life/of an older release"]
