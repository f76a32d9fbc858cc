"""The filing pack (报备材料包): one ZIP whose files name each other by their hashes."""

import hashlib
import io
import zipfile
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

import msgspec
from huifang_core.catalogue import Catalogue, PluginEntry
from huifang_core.facts import FACTS
from huifang_core.scripts import (
    Finding,
    Script,
    check,
    coverage,
    dump_script,
    items_of,
    outline,
    publishable,
    script_hash,
    write_script,
)
from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.filings import version_of
from huifang_tenants.tenant_settings import insurer_name

from huifang_api.filing.document import LANGUAGE, Document
from huifang_api.filing.page import page
from huifang_api.printing import typeset

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class Subject(msgspec.Struct, frozen=True):
    """What is filed: a version of a script, of this plugin, by this insurer."""

    insurer: str
    entry: PluginEntry
    script: Script


class FilingPack(msgspec.Struct, frozen=True):
    """The ZIP, and what it should be called."""

    file_name: str
    content: bytes


class Proof(msgspec.Struct, frozen=True):
    """What the checker found of the script with this hash; `holds`: nothing that keeps it from being used.

    It takes every combination of the facts that conditions mention, unknown ones included, and every way through the script.
    """

    hash: str
    checker: str
    holds: bool
    items: tuple[str, ...]
    unknown_items: tuple[str, ...]
    findings: list[Finding]


async def subject_of(
    scope: Scope, catalogue: Catalogue, plugin: str, script_id: str, hash: str | None
) -> Subject:
    """Return a version of a script as this tenant files it; without `hash` the installed one.

    Refuses `not_found` (plugin, script, script_version): what covers its items says the plugin, so it must be installed.
    """
    entry = catalogue.plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")
    insurer = insurer_name(scope.tenant)
    return Subject(insurer, entry, await version_of(scope, catalogue, plugin, script_id, hash))


async def make_pack(subject: Subject, *, made_at: datetime) -> FilingPack:
    """Return the pack of a script version: the same version, plugin and instant give the same bytes."""
    script, entry = subject.script, subject.entry
    covered = items_of(script)
    items = [item for item in entry.content_items if item.id in covered]
    findings = check(script, items, tuple(FACTS.values()))
    proof = Proof(
        hash=script_hash(script),
        checker=f"huifang-core {version('huifang-core')}",
        holds=publishable(findings),
        items=tuple(item.id for item in items),
        unknown_items=tuple(sorted(covered - {item.id for item in items})),
        findings=findings,
    )
    document = Document(
        language=LANGUAGE,
        insurer=subject.insurer,
        title=script.title.in_language(LANGUAGE),
        plugin=entry.manifest.id,
        plugin_version=entry.manifest.version,
        script=script.id,
        version=script.version,
        hash=proof.hash,
        holds=proof.holds,
        steps=outline(script, items, FACTS, LANGUAGE),
        items=coverage(script, items, FACTS, LANGUAGE),
    )
    files = {
        "script.html": page(document).encode(),
        "script.pdf": await typeset("script", document, made_at=made_at),
        "script.json": dump_script(script),
        "script.yaml": write_script(script).encode(),
        "content.json": _json([*items]),
        "proof.json": _json(proof),
    }
    index = {
        "insurer": subject.insurer,
        "plugin": document.plugin,
        "plugin_version": document.plugin_version,
        "script": document.script,
        "version": document.version,
        "hash": document.hash,
        "made_at": made_at,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    name = f"{script.id}-v{script.version}-{proof.hash[:12]}.zip"
    return FilingPack(name, _zip({"index.json": _json(index), **files}))


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            # A fixed date, so that equal files make an equal archive.
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()
