"""Accounts of an office: whom an event names, and how an account stands that was made of events alone."""

from datetime import UTC, date, datetime

import pytest
from huifang_core.accounts import FROM_EVENTS, is_of_office, named_in
from huifang_core.contracts import Contract
from huifang_core.derive import current_contract
from huifang_core.events import (
    BusinessEvent,
    FeedbackReceived,
    PaymentCompleted,
    RegistrationChanged,
    RegistrationOpened,
    RiskFlagged,
    TipOffReceived,
)

NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
ACCOUNT = Contract(contract_no="K1", line="social_security", unit="HO", policyholder="K1")


def on(day, payload, **changes):
    at = datetime(2026, 3, day, 4, tzinfo=UTC)
    return BusinessEvent("core", f"e{day}", payload.__struct_config__.tag, at, at, payload, **changes)


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (PaymentCompleted("K1", NOON, office="JN"), "K1"),
        (RegistrationOpened("K2", office="JN"), "K2"),
        (RiskFlagged("arrears", about="C1", office="JN"), "C1"),
        (TipOffReceived(office="JN"), "JN"),
        (FeedbackReceived("problem", NOON), None),
        (None, None),
    ],
)
def test_an_event_names_its_payer_else_what_it_is_about_else_its_office(payload, name):
    assert named_in(payload) == name


def test_an_account_stands_as_its_registration_says_and_without_one_where_it_was_paid_last():
    paid = [
        on(2, PaymentCompleted("K1", NOON, office="JN")),
        on(5, PaymentCompleted("K1", NOON, office="YT")),
    ]
    assert current_contract(ACCOUNT, paid, FROM_EVENTS).unit == "YT"
    opened = on(3, RegistrationOpened("K1", office="WF", line="tax"))
    changed = on(4, RegistrationChanged("K1"))
    account = current_contract(ACCOUNT, [paid[0], opened, changed, paid[1]], FROM_EVENTS)
    assert (account.unit, account.line, account.effective_on) == ("WF", "tax", date(2026, 3, 3))


def test_the_registration_of_the_highest_sequence_counts_whatever_its_time():
    newer = on(3, RegistrationChanged("K1", office="YT"), sequence=7)
    older = on(4, RegistrationChanged("K1", office="WF"), sequence=6)
    assert current_contract(ACCOUNT, [newer, older], FROM_EVENTS).unit == "YT"
    corrected = on(5, RegistrationChanged("K1", office="JN"), sequence=6, corrects="e4")
    assert current_contract(ACCOUNT, [newer, corrected], FROM_EVENTS).unit == "JN"


def test_a_contract_that_a_core_system_sent_is_not_moved_by_payments():
    paid = on(5, PaymentCompleted("K1", NOON, office="YT"))
    assert current_contract(ACCOUNT, [paid]) == ACCOUNT


def test_an_offices_own_account_is_told_by_its_number():
    assert not is_of_office(ACCOUNT)
    assert is_of_office(Contract(contract_no="JN", line="tax", unit="JN", policyholder="JN"))
