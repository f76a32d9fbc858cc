"""Whether every text stands in both languages: Chinese in Chinese, English in English."""

import re
from collections.abc import Iterator

import msgspec

from huifang_core.conformance.battery import Battery
from huifang_core.conformance.findings import Finding
from huifang_core.registry import Plugin
from huifang_core.texts import Text, text

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLACEHOLDER = re.compile(r"\{[a-z0-9_.]+\}")


def check_texts(plugin: Plugin, battery: Battery) -> Iterator[Finding]:
    """Yield texts that are empty or not translated."""
    seen: set[Text] = set()
    for subject, found in _all_texts(plugin, battery):
        if found in seen:
            continue
        seen.add(found)
        zh, en = (_PLACEHOLDER.sub("", words).strip() for words in (found.zh_cn, found.en))
        if not found.zh_cn.strip() or not found.en.strip():
            yield _untranslated(subject, found, "有一种语言为空", "one of the languages is empty")
        elif zh and len(zh) > 1 and not _CHINESE.search(zh):
            yield _untranslated(subject, found, "中文文本中没有中文", "the Chinese text holds no Chinese")
        elif _CHINESE.search(en):
            yield _untranslated(subject, found, "英文文本中夹有中文", "the English text holds Chinese")


def _all_texts(plugin: Plugin, battery: Battery) -> Iterator[tuple[str, Text]]:
    parts: dict[str, object] = {
        "manifest": plugin.manifest,
        "content items": plugin.content_items,
        "case classes": plugin.case_classes,
        "reports": plugin.reports,
        "schedules": plugin.schedules,
        "limits": plugin.limits,
        **{f"script {script.id}": script for script in plugin.scripts},
        **{f"rule {rule.id}": rule.title for rule in plugin.rules},
        **{f"plan {plan.id}": plan.title for plan in plugin.plans},
        **{f"parameter {name}": found.title for name, found in plugin.parameters.parameters.items()},
    }
    for subject, part in parts.items():
        yield from ((subject, found) for found in _texts_in(part))
    for run in battery.runs:
        yield from ((run.owner, draft.title) for draft in run.drafts if hasattr(draft, "title"))
        # Parameters and facts quote what came in, in whatever language; decisions are the plugin's own words.
        yield from ((run.owner, step.text) for step in run.steps if step.kind == "decision")


def _texts_in(value: object) -> Iterator[Text]:
    match value:
        case Text():
            yield value
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _texts_in(getattr(value, name))
        case dict():
            for one in value.values():
                yield from _texts_in(one)
        case tuple() | list():
            for one in value:
                yield from _texts_in(one)
        case _:
            return


def _untranslated(subject: str, found: Text, zh: str, en: str) -> Finding:
    shown = (found.zh_cn or found.en)[:60]
    return Finding(
        check="texts",
        severity="error",
        subject=subject,
        message=text(f"{zh}：{shown}", f"{en}: {shown}"),
        fix=text("补全两种语言。", "write both languages."),
    )
