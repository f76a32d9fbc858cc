"""Contacts: what was done to meet obligations, with the five facts of REG-2 kept apart."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from huifang_core.obligations import ContactChannel, IllegalTransition

Outcome = Literal[
    "no_answer",
    "busy",
    "wrong_number",
    "refused",
    "call_back_at",
    "completed",
    "identity_failed",
    "relative_answered",
    "deceased",
    "unable",
]
"""relative_answered: somebody else of the household, who is told nothing but that there will be another call. deceased, unable: whoever
should be called has died or can't answer any more, as when gravely ill; calling stops until somebody says otherwise.
"""
Ending = Literal["deceased", "unable"]
"""Outcomes after which a person is not called any more."""
ContactStatus = Literal["in_progress", "concluded", "abandoned"]
"""abandoned: the lease ran out, or the caller put it back, before an outcome was recorded."""

TRANSITIONS: Mapping[ContactStatus, frozenset[ContactStatus]] = {
    "in_progress": frozenset({"concluded", "abandoned"}),
    "concluded": frozenset(),
    "abandoned": frozenset(),
}


class ContactFacts(msgspec.Struct, frozen=True):
    """Four of the five facts of REG-2; the fifth, *successful*, is computed (`is_successful`)."""

    attempted: bool
    connected: bool
    right_party: bool
    completed: bool


def facts_of(outcome: Outcome, *, identity_passed: bool) -> ContactFacts:
    """Return the facts an outcome stands for (DEC-1).

    A refusal or a wish to be called back comes from the right party only if identity passed before it.
    """
    match outcome:
        case "no_answer" | "busy":
            return ContactFacts(attempted=True, connected=False, right_party=False, completed=False)
        case "wrong_number" | "identity_failed" | "relative_answered" | "deceased":
            return ContactFacts(attempted=True, connected=True, right_party=False, completed=False)
        case "refused" | "call_back_at" | "unable":
            return ContactFacts(attempted=True, connected=True, right_party=identity_passed, completed=False)
        case "completed":
            return ContactFacts(attempted=True, connected=True, right_party=True, completed=True)


EvidenceKind = Literal["recording", "signed_scan", "signed_receipt", "reference"]

EVIDENCE_NEEDED: Mapping[ContactChannel, EvidenceKind] = {
    "phone": "recording",
    "on_site": "signed_scan",
    "letter": "signed_receipt",
}
"""What proves a completed contact by each channel (REG-3).

A contact in writing proves itself: what was shown or sent, and what came back, is kept with each answer (REG-6)."""


def is_successful(
    facts: ContactFacts,
    *,
    all_affirmative: bool,
    channel: ContactChannel,
    evidence: frozenset[EvidenceKind],
    visitor_is_seller: bool = False,
) -> bool:
    """Tell whether a callback counts as successful (REG-2, REG-3).

    Completed with the right person, affirmative on every point, with the evidence its channel demands; a
    visit by the seller never counts.
    """
    needed = EVIDENCE_NEEDED.get(channel)
    return (
        facts.completed
        and facts.right_party
        and all_affirmative
        and (needed is None or needed in evidence)
        and not (channel == "on_site" and visitor_is_seller)
    )


def check_transition(current: ContactStatus, wanted: ContactStatus) -> ContactStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition("contact", current, wanted)
    return wanted
