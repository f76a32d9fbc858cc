"""The checker against brute force, and the interpreter against the checker, on random scripts (SD-5)."""

from decimal import Decimal
from itertools import product

import msgspec
from huifang_core.conditions import (
    AllOf,
    AnyOf,
    FactAtLeast,
    FactBelow,
    FactIn,
    FactIs,
    FactSpec,
    Not,
    definitely_false,
)
from huifang_core.content import ContentItem
from huifang_core.scripts import (
    CANNOT_BE_TOLD,
    Act,
    Ask,
    Choice,
    ChoiceAnswer,
    End,
    Identify,
    NoteOnPerson,
    Say,
    Script,
    SectionState,
    TextAnswer,
    begin,
    change,
    check,
    choices_of,
    current,
    due_effects,
    dump_script,
    load_script,
    outcome_of,
    parse_script,
    reply,
    standing_answers,
)
from huifang_core.scripts.placeholders import missing_placeholders
from huifang_core.texts import text
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

T = text("话", "Words")
SECRET = text("{secret}", "{secret}")
SPECS = (
    FactSpec("flag", "boolean", T),
    FactSpec("code", "code", T, ("x", "y", "z")),
    FactSpec("number", "number", T),
    FactSpec("secret", "text", T),
)
WORLDS = [
    {"flag": flag, "code": code, "number": number, "secret": "s"}
    for flag, code, number in product(
        [True, False, None], ["x", "y", "z", None], [*map(Decimal, (0, 2, 3, 4, 5, 9)), None]
    )
]
RESULTS = {"done": "completed", "gone": "refused"}
NAMES = ("a", "b", "c", "d", "e")

comparisons = st.one_of(
    st.builds(FactIs, st.just("flag"), st.booleans()),
    st.builds(FactIn, st.just("code"), st.sampled_from([("x",), ("y",), ("x", "z")])),
    st.builds(FactAtLeast, st.just("number"), st.sampled_from([Decimal(2), Decimal(5)])),
    st.builds(FactBelow, st.just("number"), st.just(Decimal(4))),
)
conditions = st.one_of(
    comparisons,
    st.builds(Not, comparisons),
    st.builds(lambda *parts: AllOf(parts), comparisons, comparisons),
    st.builds(lambda *parts: AnyOf(parts), comparisons, st.builds(Not, comparisons)),
    st.builds(lambda *parts: Not(AllOf(parts)), comparisons, comparisons),
    st.builds(lambda *parts: Not(AnyOf(parts)), comparisons, st.builds(Not, comparisons)),
)
sometimes = st.one_of(st.none(), st.none(), conditions)
item_lists = st.tuples(
    *(
        st.builds(ContentItem, st.just(id_), st.just(()), st.just(T), st.just("tell"), sometimes)
        for id_ in ("i", "j")
    )
)


@st.composite
def steps(draw, targets, texts):
    when, next_ = draw(sometimes), draw(targets)
    covers = draw(st.sampled_from(["i", "j", None, "i", "j"]))
    match draw(st.sampled_from(["say", "say", "choice", "choice", "text", "identify", "act"])):
        case "say":
            return Say(
                text=draw(texts), next=next_, covers=covers, when=when, identity=draw(st.integers(0, 5)) == 0
            )
        case "choice":
            choices = tuple(Choice(code, T, True, draw(st.one_of(st.none(), targets))) for code in "pq")
            return Ask(text=draw(texts), answer=ChoiceAnswer(choices), next=next_, covers=covers, when=when)
        case "text":
            return Ask(text=draw(texts), answer=TextAnswer(), next=next_, covers=covers, when=when)
        case "identify":
            return Identify(
                text=T,
                compares=("secret",),
                next=next_,
                failed=draw(targets),
                refused=draw(targets),
                covers=covers,
                when=when,
            )
        case _:
            return Act(effects=(NoteOnPerson(target="seller", text=T),), next=next_, when=when)


@st.composite
def scripts(draw, texts=st.just(T), forward=False):  # noqa: B008
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    made = {id_: End(result=result, text=T) for id_, result in RESULTS.items()}
    for place, name in enumerate(names):
        after = names[place + 1 :] if forward else names
        targets = st.sampled_from(["done", *after, *after, "gone"])
        made[name] = draw(steps(targets, texts))
    identity = draw(st.sampled_from(["required", "not_needed"]))
    return Script(id="s", version=1, title=T, purpose="t", start="a", steps=made, identity=identity)


