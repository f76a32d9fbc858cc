"""Writes docs/plugin-api.md: the hooks and everything a plugin builds with, from the docstrings.

python docs/plugin_api.py
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from huifang_core import plugin
from huifang_core.cases import CaseClass, CaseDraft
from huifang_core.content import ContentItem
from huifang_core.events import PAYLOADS
from huifang_core.facts import FACTS
from huifang_core.limits import ChannelShare, Frequency, GiftValue
from huifang_core.obligations import ObligationDraft, Retention, Rung, VoidOn
from huifang_core.outcomes import ContactOutcome, NoticeDraft
from huifang_core.parameters import DatedValue, Parameter
from huifang_core.plans import Full, Membership, Number, Plan, Share, Successes
from huifang_core.plugin import API_VERSION, ENTRY_POINT_GROUP, Manifest
from huifang_core.reports import AnyTable, Ranking, Report, Target, Term
from huifang_core.rules import ARGUMENTS, Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts.effects import Effect
from huifang_core.scripts.model import Act, Ask, Choice, End, Identify, Say, Script
from huifang_core.setting_changes import SettingChange

PAGE = Path(__file__).with_name("plugin-api.md")
PARTS: dict[str, tuple[Any, ...]] = {
    "Manifest": (Manifest,),
    "Rules and what they ask for": (Rule, ObligationDraft, Rung, VoidOn, Retention, CaseDraft),
    "Numbers": (Parameter, DatedValue),
    "Content and scripts": (ContentItem, Script, Say, Ask, Identify, Act, End, Choice),
    "Effects": get_args(Effect),
    "Cases": (CaseClass,),
    "Schedules": (Schedule,),
    "Plans": (Plan, Full, Share, Number, Successes, Membership),
    "Limits": (ChannelShare, Frequency, GiftValue),
    "Outcomes": (ContactOutcome, NoticeDraft, CaseDraft),
    "Settings across releases": (SettingChange,),
    "Reports": (Report, *get_args(AnyTable), Target, Ranking, Term),
}


def page() -> str:
    """Return the page."""
    lines = [
        "# The plugin API",
        "",
        "Made by `make docs` from the docstrings. How to write a plugin step by step stands in `plugins/AUTHORING.md`.",
        "",
        f"This is API version {API_VERSION}; plugins are found by the entry point group `{ENTRY_POINT_GROUP}`. Arguments and hooks are only",
        "ever added without a new version.",
        "",
        "## Hooks",
        "",
    ]
    for name in sorted(found for found in vars(plugin) if found.startswith("huifang_")):
        hook = getattr(plugin, name)
        returned = inspect.signature(hook).return_annotation
        shown = getattr(returned, "__name__", None) if not get_args(returned) else str(returned)
        lines += [f"### `{name}() -> {_short(shown or str(returned))}`", "", _doc(hook), ""]
    lines += ["## What a rule may ask for", "", ", ".join(f"`{name}`" for name in ARGUMENTS), ""]
    for title, things in PARTS.items():
        lines += [f"## {title}", ""]
        for thing in things:
            lines += [f"### {_signature(thing)}", "", _doc(thing), ""]
    lines += ["## Events", "", "| type | what happened | fields |", "| --- | --- | --- |"]
    for kind, payload in PAYLOADS.items():
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(payload)) or "—"
        lines.append(f"| `{kind}` | {_doc(payload).splitlines()[0]} | {fields} |")
    lines += [
        "",
        "## Facts that conditions and texts can name",
        "",
        "| fact | kind | what it is |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{spec.id}` | {spec.kind} | {spec.title.en} ({spec.title.zh_cn}) |" for spec in FACTS.values()
    ]
    return "\n".join(lines) + "\n"


def _signature(thing: Any) -> str:
    if isinstance(thing, type) and issubclass(thing, msgspec.Struct):
        fields = ", ".join(_field(field) for field in msgspec.structs.fields(thing))
        return f"`{thing.__name__}({fields})`"
    names = ", ".join(_parameters(thing))
    return f"`{thing.__name__}({names})`"


def _field(field: msgspec.structs.FieldInfo) -> str:
    return field.encode_name if field.required else f"{field.encode_name}=…"


def _parameters(thing: Any) -> Iterator[str]:
    for name, parameter in inspect.signature(thing).parameters.items():
        yield name if parameter.default is inspect.Parameter.empty else f"{name}=…"


def _short(annotation: str) -> str:
    """An annotation without the modules its names come from."""
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", annotation)


def _doc(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
