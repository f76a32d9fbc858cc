"""Taking work from the queue (DEC-8): the most pressing first, by those who may, and nobody is rung by two at once.

Bundles (DEC-5), quiet hours and do-not-contact entries (DEC-6, REG-7), sellers (DEC-7), levels (SD-2), training (SD-3).
"""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_tenants.ids import new_id
from huifang_tenants.services.contacts import claiming
from huifang_tenants.services.contacts.claiming import LEASE, HeldBack
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import work

NIGHT = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
"""22:00 in Shandong."""

SEVERAL = (date(2026, 3, 5), date(2026, 3, 9), date(2026, 3, 7))


async def test_the_highest_priority_comes_first_then_the_earliest_deadline(office: Any) -> None:
    late = await office.grace_ended("G1")
    later, soonest, sooner = [await office.issue(f"P{n}", delivered=day) for n, day in enumerate(SEVERAL)]
    given = [await office.claim_ids() for _ in range(5)]
    assert given == [(later,), (sooner,), (soonest,), (late,), ()]


async def test_nothing_is_given_out_before_it_may_be_called_or_after_it_stopped(office: Any) -> None:
    waiting, stopped = await office.issue("P1"), await office.issue("P2")
    await office.fetch(
        "UPDATE obligation SET callable_from = $2 WHERE id = $1",
        waiting,
        datetime(2026, 3, 10, 2, 0, 1, tzinfo=UTC),
    )
    await office.fetch(
        "UPDATE obligation SET after_due = 'stop', due_by = $2 WHERE id = $1",
        stopped,
        datetime(2026, 3, 10, 2, tzinfo=UTC),
    )
    assert await office.claim() is None
    assert await (await office.later(seconds=1)).claim_ids() == (waiting,)


async def test_dec_3_what_is_overdue_and_goes_on_is_still_given_out(office: Any) -> None:
    overdue = await office.issue("P1", delivered=date(2026, 2, 2))
    assert (await office.obligation(overdue))["born_late"]
    assert await office.claim_ids() == (overdue,)


async def test_reg_7_outside_calling_hours_no_phone_work_is_given_out(office: Any) -> None:
    phone, visit = await office.issue("P1"), await office.issue("P2")
    await office.to_channel(visit, "on_site", 1)
    night = await office.at(NIGHT)
    assert await night.claim_ids("C1") == ()
    assert await night.claim_ids("LEAD") == (visit,)
    wide = await night.settings(calling_hours={"opens": "08:00:00", "closes": "22:30:00"})
    assert await wide.claim_ids("C1") == (phone,)


async def test_dec_6_what_quiet_hours_hold_back_is_shown_with_what_falls_due_meanwhile(office: Any) -> None:
    # Delivered on 28 February: the cooling-off period ends with 10 March, two hours from now.
    await office.issue("P1", delivered=date(2026, 2, 28))
    await office.issue("P2")
    await office.issue("P3", unit="YT")
    assert await office.held_back("CITY") == HeldBack()
    night = await office.at(NIGHT)
    opens = datetime(2026, 3, 11, 1, tzinfo=UTC)
    assert await night.held_back("CITY") == HeldBack(opens, 2, 1)
    assert await night.held_back("V1") == HeldBack()
    assert await night.refusal(night.held_back("NEW")) == "staff.untrained"


@pytest.mark.parametrize(
    ("staff_no", "channels"),
    [
        ("C1", {"phone", "letter"}),
        ("VENDOR", {"phone"}),
        ("LEAD", {"phone", "letter", "on_site"}),
        ("V1", {"on_site"}),
    ],
)
async def test_each_role_takes_work_in_its_channels(office: Any, staff_no: str, channels: set[str]) -> None:
    made = {channel: await office.issue(f"P{n}") for n, channel in enumerate(("phone", "on_site", "letter"))}
    for n, (channel, id) in enumerate(made.items()):
        await office.to_channel(id, channel, n)
    given: set[UUID] = set()
    while ids := await office.claim_ids(staff_no):
        given.update(ids)
    assert given == {made[channel] for channel in channels}


async def test_a_channel_may_be_asked_for_if_it_is_ones_own(office: Any) -> None:
    phone, visit = await office.issue("P1"), await office.issue("P2")
    await office.to_channel(visit, "on_site", 1)
    assert await office.claim_ids("LEAD", "on_site") == (visit,)
    assert await office.claim_ids("LEAD", "letter") == ()
    assert await office.claim_ids("LEAD", "phone") == (phone,)
    assert await office.refusal(office.claim("C1", "on_site")) == "staff.not_permitted"


