"""Stories of contracts just sold: terms, products, deliveries, people, the live stream."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ordinary import (
    customer_number,
)
from people import organisation, person, resident_check_character, resident_id
from timeline import STREAM, Timeline, at, snapshot
from world import (
    ACCIDENT_YEAR,
    ACCUMULATING,
    CRITICAL_ILLNESS,
    GROUP_ANNUITY,
    GROUP_TERM,
    MEDICAL_YEAR,
    PARTICIPATING,
    PARTICIPATING_REGULAR,
    TERM_LIFE,
    UNIT_LINKED,
    UNIVERSAL,
    WHOLE_LIFE,
    Record,
    staff_phone,
)
from writer import Writer


def terms(write: Writer) -> Iterator[Timeline]:
    """Lengths of term, and the two ways of writing the end of one."""
    for place, shows, issued, expires, channel in (
        (
            2,
            "term of exactly one year, `expires_on` its last day",
            date(2026, 2, 28),
            date(2027, 2, 28),
            "agent",
        ),
        (
            3,
            "term of exactly one year, `expires_on` the day after it (the bank's way)",
            date(2026, 2, 28),
            date(2027, 3, 1),
            "bank",
        ),
        (
            4,
            "exactly one year, last-day way, issued since the cut-over",
            date(2026, 9, 20),
            date(2027, 9, 20),
            "agent",
        ),
        (
            5,
            "exactly one year, next-day way, issued since the cut-over",
            date(2026, 9, 20),
            date(2027, 9, 21),
            "bank",
        ),
        (6, "term of thirteen months", date(2026, 9, 20), date(2027, 10, 20), "agent"),
    ):
        story = write.begin(place, shows, MEDICAL_YEAR, issued, channel=channel, expires_on=expires)
        if place == 6:
            story.contract["cooling_off_days"] = 15
        yield write.delivered(story, issued + timedelta(days=2))
    short = write.begin(
        7, "term of ninety days", ACCIDENT_YEAR, date(2026, 9, 19), expires_on=date(2026, 12, 18)
    )
    yield write.delivered(short, date(2026, 9, 21))
    ten = write.begin(
        8,
        "ten years, next-day way, sold by a bank",
        PARTICIPATING,
        date(2026, 9, 21),
        channel="bank",
        expires_on=date(2036, 9, 22),
    )
    yield write.delivered(ten, date(2026, 9, 28))


def new_contracts(write: Writer) -> Iterator[Timeline]:
    """Products and channels, each freshly delivered."""
    born = date(1986, 5, 21)
    mother = write.adult(
        1, name="林海燕", gender="female", birth_date=born, id_number=resident_id("370102", born, 362)
    )
    child = person(write.rng(701), 2_000_701, write.seed, customer_number(90_000_701), "370102", child=True)
    first = write.begin(
        1,
        "regular premium, benefit on death, the insured is the policyholder's child",
        WHOLE_LIFE,
        date(2026, 9, 24),
        holder=mother,
        insured=[child["customer_no"]],
    )
    first.customers.append(child)
    yield write.delivered(first, date(2026, 9, 28))
    for place, shows, product, channel, county in (
        (9, "universal: fees, first deduction, account credit", UNIVERSAL, "agent", "370602"),
        (11, "unit-linked, single premium, four fee items", UNIT_LINKED, "bank", "371302"),
        (12, "accumulating participating, with fees", ACCUMULATING, "agent", "370702"),
        (13, "participating but not accumulating, sold by a bank", PARTICIPATING, "bank", "370102"),
        (14, "sold by telephone", TERM_LIFE, "telephone", "370681"),
        (16, "sold by a broker", CRITICAL_ILLNESS, "broker", "371323"),
    ):
        yield write.delivered(
            write.begin(place, shows, product, date(2026, 9, 23), channel=channel, county=county),
            date(2026, 9, 29),
        )
    gap = write.begin(
        10, "universal: the core has not said what the account was credited", UNIVERSAL, date(2026, 9, 25)
    )
    gap.contract["account_credit"] = None
    yield write.delivered(gap, date(2026, 9, 30))
    web = write.begin(
        15,
        "sold online, cooling-off of twenty days, in `events.ndjson`",
        CRITICAL_ILLNESS,
        date(2026, 9, 27),
        channel="online",
        source=STREAM,
    )
    yield write.delivered(web, date(2026, 9, 27))
    key = write.begin(
        25,
        "an organisation is the policyholder of an individual product",
        WHOLE_LIFE,
        date(2026, 9, 22),
        holder=organisation(write.rng(25), 4_000_025, write.seed, customer_number(90_000_025), "370102"),
    )
    yield write.delivered(key, date(2026, 9, 26))
    yield write.delivered(
        write.begin(26, "group contract of ten years", GROUP_ANNUITY, date(2026, 9, 15), channel="direct"),
        date(2026, 9, 21),
    )
    yield write.delivered(
        write.begin(
            27, "group contract of exactly one year", GROUP_TERM, date(2026, 9, 15), channel="direct"
        ),
        date(2026, 9, 21),
    )


def deliveries(write: Writer) -> Iterator[Timeline]:
    """When the customer signed for the policy, and whether anyone knows."""
    for place, shows, issued, day, cooling in (
        (
            17,
            "cooling-off of 15 days over within the National Day holiday",
            date(2026, 9, 15),
            date(2026, 9, 18),
            15,
        ),
        (
            18,
            "cooling-off of 10 days over within the National Day holiday",
            date(2026, 9, 21),
            date(2026, 9, 24),
            10,
        ),
        (22, "delivered eight weeks after its issue", date(2026, 8, 5), date(2026, 9, 29), 15),
    ):
        yield write.delivered(write.begin(place, shows, WHOLE_LIFE, issued, cooling_off_days=cooling), day)
    yield write.begin(
        19, "issued in June, still not delivered", PARTICIPATING_REGULAR, date(2026, 6, 15), county="370724"
    )
    yield write.begin(
        20,
        "issued at the beginning of September, still not delivered",
        TERM_LIFE,
        date(2026, 9, 3),
        county="371302",
    )
    yield write.begin(
        21, "issued after the holiday, not delivered yet", WHOLE_LIFE, date(2026, 10, 9), county="370602"
    )
    late = write.begin(
        23,
        "delivered on 10 September, written out on 9 October: the cooling-off was over",
        TERM_LIFE,
        date(2026, 9, 7),
        cooling_off_days=15,
    )
    write.delivered(late, date(2026, 9, 10))
    late.amend(late.events[-1], written=at(date(2026, 10, 9), 3))
    yield late
    off = write.begin(
        24,
        "cancelled within the cooling-off period",
        PARTICIPATING,
        date(2026, 9, 25),
        channel="bank",
        cooling_off_days=15,
    )
    write.delivered(off, date(2026, 9, 29))
    off.add("contract.cancelled", at(date(2026, 10, 8), 10, 12), on=date(2026, 10, 8), reason="犹豫期内撤销")
    yield off
    hole = write.begin(
        51,
        "issued before the cut-over, and no callback of the old system for it",
        TERM_LIFE,
        date(2026, 8, 20),
    )
    hole.called_before = False
    yield write.delivered(hole, date(2026, 8, 25))
    fixed = write.begin(
        92, "`delivered_on` corrected by a later event (`corrects`)", WHOLE_LIFE, date(2026, 9, 14)
    )
    write.delivered(fixed, date(2026, 9, 18))
    fixed.add(
        "contract.delivered",
        at(date(2026, 9, 24), 9, 5),
        corrects=fixed.events[-1].id,
        delivered_on=date(2026, 9, 22),
    )
    yield fixed


def persons(write: Writer) -> Iterator[Timeline]:
    """Who the policyholder is, and the warning signs in their data."""
    day, signed = date(2026, 9, 24), date(2026, 9, 30)

    def sold(
        place: int, shows: str, holder: Record | None = None, county: str = "370102", **more: Any
    ) -> Timeline:
        return write.delivered(
            write.begin(place, shows, TERM_LIFE, day, holder=holder, county=county, **more), signed
        )

    yield sold(28, "a contract of the Qingdao branch", county="370202")
    yield sold(
        29,
        "a Shandong unit's contract, the policyholder lives in Qingdao",
        write.adult(29, "370211"),
        "370602",
    )
    for place, shows, id_type, number in (
        (30, "Hong Kong permit", "hk_mo_permit", "H10482736"),
        (31, "Macao permit", "hk_mo_permit", "M20593817"),
        (32, "passport", "passport", "EJ4927163"),
    ):
        yield sold(place, shows, write.adult(place, id_type=id_type, id_number=number))
    old = date(1968, 3, 17)
    elder: Record = {
        "name": "孙桂英",
        "birth_date": old,
        "gender": "female",
        "id_number": resident_id("370602", old, 264),
    }
    yield sold(
        34,
        "resident ID of someone born in 1968 in a district that some gazetteers list from 1983 on",
        write.adult(34, "370602", **elder),
        "370602",
    )
    born = date(1985, 11, 5)
    order = next(n for n in range(101, 999, 2) if resident_check_character(f"370102{born:%Y%m%d}{n}") == "X")
    ends_in_x: Record = {
        "name": "刘建国",
        "birth_date": born,
        "gender": "male",
        "id_number": resident_id("370102", born, order).lower(),
    }
    yield sold(35, "resident ID ending in a small x", write.adult(35, **ends_in_x))
    twice = write.adult(36)
    yield sold(36, "one person on two policies delivered the same day (1 of 2)", twice)
    yield sold(37, "one person on two policies delivered the same day (2 of 2)", twice, own_holder=False)
    known = write.adult(38)
    yield sold(38, "the same person under two customer numbers (1 of 2)", known)
    again = known | {
        "customer_no": customer_number(90_000_039),
        "phones": ["13905310039"],
        "id_number": known["id_number"],
    }
    yield sold(39, "the same person under two customer numbers (2 of 2)", again)
    for place in (40, 41, 42):
        yield sold(
            place,
            f"three policyholders, one phone number, one seller ({place - 39} of 3)",
            write.adult(place, phones=["13853100042"]),
            seller_no="S1002",
        )
    yield sold(
        43,
        "the policyholder's phone is the seller's",
        write.adult(43, phones=[staff_phone("S1001")]),
        seller_no="S1001",
    )
    own = write.adult(44, name="卜雪梅", phones=[staff_phone("S1002")])
    yield sold(44, "the policyholder is the policy's own seller", own, seller_no="S1002")
    yield sold(45, "no phone number on file, an address only", write.adult(45, phones=[], emails=[]))
    many = write.adult(46, phones=["+86 138 5310 0046", "0531-80000046"])
    yield sold(46, "two numbers, written with country code, spaces and hyphen", many)
    yield sold(47, "sold by someone who also visits customers", county="370724")
    gone = sold(48, "sold by a seller who has left since (1 of 2)", county="370124")
    yield gone
    moved = sold(49, "sold by a seller who has left since, handed to another (2 of 2)", county="370124")
    moved.add("contract.changed", at(date(2026, 10, 9), 14), kind="seller_changed", seller_no="S1002")
    yield moved


def streamed(write: Writer) -> Iterator[Timeline]:
    """Live events that carry their contract and customer along."""
    for place, shows, product, issued, in_files in (
        (
            52,
            "contract and customer sent along in `events.ndjson`, in no other file",
            WHOLE_LIFE,
            date(2026, 10, 10),
            False,
        ),
        (53, "the same, universal, with its list of fees", UNIVERSAL, date(2026, 10, 11), False),
        (54, "sent along in `events.ndjson` and in the files too", TERM_LIFE, date(2026, 10, 9), True),
    ):
        story = write.begin(place, shows, product, issued, channel="online", source=STREAM)
        story.in_files = in_files
        write.delivered(story, issued)
        sent = {"contract": snapshot(replace(story, events=story.events[:1])), "customer": story.customers[0]}
        story.amend(story.events[0], embedded=sent)
        yield story
    fixed = write.begin(
        96,
        "`delivered_on` corrected in the stream",
        UNIVERSAL,
        date(2026, 9, 28),
        channel="online",
        source=STREAM,
    )
    write.delivered(fixed, date(2026, 9, 28))
    fixed.add(
        "contract.delivered",
        at(date(2026, 10, 9), 8, 15),
        corrects=fixed.events[-1].id,
        delivered_on=date(2026, 10, 1),
    )
    yield fixed


CHAPTERS = (terms, new_contracts, deliveries, persons, streamed)
