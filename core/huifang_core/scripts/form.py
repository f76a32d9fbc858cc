"""Checks of a script's single steps: targets, texts, facts, items, answers. Ways through it are in `checker`."""

from collections.abc import Iterator, Mapping, Sequence

from huifang_core.conditions import (
    Comparison,
    Condition,
    FactAtLeast,
    FactBelow,
    FactIn,
    FactIs,
    FactSpec,
    comparisons,
)
from huifang_core.content import ContentItem
from huifang_core.scripts import effects
from huifang_core.scripts.findings import Finding, error
from huifang_core.scripts.graph import missing_ways
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Act,
    Ask,
    DateAnswer,
    End,
    Identify,
    NumberAnswer,
    PlayedStep,
    Say,
    Script,
    Step,
    choices_of,
    effects_of,
    texts_of,
)
from huifang_core.scripts.placeholders import is_well_formed, placeholders_in, placeholders_of
from huifang_core.texts import Language, Text, text


def missing_targets(script: Script) -> Iterator[Finding]:
    """Find targets that don't exist and answers that lead nowhere."""
    if script.start not in script.steps:
        yield _no_such_step(None, script.start)
    for id_, step in script.steps.items():
        for target in dict.fromkeys(_targets(step)):
            if target not in script.steps:
                yield _no_such_step(id_, target)
        for way in missing_ways(step):
            yield error(
                "missing_way",
                text(f"步骤 {id_} 在「{way}」之后没有下一步。", f"Step {id_} leads nowhere after `{way}`."),
                text("为该步骤设置 next。", "Give the step a `next`."),
                step=id_,
            )


def faults_of_step(
    id_: str,
    step: Step,
    items: Mapping[str, ContentItem],
    specs: Mapping[str, FactSpec],
    languages: Sequence[Language],
) -> Iterator[Finding]:
    """Find what is wrong with one step, wherever it stands in the script."""
    yield from _texts(id_, step, languages)
    yield from _placeholders(id_, step, specs)
    yield from _effects(id_, step, languages, specs)
    if isinstance(step, Act | End):
        if isinstance(step, Act) and step.when is not None:
            yield from faults_of_condition(step.when, specs, step=id_)
        return
    if step.when is not None:
        yield from faults_of_condition(step.when, specs, step=id_)
    if isinstance(step, Identify):
        yield from (_unknown_fact(fact, id_, None) for fact in step.compares if fact not in specs)
    yield from _answers(id_, step)
    if step.covers is not None:
        yield from _coverage(id_, step, step.covers, items)


def faults_of_condition(
    condition: Condition, specs: Mapping[str, FactSpec], *, step: str | None = None, item: str | None = None
) -> Iterator[Finding]:
    """Find facts and values in a condition that don't exist, or that can't be compared like that."""
    for comparison in dict.fromkeys(comparisons(condition)):
        spec = specs.get(comparison.fact)
        if spec is None:
            yield _unknown_fact(comparison.fact, step, item)
        elif spec.kind not in _comparable(comparison):
            yield error(
                "wrong_comparison",
                text(
                    f"事实 {spec.id}（{spec.kind}）不能这样比较。",
                    f"Fact {spec.id} ({spec.kind}) can't be compared like that.",
                ),
                text(
                    "布尔用 is，代码用 in，数字和金额用 at_least 或 below；日期和文本不能作条件。",
                    "Use `is` for booleans, `in` for codes, `at_least` or `below` for numbers and money; "
                    "dates and texts can't decide anything.",
                ),
                step=step,
                item=item,
            )
        elif isinstance(comparison, FactIn):
            for value in comparison.values:
                if value not in spec.values:
                    yield error(
                        "unknown_value",
                        text(f"事实 {spec.id} 没有代码 {value}。", f"Fact {spec.id} has no code {value}."),
                        text(
                            f"可用代码：{'、'.join(spec.values)}。", f"Its codes: {', '.join(spec.values)}."
                        ),
                        step=step,
                        item=item,
                    )


def _targets(step: Step) -> Iterator[str]:
    if isinstance(step, End):
        return
    if step.next is not None:
        yield step.next
    if not isinstance(step, Act):
        yield from (choice.next for choice in choices_of(step) if choice.next is not None)


def _no_such_step(step: str | None, target: str) -> Finding:
    return error(
        "missing_target",
        text(f"步骤 {target} 不存在。", f"There is no step {target}."),
        text("改正步骤名，或补上该步骤。", "Correct the name or add the step."),
        step=step,
    )


def _unknown_fact(fact: str, step: str | None, item: str | None) -> Finding:
    return error(
        "unknown_fact",
        text(f"事实 {fact} 不存在。", f"There is no fact {fact}."),
        text("改用已登记的事实。", "Use a fact that is declared."),
        step=step,
        item=item,
    )


def _comparable(comparison: Comparison) -> tuple[str, ...]:
    match comparison:
        case FactIs():
            return ("boolean",)
        case FactIn():
            return ("code",)
        case FactAtLeast() | FactBelow():
            return ("number", "money")


def _texts(id_: str, step: Step, languages: Sequence[Language]) -> Iterator[Finding]:
    for shown in texts_of(step):
        yield from _untranslated(id_, shown, languages)
        for language in languages:
            if not is_well_formed(shown.in_language(language)):
                yield error(
                    "malformed_placeholder",
                    text(
                        f"步骤 {id_} 的占位符写法有误（{language}）。",
                        f"A placeholder of step {id_} is malformed ({language}).",
                    ),
                    text("写作 {contract.contract_no}。", "Write it as {contract.contract_no}."),
                    step=id_,
                )
        named = {frozenset(placeholders_in(shown.in_language(language))) for language in languages}
        if len(named) > 1:
            yield error(
                "placeholders_differ",
                text(
                    f"步骤 {id_} 的各语言文本所含事实不同。",
                    f"The languages of step {id_} don't tell the same facts.",
                ),
                text("各语言使用相同的占位符。", "Use the same placeholders in every language."),
                step=id_,
            )


