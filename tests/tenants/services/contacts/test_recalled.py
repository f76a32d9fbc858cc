"""What was recalled while somebody is on the line: the call is finished and kept, and the obligation stays off the books."""

from typing import Any

from huifang_tenants.services import recalls
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.recalls import Wanted

CHECKS = Actor("client:test", "CHECKS")


async def test_a_contact_under_way_is_finished_and_kept(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    wanted = Wanted(contract_nos=("P1",))
    await office.do(lambda scope: recalls.recall(scope, wanted, 1, "规则参数设错", CHECKS))
    await office.play(contact)
    await office.conclude(contact)
    row = await office.contact(contact)
    assert (row["status"], row["completed"]) == ("concluded", True)
    row = await office.obligation(made)
    assert (row["status"], row["lease_contact"], row["completed_contact"]) == ("cancelled", None, None)
    assert await office.claim_ids() == ()


async def test_what_was_claimed_is_not_begun(office: Any) -> None:
    made = await office.issue("P1")
    await office.claim()
    wanted = Wanted(rule="new_contract")
    await office.do(lambda scope: recalls.recall(scope, wanted, 1, "规则参数设错", CHECKS))
    assert await office.refusal(office.start(made)) == "obligation.closed"
