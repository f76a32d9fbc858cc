"""What the plugin declares, and its contacts as customers hear them."""

from datetime import date

import pytest
from huifang_core.limits import Frequency, GiftValue
from huifang_core.parameters import ParametersAt
from huifang_core.registry import Plugin, Registry
from huifang_core.reports import Target
from huifang_core.schedules import occurrences
from huifang_core.scripts import recommending_steps
from huifang_core.trace import Trace

FACTS = {
    "customer.id_last4": "7777",
    "contract.contract_no": "TY1",
    "contract.expires_on": date(2026, 10, 30),
    "feedback.received_on": date(2026, 9, 30),
    "feedback.kind": "suggestion",
    "case.answer": "下月起实行。",
}


@pytest.fixture
def plugin(huifang_registry: Registry) -> Plugin:
    return huifang_registry.plugins["customer_care"]


@pytest.fixture
def walk(player):
    return lambda kind, **answers: player("customer_care")(kind, FACTS, **answers)


def days(plugin: Plugin, schedule: str, anchor: date | None, **settings) -> list[date]:
    (found,) = (one for one in plugin.schedules if one.id == schedule)
    return [o.on for o in occurrences(found, anchor, date(2026, 1, 1), date(2026, 12, 31), settings)]


def test_the_days_of_greetings_and_reminders(plugin: Plugin) -> None:
    """CARE-1, SP-2: the birthday, the days set, and thirty days before expiry."""
    assert days(plugin, "birthday", date(1988, 2, 29)) == [date(2026, 2, 28)]
    assert days(plugin, "holiday", None) == [date(2026, 1, 1), date(2026, 10, 1)]
    assert days(plugin, "holiday", None, holidays=("02-17",)) == [date(2026, 2, 17)]
    assert days(plugin, "expiry", date(2026, 10, 30)) == [date(2026, 9, 30)]


def test_a_person_is_greeted_once_however_many_contracts_there_are(plugin: Plugin) -> None:
    """CARE-1, CARE-2; each policy that expires has a reminder of its own (SP-2)."""
    assert {one.id: one.per for one in plugin.schedules} == {
        "birthday": "customer",
        "holiday": "customer",
        "expiry": "contract",
    }


def test_courtesies_stop_and_answers_are_owed(plugin: Plugin) -> None:
    """DEC-3, CARE-3."""
    assert {rule.id for rule in plugin.rules if rule.after_due == "continue"} == {"reply"}


def test_courtesies_are_limited(plugin: Plugin) -> None:
    """CARE-1, CARE-2: two in thirty days, and a token of attention."""
    limit, gifts = plugin.limits
    assert isinstance(limit, Frequency)
    assert limit.categories == ("care", "sales")
    at = ParametersAt(plugin.parameters, date(2026, 11, 25), {}, Trace())
    assert (at[limit.at_most], at[limit.within_days]) == (2, 30)
    assert isinstance(gifts, GiftValue)
    assert (at[gifts.each_at_most], at[gifts.yearly_at_most]) == (100, 200), "CARE-1: yuan"


@pytest.mark.parametrize("kind", ["birthday_greeting", "holiday_greeting"])
def test_a_greeting_is_a_wish_and_nothing_else(walk, kind) -> None:
    """CARE-1."""
    played = walk(kind)
    assert played.steps == ["greeting", "wishes", "end_completed"]
    assert played.outcome.completed
    assert played.cases == []


@pytest.mark.parametrize("kind", ["birthday_greeting", "holiday_greeting", "expiry_reminder", "reply"])
def test_who_wants_none_of_it_is_left_alone(walk, kind) -> None:
    """CARE-2."""
    played = walk(kind, greeting="refused")
    assert played.outcome.finished.result == "refused"


def test_a_reminder_offers_help_to_the_customer_alone(walk) -> None:
    """SP-2, REG-5."""
    played = walk("expiry_reminder", renewal="help")
    assert played.steps.index("verify") < played.steps.index("expiry")
    assert "2026年10月30日" in played.said("expiry")
    assert played.cases == ["renewal"]


@pytest.mark.parametrize("way", ["adopted", "declined"])
def test_a_customer_is_told_what_becomes_of_a_suggestion(walk, way) -> None:
    """CARE-3."""
    assert walk("reply", decision=way).outcome.affirmative
    assert walk("reply", decision=way, satisfied="dissatisfied").cases == ["complaint"]


def test_each_salesperson_is_held_against_a_target_a_tenant_sets(plugin: Plugin) -> None:
    """SP-3: contacts against target, satisfaction, policies held, sales and renewals."""
    sellers = next(report for report in plugin.reports if report.id == "seller_overview")
    tables = {table.id: table for table in sellers.tables}
    assert all(table.by[0] == "seller" for table in sellers.tables)
    assert {"completed", "target_rate", "satisfied_rate"} <= {m.id for m in tables["callbacks"].measures}
    assert {"held", "sold", "renewal_rate"} <= {m.id for m in tables["portfolio"].measures}
    [target] = [m for m in tables["callbacks"].measures if isinstance(m, Target)]
    assert getattr(plugin.settings_type(), target.setting) == 20


def test_a_product_is_offered_where_it_was_not_asked_for_help_and_nowhere_else(walk, plugin: Plugin) -> None:
    """SP-4: in a courtesy, after what it is about."""
    played = walk("expiry_reminder", offer="interested")
    assert played.steps.index("renewal") < played.steps.index("offer")
    assert played.cases == ["renewal"]
    assert "offer" not in walk("expiry_reminder", renewal="help").steps
    assert {
        script.id: recommending_steps(script) for script in plugin.scripts if recommending_steps(script)
    } == {"customer_care.expiry_reminder": ("offer",)}