@pytest.mark.parametrize(
    ("staff_no", "code"),
    [
        ("NOBODY", "staff.not_found"),
        ("NEW", "staff.untrained"),
        ("LAPSED", "staff.untrained"),
        ("LEFT", "staff.not_active"),
        ("AUDIT", "staff.not_permitted"),
    ],
)
async def test_sd_3_whoever_is_unknown_gone_untrained_or_without_a_fitting_role_gets_nothing(
    office: Any, staff_no: str, code: str
) -> None:
    await office.issue("P1")
    assert await office.refusal(office.claim(staff_no)) == code
    assert await office.claim_ids("TODAY"), "the last day of the training still counts"
    assert await office.give_back("TODAY") == 1
    assert await office.claim_ids("LEAVES"), "the last day at work still counts"


async def test_work_is_given_out_within_the_subtree_of_ones_unit(office: Any) -> None:
    made = {unit: await office.issue(f"P{unit}", unit=unit) for unit in ("LX", "JN", "YT")}
    for staff_no, units in (("COUNTY", {"LX"}), ("CITY", {"JN"}), ("C1", {"YT"}), ("QINGDAO", set())):
        given: set[UUID] = set()
        while ids := await office.claim_ids(staff_no):
            given.update(ids)
        assert given == {made[unit] for unit in units}


async def test_dec_7_a_visit_never_goes_to_the_contracts_seller(office: Any) -> None:
    mine, other = (
        await office.issue("P1", "KX", seller_no="V1"),
        await office.issue("P2", "KX", seller_no="S"),
    )
    for id in (mine, other):
        await office.to_channel(id, "on_site", 1)
    assert await office.claim_ids("V1") == (other,), "not in the bundle either"
    await office.give_back("V1")
    assert set(await office.claim_ids("V2")) == {mine, other}
    await office.give_back("V2")
    await office.fetch("UPDATE obligation SET channel = 'phone', rung = 0")
    await office.fetch("UPDATE staff SET roles = '{caller}', unit = 'SD' WHERE staff_no = 'V1'")
    assert set(await office.claim_ids("V1")) == {mine, other}, "calls are no visits"


async def test_dec_7_a_visit_of_sales_own_goes_to_the_seller_too(office: Any) -> None:
    meant, other = (
        await office.issue("P1", "KX", seller_no="V1"),
        await office.issue("P2", "KX", seller_no="V1"),
    )
    for id in (meant, other):
        await office.to_channel(id, "on_site", 1)
    await office.let_seller_visit(meant)
    assert await office.claim_ids("V1") == (meant,), "the other is no visit of theirs"


async def test_dec_5_what_one_person_can_be_asked_at_once_comes_together_most_pressing_first(
    office: Any,
) -> None:
    grace = await office.grace_ended("G1", "KX")
    late, early = (
        await office.issue("P1", "KX", delivered=date(2026, 3, 9)),
        await office.issue("P2", "KX", delivered=date(2026, 3, 5)),
    )
    visit, elsewhere, not_yet = (
        await office.issue("P3", "KX"),
        await office.issue("P4", "KX", unit="YT"),
        await office.issue("P5", "KX"),
    )
    await office.to_channel(visit, "on_site", 1)
    await office.fetch(
        "UPDATE obligation SET callable_from = callable_from + interval '9 days' WHERE id = $1", not_yet
    )
    assert await office.claim_ids("CITY") == (early, late, grace)
    held = await office.fetch("SELECT id FROM obligation WHERE lease_staff IS NOT NULL")
    assert {row["id"] for row in held} == {early, late, grace}
    assert await office.claim_ids("YANTAI") == (), "nobody else rings the same person meanwhile"
    assert await office.claim_ids("V2") == (), "nor visits"
    assert await office.give_back("CITY") == 3
    assert await office.claim_ids("YANTAI") == (elsewhere,)


async def test_a_claim_leaves_one_row_in_the_ledger_that_names_all(office: Any) -> None:
    ids = {await office.issue("P1", "KX"), await office.issue("P2", "KX")}
    await office.claim()
    row = await office.row("SELECT * FROM ledger WHERE action = 'obligation.claimed'")
    assert (row["actor"], row["on_behalf_of"]) == ("client:test", "C1")
    assert set(row["details"]["obligations"]) == {str(id) for id in ids}
    await office.give_back()
    row = await office.row("SELECT * FROM ledger WHERE action = 'obligation.given_back'")
    assert (row["actor"], row["on_behalf_of"]) == ("client:test", "C1")