def ways(script, at, facts, bundled):
    """All that can happen in one step: (next step, item covered, identity passed)."""
    step = script.steps[at]
    if isinstance(step, End):
        return []
    if step.identity and bundled:
        return [(step.next, step.covers if isinstance(step, Identify) else None, True)]
    if definitely_false(step.when, facts):
        return [(step.next, None, False)]
    if isinstance(step, Act):
        return [(step.next, None, False)]
    if missing_placeholders(step, facts):
        return [(step.next, None, False)]
    choices = choices_of(step)
    if not choices:
        return [(step.next, step.covers, False)]
    return [
        (
            choice.next or step.next,
            step.covers,
            isinstance(step, Identify) and choice.code == "passed",
        )
        for choice in choices
    ]


def explore(script, facts, bundled):
    """Every (step, items covered, identity verified) that can be reached."""
    first = (script.start, frozenset(), bundled)
    seen, queue = {first}, [first]
    while queue:
        at, covered, verified = queue.pop()
        for target, item, passed in ways(script, at, facts, bundled):
            state = (target, covered | ({item} - {None}), verified or passed)
            if state not in seen:
                seen.add(state)
                queue.append(state)
    return seen


def can_end(script, facts, bundled):
    ending = {id_ for id_, step in script.steps.items() if isinstance(step, End)}
    grew = True
    while grew:
        more = {
            at
            for at in script.steps
            if any(target in ending for target, _, _ in ways(script, at, facts, bundled))
        }
        grew = not more <= ending
        ending |= more
    return ending


@settings(max_examples=300)
@given(scripts(), item_lists)
def test_the_checker_agrees_with_trying_every_way_in_every_world(script, items):
    findings = check(script, items, SPECS)
    missed, reached, stuck = set(), set(), False
    for facts, bundled in product(WORLDS, (False, True)):
        states = explore(script, facts, bundled)
        reached |= {at for at, _, _ in states}
        stuck = stuck or not {at for at, _, _ in states} <= can_end(script, facts, bundled)
        for item in items:
            if not definitely_false(item.applies, facts):
                missed |= {item.id for at, covered, _ in states if at == "done" and item.id not in covered}
    found = {code: [f for f in findings if f.code == code] for code in {f.code for f in findings}}
    assert {finding.item for finding in found.get("not_covered", ())} == missed
    assert {finding.step for finding in found.get("unreachable", ())} == set(script.steps) - reached
    assert bool(found.get("dead_end")) == stuck
    assert bool(found.get("never_completes")) == ("done" not in reached)
    event(f"missed {len(missed)}, stuck {stuck}")


def guarded(script, at):
    step = script.steps[at]
    if isinstance(step, Say | Ask) and step.text == SECRET:
        return True
    if script.identity == "not_needed":
        return False
    return at == "done" or (isinstance(step, Say | Ask) and step.covers is not None)


@settings(max_examples=200)
@given(scripts(st.sampled_from([T, T, T, SECRET])))
def test_the_checker_finds_every_first_step_before_identity_sd_6a(script):
    found = {finding.step for finding in check(script, (), SPECS) if finding.code == "before_identity"}
    expected = set()
    for facts in [world | {"secret": secret} for world in WORLDS for secret in ("s", None)]:
        seen, queue = {script.start}, [script.start]
        while queue:
            at = queue.pop()
            played = isinstance(script.steps[at], End) or not definitely_false(script.steps[at].when, facts)
            if guarded(script, at) and played:
                expected.add(at)
                continue
            for target, _, passed in ways(script, at, facts, bundled=False):
                if not passed and target not in seen:
                    seen.add(target)
                    queue.append(target)
    assert found == expected


@settings(max_examples=200)
@given(scripts(), item_lists)
def test_the_path_shown_is_a_shortest_one_that_misses_the_item(script, items):
    applies = {item.id: item.applies for item in items}
    for finding in check(script, items, SPECS):
        if finding.code != "not_covered":
            continue
        facts = {
            fact: Decimal(value) if fact == "number" and value is not None else value
            for fact, value in finding.facts.items()
        }
        assert not definitely_false(applies[finding.item], facts)
        bundled = "verified earlier" in finding.message.en
        front, depth = {script.start}, 0
        while "done" not in front:
            front = {
                target
                for at in front
                for target, item, _ in ways(script, at, facts, bundled)
                if item != finding.item
            }
            depth += 1
        assert len(finding.path) == depth + 1
        for here, there in zip(finding.path, finding.path[1:], strict=False):
            assert (there.step) in {
                target for target, item, _ in ways(script, here.step, facts, bundled) if item != finding.item
            }


