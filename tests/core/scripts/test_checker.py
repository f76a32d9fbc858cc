"""The checker: what it proves, what it finds, and how it shows it."""

from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from huifang_core.conditions import AllOf, AnyOf, FactAtLeast, FactBelow, FactIn, FactIs, FactSpec, Not
from huifang_core.content import ContentItem
from huifang_core.scripts import (
    CANNOT_BE_TOLD,
    Act,
    Ask,
    Choice,
    ChoiceAnswer,
    CorrectDatum,
    End,
    Finding,
    Identify,
    NoteOnPerson,
    NumberAnswer,
    PathStep,
    Say,
    Script,
    TextAnswer,
    check,
    publishable,
)
from huifang_core.texts import Text, text

T = text("话", "Words")
DONE = End(result="completed", text=T)
SPECS = (
    FactSpec("new_type", "boolean", T),
    FactSpec("channel", "code", T, ("agent", "bank")),
    FactSpec("years", "number", T),
    FactSpec("name", "text", T),
    FactSpec("insurer", "text", T, before_identity=True),
)


def tell(id_="fees", applies=None):
    return ContentItem(id_, ("SD-6h",), T, "tell", applies)


def ask(id_="reason", applies=None):
    return ContentItem(id_, ("SD-5",), T, "ask", applies)


def script(identity="not_needed", **steps):
    return Script(
        id="s",
        version=1,
        title=T,
        purpose="test",
        start=next(iter(steps)),
        steps={"done": DONE, **steps},
        identity=identity,
    )


def question(*choices, **more):
    return Ask(text=T, answer=ChoiceAnswer(tuple(choices)), **more)


def choice(code, next_=None, affirmative=None, **more):
    return Choice(code, T, affirmative, next_, **more)


def codes(findings):
    return [finding.code for finding in findings]


class TestCleanScripts:
    def test_the_grace_period_reminder_covers_what_is_demanded_sd_7a(
        self, grace_script, grace_items, fact_specs
    ):
        assert check(grace_script, grace_items, fact_specs) == []

    def test_the_kept_premium_script_covers_what_is_demanded_sd_7b(self, kept_script, kept_items, fact_specs):
        findings = check(kept_script, kept_items, fact_specs)
        assert findings == []
        assert publishable(findings)

    def test_a_circle_that_can_be_left_is_fine(self):
        again = script(
            explain=Say(text=T, covers="fees", next="clear"),
            clear=question(choice("yes", "done"), choice("no", "explain")),
        )
        assert check(again, [tell()], SPECS) == []


class TestRecommendations:
    """SP-4: products are recommended in sales and care, never in what a customer has to sit through."""

    offer = script(
        told=Say(text=T, next="offer"), offer=question(choice("yes"), next="done", recommends=True)
    )

    @pytest.mark.parametrize("categories", [(), ("care",), ("sales", "care")])
    def test_a_script_for_courtesies_and_sales_may_recommend_sp_4(self, categories):
        assert check(self.offer, [], SPECS, categories=categories) == []

    @pytest.mark.parametrize("categories", [("mandatory",), ("survey",), ("care", "mandatory")])
    def test_one_that_serves_anything_else_may_not_sp_4(self, categories):
        [finding] = check(self.offer, [], SPECS, categories=categories)
        assert (finding.code, finding.step) == ("recommends_unasked", "offer")
        assert not publishable([finding])


