"""Scripts as the API shows them: the versions there are, what contacts used, and what was filed with a regulator (LN-6)."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.texts import Text
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import Day, Id, Instant, NextCursor, described

PluginId = Annotated[str, described("Id of the plugin, such as `liaoning_life`.")]
ScriptId = Annotated[str, described("Id of the script (话术).")]
Hash = Annotated[
    str, described("SHA-256 of the script's canonical JSON, in hex: by it a version is known (LN-6).")
]
Sha256 = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}(?!\n)$",
        description="A SHA-256 in hex.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
Words = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$"),
]


class ScriptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An installed script, and whether this version of it is filed."""

    plugin: PluginId
    script: ScriptId
    version: Annotated[int, described("Its version, as its author counts.")]
    hash: Hash
    title: Annotated[Text, described("What it is called, in both languages.")]
    purpose: Annotated[str, described("Kind of callback it is for.")]
    enabled: Annotated[bool, described("Whether its plugin is on in this tenant.")]
    filed: Annotated[
        bool,
        described(
            "Whether this very version counts as filed (报备) today; it matters where filing is demanded."
        ),
    ]
    must_be_filed: Annotated[
        bool, described("Whether open callbacks demand that a filed version is used (LN-6).")
    ]


class ScriptList(msgspec.Struct, frozen=True):
    """The scripts of the installed plugins."""

    items: Annotated[list[ScriptSummary], described("The scripts, by plugin and id.")]


class ScriptVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a script that is kept: contacts used it, or it was filed (GEN-2)."""

    hash: Hash
    version: Annotated[int, described("As its author counts.")]
    installed: Annotated[bool, described("Whether it is the one of the release installed.")]
    first_used_at: Annotated[Instant, described("When it was first used or filed, UTC.")]
    contacts: Annotated[int, described("How many contacts used it.")]
    filed: Annotated[bool, described("Whether it counts as filed (报备) today.")]


class ScriptVersions(msgspec.Struct, frozen=True):
    """The versions of a script in use here."""

    items: Annotated[list[ScriptVersion], described("The versions, the latest kept first.")]


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """That one version of a script was filed with an authority in writing (话术报备)."""

    id: Id
    plugin: PluginId
    script: ScriptId
    version: Annotated[int, described("Version of the script.")]
    hash: Hash
    filed_on: Annotated[Day, described("Day on which it was handed in; it counts from then on.")]
    authority: Annotated[str, described("Authority it was filed with.")]
    reference: Annotated[str, described("Reference of the filing, such as the number of the letter.")]
    document_sha256: Annotated[
        str | None, described("SHA-256 of the paper handed in, in hex; null: none was given.")
    ]
    in_force: Annotated[bool, described("Whether it counts today.")]
    recorded_by: Annotated[str, described("Who recorded it.")]
    recorded_at: Annotated[Instant, described("When, UTC.")]
    withdrawn_on: Annotated[
        Day | None, described("First day on which it no longer counts; null: it goes on.")
    ]
    withdrawal_reason: Annotated[str | None, described("Why it was withdrawn.")]
    withdrawn_by: Annotated[str | None, described("Who withdrew it.")]


class FilingPage(msgspec.Struct, frozen=True):
    """One page of filings."""

    items: Annotated[list[Filing], described("The filings of this page.")]
    next_cursor: NextCursor


_StaffNo = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=NO_NUL,
        description="Staff number (工号) of who says so; compliance officers and administrators may.",
        examples=["HO-0001"],
    ),
]


class FileScript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a version of a script was filed."""

    plugin: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Id of the plugin (插件).",
            examples=["liaoning_life"],
        ),
    ]
    script: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=128,
            pattern=NO_NUL,
            description="Id of the script (话术).",
            examples=["liaoning_life.new_contract"],
        ),
    ]
    hash: Annotated[
        Sha256, Meta(description="Hash of the version (版本) that was filed, as the filing pack states it.")
    ]
    filed_on: Annotated[
        Day, Meta(description="Day (报备日期) on which it was handed in.", examples=["2026-03-02"])
    ]
    authority: Annotated[
        Words, Meta(description="Authority (报备机关) it was filed with.", examples=["辽宁监管局"])
    ]
    reference: Annotated[
        Words, Meta(description="Reference (文号) of the filing.", examples=["辽寿报〔2026〕12号"])
    ]
    document_sha256: Annotated[
        Sha256 | None, Meta(description="SHA-256 of the paper handed in (报备材料), in hex.")
    ] = None
    staff_no: _StaffNo | None = None


class WithdrawFiling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a filing no longer counts."""

    withdrawn_on: Annotated[
        Day,
        Meta(description="First day (撤回日期) on which it no longer counts.", examples=["2026-06-01"]),
    ]
    reason: Annotated[Words, Meta(description="Why (撤回原因).", examples=["监管要求修改免责提示"])]
    staff_no: _StaffNo | None = None


def filing_path(id: UUID) -> str:
    """The address of a filing."""
    return f"/api/v1/scripts/filings/{id}"
