"""Looking at real history without changing it: why a contract stands as it does, what other settings would do."""

from datetime import date
from typing import Any

import pytest
from huifang_core.events import ContractIssued, GraceEntered
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.whatif import explain_contract, simulate

TODAY = date(2026, 3, 10)


async def tried(insurer: Any, **options: Any) -> Any:
    catalogue = await insurer.services.catalogue()
    steps = simulate(insurer.services, insurer.tenant, catalogue, "shandong_life", today=TODAY, **options)
    return [result async for result in steps][-1]


async def test_gen_4_a_change_is_tried_on_existing_contracts_and_leaves_no_trace(insurer, send):
    await insurer.issue("P1")
    await insurer.issue("P2", line="health")
    await insurer.take(send.event("g", GraceEntered(date(2026, 6, 30), True), "P1", TODAY))
    before = await insurer.dump()
    same = await tried(insurer)
    assert (same.contracts, same.unchanged, same.failed, same.differences) == (2, 3, 0, [])
    fewer = await tried(insurer, settings={"lines": ["life"]})
    assert [(d.change, d.contract_no, d.kind) for d in fewer.differences] == [
        ("vanishes", "P2", "new_contract")
    ]
    earlier = await tried(insurer, parameters={"grace_period.before_end_working_days": 20})
    (moved,) = earlier.differences
    assert (moved.change, moved.contract_no) == ("moves", "P1")
    assert moved.due_by_instead < moved.due_by
    assert await insurer.dump() == before


async def test_settings_no_rule_can_work_with_count_as_failed_not_as_vanished(insurer):
    await insurer.issue("P1")
    result = await tried(insurer, settings={"lines": ["lottery"]})
    assert (result.failed, result.differences) == (1, [])


async def test_what_could_not_be_set_can_t_be_tried(insurer):
    for options in ({"settings": {"colour": 1}}, {"parameters": {"grace_period.before_end_working_days": 3}}):
        with pytest.raises(Refused):
            await tried(insurer, **options)


async def test_gen_3_every_rule_says_what_it_made_of_every_event(insurer, send):
    await insurer.issue("P1")
    told = await explain_contract(insurer.services, insurer.tenant, "P1")
    (made,) = (one for one in told if one.rule == "new_contract")
    assert made.obligations == ("shandong_life/new_contract/issue",)
    assert {"REG-1", "SD-1"} <= set(made.cites)
    assert {step.kind for step in made.steps} >= {"event", "fact", "parameter", "count"} - {"parameter"}


async def test_a_contract_that_waits_for_something_is_not_explained(insurer, send):
    with pytest.raises(Refused) as refused:
        await explain_contract(insurer.services, insurer.tenant, "P1")
    assert refused.value.fields["reason"] == "unknown_contract"
    await insurer.take(send.contract("P1"), send.event("1", ContractIssued(), "P1", TODAY))
    with pytest.raises(Refused) as refused:
        await explain_contract(insurer.services, insurer.tenant, "P1")
    assert refused.value.fields["reason"] == "unknown_policyholder"


async def test_gen_3_each_obligation_keeps_why_it_exists_and_why_it_is_due_then(insurer):
    await insurer.issue("P1")
    (row,) = await insurer.fetch("SELECT * FROM obligation")
    assert row["rule"] == "new_contract"
    assert row["root_event_id"] == "P1-issued"
    assert {"REG-1", "SD-1"} <= set(row["cites"])
    assert row["plugin_version"]
    assert row["calendar"]
    assert row["parameters_on"] == date(2026, 3, 2)
    assert any("2026-03-09" in step["text"]["en"] for step in row["trace"])
