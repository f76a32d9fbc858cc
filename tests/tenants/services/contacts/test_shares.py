"""The tenth of visits and letters, kept when work is given out, begun and dialled (LN-5, DEC-9)."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from huifang_core.units import Staff, Unit
from huifang_tenants.services.limits import Wanted, approve_past, stands_of
from huifang_tenants.services.upkeep import watch_shares
from huifang_tenants.stores.organisation import save_staff, save_units

from .conftest import STAFF, by

LIMIT = ("liaoning_life", "visits_and_letters")
LIAONING = (
    Unit("LN", "辽宁分公司", "province", "HO", "210000", "liaoning"),
    Unit("SY", "沈阳中支", "city", "LN", "210100"),
    Unit("AS", "鞍山中支", "city", "LN", "210300"),
)
PEOPLE = (
    *(Staff(f"LV{n}", "张访", "LN", ("visitor",), trained_until=STAFF[0].trained_until) for n in range(8)),
    Staff("LLEAD", "李组长", "LN", ("team_leader",), trained_until=STAFF[0].trained_until),
    Staff("SYLEAD", "王组长", "SY", ("team_leader",), trained_until=STAFF[0].trained_until),
)


@pytest.fixture
async def liaoning(house: Any, send: Any, make_office: Any) -> Any:
    """An insurer of Liaoning with people who visit, at 10:00 on Tuesday."""
    office = await make_office(house, send, plugins=("liaoning_life",))
    async with office.insurer.scope() as opened:
        await save_units(opened, LIAONING)
        await save_staff(opened, PEOPLE)
    return office


async def visits_due(office: Any, number: int, unit: str = "SY") -> list[UUID]:
    """So many obligations that stand on the rung of visits."""
    ids = [await office.issue(f"V{unit}{n}", unit=unit, channel="bank") for n in range(number)]
    await office.fetch(
        "UPDATE obligation SET channel = 'on_site', rung = 1, draft = (draft::jsonb - 'filed_script')::json WHERE id = ANY($1)",
        ids,
    )
    return ids


async def completed(office: Any, number: int, channel: str = "phone", *, of: str = "D") -> None:
    """So many obligations completed this year by a channel, as an import of callbacks made before leaves them."""
    like = await office.issue(f"{of}0", unit="SY", channel="bank")
    await office.fetch(
        "INSERT INTO obligation SELECT made.* FROM obligation m, generate_series(1, $2::int) n, jsonb_populate_record(m,"
        " jsonb_build_object('id', gen_random_uuid(), 'key', $3 || n, 'status', 'completed', 'completed_at', $4::timestamptz,"
        " 'completed_channel', $5::text)) made WHERE m.id = $1",
        like,
        number,
        of,
        office.insurer.tenant.clock_at,
        channel,
    )
    await office.fetch("UPDATE obligation SET status = 'voided' WHERE id = $1", like)


async def share_of(office: Any) -> Any:
    (found,) = await office.do(lambda scope: stands_of(scope, office.catalogue))
    return found


async def approve(office: Any, staff_no: str = "LLEAD", **wanted: Any) -> Any:
    given = Wanted(staff_no=staff_no, reason="客户长期失联，经研究同意上门", **wanted)
    return await office.do(lambda scope: approve_past(scope, office.catalogue, *LIMIT, given, by(staff_no)))


async def given_out(office: Any, staff: Sequence[str]) -> list[UUID]:
    claims = await asyncio.gather(*(office.claim_ids(one, "on_site") for one in staff))
    return [id for ids in claims for id in ids]


async def test_ln_5_at_the_start_of_a_year_no_visit_is_given_out_and_the_caller_sees_why(
    liaoning: Any,
) -> None:
    await visits_due(liaoning, 2)
    assert await liaoning.claim_ids("LV1", "on_site") == ()
    (held,) = (await liaoning.held_back("LV1")).shares
    assert (held.plugin, held.limit, held.waiting, held.figure, held.at_most) == (
        *LIMIT,
        2,
        Decimal(0),
        Decimal("0.1"),
    )
    assert await liaoning.fetch("SELECT FROM obligation WHERE lease_staff IS NOT NULL") == []


async def test_ln_5_two_at_the_boundary_cannot_both_pass(liaoning: Any) -> None:
    """Eight visitors ask at once where two visits fit in."""
    await completed(liaoning, 18)
    due = await visits_due(liaoning, 8)
    got = await given_out(liaoning, [one.staff_no for one in PEOPLE[:8]])
    assert len(got) == 2
    assert set(got) < set(due)
    assert await given_out(liaoning, ["LV0", "LV1", "LV2"]) == []
    await liaoning.expire_leases()
    assert len(await given_out(liaoning, ["LV3", "LV4", "LV5"])) == 2, "a lease that ran out makes room again"


async def test_ln_5_a_visit_in_progress_takes_its_place_though_its_lease_ran_out(liaoning: Any) -> None:
    await completed(liaoning, 9)
    await visits_due(liaoning, 2)
    await liaoning.begin("LV0", "on_site")
    await liaoning.expire_leases()
    assert await liaoning.claim_ids("LV1", "on_site") == ()


async def test_ln_5_what_is_claimed_is_begun_though_somebody_got_an_approval_meanwhile(liaoning: Any) -> None:
    await completed(liaoning, 9)
    first, second = await visits_due(liaoning, 2)
    (mine,) = await liaoning.claim_ids("LV0", "on_site")
    other = second if mine == first else first
    await approve(liaoning, obligation_id=other)
    assert await liaoning.claim_ids("LV1", "on_site") == (other,)
    await liaoning.start(mine, "LV0")
    await liaoning.start(other, "LV1")


async def test_ln_5_a_visit_prepared_is_not_made_when_the_share_is_full_meanwhile(liaoning: Any) -> None:
    await completed(liaoning, 9)
    (due,) = await visits_due(liaoning, 1)
    await liaoning.claim_ids("LV0", "on_site")
    contact = await liaoning.start(due, "LV0", dialled=False)
    await completed(liaoning, 1, "letter", of="E")
    assert await liaoning.refusal(liaoning.dial(contact, "LV0")) == "contact.share_used_up"
    await approve(liaoning, obligation_id=due)
    await liaoning.dial(contact, "LV0")


async def test_ln_5_what_was_claimed_is_not_begun_when_the_share_is_full_meanwhile(liaoning: Any) -> None:
    await completed(liaoning, 9)
    (due,) = await visits_due(liaoning, 1)
    await liaoning.claim_ids("LV0", "on_site")
    await completed(liaoning, 1, "on_site", of="E")
    assert await liaoning.refusal(liaoning.start(due, "LV0")) == "contact.share_used_up"


async def test_ln_5_calls_and_other_plugins_are_not_limited(liaoning: Any) -> None:
    due = await liaoning.issue("P1", unit="SY", channel="bank")
    assert await liaoning.claim_ids("LLEAD", "phone") == (due,)
    assert (await liaoning.held_back("LLEAD")).shares == ()


async def test_dec_9_an_approval_lets_one_obligation_pass_and_is_on_record(liaoning: Any) -> None:
    due = await visits_due(liaoning, 3)
    approval = await approve(liaoning, obligation_id=due[2])
    assert (approval.number, approval.left, approval.used_for) == (1, 0, (due[2],))
    assert await given_out(liaoning, ["LV0", "LV1"]) == [due[2]]
    (entry,) = await liaoning.fetch("SELECT * FROM ledger WHERE action = 'limit.approved'")
    assert (entry["on_behalf_of"], entry["reason"]) == ("LLEAD", "客户长期失联，经研究同意上门")
    assert (await liaoning.held_back("LV0")).shares[0].waiting == 2


async def test_dec_9_an_approval_for_a_number_is_used_up_one_by_one(liaoning: Any) -> None:
    await visits_due(liaoning, 4)
    await approve(liaoning, number=2)
    got = await given_out(liaoning, [f"LV{n}" for n in range(6)])
    assert len(got) == 2
    (approval,) = (await share_of(liaoning)).approvals
    assert set(approval.used_for) == set(got)
    used = await liaoning.fetch("SELECT subject_id FROM ledger WHERE action = 'limit.approval_used'")
    assert {row["subject_id"] for row in used} == set(got)
    await liaoning.expire_leases()
    again = await given_out(liaoning, [f"LV{n}" for n in range(6)])
    assert set(again) == set(got), "what an approval was used for needs no other when it is tried again"


async def test_dec_9_an_approval_holds_for_the_approvers_unit_and_below(liaoning: Any) -> None:
    (elsewhere,) = await visits_due(liaoning, 1, "AS")
    (here,) = await visits_due(liaoning, 1, "SY")
    await approve(liaoning, "SYLEAD", number=5)
    assert await given_out(liaoning, ["LV0", "LV1"]) == [here]
    refused = approve(liaoning, "SYLEAD", obligation_id=elsewhere)
    assert await liaoning.refusal(refused) == "staff.outside_unit"


@pytest.mark.parametrize(
    ("staff_no", "code"),
    [("LV0", "staff.not_permitted"), ("nobody", "staff.not_found"), ("LEFT", "staff.not_active")],
)
async def test_dec_9_who_does_not_hold_the_role_approves_nothing(
    liaoning: Any, staff_no: str, code: str
) -> None:
    assert await liaoning.refusal(approve(liaoning, staff_no, number=1)) == code
    assert (await share_of(liaoning)).approvals == ()


async def test_dec_9_only_open_obligations_of_the_plugin_are_approved(liaoning: Any) -> None:
    (due,) = await visits_due(liaoning, 1)
    await liaoning.fetch(
        "UPDATE obligation SET status = 'completed', completed_at = now() WHERE id = $1", due
    )
    assert await liaoning.refusal(approve(liaoning, obligation_id=due)) == "state.conflict"
    unknown = approve(liaoning, obligation_id=UUID(int=1))
    assert await liaoning.refusal(unknown) == "not_found"


async def test_ln_5_the_alarm_stands_from_eight_in_a_hundred_until_it_is_past(liaoning: Any) -> None:
    async def alarms() -> list[Any]:
        await liaoning.do(lambda scope: watch_shares(scope, liaoning.catalogue))
        rows = await liaoning.fetch(
            "SELECT details FROM alarm WHERE kind = 'share_near' AND cleared_at IS NULL"
        )
        return [row["details"] for row in rows]

    await completed(liaoning, 93)
    await completed(liaoning, 7, "letter", of="E")
    assert await alarms() == []
    await completed(liaoning, 2, "on_site", of="F")
    (raised,) = await alarms()
    assert (raised["by_channels"], raised["completed"], raised["level"]) == (9, 102, "near")
    await completed(liaoning, 30, of="G")
    assert await alarms() == []


async def test_dec_9_what_counts_is_this_year_and_the_figure_is_live(liaoning: Any) -> None:
    await completed(liaoning, 3)
    await completed(liaoning, 1, "on_site", of="E")
    found = await share_of(liaoning)
    assert (found.span.name, found.share.by_channels, found.share.completed, found.share.figure) == (
        "2026",
        1,
        4,
        Decimal("0.25"),
    )
    await liaoning.fetch("UPDATE obligation SET completed_at = '2025-12-31T15:59:59Z' WHERE key LIKE 'E%'")
    assert (await share_of(liaoning)).share.by_channels == 0


async def test_ln_5_what_is_done_late_waits_for_an_approval_too(liaoning: Any) -> None:
    """LN-5, DEC-3: no claim gives it out, so that it is looked at when it is begun, and what others have in hand counts."""
    await completed(liaoning, 9)
    late, due = await visits_due(liaoning, 2)
    await liaoning.fetch("UPDATE obligation SET status = 'unreachable' WHERE id = $1", late)
    assert await liaoning.claim_ids("LV0", "on_site") == (due,)
    assert await liaoning.refusal(liaoning.start(late, "LV1")) == "contact.share_used_up"
    await approve(liaoning, obligation_id=late)
    await liaoning.start(late, "LV1")
    assert (await share_of(liaoning)).share.in_hand == 2