class TestCoverage:
    def test_the_shortest_path_that_misses_an_item_is_shown_with_the_facts_sd_5(self):
        short = script(
            open=question(choice("long", "more"), choice("short", "fees")),
            more=Say(text=T, next="fees"),
            fees=Say(text=T, covers="fees", when=FactIs("new_type", True), next="done"),
        )
        applies = AnyOf((FactIs("new_type", True), FactIn("channel", ("bank",))))
        [finding] = check(short, [tell(applies=applies)], SPECS)
        assert finding.code == "not_covered"
        assert finding.item == "fees"
        assert finding.facts == {"new_type": False, "channel": "bank"}
        assert finding.path == (
            PathStep("open", "short"),
            PathStep("fees", skipped=True),
            PathStep("done"),
        )
        assert "open [short] → (fees) → done" in finding.message.en
        assert "channel = bank" in finding.message.zh_cn

    def test_an_item_is_missed_between_two_thresholds(self):
        steps = script(
            young=Say(text=T, covers="fees", when=FactBelow("years", Decimal(2)), next="old"),
            old=Say(text=T, covers="fees", when=FactAtLeast("years", Decimal("2.5")), next="done"),
        )
        [finding] = check(steps, [tell()], SPECS)
        assert finding.facts == {"years": "2"}

    def test_an_unknown_fact_is_covered_since_steps_and_items_treat_it_alike_sd_5(self):
        steps = script(fees=Say(text=T, covers="fees", when=FactIs("new_type", True), next="done"))
        assert check(steps, [tell(applies=FactIs("new_type", True))], SPECS) == []
        assert check(steps, [tell(applies=Not(FactIs("new_type", False)))], SPECS) == []

    def test_a_way_that_is_not_completed_need_not_cover_anything(self):
        steps = script(
            talk=question(choice("yes", "fees"), choice("no", "later")),
            fees=Say(text=T, covers="fees", next="done"),
            later=End(result="call_back", text=T),
        )
        assert check(steps, [tell()], SPECS) == []

    def test_an_item_covered_only_in_the_identity_section_is_missed_in_a_bundle_dec_5(self):
        steps = script(
            verify=Identify(text=T, compares=("name",), next="fees", failed="bad", refused="bad"),
            fees=Say(text=T, covers="fees", identity=True, next="done"),
            bad=End(result="identity_failed", text=T),
        )
        findings = check(steps, [tell()], SPECS)
        assert codes(findings) == ["wrong_step_for_item", "not_covered"]
        assert "verified earlier" in findings[1].message.en

    def test_identity_itself_may_be_an_item_and_holds_for_the_whole_bundle_dec_5_sd_6a(self):
        steps = script(
            "required",
            verify=Identify(
                text=T, compares=("name",), covers="identity", next="done", failed="bad", refused="bad"
            ),
            bad=End(result="identity_failed", text=T),
        )
        assert check(steps, [ask("identity")], SPECS) == []

    def test_more_combinations_than_can_be_proven_are_an_error_and_not_a_guess(self):
        values = tuple(f"v{n}" for n in range(8))
        specs = tuple(FactSpec(f"f{n}", "code", T, values) for n in range(12))
        several = AllOf(tuple(FactIn(spec.id, (value,)) for spec in specs for value in values))
        steps = script(fees=Say(text=T, covers="fees", when=several, next="done"))
        findings = check(steps, [tell()], specs)
        assert codes(findings) == ["too_many_combinations"]
        assert not publishable(findings)


class TestWays:
    def test_a_target_that_does_not_exist(self):
        [finding] = check(script(a=Say(text=T, next="nowhere")), [], SPECS)
        assert (finding.code, finding.step) == ("missing_target", "a")
        away = msgspec.structs.replace(script(a=Say(text=T, next="done")), start="nowhere")
        assert codes(check(away, [], SPECS)) == ["missing_target"]

    @pytest.mark.parametrize(
        "step",
        [
            question(choice("x")),
            question(choice("x", "done"), when=FactIs("new_type", True)),
            Ask(text=text("{name}", "{name}"), answer=ChoiceAnswer((choice("x", "done"),))),
            Ask(text=T, answer=TextAnswer()),
        ],
    )
    def test_an_answer_or_a_skip_without_a_next_step(self, step):
        assert codes(check(script(a=step), [], SPECS)) == ["missing_way"]

    def test_a_step_nobody_leads_to(self):
        [finding] = check(script(a=Say(text=T, next="done"), b=Say(text=T, next="done")), [], SPECS)
        assert (finding.code, finding.step) == ("unreachable", "b")

    def test_a_step_behind_a_skip_that_can_never_happen(self):
        both = FactIs("new_type", True)
        steps = script(
            a=question(choice("x", "skipped"), when=both, next="b"),
            b=question(choice("x", "done"), when=Not(both), next="skipped"),
            skipped=Say(text=T, next="done"),
        )
        assert check(steps, [], SPECS) == []
        contradictory = script(
            a=question(choice("x", "done"), when=AnyOf((both, Not(both))), next="b"),
            b=Say(text=T, next="done"),
        )
        assert codes(check(contradictory, [], SPECS)) == ["unreachable"]

    def test_a_circle_without_a_way_out(self):
        findings = check(
            script(
                open=question(choice("go", "a"), choice("end", "done")),
                a=Say(text=T, next="b"),
                b=Say(text=T, next="a"),
            ),
            [],
            SPECS,
        )
        assert codes(findings) == ["dead_end"]
        assert findings[0].path == (PathStep("open", "go"), PathStep("a"))

    def test_a_circle_whose_only_way_out_is_closed_for_some_facts(self):
        steps = script(
            a=question(choice("x", "a"), when=FactIs("new_type", True), next="done"),
        )
        [finding] = check(steps, [], SPECS)
        assert finding.code == "dead_end"
        assert finding.facts == {"new_type": True}

    def test_a_circle_that_cannot_be_left_when_something_cannot_be_told_sd_6h(self):
        named = text("{insurer}", "{insurer}")
        steps = script(
            a=Ask(text=named, answer=ChoiceAnswer((choice("ok", "done"), choice("no", "a"))), next="a")
        )
        assert codes(check(steps, [], SPECS)) == ["dead_end"]

    def test_a_script_that_can_never_be_completed(self):
        steps = script(a=Say(text=T, next="gone"), gone=End(result="refused", text=T))
        assert set(codes(check(steps, [], SPECS))) == {"never_completes", "unreachable"}


