"""Scripts (话术): the questions and statements of a callback as a graph of steps, as data.

A step names the content item it covers, at most one (SD-5); what the rule demands is proven by the checker and
checked again at run time. Every step may carry `when`: it is skipped to its `next` where that is definitely
false. Steps of the section `identity` are skipped where identity was verified earlier in the contact (DEC-5).
`written` stands in for `text` where the customer reads it, online, in a message or in a letter, and nobody speaks (PF-2, REG-6, LN-4c).
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from huifang_core.conditions import Condition, FactId
from huifang_core.content import ItemId
from huifang_core.scripts.effects import Effect
from huifang_core.texts import Text, text

StepId: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
AnswerCode: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Result: TypeAlias = Literal[
    "completed", "refused", "call_back", "identity_failed", "wrong_number", "deceased", "transferred"
]

CANNOT_BE_TOLD = "cannot_be_told"
"""The only answer to a step with a placeholder that can't be filled; it keeps the section from completing."""


class Choice(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer to choose, where it leads (else the step's `next`) and what it sets off.

    `affirmative` must be said where the step covers an item: it decides whether the callback is successful
    (REG-2).
    """

    code: AnswerCode
    label: Text
    affirmative: bool | None = None
    next: StepId | None = None
    effects: tuple[Effect, ...] = ()


class ChoiceAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="choice"):
    """One of the choices."""

    choices: Annotated[tuple[Choice, ...], Meta(min_length=1)]


class TextAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="text"
):
    """What the customer said, in at most `max_length` characters."""

    max_length: Annotated[int, Meta(ge=1, le=20_000)] = 2_000
    effects: tuple[Effect, ...] = ()


class NumberAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="number"
):
    """A number from `minimum` to `maximum`, both allowed, without decimals where `whole`."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    whole: bool = False
    effects: tuple[Effect, ...] = ()


class DateAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="date"
):
    """A day from `earliest` to `latest`, both allowed."""

    earliest: date | None = None
    latest: date | None = None
    effects: tuple[Effect, ...] = ()


OpenAnswer: TypeAlias = TextAnswer | NumberAnswer | DateAnswer
AnswerForm: TypeAlias = ChoiceAnswer | OpenAnswer


class _Step(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"
):
    """What the forms of a step share: the tag that tells them apart."""


class Say(_Step, frozen=True, kw_only=True, tag="say"):
    """Say something. With `covers` the customer acknowledges it or does not, unless `choices` say otherwise.

    `recommends`: it recommends a product, which only contacts of the categories sales and care may (SP-4).
    """

    text: Text
    written: Text | None = None
    next: StepId
    covers: ItemId | None = None
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    identity: bool = False
    recommends: bool = False


class Ask(_Step, frozen=True, kw_only=True, tag="ask"):
    """Ask one question. `next` may be left out where every choice has its own and the step is always played.

    `recommends`: it recommends a product, which only contacts of the categories sales and care may (SP-4).
    """

    text: Text
    written: Text | None = None
    answer: AnswerForm
    next: StepId | None = None
    covers: ItemId | None = None
    when: Condition | None = None
    identity: bool = False
    recommends: bool = False


class Identify(_Step, frozen=True, kw_only=True, tag="identify"):
    """Verify that the person is who should be called (SD-6a), by the facts in `compares`.

    Passed leads to `next`; the script hears only the result, never what was compared.
    """

    text: Text
    written: Text | None = None
    compares: Annotated[tuple[FactId, ...], Meta(min_length=1)]
    next: StepId
    failed: StepId
    refused: StepId
    covers: ItemId | None = None
    when: Condition | None = None
    identity: bool = True


class Act(_Step, frozen=True, kw_only=True, tag="act"):
    """Set effects off without a question."""

    effects: Annotated[tuple[Effect, ...], Meta(min_length=1)]
    next: StepId
    when: Condition | None = None
    identity: bool = False


class End(_Step, frozen=True, kw_only=True, tag="end"):
    """End the section with this result, saying `text`."""

    result: Result
    text: Text
    written: Text | None = None


Step: TypeAlias = Say | Ask | Identify | Act | End
PlayedStep: TypeAlias = Say | Ask | Identify


class Script(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version of a script.

    `purpose` is the kind of callback it serves, such as `new_contract`, where filing may be demanded (LN-6).
    `identity: not_needed` is for scripts whose rule asks for no verification (MS-4): they may cover items, but
    still reveal nothing personal.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
    version: Annotated[int, Meta(ge=1)]
    title: Text
    purpose: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    start: StepId
    steps: Annotated[dict[StepId, Step], Meta(min_length=1)]
    identity: Literal["required", "not_needed"] = "required"


SAID = Choice("said", text("已说明", "Said"))
ACKNOWLEDGED = Choice("acknowledged", text("客户已知晓", "Acknowledged"), affirmative=True)
NOT_ACKNOWLEDGED = Choice("not_acknowledged", text("客户未确认", "Not acknowledged"), affirmative=False)


def choices_of(step: PlayedStep) -> tuple[Choice, ...]:
    """Return the answers to choose from, defaults included; none for an open answer."""
    match step:
        case Say(choices=(), covers=covered):
            return (SAID,) if covered is None else (ACKNOWLEDGED, NOT_ACKNOWLEDGED)
        case Say(choices=own) | Ask(answer=ChoiceAnswer(choices=own)):
            return own
        case Identify():
            return (
                Choice("passed", text("核实一致", "Verified"), affirmative=True),
                Choice("failed", text("核实不符", "Doesn't match"), affirmative=False, next=step.failed),
                Choice("refused", text("拒绝核实", "Refused"), affirmative=False, next=step.refused),
            )
        case _:
            return ()


def effects_of(step: Step) -> tuple[Effect, ...]:
    """Return all effects of the step over all its answers; an effect's place in it is its stable index."""
    match step:
        case Act(effects=effects):
            return effects
        case Ask(
            answer=TextAnswer(effects=effects) | NumberAnswer(effects=effects) | DateAnswer(effects=effects)
        ):
            return effects
        case Say() | Ask():
            return tuple(effect for choice in choices_of(step) for effect in choice.effects)
        case _:
            return ()


def texts_of(step: Step) -> tuple[Text, ...]:
    """Return what the customer may hear or read in this step: its texts and the labels of its choices."""
    if isinstance(step, Act):
        return ()
    said = (step.text,) if step.written is None else (step.text, step.written)
    if isinstance(step, End):
        return said
    return (*said, *(choice.label for choice in choices_of(step)))


def items_of(script: Script) -> frozenset[str]:
    """Return the content items that some step of the script covers."""
    covered = (None if isinstance(step, Act | End) else step.covers for step in script.steps.values())
    return frozenset(item for item in covered if item is not None)


def recommending_steps(script: Script) -> tuple[StepId, ...]:
    """Return the steps that recommend a product, in the script's order (SP-4)."""
    return tuple(id for id, step in script.steps.items() if isinstance(step, Say | Ask) and step.recommends)
