"""Plans: which events make a population, and why others are left out."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.contracts import Contract
from huifang_core.events import BusinessEvent
from huifang_core.plans import Full, Membership, Number, Plan, Successes
from huifang_core.population import amount_wanted, population
from huifang_core.rules import RuleError
from huifang_core.sampling import Amount
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI


def by_assessor(event: BusinessEvent, contract: Contract, trace: Trace) -> Membership | None:
    if event.payload.assessor_no is None:  # type: ignore[union-attr]
        trace.decision("assessor", "无定损员", "no assessor")
        return None
    return Membership(stratum=contract.unit, group=event.payload.assessor_no)  # type: ignore[union-attr]


def plan(**changes: Any) -> Plan:
    given = {
        "title": text("定损服务回访", "loss-assessment service"),
        "events": ["claim.registered"],
        "cites": ["HT-5"],
        "select": by_assessor,
        "size": Successes("per_assessor"),
        "period": "month",
    }
    return Plan("assessment", **{**given, **changes})


def found(build: Any, *events: BusinessEvent, made: Plan | None = None, on: bool = True) -> list[Any]:
    return list(
        population(
            build.subject(*events),
            build.Plugin(),
            made or plan(),
            [build.settings()] if on else [],
            build.calendar,
            build.on(0),
            build.on(29),
        )
    )


def registered(
    build: Any, id: str, day: float = 0, assessor: str | None = "A1", **fields: Any
) -> BusinessEvent:
    return build.event(
        id, "claim.registered", day, claim_no=id, registered_at=build.at(day), assessor_no=assessor, **fields
    )


def test_an_event_of_the_period_is_a_member_of_its_group(build: Any) -> None:
    """HT-5: the month's registered claims, by assessor."""
    (candidate,) = found(build, registered(build, "r1", 3))
    assert candidate.member == "core/r1"
    assert candidate.membership == Membership(stratum="3701", group="A1")
    assert candidate.contract_no == "C1"


def test_who_is_left_out_has_the_reason_in_the_trace(build: Any) -> None:
    (candidate,) = found(build, registered(build, "r1", 3, assessor=None))
    assert candidate.membership is None
    assert candidate.steps[-1].text.en == "no assessor"


def test_events_before_and_after_the_period_and_of_other_kinds_are_not_looked_at(build: Any) -> None:
    events = (
        registered(build, "r1", -1),
        registered(build, "r2", 30),
        build.event("i", "contract.issued", 2),
    )
    assert found(build, *events) == []


def test_a_correction_leaves_a_member_its_name_and_a_retraction_takes_it_out(build: Any) -> None:
    first = registered(build, "r1", 3)
    corrected = registered(build, "r2", 3, assessor="A2", corrects="r1")
    (candidate,) = found(build, first, corrected)
    assert (candidate.member, candidate.membership.group) == ("core/r1", "A2")
    assert found(build, first, build.event("x", "claim.registered", 4, retracts="r1")) == []


def test_a_plugin_that_is_off_has_no_population(build: Any) -> None:
    assert found(build, registered(build, "r1", 3), on=False) == []


def test_a_plan_that_raises_says_so_for_that_event_and_goes_on(build: Any) -> None:
    def fails_on_a1(event: BusinessEvent) -> Membership:
        if event.event_id == "r1":
            raise ValueError("broken")
        return Membership()

    first, second = found(
        build, registered(build, "r1", 3), registered(build, "r2", 4), made=plan(select=fails_on_a1)
    )
    assert (first.membership, first.error) == (None, "ValueError: broken")
    assert second.membership == Membership()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"events": ["claim.invented"]}, "no such event type"),
        ({"cites": "HT-5"}, "give a tuple"),
        ({"cites": []}, "cites no requirement"),
        ({"select": lambda clock: None}, "may ask for"),
    ],
)
def test_what_is_no_plan_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RuleError, match=reason):
        plan(**changes)


def test_a_plan_that_answers_nonsense_is_reported(build: Any) -> None:
    (candidate,) = found(build, registered(build, "r1", 3), made=plan(select=lambda event: "yes"))
    assert "returned str" in candidate.error


def test_period_bounds_are_days_in_shanghai(build: Any) -> None:
    """GEN-5: the period begins at 00:00 in Shanghai, when it is still the day before in UTC."""
    start = datetime.combine(build.on(0), time(), SHANGHAI)
    inside, before = start.astimezone(UTC), (start - timedelta(minutes=1)).astimezone(UTC)
    candidates = found(build, registered(build, "r1", time=inside), registered(build, "r0", time=before))
    assert [candidate.member for candidate in candidates] == ["core/r1"]


def test_dec_14_how_many_are_drawn_is_what_the_parameter_said_when_the_period_began(build: Any) -> None:
    counted = plan(size=Number("cooling_off.days"))
    stricter = build.settings(version=2, parameters={"cooling_off.days": 9}, valid_from=build.on(1))
    before = amount_wanted(build.Plugin(), counted, [build.settings(), stricter], build.on(0))
    after = amount_wanted(build.Plugin(), counted, [build.settings(), stricter], build.on(1))
    assert (before.amount, after.amount) == (Amount("number", Decimal(15)), Amount("number", Decimal(9)))
    assert before.steps[0].subject == "cooling_off.days"
    assert amount_wanted(build.Plugin(), plan(size=Full()), [], build.on(0)).amount == Amount("full")
    with pytest.raises(KeyError, match="off"):
        amount_wanted(build.Plugin(), counted, [], build.on(0))


def test_ln_2_an_event_that_concerns_many_contracts_makes_a_member_of_each(build: Any) -> None:
    departed = build.event("d1", "seller.departed", 3, seller_no="S1", on=build.on(3), contract_no=None)
    (candidate,) = found(build, departed, made=plan(events=["seller.departed"], select=lambda: Membership()))
    assert candidate.member == "core/d1/C1"
