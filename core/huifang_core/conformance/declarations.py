"""Whether manifest and settings are complete, and whether whatever is named somewhere exists."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from huifang_core.conformance.battery import Battery
from huifang_core.conformance.findings import Finding
from huifang_core.facts import FACTS
from huifang_core.registry import Plugin
from huifang_core.scripts import CorrectDatum, OpenCase, effects_of
from huifang_core.texts import LANGUAGES, text

_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_VERSION = re.compile(r"^\d+\.\d+(\.\d+)?([ab]\d+|rc\d+)?(\.post\d+)?(\.dev\d+)?$")


def check_manifest(plugin: Plugin) -> Iterator[Finding]:
    """Yield what is wrong with the manifest."""
    manifest = plugin.manifest
    if not _ID.match(manifest.id):
        yield _error(
            "manifest",
            manifest.id,
            (
                "插件标识只能用小写字母、数字和下划线",
                "the id may hold small letters, digits and underscores only",
            ),
            ("例如 jiangsu_life。", "for example jiangsu_life."),
        )
    if not _VERSION.match(manifest.version):
        yield _error(
            "manifest",
            manifest.version,
            (f"{manifest.version}不是发布版本号", f"{manifest.version} is no release number"),
            (
                "使用形如 1.2.0 的版本号，与发行包一致。",
                "use one such as 1.2.0, the same as the distribution's.",
            ),
        )
    if not manifest.cites:
        yield _error(
            "manifest",
            manifest.id,
            ("清单未写明依据", "the manifest says of no requirement that the plugin holds it"),
            ("在 cites 中列出依据编号的前缀。", "list the prefixes of requirement ids in `cites`."),
        )


def check_settings(plugin: Plugin) -> Iterator[Finding]:
    """Yield settings without a description in one of the languages, and a struct that takes fields it doesn't know."""
    kind = plugin.settings_type
    if not kind.__struct_config__.forbid_unknown_fields or not kind.__struct_config__.frozen:
        yield _error(
            "settings",
            kind.__name__,
            (
                "设置结构须为 frozen 且拒绝未知字段",
                "the struct of the settings must be frozen and refuse unknown fields",
            ),
            (
                "声明为 msgspec.Struct, frozen=True, forbid_unknown_fields=True。",
                "declare it as msgspec.Struct, frozen=True, forbid_unknown_fields=True.",
            ),
        )
    (schema,), components = msgspec.json.schema_components((kind,), ref_template="#/$defs/{name}")
    properties = components.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema).get("properties", {})
    for name, described in properties.items():
        texts: dict[str, Any] = described.get("x-texts", {})
        missing = [
            f"{language} {part}"
            for language in LANGUAGES
            for part in ("title", "description")
            if not texts.get(language, {}).get(part)
        ]
        if missing:
            yield _error(
                "settings",
                name,
                (f"缺少说明：{'、'.join(missing)}", f"it lacks {', '.join(missing)}"),
                (
                    "用 huifang_core.packaged.described 写明标题和说明。",
                    "describe it with huifang_core.packaged.described.",
                ),
            )


def check_references(plugin: Plugin, battery: Battery) -> Iterator[Finding]:
    """Yield names of scripts, items, case classes and facts that nothing stands behind."""
    scripts = {script.id for script in plugin.scripts}
    items = {item.id for item in plugin.content_items}
    classes = {found.id for found in plugin.case_classes}
    for owner, draft in dict.fromkeys(battery.drafts_named):
        kind, name = draft
        known = {"script": scripts, "content item": items, "case class": classes, "fact": FACTS.keys()}[kind]
        if name not in known:
            yield _unknown(owner, kind, name)
    for script in plugin.scripts:
        for id_, step in script.steps.items():
            for effect in effects_of(step):
                if isinstance(effect, OpenCase) and effect.case_class not in classes:
                    yield _unknown(f"script {script.id}, step {id_}", "case class", effect.case_class)
                if isinstance(effect, CorrectDatum) and effect.field not in FACTS:
                    yield _unknown(f"script {script.id}, step {id_}", "fact", effect.field)


def _unknown(owner: str, kind: str, name: str) -> Finding:
    return _error(
        "references",
        owner,
        (f"引用了不存在的{kind}：{name}", f"names a {kind} that doesn't exist: {name}"),
        ("补上它，或改正名称。", "supply it, or correct the name."),
    )


def _error(check: str, subject: str, message: tuple[str, str], fix: tuple[str, str]) -> Finding:
    return Finding(check=check, severity="error", subject=subject, message=text(*message), fix=text(*fix))
