"""The conformance suite finds what is wrong with a plugin, says where, and how to mend it."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from huifang_core.cases import CaseClass, CaseDraft
from huifang_core.conformance import CHECKS, Finding, check_plugin, passes
from huifang_core.content import ContentItem
from huifang_core.drafting import trace_event
from huifang_core.obligations import ObligationDraft, Retention, Rung
from huifang_core.packaged import described
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.registry import Plugin, Registry
from huifang_core.rules import Rule
from huifang_core.scripts import load_script
from huifang_core.texts import text
from huifang_core.windows import within_days

TODAY = date(2026, 11, 25)

PARAMETERS = """
days:
  title: {zh-CN: 天数, en: days}
  unit: days
  stricter: lower
  values:
    - {value: 3, cites: [X-1], source: a law, verified_on: 2026-01-01}
"""

SCRIPT = """
id: good.talk
version: 1
title: {zh-CN: 回访, en: talk}
purpose: talk
identity: not_needed
start: told
steps:
  told:
    kind: say
    covers: told
    text: {zh-CN: 告知事项, en: something told}
    next: bye
  bye: {kind: end, result: completed, text: {zh-CN: 再见, en: goodbye}}
"""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One setting, described."""

    lines: Annotated[tuple[str, ...], described("险种", "lines", "适用的险种。", "Lines in scope.")] = (
        "life",
    )


def draft(occasion: str, window: Any, **changes: Any) -> ObligationDraft:
    known: dict[str, Any] = {
        "kind": "talk",
        "occasion": occasion,
        "title": text("回访", "talk"),
        "ladder": (Rung("phone", 3),),
        "script": "good.talk",
        "content": ("told",),
        "retention": Retention(5, ("X-1",)),
        "window": window,
    }
    return ObligationDraft(**{**known, **changes})


def lapse(event: Any, contract: Any, parameters: Any, settings: Any, trace: Any) -> list[Any]:
    day = trace_event(event, trace)
    if contract.line not in settings.lines:
        trace.decision("line", "不适用", "not in scope")
        return []
    return [draft(day.isoformat(), within_days(day, parameters["days"], trace))]


class Parts:
    """What a plugin supplies, each part replaceable."""

    def __init__(self, **changes: Any) -> None:
        self.evaluate: Callable[..., list[Any]] = lapse
        self.parameters = PARAMETERS
        self.settings: type[Any] = Settings
        self.items: tuple[ContentItem, ...] = (ContentItem("told", ("X-1",), text("告知", "told"), "tell"),)
        self.script = SCRIPT
        self.classes: tuple[CaseClass, ...] = ()
        self.version = "1.0.0"
        self.title = text("示例", "example")
        self.cites: tuple[str, ...] = ("X",)
        vars(self).update(changes)

    @hookimpl
    def huifang_manifest(self) -> Manifest:
        return Manifest("good", self.version, self.title, text("说明", "what it is"), self.cites)

    @hookimpl
    def huifang_rules(self) -> list[Rule]:
        return [
            Rule(
                "lapse",
                title=text("失效", "lapse"),
                events=["contract.lapsed"],
                cites=["X-1"],
                evaluate=self.evaluate,
            )
        ]

    @hookimpl
    def huifang_parameters(self) -> str:
        return self.parameters

    @hookimpl
    def huifang_settings(self) -> type[Any]:
        return self.settings

    @hookimpl
    def huifang_content_items(self) -> tuple[ContentItem, ...]:
        return self.items

    @hookimpl
    def huifang_scripts(self) -> list[Any]:
        return [load_script(self.script)]

    @hookimpl
    def huifang_case_classes(self) -> tuple[CaseClass, ...]:
        return self.classes


def found(**changes: Any) -> list[Finding]:
    """What the suite finds, the source of this module aside: it is a test, not a plugin's."""
    plugin = Plugin("good", Parts(**changes))
    plugin.module = "huifang_core"
    return [finding for finding in check_plugin(plugin, today=TODAY) if finding.check != "code"]


def said(findings: list[Finding]) -> str:
    return "\n".join(f"{f.severity} {f.check} {f.subject}: {f.message.en}" for f in findings)


def test_a_good_plugin_passes() -> None:
    assert said(found()) == ""


def test_every_bundled_plugin_passes(huifang_registry: Registry) -> None:
    assert not huifang_registry.broken
    for plugin in huifang_registry.plugins.values():
        findings = check_plugin(plugin, today=TODAY)
        assert passes(findings), said([f for f in findings if f.severity == "error"])


def raising(event: Any, contract: Any, trace: Any) -> list[Any]:
    trace.decision("x", "不适用", "not in scope")
    if contract.effective_on.year:
        return []
    return []


def by_the_clock(event: Any, trace: Any) -> list[Any]:
    now = datetime.now(UTC)
    trace.decision("now", f"现在是{now}", f"it is {now}")
    return []


def mutating(event: Any, trace: Any) -> list[Any]:
    event.payload.changes["status"] = "ended"
    trace.decision("x", "不适用", "not in scope")
    return []


def remembering(event: Any, trace: Any, seen: list[int] = []) -> list[Any]:  # noqa: B006
    seen.append(1)
    trace.decision("x", f"第{len(seen)}次", f"call {len(seen)}")
    return []


def silent(event: Any) -> list[Any]:
    return []


def named_wrongly(event: Any, trace: Any) -> list[Any]:
    day = trace_event(event, trace)
    window = within_days(day, 3, trace)
    return [
        draft("a", window, script="good.missing", content=("nothing",), facts={"no.fact": 1}),
        CaseDraft("no_class", "a", text("立案", "case")),
    ]