async def test_a_lease_that_ran_out_is_free_whether_or_not_any_job_has_run(office: Any) -> None:
    id = await office.issue("P1")
    assert await office.claim_ids("C1") == (id,)
    assert await office.claim_ids("C2") == ()
    await office.expire_leases()
    assert await office.claim_ids("C2") == (id,)
    assert await office.give_back("C1") == 0


async def test_whoever_lost_the_training_can_still_give_back(office: Any) -> None:
    await office.issue("P1")
    await office.claim("TODAY")
    tomorrow = await office.later(days=1)
    assert await tomorrow.refusal(tomorrow.claim("TODAY")) == "staff.untrained"
    assert await tomorrow.give_back("TODAY") == 1
    assert await tomorrow.give_back("TODAY") == 0
    assert await tomorrow.refusal(tomorrow.give_back("NOBODY")) == "staff.not_found"


async def test_what_was_started_is_not_given_back(office: Any) -> None:
    started, leased = await office.issue("P1", delivered=date(2026, 3, 5)), await office.issue("P2")
    await office.begin()
    assert await office.claim_ids() == (leased,)
    assert await office.give_back() == 1
    assert (await office.obligation(started))["lease_staff"] is not None


async def test_a_person_on_the_line_is_left_alone_even_when_what_it_was_about_is_gone(office: Any) -> None:
    grace = await office.grace_ended("G1", "KX")
    contact = await office.begin("C1")
    await office.paid("G1")
    assert (await office.obligation(grace))["status"] == "voided"
    other = await office.issue("P1", "KX")
    assert await office.claim_ids("C2") == ()
    await office.abandon(contact)
    assert await office.claim_ids("C2") == (other,)


async def test_a_contact_left_behind_blocks_nobody_for_longer_than_a_lease(office: Any) -> None:
    await office.grace_ended("G1", "KX")
    await office.begin("C1")
    await office.paid("G1")
    other = await office.issue("P1", "KX")

    async def claim_later(scope: Any) -> Any:
        scope.wall_now += LEASE + timedelta(minutes=1)
        return await claiming.claim_next(scope, office.catalogue, "C2", Actor("client:test"))

    assert (await office.do(claim_later)).obligation_ids == (other,)


async def test_many_people_held_by_others_do_not_hide_the_work_behind_them(office: Any) -> None:
    rows = []
    for n in range(20):
        rows += office.new_contract(f"P{n}", f"K{n}", delivered=date(2026, 3, 5))
        rows += office.new_contract(f"Q{n}", f"K{n}", unit="YT", delivered=date(2026, 3, 6))
    await office.insurer.take(*rows)
    last = await office.issue("LAST", "KLAST", unit="YT", delivered=date(2026, 3, 9))
    for _ in range(20):
        assert await office.claim_ids("CITY")
    assert await office.claim_ids("YANTAI") == (last,)


async def test_asked_for_no_call_without_a_number_goes_on_to_a_visit_with_the_reason(office: Any) -> None:
    without = await office.issue("P1", phones=(), delivered=date(2026, 3, 5))
    reachable = await office.issue("P2")
    assert await office.claim_ids("C1") == (reachable,)
    row = await office.obligation(without)
    assert (row["status"], row["channel"], row["rung"], row["attempts"]) == ("open", "on_site", 1, 0)
    assert row["lease_staff"] is None
    (entry,) = await office.fetch("SELECT * FROM ledger WHERE action = 'obligation.no_number'")
    assert (entry["subject_id"], entry["reason"]) == (without, "no_number")
    assert await office.claim_ids("V1") == (without,)


async def test_a_number_found_wrong_is_not_dialled_for_another_contract_either(office: Any) -> None:
    await office.issue("P1", "KX")
    contact = await office.begin("C1")
    await office.conclude(contact, "wrong_number")
    later = await office.issue("P2", "KX")
    assert await office.claim_ids("C1") == ()
    assert (await office.obligation(later))["channel"] == "on_site"


async def test_reg_3_without_a_number_and_any_other_rung_somebody_is_unreachable(office: Any) -> None:
    id = await office.issue("P1", phones=())
    await office.fetch(
        'UPDATE obligation SET draft = (draft::jsonb || \'{"ladder": [{"channel": "phone", "attempts": 3}]}\')::json'
    )
    assert await office.claim() is None
    row = await office.obligation(id)
    assert (row["status"], row["status_reason"]) == ("unreachable", "phone no_number ×1")


