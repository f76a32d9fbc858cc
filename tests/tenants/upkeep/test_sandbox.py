"""A test clock plays a year of deadlines through, each at its time and in order."""

from datetime import UTC, date, datetime

import pytest
from huifang_core.windows import start_of_day
from huifang_tenants.errors import ClockGoesBack, NoTestClock
from huifang_tenants.provisioning import create_tenant
from huifang_tenants.services.upkeep import advance_clock


async def test_a_year_plays_through_in_order(insurer, send):
    await insurer.issue("P1")
    await insurer.issue("P2", delivered_on=None)
    # Due 15 working days before the end of June: on 5 June, dragon boat festival on the way.
    await insurer.take(send.grace("P1", date(2026, 6, 30), date(2026, 3, 9)))
    to = datetime(2027, 3, 10, tzinfo=UTC)
    tenant = await advance_clock(insurer.services, insurer.registry, insurer.tenant, to)
    assert tenant.clock_at == to
    happened = await insurer.fetch(
        "SELECT kind, created_at FROM notice UNION ALL SELECT kind, raised_at FROM alarm ORDER BY 2, 1"
    )
    grace_due = await insurer.value("SELECT due_by FROM obligation WHERE kind = 'grace_period'")
    at_nine = datetime(2026, 3, 18, 1, tzinfo=UTC)
    assert [tuple(row) for row in happened[:4]] == [
        ("delivery_missing", start_of_day(date(2026, 3, 12))),
        ("obligation_at_risk", at_nine),
        ("obligation_overdue", start_of_day(date(2026, 3, 20))),
        ("obligation_overdue", start_of_day(date(2026, 3, 20))),
    ]
    assert [row["kind"] for row in happened[4:7]] == [
        "obligation_at_risk",
        "obligation_overdue",
        "obligation_overdue",
    ]
    assert happened[5]["created_at"] == grace_due
    assert len(happened) == 7


async def test_parameters_nobody_checks_any_more_raise_an_alarm(insurer):
    to = datetime(2028, 1, 1, tzinfo=UTC)
    await advance_clock(insurer.services, insurer.registry, insurer.tenant, to)
    stale = await insurer.alarms("stale_parameter")
    assert stale["shandong_life/new_contract.delivery_alarm_days"] == {
        "plugin": "shandong_life",
        "parameter": "new_contract.delivery_alarm_days",
    }


async def test_a_clock_does_not_go_back_and_only_sandboxes_have_one(insurer, house):
    with pytest.raises(ClockGoesBack):
        await advance_clock(
            insurer.services, insurer.registry, insurer.tenant, datetime(2026, 1, 1, tzinfo=UTC)
        )
    real = await create_tenant(house[0], house[1], "real", "某保险")
    with pytest.raises(NoTestClock):
        await advance_clock(insurer.services, insurer.registry, real, datetime(2027, 1, 1, tzinfo=UTC))
