"""LN-6: a script written out whole, in reading order, and as YAML that is the same version again."""

from decimal import Decimal
from typing import Any

import pytest
from huifang_core.conditions import AllOf, AnyOf, FactAtLeast, FactBelow, FactIn, FactIs, Not
from huifang_core.content import item
from huifang_core.facts import FACTS
from huifang_core.registry import load_registry
from huifang_core.scripts import (
    Act,
    Ask,
    Choice,
    ChoiceAnswer,
    End,
    NoteOnPerson,
    Say,
    Script,
    TextAnswer,
    coverage,
    load_script,
    outline,
    reading_order,
    script_hash,
    write_script,
)
from huifang_core.scripts.outline import in_words
from huifang_core.texts import text

T = text("您好", "Hello")
DONE = End(result="completed", text=text("再见", "Goodbye"))


def script(**steps: Any) -> Script:
    return Script(id="s", version=1, title=T, purpose="p", start=next(iter(steps)), steps=steps)


def all_scripts() -> list[Script]:
    return [script for plugin in load_registry().plugins.values() for script in plugin.scripts]


PLAIN = script(
    ask=Ask(
        text=text("保单{contract.contract_no}好吗？", "Is policy {contract.contract_no} well?"),
        answer=ChoiceAnswer((Choice("yes", text("好", "Yes")), Choice("no", text("不好", "No"), next="why"))),
        covers="x",
        next="tell",
    ),
    refuse=End(result="refused", text=T),
    tell=Say(text=T, next="done", when=FactIs("contract.new_type", True)),
    done=DONE,
    why=Ask(text=T, answer=TextAnswer(), next="note"),
    note=Act(effects=(NoteOnPerson(target="seller", text=T),), next="tell"),
)


def test_what_an_answer_leads_aside_to_follows_its_question_and_ends_come_last():
    assert reading_order(PLAIN) == ("ask", "why", "note", "tell", "done")


def test_every_step_says_what_it_covers_when_it_is_played_and_where_it_leads():
    items = [item("x", "ask", "满意", "Content", "LN-6"), item("y", "tell", "期限", "Term", "LN-6")]
    ask, why, note, tell, done = outline(PLAIN, items, FACTS, "zh-CN")
    assert (ask.text, ask.covers, ask.leads_to) == ("保单〔保单号〕好吗？", "满意", 4)
    assert [(choice.label, choice.leads_to) for choice in ask.choices] == [("好", None), ("不好", 2)]
    assert (why.open_answer, why.leads_to, note.kind, note.text) == ("记录客户原话", None, "系统处理", "")
    assert (tell.when, tell.leads_to, done.kind) == ("新型产品：是", None, "结束：回访完成")
    assert [(one.id, one.steps) for one in coverage(PLAIN, items, FACTS, "en")] == [("x", (1,)), ("y", ())]
    assert outline(PLAIN, items, FACTS, "en")[0].text == "Is policy [policy number] well?"


def test_conditions_read_as_phrases():
    bank, years = (
        FactIn("contract.channel", ("bank", "agent")),
        FactAtLeast("contract.premium_years", Decimal(2)),
    )
    both = AllOf((bank, AnyOf((years, FactBelow("contract.premium_amount", Decimal(100))))))
    assert in_words(both, FACTS, "zh-CN") == "销售渠道：bank或agent，且（交费年限 ≥ 2，或每期保险费 < 100）"
    assert in_words(Not(FactIs("own.fact", False)), FACTS, "en") == "not (own.fact: no)"


@pytest.mark.parametrize("one", all_scripts(), ids=lambda one: one.id)
def test_every_script_of_every_plugin_is_written_out_whole_and_read_again(one: Script):
    assert set(reading_order(one)) == set(one.steps)
    assert len(reading_order(one)) == len(one.steps)
    numbers = [step.number for step in outline(one, (), FACTS, "zh-CN")]
    assert numbers == list(range(1, len(one.steps) + 1))
    again = load_script(write_script(one))
    assert script_hash(again) == script_hash(one)
    assert again == one
