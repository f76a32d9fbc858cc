"""Content items (回访内容): what a rule demands that a callback ask or tell.

Whether an item applies belongs to the item, never to the script that covers it (SD-5).
"""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from huifang_core.conditions import Condition, Facts, definitely_false
from huifang_core.texts import Text, text

ItemId: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
ItemKind: TypeAlias = Literal["ask", "tell", "consent"]


class ContentItem(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One point to raise with the customer.

    An `ask` item is its own question with its own recorded answer; a `tell` item is said and acknowledged
    (SD-5). `cites` are requirement ids. Which answers are affirmative stands in the script's step (REG-2).

    A `consent` item (单独同意) asks whether something sensitive may be asked (REG-5). Who declines is not at fault with anything, so
    that takes nothing from the success of the callback. An item whose `consent` names it is asked only once it was given, and
    is not demanded where it was declined.
    """

    id: ItemId
    cites: tuple[str, ...]
    title: Text
    kind: ItemKind
    applies: Condition | None = None
    consent: ItemId | None = None


def item(
    id: str,
    kind: ItemKind,
    zh_cn: str,
    en: str,
    *cites: str,
    applies: Condition | None = None,
    consent: str | None = None,
) -> ContentItem:
    """Return a content item with its title in both languages."""
    return ContentItem(id=id, cites=cites, title=text(zh_cn, en), kind=kind, applies=applies, consent=consent)


def applicable(items: Iterable[ContentItem], facts: Facts) -> tuple[ContentItem, ...]:
    """The items that apply under `facts`, in their order; an unknown fact means that the item applies (SD-5)."""
    return tuple(item for item in items if not definitely_false(item.applies, facts))
