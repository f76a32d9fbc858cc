"""A motor loss from its report to the end of the call, over HTTP: whoever reported it is rung at minute 10 (MS-1, MS-4)."""

from datetime import timedelta
from typing import Any

import pytest
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor

from .conftest import NOW

DRIVER = {"role": "driver", "name": "赵司机", "phone": "13911110009"}


@pytest.fixture
async def loss(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> str:
    """A loss that a driver reports just now; the policyholder is somebody else. Returns the policyholder's number."""
    world = office.api.world
    async with scope(world.database, office.tenant) as opened:
        await configure(opened, await world.services.catalogue(), "motor_survey", Actor("test:setup"))
    customer = customer_of("M1")
    event = event_of(
        "loss-M1",
        "claim.reported",
        time=NOW.isoformat(),
        contract_no="M1",
        claim_no="L-M1",
        reported_at=NOW.isoformat(),
        reporter=DRIVER,
        loss_region="370102",
        area="urban",
        contract=contract_of("M1", line="motor"),
        customer=customer,
    )
    await office.post("/events", event, status=202)
    return str(customer["phones"][0])


async def test_ms_1_the_driver_is_rung_at_minute_10_and_the_policyholder_is_not(
    office: Any, loss: str, play: Any
) -> None:
    """MS-1, MS-4, DEC-6: claimed, begun, played to its end and completed with whoever reported."""
    assert await office.post("/queue/claim", {"staff_no": "C01"}, status=204) is None
    await office.api.world.registry.set_test_clock(office.tenant.id, NOW + timedelta(minutes=10))
    answer = await office.call("POST", "/queue/claim", {"staff_no": "C01"})
    work = answer.json()
    assert [o["kind"] for o in work["obligations"]] == ["survey_timeliness"]
    assert (work["customer"]["party"], work["customer"]["name"], work["customer"]["phones"]) == (
        "reporter",
        "赵**",
        ["139****0009"],
    )
    assert not {loss, DRIVER["phone"], DRIVER["name"]} & {*answer.text.split('"')}
    body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
    standing = await office.post("/contacts", body, status=201)
    ended = await play(standing)
    assert ended["suggested"] == "completed"
    path = f"/contacts/{standing['contact_id']}"
    done = await office.post(f"{path}/outcome", {"outcome": "completed"})
    assert (done["called_party"], done["number"]) == ("reporter", "139****0009")
    assert [(o["kind"], o["status"]) for o in done["obligations"]] == [("survey_timeliness", "completed")]
    revealed = await office.post(f"{path}/reveal", {"reason": "核查客户投诉"})
    assert revealed["number"] == DRIVER["phone"]