class TestIdentity:
    VERIFY = Identify(text=T, compares=("name",), next="tell", failed="bad", refused="bad")
    BAD = End(result="identity_failed", text=T)

    def test_facts_are_told_to_a_verified_person_only_sd_6a(self):
        named = Say(text=text("{name}", "{name}"), next="done")
        fine = script("required", verify=self.VERIFY, tell=named, bad=self.BAD)
        assert check(fine, [], SPECS) == []
        early = script(
            "required",
            hello=Say(text=named.text, next="verify"),
            verify=self.VERIFY,
            tell=named,
            bad=self.BAD,
        )
        [finding] = check(early, [], SPECS)
        assert (finding.code, finding.step) == ("before_identity", "hello")

    def test_a_failed_check_verifies_nobody_sd_6a(self):
        verify = msgspec.structs.replace(self.VERIFY, failed="tell")
        steps = script("required", verify=verify, tell=Say(text=T, covers="fees", next="done"), bad=self.BAD)
        [finding] = check(steps, [tell()], SPECS)
        assert (finding.code, finding.step) == ("before_identity", "tell")
        assert finding.path == (PathStep("verify", "failed"), PathStep("tell"))

    def test_a_check_that_is_sometimes_skipped_is_not_enough(self):
        verify = msgspec.structs.replace(self.VERIFY, when=FactIn("channel", ("agent",)))
        steps = script("required", verify=verify, tell=Say(text=T, next="done"), bad=self.BAD)
        [finding] = check(steps, [], SPECS)
        assert (finding.code, finding.step) == ("before_identity", "done")
        assert finding.facts == {"channel": "bank"}

    def test_the_insurers_name_may_be_said_to_anyone(self):
        hello = Say(text=text("{insurer}", "{insurer}"), next="verify")
        steps = script(
            "required", hello=hello, verify=self.VERIFY, tell=Say(text=T, next="done"), bad=self.BAD
        )
        assert check(steps, [], SPECS) == []

    def test_scripts_whose_rule_needs_no_identity_may_ask_but_reveal_nothing_ms_4(self):
        surveyor = script(called=question(choice("yes", "done", True), covers="reason"))
        assert check(surveyor, [ask()], SPECS) == []
        reveals = script(called=Say(text=text("{name}", "{name}"), next="done"))
        assert codes(check(reveals, [], SPECS)) == ["before_identity"]


