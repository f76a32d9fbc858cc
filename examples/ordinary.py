"""The bulk of the book: contracts without a story, their fate drawn from the seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import isqrt
from random import Random

from people import CHILD_FIRST, organisation, person
from timeline import BATCH, STREAM, Timeline, add_months, at, fees_for, office_hours
from world import (
    AS_OF,
    BANK_SELLERS,
    CUT_OVER,
    MARKETS,
    MEDICAL_YEAR,
    SELLER_OF_CHANNEL,
    SELLERS_OF_UNIT,
    SHELF,
    UNIT_OF_COUNTY,
    Product,
    Record,
)

FIRST_ISSUE = date(2024, 10, 8)
GRACE_DAYS = 60


def contract_number(county: str, year: int, serial: int) -> str:
    """Letters first, so that a spreadsheet does not take it for a number."""
    return f"TY{county[:4]}{year}{serial:07d}"


def customer_number(index: int) -> str:
    return f"C{index:08d}"


def make_contract(
    rng: Random, product: Product, serial: int, county: str, issued: date, channel: str, people: Record
) -> Record:
    """A contract as issued. `people` holds policyholder, insured and beneficiaries.

    It takes effect the day after it is issued and ends on the last day of its term.
    """
    regular = not product.single
    low, high = product.premium
    premium = Decimal(rng.randrange(low, high, 10)) + Decimal(rng.choice(("0.00", "0.00", "5.50", "8.00")))
    effective = issued + timedelta(days=1)
    expires = add_months(effective, 12 * product.years) - timedelta(days=1) if product.years else None
    unit = UNIT_OF_COUNTY[county]
    sellers = {
        "agent": rng.choice(SELLERS_OF_UNIT[unit]),
        "bank": BANK_SELLERS[county[:4]],
        **SELLER_OF_CHANNEL,
    }
    return {
        "contract_no": contract_number(county, issued.year, serial),
        "line": product.line,
        "product_code": product.code,
        "product_name": product.name,
        "product_class": product.product_class,
        "accumulating": product.accumulating,
        "death_benefit": product.death_benefit,
        "group": product.group,
        "unit": unit,
        "channel": channel,
        "seller_no": sellers.get(channel, ""),
        **people,
        "effective_on": effective,
        "expires_on": expires,
        "premium.mode": "regular" if regular else "single",
        "premium.amount": premium,
        "premium.interval_months": 12 if regular else None,
        "premium.years": product.pay_years if regular else None,
        **(fees_for(product, premium) if product.has_account else {}),
        "cooling_off_days": (20 if channel == "online" else rng.choice((10, 15, 15, 15)))
        if product.years != 1
        else None,
        "issued_on": issued,
        "region": county,
    }


def make_people(
    rng: Random, serial: int, seed: int, product: Product, county: str
) -> tuple[Record, list[Record]]:
    """Who is on contract `serial`, and the customer records that go with them."""
    adult = serial * 2
    holder_no = customer_number(adult)
    if product.group:
        holder = organisation(rng, adult, seed, holder_no, county)
        insured = person(rng, adult + 1, seed, customer_number(adult + 1), county)
        return {"policyholder": holder_no, "insured": [insured["customer_no"]]}, [holder, insured]
    holder = person(rng, adult, seed, holder_no, county)
    if rng.random() < 0.01:
        holder["phones"] = []
    draw = rng.random()
    # A parent is twenty years older than the oldest of the children.
    if draw < 0.6 or (draw >= 0.8 and holder["birth_date"].year > CHILD_FIRST.year - 20):
        return {"policyholder": holder_no, "insured": [holder_no]}, [holder]
    other_no = customer_number(adult + 1)
    if draw < 0.8:
        spouse = person(rng, adult + 1, seed, other_no, county)
        return {"policyholder": holder_no, "insured": [holder_no], "beneficiaries": [other_no]}, [
            holder,
            spouse,
        ]
    child_no = customer_number(50_000_000 + serial)
    child = person(rng, serial, seed, child_no, county, child=True, surname=holder["name"][0])
    return {"policyholder": holder_no, "insured": [child_no], "beneficiaries": [holder_no]}, [holder, child]


def issue(timeline: Timeline, rng: Random) -> None:
    timeline.add("contract.issued", office_hours(rng, timeline.contract["issued_on"]))


def deliver(timeline: Timeline, rng: Random, day: date) -> None:
    """The customer signs for the policy on `day`; the core hears of it the same evening."""
    when = at(day, 19, rng.randrange(60), rng.randrange(60))
    if day == AS_OF.date():
        when = AS_OF - timedelta(minutes=rng.randrange(1, 60))
    timeline.add("contract.delivered", when, delivered_on=day)


def bill(timeline: Timeline, due: date) -> None:
    amount = timeline.contract["premium.amount"]
    timeline.add("premium.due", at(due - timedelta(days=15), 2), due_on=due, amount=amount)


def pay(timeline: Timeline, rng: Random, due: date, paid: date, amount: Decimal | None = None) -> None:
    """A premium arrives; less than the contract's own amount where `amount` says so."""
    full = timeline.contract["premium.amount"]
    timeline.add("premium.paid", office_hours(rng, paid), due_on=due, paid_on=paid, amount=amount or full)