def answer_at_random(draw, script, state, facts):
    prompt = current(script, state, facts, "en")
    if prompt.choices:
        return draw(st.sampled_from([choice.code for choice in prompt.choices]))
    return draw(st.sampled_from(["because", "不知道"]))


@st.composite
def clean_scripts(draw):
    """A script without dead ends and the items it is proven to cover, most of them where they apply alone."""
    script = draw(scripts(st.sampled_from([T, T, SECRET]), forward=draw(st.booleans())))
    items = draw(item_lists)
    for item in items:
        if draw(st.integers(0, 3)):
            name = f"first_{item.id}"
            told = Say(text=T, covers=item.id, when=item.applies, next=script.start)
            script = msgspec.structs.replace(script, start=name, steps={**script.steps, name: told})
    findings = check(script, items, SPECS)
    assume(not any(finding.code == "dead_end" for finding in findings))
    missed = {finding.item for finding in findings if finding.code == "not_covered"}
    return script, tuple(item for item in items if item.id not in missed)


worlds = st.sampled_from([world | {"secret": secret} for world in WORLDS for secret in ("s", "s", None)])


@settings(max_examples=300)
@given(st.data(), clean_scripts(), worlds, st.booleans())
def test_a_completed_end_of_a_proven_script_means_that_every_applicable_item_was_answered(
    data, made, facts, bundled
):
    script, items = made
    state = begin(script, items, facts, identity_verified=bundled)
    for _ in range(40):
        if state.result is not None:
            break
        state = reply(script, items, state, facts, answer_at_random(data.draw, script, state, facts)).state
    outcome = outcome_of(script, items, state, facts)
    untold = any(answer.value == CANNOT_BE_TOLD for answer in state.answers)
    event(f"ended {state.result}, untold {untold}, items {len(items)}")
    if state.result == "completed":
        assert outcome.completed == (not untold)
        assert bool(outcome.blocked_by) == untold
        if not untold:
            assert outcome.unanswered == ()
    else:
        assert not outcome.completed


@settings(max_examples=150)
@given(st.data(), clean_scripts(), worlds)
def test_a_section_stored_half_way_goes_on_as_if_it_had_not_been(data, made, facts):
    script, items = made
    stored_script = parse_script(dump_script(script))
    state = begin(script, items, facts)
    for _ in range(12):
        if state.result is not None:
            break
        answer = answer_at_random(data.draw, script, state, facts)
        stored = msgspec.json.decode(msgspec.json.encode(state), type=SectionState)
        assert stored == state
        advance = reply(script, items, state, facts, answer)
        assert reply(stored_script, items, stored, facts, answer) == advance
        state = advance.state


@settings(max_examples=150)
@given(st.data(), clean_scripts(), worlds)
def test_effects_told_bit_by_bit_add_up_whatever_is_changed(data, made, facts):
    script, items = made
    state = begin(script, items, facts)
    active = set()
    for _ in range(12):
        answered = [answer.step for answer in state.answers]
        if answered and data.draw(st.integers(0, 3)) == 0:
            step = data.draw(st.sampled_from(answered))
            standing = {answer.step for answer in standing_answers(script, state, facts)}
            if step not in standing:
                continue
            code = data.draw(st.sampled_from(codes_of(script.steps[step], facts)))
            advance = change(script, items, state, facts, step, code)
            undone = {(fired.step, fired.index) for fired in advance.undone}
            assert undone <= active
            active -= undone
        elif state.result is None:
            advance = reply(script, items, state, facts, answer_at_random(data.draw, script, state, facts))
        else:
            break
        fired = [(effect.step, effect.index) for effect in advance.effects]
        assert len(set(fired)) == len(fired)
        assert not active & set(fired)
        active |= set(fired)
        assert advance.state.answers[: len(state.answers)] == state.answers
        state = advance.state
        assert active == {(effect.step, effect.index) for effect in due_effects(script, items, state, facts)}


def codes_of(step, facts):
    if missing_placeholders(step, facts):
        return [CANNOT_BE_TOLD]
    return [choice.code for choice in choices_of(step)] or ["because"]


@given(scripts(st.sampled_from([T, SECRET])))
def test_every_script_survives_its_canonical_form_and_reads_back_as_yaml(script):
    assert parse_script(dump_script(script)) == script
    assert load_script(dump_script(script).decode()) == script