def _untranslated(id_: str, shown: Text, languages: Sequence[Language]) -> Iterator[Finding]:
    for language in languages:
        if not shown.in_language(language).strip():
            yield error(
                "text_missing",
                text(f"步骤 {id_} 缺少 {language} 文本。", f"Step {id_} has an empty text in {language}."),
                text("补上文本。", "Write the text."),
                step=id_,
            )


def _placeholders(id_: str, step: Step, specs: Mapping[str, FactSpec]) -> Iterator[Finding]:
    for fact in placeholders_of(step):
        spec = specs.get(fact)
        if spec is None:
            yield _unknown_fact(fact, id_, None)
        elif spec.kind == "code":
            yield error(
                "not_speakable",
                text(
                    f"事实 {fact} 是代码，不能读给客户。", f"Fact {fact} is a code, not a word for customers."
                ),
                text("按代码分步骤，用 when 区分。", "Use one step per code, each with `when`."),
                step=id_,
            )


def _effects(
    id_: str, step: Step, languages: Sequence[Language], specs: Mapping[str, FactSpec]
) -> Iterator[Finding]:
    for effect in effects_of(step):
        if isinstance(effect, effects.CorrectDatum) and effect.field not in specs:
            yield _unknown_fact(effect.field, id_, None)
        for shown in effects.texts_of(effect):
            yield from _untranslated(id_, shown, languages)
            if any(brace in shown.zh_cn + shown.en for brace in "{}"):
                yield error(
                    "placeholder_not_allowed",
                    text(
                        f"步骤 {id_} 的后续动作文本不能含占位符。",
                        f"The effects of step {id_} can't hold placeholders: their texts leave the contact.",
                    ),
                    text("删去占位符。", "Take the placeholders out."),
                    step=id_,
                )


def _answers(id_: str, step: PlayedStep) -> Iterator[Finding]:
    codes = [choice.code for choice in choices_of(step)]
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1 or code == CANNOT_BE_TOLD:
            yield error(
                "repeated_answer",
                text(
                    f"步骤 {id_} 的答案代码 {code} 重复或为保留代码。",
                    f"Answer {code} of step {id_} is repeated or reserved.",
                ),
                text("换一个代码。", "Choose another code."),
                step=id_,
            )
    if isinstance(step, Ask) and _is_impossible(step.answer):
        yield error(
            "impossible_answer",
            text(f"步骤 {id_} 没有允许的答案。", f"Step {id_} allows no answer."),
            text("下限不得大于上限。", "Let the lower limit not exceed the upper one."),
            step=id_,
        )


def _can_be_declined(step: PlayedStep) -> bool:
    return isinstance(step, Ask) and {choice.affirmative for choice in choices_of(step)} >= {True, False}


def _is_impossible(form: object) -> bool:
    match form:
        case NumberAnswer(minimum=low, maximum=high) if low is not None and high is not None:
            return low > high
        case DateAnswer(earliest=first, latest=last) if first is not None and last is not None:
            return first > last
        case _:
            return False


def _coverage(
    id_: str, step: PlayedStep, covered: str, items: Mapping[str, ContentItem]
) -> Iterator[Finding]:
    item = items.get(covered)
    if item is None:
        yield Finding(
            code="unknown_item",
            severity="warning",
            message=text(f"没有规则要求内容项 {covered}。", f"No rule demands the item {covered}."),
            fix=text("改正内容项，或删去 covers。", "Correct the item or take `covers` out."),
            step=id_,
            item=covered,
        )
    elif (item.kind == "tell") != isinstance(step, Say) or (step.identity and not isinstance(step, Identify)):
        yield error(
            "wrong_step_for_item",
            text(
                f"步骤 {id_} 不能涵盖内容项 {covered}。", f"Step {id_} is not the place for item {covered}."
            ),
            text(
                "询问项用 ask 或 identify，告知项用 say；身份部分里只有 identify 可以涵盖内容项。",
                "Items to ask stand in `ask` or `identify`, items to tell in `say`; in the section `identity` "
                "only `identify` covers anything, as the rest is skipped in later sections (SD-5, DEC-5).",
            ),
            step=id_,
            item=covered,
        )
    elif item.kind == "consent" and not _can_be_declined(step):
        yield error(
            "no_consent",
            text(
                f"步骤 {id_} 没有让客户同意或不同意内容项 {covered}。",
                f"Step {id_} doesn't let the customer give or decline {covered}.",
            ),
            text(
                "用 ask，给出一个肯定答案和一个否定答案（REG-5）。",
                "Use `ask` with an affirmative choice and one that is not (REG-5).",
            ),
            step=id_,
            item=covered,
        )
    for choice in choices_of(step):
        if choice.affirmative is None:
            yield error(
                "not_marked_affirmative",
                text(
                    f"步骤 {id_} 的答案 {choice.code} 未注明是否为肯定答复。",
                    f"Answer {choice.code} of step {id_} doesn't say whether it is affirmative.",
                ),
                text("设置 affirmative（REG-2）。", "Set `affirmative` (REG-2)."),
                step=id_,
                item=covered,
            )
