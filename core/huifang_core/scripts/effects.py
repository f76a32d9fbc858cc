"""Effects (后续动作): what an answer or an act sets off.

The set is closed. A script names the effect; the services carry it out, once per contact, step and effect,
`immediate` ones with the answer, the others when the section is completed (MS-2, PC-4).
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from huifang_core.cases import Severity
from huifang_core.conditions import FactId
from huifang_core.obligations import ContactChannel
from huifang_core.texts import Text
from huifang_core.units import Level

EffectTime: TypeAlias = Literal["immediate", "completion"]
Person: TypeAlias = Literal[
    "customer", "policyholder", "insured", "seller", "surveyor", "assessor", "officer"
]
Place: TypeAlias = Literal["contract", "loss"]
"""Whose unit is meant: the contract's own, or the one in charge where the loss happened (MS-2, MS-3); the contract's where none is."""
EffectCode: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]*$")]


class _Effect(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="effect"
):
    """What every effect has: when it is carried out."""

    when: EffectTime = "immediate"


class OpenCase(_Effect, frozen=True, kw_only=True, tag="open_case"):
    """Open a case (问题件) of this class, for the unit at the class's level above `place`; without `severity` the class's own applies."""

    case_class: EffectCode
    note: Text
    severity: Severity | None = None
    place: Place = "contract"


class NotifyRole(_Effect, frozen=True, kw_only=True, tag="notify_role"):
    """Tell those who hold a role in the unit at `level` above that of `place`, or in that unit itself."""

    role: EffectCode
    message: Text
    level: Level | None = None
    place: Place = "contract"


class NotifyPerson(_Effect, frozen=True, kw_only=True, tag="notify_person"):
    """Tell a member of staff who has to do with the contract or claim, at once: the surveyor who has not called (MS-2)."""

    target: Person
    message: Text


class NoteOnPerson(_Effect, frozen=True, kw_only=True, tag="note_on_person"):
    """Put a note on the record of a person who has to do with the contract or claim."""

    target: Person
    text: Text


class PlanContact(_Effect, frozen=True, kw_only=True, tag="plan_contact"):
    """Plan another contact: not before `delay_minutes` from now, by `channel` or the ladder's next rung."""

    delay_minutes: Annotated[int, Meta(ge=0)] = 0
    channel: ContactChannel | None = None


class HandOverToUnit(_Effect, frozen=True, kw_only=True, tag="hand_over_to_unit"):
    """Hand the matter over to the unit at this level above that of `place` (SD-2, MS-2)."""

    level: Level
    note: Text | None = None
    place: Place = "contract"


class CorrectDatum(_Effect, frozen=True, kw_only=True, tag="correct_datum"):
    """Propose the answer given as the new value of a datum on file (HI-1, CI-5)."""

    field: FactId


class JudgeCase(_Effect, frozen=True, kw_only=True, tag="judge_case"):
    """Put down whether the customer is satisfied with how the case was solved that the callback is about.

    Where not, the case is opened again. By the nature of it `when: completion` fits, so that an answer corrected on the way does
    nothing.
    """

    satisfied: bool


Effect: TypeAlias = (
    OpenCase
    | NotifyRole
    | NotifyPerson
    | NoteOnPerson
    | PlanContact
    | HandOverToUnit
    | CorrectDatum
    | JudgeCase
)


def texts_of(effect: Effect) -> tuple[Text, ...]:
    """Return the texts that the effect shows somebody."""
    match effect:
        case (
            OpenCase(note=Text() as shown)
            | NotifyRole(message=shown)
            | NotifyPerson(message=shown)
            | NoteOnPerson(text=shown)
        ):
            return (shown,)
        case HandOverToUnit(note=Text() as shown):
            return (shown,)
        case _:
            return ()
