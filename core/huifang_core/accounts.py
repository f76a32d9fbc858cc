"""Accounts (户): what a payer holds with an office, as a contract that is made of events where no core system sends one.

An office's events name a payer instead of a contract number. What they belong to is the payer's account: the registration, by the
number of its certificate where one is known, else by the payer's own number.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from huifang_core.contracts import Contract
from huifang_core.events import (
    AccountLine,
    AnyPayload,
    BusinessEvent,
    PaymentCompleted,
    RegistrationChanged,
    RegistrationOpened,
)
from huifang_core.windows import day_of

ACCOUNT_LINES: tuple[AccountLine, ...] = ("social_security", "tax")
"""Lines of business of which a payer's account can be; the first where no event names one."""

OF_PAYERS = frozenset({"registration.opened", "registration.changed", "payment.completed"})
"""Event types that name a payer, and so need no contract number."""

ABOUT_SOMEBODY = frozenset({"feedback.received", "tip_off.received", "tip_off.decided", "risk.flagged"})
"""Event types that may name whom or what they are about instead of a contract."""

FROM_EVENTS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when the data of an account that was made of events is true: anything anyone says of it is newer."""


def named_in(payload: AnyPayload | None) -> str | None:
    """Return whom or what a payload names instead of a contract: a payer, else a payer, certificate or office it is about, else its office."""
    for name in ("payer", "about", "office"):
        number: str | None = getattr(payload, name, None)
        if number is not None:
            return number
    return None


def is_of_office(contract: Contract) -> bool:
    """Tell whether this is the account of an office itself: nobody is called about it, but cases can be opened."""
    return contract.contract_no == contract.unit == contract.policyholder


def as_registered(contract: Contract, standing: Iterable[BusinessEvent]) -> Contract:
    """Return an account made of events as those that stand, oldest first, tell of it.

    The office and line of the registration count; without a registration that names its office, that of the latest payment.
    """
    events = tuple(standing)
    registrations = [e for e in events if isinstance(e.payload, RegistrationOpened | RegistrationChanged)]
    payments = [e for e in events if isinstance(e.payload, PaymentCompleted)]
    opened = [day_of(e.time) for e in registrations if isinstance(e.payload, RegistrationOpened)]
    return msgspec.structs.replace(
        contract,
        unit=_latest(registrations, "office") or _latest(payments, "office") or contract.unit,
        line=_latest(registrations, "line") or _latest(payments, "line") or contract.line,
        effective_on=opened[0] if opened else None,
    )


def _latest(events: Iterable[BusinessEvent], field: str) -> Any:
    """The value of a field by the newest event that states one: by sequence, where events have one, else by time."""
    value, highest = None, 0
    for event in events:
        stated = getattr(event.payload, field)
        if stated is None:
            continue
        if event.sequence is not None and event.corrects is None:
            if event.sequence < highest:
                continue
            highest = event.sequence
        value = stated
    return value
