"""Playing scripts: answers, skips, corrections, effects and what a section amounts to."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from huifang_core.scripts import (
    CANNOT_BE_TOLD,
    InvalidAnswer,
    OpenCase,
    ScriptFinished,
    ScriptMismatch,
    ScriptStuck,
    SectionState,
    begin,
    change,
    current,
    due_effects,
    load_script,
    outcome_of,
    reply,
    standing_answers,
)

GRACE_FACTS = {
    "insurer.name": "平安",
    "contract.contract_no": "P001",
    "contract.grace_end": date(2026, 5, 7),
    "contract.premium": Decimal("12000.50"),
    "contract.automatic_loan": False,
}
KEPT_FACTS = {"contract.contract_no": "P001"}


def play(script, items, facts, *answers, state=None, **options):
    """Answer one after the other; return the last state and all effects."""
    state = state or begin(script, items, facts, **options)
    effects = []
    for answer in answers:
        advance = reply(script, items, state, facts, answer)
        state = advance.state
        effects += advance.effects
    return state, effects


class TestPrompts:
    def test_texts_are_filled_from_facts_in_the_language_asked_for(self, grace_script, grace_items):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "said", "passed")
        chinese = current(grace_script, state, GRACE_FACTS, "zh-CN")
        assert "2026年5月7日" in chinese.text
        assert "12,000.50元" in chinese.text
        english = current(grace_script, state, GRACE_FACTS, "en")
        assert "7 May 2026" in english.text

    def test_a_tell_item_is_acknowledged_or_not_by_default_sd_5(self, grace_script, grace_items):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "said", "passed")
        prompt = current(grace_script, state, GRACE_FACTS, "en")
        assert prompt.kind == "say"
        assert prompt.item == "sd.grace_end"
        assert [choice.code for choice in prompt.choices] == ["acknowledged", "not_acknowledged"]

    def test_an_identity_prompt_names_the_facts_compared_but_not_their_values_sd_6a(
        self, kept_script, kept_items
    ):
        state = begin(kept_script, kept_items, KEPT_FACTS)
        prompt = current(kept_script, state, KEPT_FACTS, "en")
        assert prompt.compares == ("policyholder.birth_date",)
        assert [choice.code for choice in prompt.choices] == ["passed", "failed", "refused"]

    def test_the_end_says_its_text_and_has_nothing_to_answer(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "failed")
        prompt = current(kept_script, state, KEPT_FACTS, "en")
        assert (prompt.kind, prompt.result, prompt.choices) == ("end", "identity_failed", ())


class TestAnswers:
    def test_every_item_has_its_own_recorded_answer_sd_5(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "no", "忘记了", "acknowledged")
        assert [(a.step, a.item, a.value, a.affirmative) for a in state.answers] == [
            ("verify", None, "passed", None),
            ("paid_to_seller", "sd.premium_kept", "no", True),
            ("reason", "sd.unpaid_reason", "忘记了", True),
            ("lapse", "sd.lapse", "acknowledged", True),
        ]

    def test_an_unknown_code_is_refused_with_the_codes_allowed(self, kept_script, kept_items):
        state = begin(kept_script, kept_items, KEPT_FACTS)
        with pytest.raises(InvalidAnswer) as refused:
            reply(kept_script, kept_items, state, KEPT_FACTS, "maybe")
        assert refused.value.allowed == ("passed", "failed", "refused")
        assert refused.value.step == "verify"

    @pytest.mark.parametrize("wrong", ["", "much", "-1", "NaN", "Infinity", True, "1e9999", date(2026, 1, 1)])
    def test_a_number_must_be_one_within_its_limits(self, kept_script, kept_items, wrong):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes")
        with pytest.raises(InvalidAnswer):
            reply(kept_script, kept_items, state, KEPT_FACTS, wrong)

    @pytest.mark.parametrize("wrong", ["", "  ", "x" * 201, "a\x00b", 5])
    def test_a_text_must_say_something_and_not_too_much(self, kept_script, kept_items, wrong):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "no")
        with pytest.raises(InvalidAnswer):
            reply(kept_script, kept_items, state, KEPT_FACTS, wrong)

    def test_nothing_can_be_answered_after_the_end(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "refused")
        with pytest.raises(ScriptFinished) as finished:
            reply(kept_script, kept_items, state, KEPT_FACTS, "passed")
        assert finished.value.end == "will_not_say"

    def test_a_section_keeps_the_version_it_began_with(self, kept_script, kept_items):
        state = begin(kept_script, kept_items, KEPT_FACTS)
        newer = msgspec.structs.replace(kept_script, version=4)
        with pytest.raises(ScriptMismatch):
            current(newer, state, KEPT_FACTS, "en")


class TestSkips:
    def test_a_step_whose_condition_is_definitely_false_is_skipped(self, grace_script, grace_items):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "said", "passed", "acknowledged")
        assert state.result == "completed"

    def test_a_step_whose_condition_is_unknown_is_played_and_its_item_applies_sd_5(
        self, grace_script, grace_items
    ):
        facts = {**GRACE_FACTS, "contract.automatic_loan": None}
        state, _ = play(grace_script, grace_items, facts, "said", "passed", "acknowledged")
        assert state.current == "loan"
        assert outcome_of(grace_script, grace_items, state, facts).unanswered == ("sd.automatic_loan",)

    def test_identity_verified_earlier_in_the_contact_is_not_asked_again_dec_5(
        self, grace_script, grace_items
    ):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "acknowledged", identity_verified=True)
        outcome = outcome_of(grace_script, grace_items, state, GRACE_FACTS)
        assert outcome.completed
        assert outcome.affirmative
        assert outcome.identity_verified


class TestOutcome:
    def test_completed_and_affirmative_are_kept_apart_reg_2(self, grace_script, grace_items):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "said", "passed", "not_acknowledged")
        outcome = outcome_of(grace_script, grace_items, state, GRACE_FACTS)
        assert outcome.completed
        assert not outcome.affirmative
        assert outcome.negative == ("sd.grace_end",)

    def test_a_refusal_before_identity_is_not_the_right_party_dec_1(self, grace_script, grace_items):
        state, _ = play(grace_script, grace_items, GRACE_FACTS, "said", "refused")
        outcome = outcome_of(grace_script, grace_items, state, GRACE_FACTS)
        assert outcome.finished.result == "refused"
        assert not outcome.identity_verified
        assert not outcome.completed

    def test_a_placeholder_that_cannot_be_filled_blocks_completion_sd_6h(self, grace_script, grace_items):
        facts = {**GRACE_FACTS, "contract.premium": None}
        state, _ = play(grace_script, grace_items, facts, "said", "passed")
        prompt = current(grace_script, state, facts, "zh-CN")
        assert prompt.missing == ("contract.premium",)
        assert [choice.code for choice in prompt.choices] == [CANNOT_BE_TOLD]
        with pytest.raises(InvalidAnswer) as refused:
            reply(grace_script, grace_items, state, facts, "acknowledged")
        assert refused.value.allowed == (CANNOT_BE_TOLD,)
        advance = reply(grace_script, grace_items, state, facts, CANNOT_BE_TOLD)
        assert advance.finished.result == "completed"
        assert not advance.finished.completed
        outcome = outcome_of(grace_script, grace_items, advance.state, facts)
        assert outcome.blocked_by == ("contract.premium",)
        assert outcome.unanswered == ("sd.grace_end",)

    def test_an_end_that_cannot_be_said_in_full_does_not_complete_sd_6h(self):
        script = load_script(LOOP.replace("en: Goodbye", 'en: "Goodbye {customer.name}"'))
        state, _ = play(script, (), {}, "yes")
        outcome = outcome_of(script, (), state, {})
        assert not outcome.completed
        assert outcome.blocked_by == ("customer.name",)
        assert outcome_of(script, (), state, {"customer.name": "王"}).completed

    def test_what_could_not_be_told_can_be_told_once_the_fact_is_known_sd_6h(self, grace_script, grace_items):
        facts = {**GRACE_FACTS, "contract.premium": ""}
        state, _ = play(grace_script, grace_items, facts, "said", "passed", CANNOT_BE_TOLD)
        changed = change(grace_script, grace_items, state, GRACE_FACTS, "tell_end", "acknowledged")
        assert changed.finished.completed

    def test_items_really_answered_are_checked_again_whatever_the_script_claims_sd_5(
        self, kept_script, grace_items
    ):
        state, _ = play(kept_script, grace_items, KEPT_FACTS, "passed", "no", "忘记了", "acknowledged")
        outcome = outcome_of(kept_script, grace_items, state, KEPT_FACTS)
        assert outcome.finished.result == "completed"
        assert not outcome.completed
        assert outcome.unanswered == ("sd.identity", "sd.grace_end", "sd.automatic_loan")


class TestEffects:
    def test_kept_premium_opens_a_case_of_the_most_serious_class_at_once_sd_7b(self, kept_script, kept_items):
        state, effects = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes")
        [fired] = effects
        assert isinstance(fired.effect, OpenCase)
        assert fired.effect.severity == 4
        assert (fired.step, fired.index, fired.sequence) == ("paid_to_seller", 0, 2)
        assert state.current == "amount"

    def test_completion_effects_wait_until_the_section_is_completed(self, kept_script, kept_items):
        state, effects = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes", "500", "被拿走了")
        assert len(effects) == 1
        _, effects = play(kept_script, kept_items, KEPT_FACTS, "acknowledged", state=state)
        assert [(fired.step, fired.index) for fired in effects] == [("paid_to_seller", 1)]

    def test_completion_effects_never_fire_in_a_section_that_was_blocked_sd_6h(self, kept_script, kept_items):
        _, effects = play(kept_script, kept_items, {}, "passed", "yes", "500", "被拿走了", CANNOT_BE_TOLD)
        assert [(fired.step, fired.index) for fired in effects] == [("paid_to_seller", 0)]

    def test_acts_before_the_first_question_take_effect_with_its_answer(self):
        script = load_script(ACTS)
        state = begin(script, (), {})
        advance = reply(script, (), state, {}, "again")
        assert [fired.step for fired in advance.effects] == ["warn", "note"]
        advance = reply(script, (), advance.state, {}, "again")
        assert advance.effects == ()
        due = due_effects(script, (), advance.state, {})
        assert [(fired.step, fired.sequence) for fired in due] == [("warn", 0), ("note", 1)]

    def test_a_corrected_datum_carries_the_answer(self):
        script = load_script(DATUM)
        state, effects = play(script, (), {}, "2026-03-01")
        assert [fired.value for fired in effects] == ["2026-03-01"]
        changed = change(script, (), state, {}, "born", date(2026, 3, 2))
        assert [fired.value for fired in changed.undone] == ["2026-03-01"]
        assert [fired.value for fired in changed.effects] == ["2026-03-02"]


class TestChanges:
    def test_a_correction_is_added_and_never_overwrites_gen_2(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes", "500")
        changed = change(kept_script, kept_items, state, KEPT_FACTS, "amount", Decimal("600"))
        assert changed.state.answers[:3] == state.answers
        assert (changed.answer.sequence, changed.answer.corrects, changed.answer.value) == (4, 3, "600")
        again = change(kept_script, kept_items, changed.state, KEPT_FACTS, "amount", 700)
        assert again.answer.corrects == 4
        standing = standing_answers(kept_script, again.state, KEPT_FACTS)
        assert [answer.value for answer in standing] == ["passed", "yes", "700"]

    def test_a_correction_drops_answers_off_the_new_way_and_undoes_their_effects(
        self, kept_script, kept_items
    ):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes", "500", "忘记了")
        changed = change(kept_script, kept_items, state, KEPT_FACTS, "paid_to_seller", "no")
        assert [answer.step for answer in changed.dropped] == ["amount"]
        assert [fired.step for fired in changed.undone] == ["paid_to_seller"]
        assert changed.state.current == "lapse"

    def test_a_correction_may_lead_to_a_question_not_asked_yet(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "no", "忘记了", "acknowledged")
        changed = change(kept_script, kept_items, state, KEPT_FACTS, "paid_to_seller", "yes")
        assert changed.finished is None
        assert changed.state.current == "amount"
        assert [answer.step for answer in changed.dropped] == ["reason", "lapse"]
        assert [type(fired.effect) for fired in changed.effects] == [OpenCase]
        advance = reply(kept_script, kept_items, changed.state, KEPT_FACTS, "500")
        assert [answer.step for answer in advance.restored] == ["reason", "lapse"]
        assert advance.finished.completed

    def test_an_answer_never_given_cannot_be_changed(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "no")
        for step in ("amount", "done", "nowhere"):
            with pytest.raises(InvalidAnswer):
                change(kept_script, kept_items, state, KEPT_FACTS, step, "1")

    def test_in_a_loop_the_last_answer_counts_and_is_the_one_changed(self):
        script = load_script(LOOP)
        state, _ = play(script, (), {}, "no", "said", "no")
        changed = change(script, (), state, {}, "clear", "yes")
        assert changed.answer.corrects == 3
        assert changed.finished is not None


class TestState:
    def test_a_section_survives_json_half_way(self, kept_script, kept_items):
        state, _ = play(kept_script, kept_items, KEPT_FACTS, "passed", "yes")
        stored = msgspec.json.encode(state)
        read = msgspec.json.decode(stored, type=SectionState)
        assert read == state
        assert len(stored) < 400

    def test_a_circle_without_a_question_is_cut_off(self):
        script = load_script(CIRCLE)
        with pytest.raises(ScriptStuck):
            begin(script, (), {})


HEAD = """
id: test
version: 1
title: {zh-CN: 测试, en: Test}
purpose: test
identity: not_needed
"""
DONE = "  done: {kind: end, result: completed, text: {zh-CN: 再见, en: Goodbye}}\n"
NOTE = "{effect: note_on_person, target: seller, text: {zh-CN: 记录, en: Note}}"
ACTS = f"""{HEAD}
start: warn
steps:
  warn: {{kind: act, effects: [{NOTE}], next: clear}}
  clear:
    kind: ask
    text: {{zh-CN: 清楚吗, en: Is it clear}}
    answer:
      kind: choice
      choices:
        - {{code: again, label: {{zh-CN: 不, en: Again}}, next: note}}
        - {{code: done, label: {{zh-CN: 好, en: Done}}, next: done}}
  note: {{kind: act, effects: [{NOTE}], next: clear}}
{DONE}"""
DATUM = f"""{HEAD}
start: born
steps:
  born:
    kind: ask
    text: {{zh-CN: 生日, en: Birthday}}
    answer: {{kind: date, latest: 2026-12-31, effects: [{{effect: correct_datum, field: customer.birth_date}}]}}
    next: done
{DONE}"""
LOOP = f"""{HEAD}
start: clear
steps:
  clear:
    kind: ask
    text: {{zh-CN: 清楚吗, en: Is it clear}}
    answer:
      kind: choice
      choices:
        - {{code: yes, label: {{zh-CN: 是, en: "Yes"}}, next: done}}
        - {{code: no, label: {{zh-CN: 否, en: "No"}}, next: explain}}
  explain: {{kind: say, text: {{zh-CN: 说明, en: Explanation}}, next: clear}}
{DONE}"""
CIRCLE = f"""{HEAD}
start: one
steps:
  one: {{kind: act, effects: [{NOTE}], next: two}}
  two: {{kind: act, effects: [{NOTE}], next: one}}
{DONE}"""


SPOKEN_AND_WRITTEN = """
id: written
version: 1
title: {zh-CN: 书面, en: In writing}
purpose: survey
identity: not_needed
start: greeting
steps:
  greeting:
    kind: ask
    text: {zh-CN: "工号{caller.staff_no}。满意吗？", en: "Staff number {caller.staff_no}. Satisfied?"}
    written: {zh-CN: "{insurer.name}请问，满意吗？", en: "{insurer.name} asks: satisfied?"}
    answer:
      kind: choice
      choices: [{code: satisfied, label: {zh-CN: 满意, en: "Yes"}}]
    next: end_completed
  end_completed:
    kind: end
    result: completed
    text: {zh-CN: 再见, en: Goodbye}
"""


@pytest.mark.parametrize("channel", ["online", "email", "sms"])
def test_what_is_read_is_put_as_it_is_written_and_asks_for_no_more_facts_pf_2_reg_6(channel):
    script = load_script(SPOKEN_AND_WRITTEN)
    facts = {"insurer.name": "平安", "contact.channel": channel, "caller.staff_no": None}
    prompt = current(script, begin(script, (), facts), facts, "zh-CN")
    assert (prompt.text, prompt.missing) == ("平安请问，满意吗？", ())
    state, _ = play(script, (), facts, "satisfied")
    assert state.result == "completed"


def test_what_is_heard_is_put_as_it_is_spoken():
    script = load_script(SPOKEN_AND_WRITTEN)
    facts = {"contact.channel": "phone", "caller.staff_no": "C01"}
    assert current(script, begin(script, (), facts), facts, "en").text == "Staff number C01. Satisfied?"
    unknown = facts | {"caller.staff_no": None}
    assert current(script, begin(script, (), unknown), unknown, "en").missing == ("caller.staff_no",)