def enter_grace(timeline: Timeline, due: date, grace_end: date, unpaid: Decimal | None = None) -> None:
    owed = timeline.contract["premium.amount"] if unpaid is None else unpaid
    timeline.add(
        "grace.entered", at(due + timedelta(days=1), 0, 20), due_on=due, grace_end=grace_end, unpaid=owed
    )


def end_grace(timeline: Timeline, due: date, grace_end: date, unpaid: Decimal) -> None:
    """The night after the last day of grace; a contract still owing lapses with it."""
    night = grace_end + timedelta(days=1)
    timeline.add("grace.ended", at(night, 0, 30), due_on=due, grace_end=grace_end, unpaid=unpaid)
    if unpaid:
        timeline.add("contract.lapsed", at(night, 0, 40), on=night)


def settle_claim(timeline: Timeline, rng: Random, reported: date, result: str, amount: Decimal) -> None:
    """A claim from report to closing, some three weeks."""
    claim_no = f"LP{timeline.number[2:]}{len(timeline.events):02d}"
    county, insured = timeline.contract["region"], timeline.contract["insured"][0]
    payee = next(person["name"] for person in timeline.customers if person["customer_no"] == insured)
    told = office_hours(rng, reported)
    timeline.add(
        "claim.reported",
        told,
        claim_no=claim_no,
        reported_at=told,
        reporter__role=rng.choice(("insured", "policyholder", "policyholder", "agent", "salesperson")),
        loss_region=county,
        area="urban" if county[4:] in ("02", "11") else "county",
        dual_agency=False,
    )
    registered = told + timedelta(days=rng.randrange(1, 4), minutes=7)
    timeline.add(
        "claim.registered", registered, claim_no=claim_no, registered_at=registered, assessor_no="S0107"
    )
    settled = registered.date() + timedelta(days=rng.randrange(4, 16))
    paid = {"paid_on": settled, "payee": payee} if result == "paid" else {}
    timeline.add("claim.settled", at(settled, 16, 5), claim_no=claim_no, result=result, amount=amount, **paid)
    timeline.add("claim.closed", at(settled, 23, 10), claim_no=claim_no, closed_on=settled)


def pay_or_not(timeline: Timeline, rng: Random) -> None:
    """Each premium after the first: paid in time mostly, else late, in part, or not at all."""
    contract = timeline.contract
    step, premium = contract["premium.interval_months"], contract["premium.amount"]
    due = add_months(contract["effective_on"], step)
    count = 1
    while due <= AS_OF.date():
        bill(timeline, due)
        draw, grace_end = rng.random(), due + timedelta(days=GRACE_DAYS)
        if draw < 0.74:
            pay(timeline, rng, due, due - timedelta(days=rng.randrange(0, 11)))
        elif draw < 0.88:
            enter_grace(timeline, due, grace_end)
            pay(timeline, rng, due, due + timedelta(days=rng.randrange(3, GRACE_DAYS)))
        else:
            part = (premium / 2).quantize(Decimal("0.01")) if draw < 0.91 else Decimal("0.00")
            if part:
                pay(timeline, rng, due, due, part)
            enter_grace(timeline, due, grace_end, premium - part)
            end_grace(timeline, due, grace_end, premium - part)
            if rng.random() < 0.4:
                back = grace_end + timedelta(days=rng.randrange(20, 150))
                timeline.add("contract.reinstated", office_hours(rng, back), on=back)
            return
        count += 1
        due = add_months(contract["effective_on"], step * count)