async def test_very_many_without_a_number_are_moved_on_claim_by_claim(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_MOST_WITHOUT_NUMBER", 2)
    for n in range(3):
        await office.issue(f"P{n}", phones=(), delivered=date(2026, 3, 5))
    reachable = await office.issue("Q")
    assert await office.claim() is None
    assert await office.claim_ids() == (reachable,)


@pytest.mark.parametrize("kind", ["sales_refusal", "own_wish"])
async def test_dec_6_a_do_not_contact_entry_never_blocks_a_mandatory_callback_and_is_shown(
    office: Any, kind: str
) -> None:
    id = await office.issue("P1")
    customer_id = (await office.obligation(id))["customer_id"]
    for until, lifted in ((None, None), (office.insurer.tenant.clock_at, None), (None, datetime.now(UTC))):
        await office.fetch(
            "INSERT INTO contact_restriction (id, customer_id, kind, valid_until, recorded_by, created_at, lifted_at)"
            " VALUES ($1, $2, $3, $4, 'C1', now(), $5)",
            new_id(),
            customer_id,
            kind,
            until,
            lifted,
        )
    assert await office.claim_ids() == (id,)
    shown = await office.do(lambda scope: work.restrictions(scope, customer_id))
    assert [row["kind"] for row in shown] == [kind]


async def test_thirty_at_once_never_share_an_obligation_or_ring_one_person_together(office: Any) -> None:
    rows = []
    for n in range(100):
        rows += office.new_contract(f"P{n}", f"K{n % 37}", unit=("JN", "YT", "LX")[n % 3])
    await office.insurer.take(*rows)
    people = dict(await office.fetch("SELECT id, customer_id FROM obligation"))
    assert len(people) == 100
    dice = random.Random(7)
    held: dict[str, set[UUID]] = {}
    done: set[UUID] = set()
    claims = 0

    async def work_on(staff_no: str) -> None:
        nonlocal claims
        while True:
            ids = set(await office.claim_ids(staff_no))
            if not ids:
                return
            claims += 1
            for other, theirs in held.items():
                assert not ids & theirs, f"{staff_no} and {other} hold the same"
                assert not {people[id] for id in ids} & {people[id] for id in theirs}, "rung by two at once"
            assert len({people[id] for id in ids}) == 1
            assert not ids & done
            held[staff_no] = ids
            await asyncio.sleep(dice.random() * 0.02)
            del held[staff_no]
            if dice.random() < 0.3:
                await office.fetch(
                    "UPDATE obligation SET lease_until = now() - interval '1 second' WHERE id = ANY($1)",
                    list(ids),
                )
            else:
                done.update(ids)
                await office.fetch(
                    "UPDATE obligation SET status = 'completed', lease_until = NULL WHERE id = ANY($1)",
                    list(ids),
                )

    for _ in range(20):
        await asyncio.gather(*(work_on(f"C{n}") for n in range(1, 31)))
        if len(done) == 100:
            break
    assert done == people.keys()
    assert claims >= 37


async def test_a_busy_morning_counts_every_attempt_once_and_rings_nobody_twice_at_a_time(office: Any) -> None:
    rows = []
    for n in range(24):
        rows += office.new_contract(f"P{n}", f"K{n % 9}")
    await office.insurer.take(*rows)
    dice = random.Random(11)

    async def shift(staff_no: str) -> None:
        while ids := await office.claim_ids(staff_no):
            contact = await office.start(dice.choice(ids), staff_no)
            await asyncio.sleep(dice.random() * 0.01)
            drawn = dice.random()
            if drawn < 0.2:
                await office.abandon(contact)
            elif drawn < 0.5:
                await office.answer(contact, "greeting", "speaking", staff_no)
                await office.conclude(contact, "refused")
            else:
                await office.conclude(contact, dice.choice(("no_answer", "busy", "wrong_number")))

    await asyncio.gather(*(shift(f"C{n}") for n in range(1, 13)))
    mismatched = await office.fetch(
        "SELECT o.id FROM obligation o LEFT JOIN contact_section s ON s.obligation_id = o.id"
        " GROUP BY o.id HAVING o.attempts <> count(s.id)"
    )
    assert mismatched == []
    together = await office.fetch(
        "SELECT FROM (SELECT k.id, k.customer_id, min(l.at) AS begun, max(l.at) AS ended FROM contact k"
        " JOIN ledger l ON l.subject_id = k.id GROUP BY k.id) a JOIN (SELECT k.id, k.customer_id, min(l.at) AS begun"
        " FROM contact k JOIN ledger l ON l.subject_id = k.id GROUP BY k.id) b"
        " ON a.customer_id = b.customer_id AND a.id < b.id AND b.begun < a.ended"
    )
    assert together == []
    assert await office.fetch("SELECT FROM obligation WHERE lease_staff IS NOT NULL") == []
