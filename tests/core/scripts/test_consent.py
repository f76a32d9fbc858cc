"""Items that need a separate consent (REG-5, HI-1): proven to be asked only with it, and not missed without it."""

import pytest
from huifang_core.content import item
from huifang_core.scripts import (
    Ask,
    Choice,
    ChoiceAnswer,
    End,
    Say,
    Script,
    TextAnswer,
    begin,
    change,
    check,
    outcome_of,
    reply,
)
from huifang_core.texts import text

T = text("话", "Words")
CONSENT = item("consent", "consent", "同意", "consent", "REG-5")
HEALTH = item("health", "ask", "健康", "health", "HI-1", consent="consent")
OPINION = item("opinion", "ask", "评价", "opinion", "HI-1")
ITEMS = (CONSENT, HEALTH, OPINION)


def yes_or_no(covers, *, yes=None, no=None, next_="done"):
    choices = (Choice("yes", T, True, yes), Choice("no", T, False, no))
    return Ask(text=T, answer=ChoiceAnswer(choices), covers=covers, next=next_)


def script(**steps):
    return Script(
        id="s",
        version=1,
        title=T,
        purpose="test",
        start=next(iter(steps)),
        steps={"done": End(result="completed", text=T), **steps},
        identity="not_needed",
    )


SOUND = script(
    consent=yes_or_no("consent", yes="health", no="opinion"),
    health=Ask(text=T, answer=TextAnswer(), covers="health", next="opinion"),
    opinion=yes_or_no("opinion"),
)


def played(*answers):
    state = begin(SOUND, ITEMS, {})
    for answer in answers:
        state = reply(SOUND, ITEMS, state, {}, answer).state
    return state


def codes(steps, items=ITEMS):
    return [finding.code for finding in check(steps, items, ())]


class TestProof:
    def test_asked_with_consent_and_passed_over_without_it(self):
        assert codes(SOUND) == []

    def test_asking_without_consent_is_found_with_the_way_there(self):
        careless = script(
            consent=yes_or_no("consent", next_="health"),
            health=Ask(text=T, answer=TextAnswer(), covers="health", next="opinion"),
            opinion=yes_or_no("opinion"),
        )
        [finding] = check(careless, ITEMS, ())
        assert (finding.code, finding.step) == ("before_consent", "health")
        assert "consent [no] → health" in finding.message.en

    def test_asking_before_the_question_of_consent_is_found(self):
        hasty = script(
            health=Ask(text=T, answer=TextAnswer(), covers="health", next="consent"),
            consent=yes_or_no("consent", next_="opinion"),
            opinion=yes_or_no("opinion"),
        )
        # Who declines leaves nothing uncovered; who agrees was asked already.
        assert codes(hasty) == ["before_consent"]

    def test_an_item_missed_in_spite_of_consent_is_found(self):
        forgetful = script(consent=yes_or_no("consent", next_="opinion"), opinion=yes_or_no("opinion"))
        [finding] = check(forgetful, ITEMS, ())
        assert (finding.code, finding.item) == ("not_covered", "health")
        assert "consent [yes] → opinion" in finding.message.en

    def test_the_question_of_consent_itself_is_never_left_out(self):
        silent = script(
            way=yes_or_no(None, yes="consent", no="opinion"),
            consent=yes_or_no("consent", yes="health", no="opinion"),
            health=Ask(text=T, answer=TextAnswer(), covers="health", next="opinion"),
            opinion=yes_or_no("opinion"),
        )
        missed = [finding.item for finding in check(silent, ITEMS, ()) if finding.code == "not_covered"]
        assert "consent" in missed

    def test_a_consent_that_cannot_be_declined_is_none(self):
        pressing = script(
            consent=Ask(
                text=T, answer=ChoiceAnswer((Choice("yes", T, True),)), covers="consent", next="health"
            ),
            health=Ask(text=T, answer=TextAnswer(), covers="health", next="opinion"),
            opinion=yes_or_no("opinion"),
        )
        assert codes(pressing) == ["no_consent"]

    def test_a_consent_is_asked_for_not_told(self):
        told = script(
            consent=Say(
                text=T,
                covers="consent",
                next="opinion",
                choices=(Choice("yes", T, True, "health"), Choice("no", T, False)),
            ),
            health=Ask(text=T, answer=TextAnswer(), covers="health", next="opinion"),
            opinion=yes_or_no("opinion"),
        )
        assert "wrong_step_for_item" in codes(told)

    @pytest.mark.parametrize("other", [(), (item("consent", "ask", "问", "asked", "X-1"),)])
    def test_an_item_must_name_a_consent_that_is_demanded(self, other):
        assert "unknown_consent" in codes(SOUND, (HEALTH, OPINION, *other))


class TestOutcome:
    def test_with_consent_all_is_demanded(self):
        outcome = outcome_of(SOUND, ITEMS, played("yes", "还好", "yes"), {})
        assert outcome.completed
        assert outcome.affirmative

    def test_declining_completes_and_takes_nothing_from_success(self):
        """HI-1, REG-2: no consent, no question, no fault."""
        outcome = outcome_of(SOUND, ITEMS, played("no", "yes"), {})
        assert outcome.completed
        assert outcome.affirmative
        assert outcome.unanswered == outcome.negative == ()

    def test_without_an_answer_to_the_question_nothing_more_is_demanded_yet(self):
        assert outcome_of(SOUND, ITEMS, played(), {}).unanswered == ("consent", "opinion")

    def test_another_negative_answer_counts_as_ever(self):
        outcome = outcome_of(SOUND, ITEMS, played("no", "no"), {})
        assert outcome.completed
        assert outcome.negative == ("opinion",)

    def test_a_consent_taken_back_drops_what_was_said(self):
        """REG-5: the answer stays on record, as all do, but no longer stands."""
        changed = change(SOUND, ITEMS, played("yes", "还好", "yes"), {}, "consent", "no")
        assert [dropped.step for dropped in changed.dropped] == ["health"]
        assert outcome_of(SOUND, ITEMS, changed.state, {}).completed