def live(timeline: Timeline, rng: Random) -> None:
    """Add what becomes of a contract after it was issued, its future included."""
    contract = timeline.contract
    issued: date = contract["issued_on"]
    issue(timeline, rng)
    received = issued if contract["channel"] == "online" else issued + timedelta(days=rng.randrange(1, 9))
    deliver(timeline, rng, received)
    draw = rng.random()
    if draw < 0.03 and contract["cooling_off_days"]:
        on = received + timedelta(days=rng.randrange(1, 9))
        timeline.add("contract.cancelled", office_hours(rng, on), on=on, reason="犹豫期内撤销")
        return
    if draw < 0.07:
        on = issued + timedelta(days=rng.randrange(30, 330))
        timeline.add(
            "contract.surrendered",
            office_hours(rng, on),
            on=on,
            reason=rng.choice(("资金周转", "对收益不满意", "重复投保")),
        )
        return
    if draw < 0.13:
        result = rng.choice(("paid", "paid", "paid", "declined", "zero"))
        amount = Decimal(rng.randrange(80_000, 6_000_000)).scaleb(-2) if result == "paid" else Decimal("0.00")
        settle_claim(timeline, rng, issued + timedelta(days=rng.randrange(40, 300)), result, amount)
    elif draw < 0.17 and contract.get("beneficiaries"):
        on = issued + timedelta(days=rng.randrange(20, 300))
        timeline.add(
            "contract.changed",
            office_hours(rng, on),
            kind="beneficiary_changed",
            beneficiaries=contract["insured"],
        )
    if contract["premium.mode"] == "regular":
        pay_or_not(timeline, rng)
    if contract["expires_on"] and contract["expires_on"] < AS_OF.date():
        last: date = contract["expires_on"]
        timeline.add("contract.ended", at(last + timedelta(days=1), 0, 5), on=last, reason="满期终止")


def delay_some(timeline: Timeline, rng: Random) -> None:
    """Write a few events out days after they happened, as cores do after a failed night."""
    for event in tuple(timeline.events):
        if rng.random() < 0.03:
            timeline.amend(event, written=event.time + timedelta(days=rng.randrange(1, 5)))


def ordinary(count: int, seed: int) -> Iterator[Timeline]:
    """`count` contracts one after the other by day of issue, more of them the nearer to the export."""
    days = (AS_OF.date() - FIRST_ISSUE).days
    for serial in range(1, count + 1):
        rng = Random(f"{seed}:{serial}")
        issued = FIRST_ISSUE + timedelta(days=isqrt(serial * days * days // (count + 1)))
        product, county = rng.choice(SHELF), rng.choice(MARKETS)
        channel = rng.choices(
            ("agent", "bank", "online", "telephone", "broker", "direct"), (44, 18, 22, 6, 5, 5)
        )[0]
        if product.group:
            channel = "direct"
        people, customers = make_people(rng, serial, seed, product, county)
        streamed = channel == "online" and issued >= CUT_OVER
        timeline = Timeline(
            make_contract(rng, product, serial, county, issued, channel, people),
            customers,
            source=STREAM if streamed else BATCH,
        )
        live(timeline, rng)
        delay_some(timeline, rng)
        yield timeline


def plain(count: int, seed: int) -> Iterator[Timeline]:
    """`count` contracts with nothing but their issue, received the same day, all since the cut-over."""
    days = (AS_OF.date() - CUT_OVER).days + 1
    products = tuple(product for product in SHELF if not product.group)
    for serial in range(1, count + 1):
        rng = Random(f"{seed}:{serial}")
        issued = CUT_OVER + timedelta(days=(serial - 1) * days // count)
        product, county = products[serial % len(products)], MARKETS[serial % len(MARKETS)]
        holder = person(rng, serial * 2, seed, customer_number(serial * 2), county)
        people = {"policyholder": holder["customer_no"], "insured": [holder["customer_no"]]}
        channel = "online" if product is MEDICAL_YEAR else "agent"
        contract = make_contract(rng, product, serial, county, issued, channel, people)
        timeline = Timeline(contract | {"delivered_on": issued}, [holder])
        issue(timeline, rng)
        yield timeline
