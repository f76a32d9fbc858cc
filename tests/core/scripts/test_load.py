"""Reading scripts: YAML as its authors mean it, clear errors, canonical bytes."""

import pytest
from huifang_core.conditions import FactAtLeast, FactIs
from huifang_core.scripts import (
    ScriptError,
    dump_script,
    load_items,
    load_script,
    parse_script,
    script_hash,
)


def test_a_condition_may_be_written_short_in_a_step(grace_script):
    assert grace_script.steps["loan"].when == FactIs("contract.automatic_loan", True)


def test_no_is_a_word_and_not_a_boolean(kept_script):
    codes = [choice.code for choice in kept_script.steps["paid_to_seller"].answer.choices]
    assert codes == ["no", "yes"]


def test_a_script_survives_its_canonical_form_and_its_hash_names_it_ln_6(grace_script, kept_script):
    for script in (grace_script, kept_script):
        assert parse_script(dump_script(script)) == script
        assert load_script(dump_script(script).decode()) == script
    assert len(script_hash(grace_script)) == 64
    assert script_hash(grace_script) != script_hash(kept_script)


def test_the_hash_depends_on_nothing_but_the_content(grace_yaml, grace_script):
    head, steps = grace_yaml.split("steps:\n")
    lines = head.strip().splitlines()
    reordered = "steps:\n" + steps + "\n".join(reversed(lines)) + "\n"
    assert script_hash(load_script(reordered)) == script_hash(grace_script)
    other = load_script(grace_yaml.replace("Thank you and goodbye.", "Goodbye.", 1))
    assert script_hash(other) != script_hash(grace_script)


@pytest.mark.parametrize(
    ("old", "new", "path", "word"),
    [
        ("version: 1", "version: 1.10", "version", "int"),
        ("version: 1", "version: 2026-01-01", "version", "int"),
        ("version: 1", "version: '1'", "version", "int"),
        ("version: 1", "version: 1\nversion: 2", "line 4, column 1", "twice"),
        ("version: 1", "version: &one 1\nx: *one", "line 4, column 4", "aliases"),
        ("version: 1", "version: [1", "line 4", "expected"),
        ("kind: identify", "kind: guess", "steps.verify", "guess"),
        ("    covers: sd.grace_end", "    covers: [sd.grace_end, sd.fees]", "steps.tell_end.covers", "str"),
        ("    covers: sd.grace_end", "    cover: sd.grace_end", "steps.tell_end", "cover"),
        (
            'zh-CN: "您好，这里是{insurer.name}。", en: "Good day',
            'en: "Good day',
            "steps.greet.text",
            "zh-CN",
        ),
        ("when: {fact: contract.automatic_loan", "when: {facts: x", "steps.loan.when", "needs"),
        ("steps:\n", "steps: []\nold:\n", "steps", "mapping"),
        ("  greet:", "  Greet:", "steps", "regex"),
        ("  greet:", "  ? [a]\n  : b\n  greet:", "line 8", "word"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(grace_yaml, old, new, path, word):
    assert old in grace_yaml
    with pytest.raises(ScriptError) as refused:
        load_script(grace_yaml.replace(old, new, 1))
    assert path in refused.value.path
    assert word in refused.value.message


@pytest.mark.parametrize(
    "yaml_text", ["", "- a", "a: !!python/object:os.system {}", "[" * 5000, "[" * 10**6, "a: \x00"]
)
def test_what_is_no_script_at_all_is_refused(yaml_text):
    with pytest.raises(ScriptError):
        load_script(yaml_text)


def test_bytes_that_are_no_script_are_refused():
    with pytest.raises(ScriptError):
        parse_script(b"{}")


def test_items_are_read_with_the_facts_they_apply_to():
    [item] = load_items(
        """
- id: sd.cooling_off
  cites: [SD-6d]
  kind: tell
  title: {zh-CN: 犹豫期, en: Cooling-off}
  applies: {fact: contract.term_years, at_least: 1.5}
"""
    )
    assert item.applies == FactAtLeast("contract.term_years", item.applies.value)
    assert str(item.applies.value) == "1.5"


@pytest.mark.parametrize(
    ("yaml_text", "path"),
    [
        ("a: b", ""),
        ("- id: x", "[0]"),
        (
            "- {id: x, cites: [], kind: ask, title: {zh-CN: x, en: x}}\n" * 2,
            "",
        ),
        ("- {id: x, cites: [], kind: ask, title: {zh-CN: x, en: x}, applies: 3}", "[0].applies"),
    ],
)
def test_items_that_cannot_be_read_are_refused(yaml_text, path):
    with pytest.raises(ScriptError) as refused:
        load_items(yaml_text)
    assert refused.value.path == path
