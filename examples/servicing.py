"""Stories of contracts in their later life: grace periods, lapses, surrenders, claims, changes."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from ordinary import (
    bill,
    end_grace,
    enter_grace,
    pay,
    settle_claim,
)
from timeline import Timeline, at
from world import (
    CRITICAL_ILLNESS,
    GROUP_TERM,
    MEDICAL_SIX_YEARS,
    MEDICAL_YEAR,
    PARTICIPATING_REGULAR,
    TERM_LIFE,
    WHOLE_LIFE,
    staff_phone,
)
from writer import Writer

NOTHING = Decimal("0.00")


def open_grace(write: Writer) -> Iterator[Timeline]:
    """Grace periods that are running on the day of the export."""
    monthly = write.begin(
        60,
        "monthly premium, grace period running",
        CRITICAL_ILLNESS,
        date(2026, 6, 14),
        premium__interval_months=1,
        premium__amount=Decimal("286.00"),
    )
    rng = write.rng(60)
    write.delivered(monthly, date(2026, 6, 18))
    for month in (7, 8):
        due = date(2026, month, 15)
        bill(monthly, due)
        pay(monthly, rng, due, due)
    bill(monthly, date(2026, 9, 15))
    enter_grace(monthly, date(2026, 9, 15), date(2026, 11, 14))
    yield monthly
    for place, shows, due, grace_end in (
        (64, "grace period ends 25 October", date(2026, 8, 26), date(2026, 10, 25)),
        (65, "grace period ends 9 November", date(2026, 9, 10), date(2026, 11, 9)),
        (
            71,
            "agreed grace of 120 days: ends in the Spring Festival of 2027, whose calendar is not announced",
            date(2026, 10, 10),
            date(2027, 2, 7),
        ),
    ):
        story = write.renewal(place, shows, due)
        enter_grace(story, due, grace_end)
        yield story
    part = write.renewal(
        68,
        "half the premium paid, grace period running for the rest",
        date(2026, 9, 1),
        PARTICIPATING_REGULAR,
    )
    half = (part.contract["premium.amount"] / 2).quantize(Decimal("0.01"))
    pay(part, write.rng(68), date(2026, 9, 1), date(2026, 9, 1), half)
    enter_grace(part, date(2026, 9, 1), date(2026, 10, 31), part.contract["premium.amount"] - half)
    yield part
    told_late = write.renewal(
        72, "the core tells of the grace period six days before it ends", date(2026, 8, 16)
    )
    enter_grace(told_late, date(2026, 8, 16), date(2026, 10, 15))
    told_late.amend(told_late.events[-1], time=at(date(2026, 10, 9), 6), written=at(date(2026, 10, 9), 6))
    yield told_late


def past_grace(write: Writer) -> Iterator[Timeline]:
    """Grace periods that are over: paid, lapsed, reinstated."""
    for place, shows, due, grace_end, part, back in (
        (
            61,
            "grace period over on 3 October, nothing paid, lapsed",
            date(2026, 8, 4),
            date(2026, 10, 3),
            False,
            None,
        ),
        (
            62,
            "grace period over on the last day of the holiday, part paid, lapsed",
            date(2026, 8, 8),
            date(2026, 10, 7),
            True,
            None,
        ),
        (
            63,
            "grace period over on the first working day after the holiday, lapsed",
            date(2026, 8, 9),
            date(2026, 10, 8),
            False,
            None,
        ),
        (
            69,
            "grace period over in the Spring Festival of 2026, lapsed, reinstated in May",
            date(2025, 12, 19),
            date(2026, 2, 17),
            False,
            date(2026, 5, 12),
        ),
        (
            70,
            "grace period over in the Spring Festival of 2026, lapsed for good",
            date(2025, 12, 20),
            date(2026, 2, 18),
            False,
            None,
        ),
        (
            73,
            "lapsed in September, reinstated in October",
            date(2026, 7, 21),
            date(2026, 9, 19),
            False,
            date(2026, 10, 9),
        ),
    ):
        story = write.renewal(place, shows, due)
        owed = story.contract["premium.amount"]
        if part:
            pay(story, write.rng(place), due, due, Decimal("300.00"))
            owed -= Decimal("300.00")
        enter_grace(story, due, grace_end, owed)
        end_grace(story, due, grace_end, owed)
        if back:
            pay(story, write.rng(place), due, back)
            story.add("contract.reinstated", at(back, 18, 30), on=back)
        yield story
    paid = write.renewal(
        66,
        "paid within the grace period; the core still reports its end, with nothing owing",
        date(2026, 8, 5),
    )
    enter_grace(paid, date(2026, 8, 5), date(2026, 10, 4))
    pay(paid, write.rng(66), date(2026, 8, 5), date(2026, 9, 28))
    end_grace(paid, date(2026, 8, 5), date(2026, 10, 4), NOTHING)
    yield paid
    prompt = write.renewal(67, "renewal premium paid in time", date(2026, 9, 20))
    pay(prompt, write.rng(67), date(2026, 9, 20), date(2026, 9, 18))
    yield prompt
    lost = write.renewal(
        74,
        "its `premium.paid` of 21 September is missing from the export: the control total shows the gap",
        date(2026, 9, 22),
    )
    pay(lost, write.rng(74), date(2026, 9, 22), date(2026, 9, 21))
    lost.amend(lost.events[-1], lost=True)
    yield lost


def ends_and_claims(write: Writer) -> Iterator[Timeline]:
    """Surrenders, maturity, claims."""
    out = write.renewal(80, "surrendered", date(2026, 3, 12))
    pay(out, write.rng(80), date(2026, 3, 12), date(2026, 3, 10))
    out.add("contract.surrendered", at(date(2026, 9, 28), 15, 40), on=date(2026, 9, 28), reason="资金周转")
    yield out
    mistake = write.renewal(
        81, "surrender booked by mistake and taken back the next day (`retracts`)", date(2026, 4, 9)
    )
    pay(mistake, write.rng(81), date(2026, 4, 9), date(2026, 4, 9))
    booked = mistake.add(
        "contract.surrendered", at(date(2026, 9, 16), 11), on=date(2026, 9, 16), reason="录入错误"
    )
    mistake.add(
        "contract.surrendered",
        at(date(2026, 9, 17), 9, 30),
        retracts=booked.id,
        on=date(2026, 9, 16),
        reason="撤销误操作",
    )
    yield mistake
    mature = write.begin(
        95,
        "came to the end of its term in September",
        MEDICAL_SIX_YEARS,
        date(2025, 3, 14),
        expires_on=date(2026, 9, 14),
    )
    write.delivered(mature, date(2025, 3, 20))
    mature.add("contract.ended", at(date(2026, 9, 15), 0, 5), on=date(2026, 9, 14), reason="满期终止")
    yield mature
    yield from claims(write)


def claims(write: Writer) -> Iterator[Timeline]:
    """Claims paid, declined, of nothing, open; on short and on group contracts too."""
    for place, shows, product, result, amount in (
        (
            82,
            "claim paid; the amount corrected by a later event",
            CRITICAL_ILLNESS,
            "paid",
            Decimal("52000.00"),
        ),
        (83, "claim declined", CRITICAL_ILLNESS, "declined", NOTHING),
        (84, "claim settled at nothing", MEDICAL_SIX_YEARS, "zero", NOTHING),
        (86, "claim paid on a group contract", GROUP_TERM, "paid", Decimal("8000.00")),
        (88, "claim paid on a contract of one year", MEDICAL_YEAR, "paid", Decimal("3120.50")),
    ):
        channel = "direct" if product.group else "agent"
        story = write.begin(place, shows, product, date(2025, 11, 3), channel=channel, county="371302")
        write.delivered(story, date(2025, 11, 10))
        settle_claim(story, write.rng(place), date(2026, 9, 14), result, amount)
        if place == 82:
            settled = next(event for event in story.events if event.type == "claim.settled")
            wrong = story.amend(settled, data=settled.data | {"amount": Decimal("5200.00")})
            story.add("claim.settled", at(date(2026, 10, 8), 10), corrects=wrong.id, **settled.data)
        yield story
    pending = write.begin(
        87, "claim registered, not settled yet, reported by an agent", CRITICAL_ILLNESS, date(2025, 10, 13)
    )
    write.delivered(pending, date(2025, 10, 18))
    told = at(date(2026, 10, 9), 9, 20)
    who = {"reporter__role": "agent", "reporter__name": "尹志刚", "reporter__phone": staff_phone("S1001")}
    pending.add(
        "claim.reported",
        told,
        claim_no="LP3701202609000087",
        reported_at=told,
        loss_region="370102",
        area="urban",
        dual_agency=False,
        surveyor_no="S0108",
        **who,
    )
    later = told + timedelta(days=1)
    pending.add(
        "claim.registered", later, claim_no="LP3701202609000087", registered_at=later, assessor_no="S0107"
    )
    yield pending


def changes(write: Writer) -> Iterator[Timeline]:
    """Policy servicing, events out of order, complaints."""
    halves = write.renewal(90, "from yearly to half-yearly premiums", date(2026, 9, 28))
    pay(halves, write.rng(90), date(2026, 9, 28), date(2026, 9, 28))
    halves.add(
        "contract.changed",
        at(date(2026, 9, 29), 10),
        kind="interval_changed",
        premium__interval_months=6,
        premium__amount=(halves.contract["premium.amount"] * Decimal("0.52")).quantize(Decimal("0.01")),
    )
    yield halves
    swapped = write.begin(
        91, "an older `sequence` stands after a newer one in the file", WHOLE_LIFE, date(2026, 9, 11)
    )
    write.delivered(swapped, date(2026, 9, 17))
    swapped.amend(swapped.events[-1], written=at(date(2026, 9, 22), 2))
    swapped.add(
        "contract.changed", at(date(2026, 9, 21), 11), kind="beneficiary_changed", beneficiaries=["C90000036"]
    )
    yield swapped
    annoyed = write.begin(94, "complained of being called too often", TERM_LIFE, date(2026, 9, 10))
    write.delivered(annoyed, date(2026, 9, 15))
    said = at(date(2026, 9, 29), 16, 12)
    annoyed.add(
        "feedback.received",
        said,
        kind="complaint",
        text="一周内接到三次电话，希望不要重复打扰。",
        received_at=said,
        channel="telephone",
    )
    yield annoyed


CHAPTERS = (open_grace, past_grace, ends_and_claims, changes)
