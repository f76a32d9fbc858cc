"""Five facts kept apart (DEC-1), and success computed from them (REG-2, REG-3)."""

from itertools import product
from typing import get_args

import pytest
from huifang_core.contacts import (
    EVIDENCE_NEEDED,
    TRANSITIONS,
    ContactStatus,
    EvidenceKind,
    Outcome,
    check_transition,
    facts_of,
    is_successful,
)
from huifang_core.obligations import ContactChannel, IllegalTransition

STATUSES: tuple[ContactStatus, ...] = get_args(ContactStatus)
CHANNELS: tuple[ContactChannel, ...] = get_args(ContactChannel)
EVIDENCE: tuple[EvidenceKind, ...] = get_args(EvidenceKind)


@pytest.mark.parametrize(
    ("outcome", "without_identity", "with_identity"),
    [
        ("no_answer", "a", "a"),
        ("busy", "a", "a"),
        ("wrong_number", "ac", "ac"),
        ("identity_failed", "ac", "ac"),
        ("relative_answered", "ac", "ac"),
        ("deceased", "ac", "ac"),
        ("unable", "ac", "acr"),
        ("refused", "ac", "acr"),
        ("call_back_at", "ac", "acr"),
        ("completed", "acrC", "acrC"),
    ],
)
def test_dec_1_an_outcome_stands_for_these_facts(
    outcome: Outcome, without_identity: str, with_identity: str
) -> None:
    for passed, expected in ((False, without_identity), (True, with_identity)):
        facts = facts_of(outcome, identity_passed=passed)
        letters = zip(
            "acrC", (facts.attempted, facts.connected, facts.right_party, facts.completed), strict=True
        )
        assert "".join(letter for letter, holds in letters if holds) == expected


def test_dec_1_every_outcome_has_its_facts_and_each_fact_needs_the_one_before() -> None:
    for outcome, passed in product(get_args(Outcome), (False, True)):
        facts = facts_of(outcome, identity_passed=passed)
        assert facts.attempted >= facts.connected >= facts.right_party >= facts.completed


@pytest.mark.parametrize("channel", CHANNELS)
def test_reg_3_success_needs_the_evidence_of_its_channel(channel: ContactChannel) -> None:
    done = facts_of("completed", identity_passed=True)
    for evidence in [frozenset[EvidenceKind](), *(frozenset({kind}) for kind in EVIDENCE)]:
        expected = EVIDENCE_NEEDED.get(channel) in (None, *evidence)
        assert is_successful(done, all_affirmative=True, channel=channel, evidence=evidence) is expected


def test_reg_3_phone_visit_and_letter_each_have_their_proof() -> None:
    assert EVIDENCE_NEEDED == {"phone": "recording", "on_site": "signed_scan", "letter": "signed_receipt"}


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_reg_2_only_a_completed_and_wholly_affirmative_callback_is_successful(outcome: Outcome) -> None:
    facts = facts_of(outcome, identity_passed=True)
    for affirmative in (True, False):
        found = is_successful(
            facts, all_affirmative=affirmative, channel="phone", evidence=frozenset({"recording"})
        )
        assert found is (outcome == "completed" and affirmative)


def test_reg_3_a_visit_by_the_seller_never_counts() -> None:
    done = facts_of("completed", identity_passed=True)
    for channel, counts in (("on_site", False), ("phone", True)):
        found = is_successful(
            done,
            all_affirmative=True,
            channel=channel,  # type: ignore[arg-type]
            evidence=frozenset(EVIDENCE),
            visitor_is_seller=True,
        )
        assert found is counts


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_a_contact_is_concluded_or_abandoned_once(current: ContactStatus, wanted: ContactStatus) -> None:
    if current == "in_progress" and wanted != "in_progress":
        assert check_transition(current, wanted) == wanted
    else:
        with pytest.raises(IllegalTransition, match="contact"):
            check_transition(current, wanted)
    assert set(TRANSITIONS) == set(STATUSES)