class TestSingleSteps:
    @pytest.mark.parametrize(
        ("step", "item", "code"),
        [
            (Say(text=T, covers="reason", next="done"), ask(), "wrong_step_for_item"),
            (question(choice("x", "done", True), covers="fees"), tell(), "wrong_step_for_item"),
            (question(choice("x", "done"), covers="reason"), ask(), "not_marked_affirmative"),
            (question(choice("x", "done"), choice("x", "done")), None, "repeated_answer"),
            (question(choice(CANNOT_BE_TOLD, "done")), None, "repeated_answer"),
            (Say(text=T, covers="other", next="done"), None, "unknown_item"),
            (Say(text=Text("话", " "), next="done"), None, "text_missing"),
            (Say(text=text("{insurer}", "nobody"), next="done"), None, "placeholders_differ"),
            (Say(text=text("{Insurer}", "insurer"), next="done"), None, "malformed_placeholder"),
            (Say(text=text("{nobody}", "{nobody}"), next="done"), None, "unknown_fact"),
            (Say(text=T, when=FactIs("nothing", True), next="done"), None, "unknown_fact"),
            (Say(text=T, when=FactIs("channel", True), next="done"), None, "wrong_comparison"),
            (Say(text=T, when=FactIn("name", ("x",)), next="done"), None, "wrong_comparison"),
            (Say(text=T, when=FactIn("channel", ("letter",)), next="done"), None, "unknown_value"),
            (Act(effects=(CorrectDatum(field="nothing"),), next="done"), None, "unknown_fact"),
            (
                Act(effects=(NoteOnPerson(target="seller", text=text("{name}", "{name}")),), next="done"),
                None,
                "placeholder_not_allowed",
            ),
            (
                Act(effects=(NoteOnPerson(target="seller", text=text("", "Note")),), next="done"),
                None,
                "text_missing",
            ),
            (
                Ask(text=T, answer=NumberAnswer(Decimal(2), Decimal(1)), next="done"),
                None,
                "impossible_answer",
            ),
        ],
    )
    def test_what_is_wrong_with_one_step(self, step, item, code):
        findings = check(script(a=step), [item] if item else [], SPECS)
        assert codes(findings) == [code]
        assert findings[0].step == "a"

    def test_a_code_cannot_be_read_to_a_customer(self):
        specs = (FactSpec("channel", "code", T, ("bank",), before_identity=True),)
        steps = script(a=Say(text=text("{channel}", "{channel}"), next="done"))
        assert codes(check(steps, [], specs)) == ["not_speakable"]

    def test_what_identity_is_compared_by_must_exist(self):
        verify = Identify(text=T, compares=("nothing",), next="done", failed="bad", refused="bad")
        steps = script(verify=verify, bad=End(result="identity_failed", text=T))
        assert codes(check(steps, [], SPECS)) == ["unknown_fact"]

    def test_a_condition_of_an_item_is_checked_too(self):
        steps = script(fees=Say(text=T, covers="fees", next="done"))
        [finding] = check(steps, [tell(applies=FactIs("nothing", True))], SPECS)
        assert (finding.code, finding.item) == ("unknown_fact", "fees")
        assert codes(check(steps, [tell(), tell()], SPECS)) == ["repeated_item"]

    def test_only_the_languages_asked_for_must_be_complete(self):
        steps = script(a=Say(text=Text("话", ""), next="done"))
        assert codes(check(steps, [], SPECS)) == ["text_missing"]
        assert check(steps, [], SPECS, languages=["zh-CN"]) == []

    def test_a_warning_does_not_keep_a_script_from_being_published(self):
        assert publishable(check(script(a=Say(text=T, covers="other", next="done")), [], SPECS))

    def test_findings_survive_json(self):
        findings = check(script(a=Say(text=T, next="done")), [tell(applies=FactIs("new_type", True))], SPECS)
        assert msgspec.json.decode(msgspec.json.encode(findings), type=list[Finding]) == findings


def test_more_combinations_than_one_integer_holds_are_proven_in_several():
    specs = [FactSpec(f"f{n}", "boolean", T) for n in range(20)]
    holds = [FactIs(spec.id, True) for spec in specs]
    names = [f"s{n}" for n in range(20)]
    steps = {
        here: Say(text=T, covers="fees", when=condition, next=after)
        for condition, (here, after) in zip(holds, pairwise([*names, "done"]), strict=True)
    }
    fees = [tell(applies=AnyOf(tuple(holds)))]
    assert check(script(**steps), fees, specs) == []
    del steps["s19"]
    steps["s18"] = msgspec.structs.replace(steps["s18"], next="done")
    [finding] = check(script(**steps), fees, specs)
    assert {fact for fact, value in finding.facts.items() if value} == {"f19"}


def test_300_steps_over_12_facts_are_proven():
    """Coverage of 40 items by 300 steps; one item hangs on all 12 facts, each step on two of them (SD-5)."""
    specs = [
        FactSpec(f"f{n}", "boolean", T) if n % 2 else FactSpec(f"f{n}", "code", T, ("a", "b", "c"))
        for n in range(12)
    ]

    def holds(n):
        spec = specs[n % 12]
        return FactIs(spec.id, True) if spec.kind == "boolean" else FactIn(spec.id, ("a", "b"))

    items = [tell(f"i{n}", AllOf((holds(n), Not(holds(n + 5))))) for n in range(39)]
    items.append(tell("all", AnyOf(tuple(holds(n) for n in range(12)))))
    steps = {}
    names = [f"s{n}" for n in range(300)]
    for n, (here, after) in enumerate(pairwise([*names, "done"])):
        if n < 39:
            steps[here] = Say(text=T, covers=f"i{n}", when=items[n].applies, next=after)
        elif n < 51:
            steps[here] = Say(text=T, covers="all", when=holds(n), next=after)
        elif n % 3:
            back = names[n - 7] if n > 60 else after
            steps[here] = question(
                choice("on"), choice("back", back), when=AnyOf((holds(n), holds(n + 3))), next=after
            )
        else:
            steps[here] = question(choice("on"), choice("jump", names[min(n + 5, 299)]), next=after)
    assert check(script(**steps), items, specs) == []
    del steps["s45"]
    steps["s44"] = msgspec.structs.replace(steps["s44"], next="s46")
    [finding] = check(script(**steps), items, specs)
    assert (finding.code, finding.item) == ("not_covered", "all")
    assert len(finding.facts) == 12