def kept_no_time(event: Any, trace: Any) -> list[Any]:
    day = trace_event(event, trace)
    return [draft("a", within_days(day, 3, trace), retention=Retention(0, ("X-1",)))]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"evaluate": raising}, "error behaviour rule lapse: it raised AttributeError"),
        ({"evaluate": by_the_clock}, "error behaviour rule lapse: the same input gave two results"),
        ({"evaluate": silent}, "error behaviour rule lapse: nothing came of it, and the trace doesn't say why"),
        ({"evaluate": kept_no_time}, "error behaviour rule lapse: its records are kept 0 years"),
        ({"evaluate": named_wrongly}, "error references rule lapse: names a script that doesn't exist: good.missing"),
        ({"evaluate": named_wrongly}, "names a content item that doesn't exist: nothing"),
        ({"evaluate": named_wrongly}, "names a fact that doesn't exist: no.fact"),
        ({"evaluate": named_wrongly}, "names a case class that doesn't exist: no_class"),
        ({"version": "one"}, "error manifest one: one is no release number"),
        ({"cites": ()}, "the manifest says of no requirement"),
        ({"title": text("示例", "示例")}, "error texts manifest: the English text holds Chinese"),
        ({"title": text("example", "example")}, "error texts manifest: the Chinese text holds no Chinese"),
        ({"title": text("", "example")}, "error texts manifest: one of the languages is empty"),
        ({"parameters": PARAMETERS.replace("2026-01-01", "2027-01-01")}, "error parameters days: it was verified on 2027-01-01"),
        ({"parameters": PARAMETERS.replace("2026-01-01", "2025-01-01")}, "warning parameters days: last held against"),
        ({"parameters": PARAMETERS.replace("a law", "none")}, "warning parameters days: a default of your own"),
        ({"parameters": PARAMETERS + PARAMETERS.replace("days:", "unused:")}, "warning parameters unused: no rule"),
        ({"script": SCRIPT.replace("    covers: told\n", "")}, "error scripts good.talk"),
        ({"script": SCRIPT.replace("    covers: told", "    covers: told\n    recommends: true")}, "error scripts good.talk, step told: Step told recommends"),
        ({"script": SCRIPT.replace("good.talk", "good.other")}, "warning scripts good.other: no rule was seen"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(changes: dict[str, Any], says: str) -> None:
    assert says in said(found(**changes))


def test_a_rule_that_remembers_is_found_out() -> None:
    def evaluate(event: Any, trace: Any) -> list[Any]:
        return remembering(event, trace)

    assert "the same input gave two results" in said(found(evaluate=evaluate))


def test_a_rule_that_changes_its_input_is_found_out() -> None:
    class Changed(Parts):
        @hookimpl
        def huifang_rules(self) -> list[Rule]:
            return [
                Rule(
                    "servicing",
                    title=text("保全", "servicing"),
                    events=["contract.changed"],
                    cites=["X-1"],
                    evaluate=mutating,
                )
            ]

    findings = check_plugin(Plugin("good", Changed()), today=TODAY)
    assert "error behaviour rule servicing: it changed what it was given" in said(list(findings))


def test_a_setting_without_description_is_found() -> None:
    class Bare(msgspec.Struct):
        lines: tuple[str, ...] = ("life",)

    problems = said(found(settings=Bare))
    assert "must be frozen and refuse unknown fields" in problems
    assert "settings lines: it lacks zh-CN title, zh-CN description, en title, en description" in problems


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Plugin]]:
    """A plugin whose package holds this source."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def made(source: str) -> Plugin:
        folder = tmp_path / "odd_plugin"
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "rules.py").write_text(source)
        plugin = Plugin("good", Parts())
        plugin.module = "odd_plugin.rules"
        return plugin

    yield made
    sys.modules.pop("odd_plugin", None)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import random\n", "imports random"),
        ("from urllib.request import urlopen\n", "imports urllib.request"),
        (
            "from datetime import datetime\n\n\ndef f():\n    return datetime.now()\n",
            "reads the clock: now()",
        ),
        ("def f():\n    return open('/etc/passwd')\n", "calls open()"),
        ("n = 0\n\n\ndef f():\n    global n\n    n += 1\n", "changes module variables: n"),
        ("import importlib\n", "imports importlib"),
    ],
)
def test_what_a_rule_may_not_use_is_found_in_the_source(
    package: Callable[[str], Plugin], source: str, says: str
) -> None:
    findings = check_plugin(package(source), today=TODAY)
    assert says in said([f for f in findings if f.check == "code"])
    assert all(f.subject.startswith("odd_plugin/rules.py:") for f in findings if f.check == "code")


def test_what_a_rule_may_use_is_not(package: Callable[[str], Plugin]) -> None:
    source = "from datetime import date, timedelta\nfrom importlib.resources import files\n\nimport msgspec\nimport odd_plugin\n"
    assert [f for f in check_plugin(package(source), today=TODAY) if f.check == "code"] == []


def test_rules_that_are_off_by_default_are_tried_too() -> None:
    class Switched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        on: Annotated[bool, described("启用", "on", "是否启用。", "Whether it is on.")] = False

    def evaluate(event: Any, settings: Any, trace: Any) -> list[Any]:
        trace.decision("on", "未启用", "switched off")
        if settings.on:
            raise ValueError("only seen when on")
        return []

    assert "it raised ValueError: only seen when on" in said(found(settings=Switched, evaluate=evaluate))


def test_every_check_can_be_told_by_name_what_it_is_for() -> None:
    assert all(purpose for purpose in CHECKS.values())
