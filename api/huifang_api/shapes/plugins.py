"""Plugins as the API shows them: what each supplies, and how this tenant has set it."""

from typing import Annotated, Any, Literal

import msgspec
from huifang_core.cases import CaseKind
from huifang_core.obligations import AfterDue
from huifang_core.parameters import Direction
from huifang_core.texts import Text
from huifang_tenants.services.preflight import ConcernCode
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import Day, Document, Instant, described

PluginId = Annotated[str, described("Id of the plugin, such as `shandong_life`.")]
Title = Annotated[Text, described("What it is called, in both languages.")]
Cites = Annotated[
    list[str], described("The requirements it rests on; `none` where the source states nothing.")
]


class SettingsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a plugin's settings; it is never changed, a later one follows (GEN-4)."""

    version: Annotated[int, described("Counts from 1.")]
    enabled: Annotated[bool, described("Whether the plugin is on from this version on.")]
    settings: Annotated[Document, described("Every setting (设置), defaults filled in.")]
    parameters: Annotated[Document, described("Parameters (参数) made stricter than the law, by id.")]
    valid_from: Annotated[
        Day | None,
        described("Events from this day on follow it; null: those of any day that no other version is for."),
    ]
    changed_by: Annotated[str, described("Who made it.")]
    changed_at: Annotated[Instant, described("When, UTC.")]


class SettingsHistory(msgspec.Struct, frozen=True):
    """Every version of a plugin's settings."""

    items: Annotated[list[SettingsVersion], described("The versions, the last first.")]


class PluginSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An installed plugin (插件), and whether this tenant has it on."""

    id: PluginId
    version: Annotated[str, described("Its release.")]
    title: Title
    description: Annotated[Text, described("What it is for, in both languages.")]
    cites: Cites
    allowed: Annotated[
        bool, described("Whether the administrator of the installation lets this tenant use it.")
    ]
    enabled: Annotated[bool, described("Whether it is on in this tenant.")]
    settings_version: Annotated[
        int | None, described("Version of the settings in this tenant; null: never set here.")
    ]
    rules: Annotated[int, described("How many rules it has.")]
    scripts: Annotated[int, described("How many scripts it has.")]
    reports: Annotated[int, described("How many reports it has.")]
    stale_parameters: Annotated[
        list[str], described("Parameters nobody has held against their source for a year: do so.")
    ]


class BrokenPlugin(msgspec.Struct, frozen=True):
    """An installed plugin that can't be used; all others work."""

    id: PluginId
    reason: Annotated[str, described("What is wrong with it.")]


class PluginList(msgspec.Struct, frozen=True):
    """The plugins of this installation."""

    items: Annotated[list[PluginSummary], described("Those that work, by id.")]
    broken: Annotated[list[BrokenPlugin], described("Those that don't.")]


class PluginRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: which events set it off, and what it rests on."""

    id: Annotated[str, described("Id of the rule within the plugin.")]
    title: Title
    events: Annotated[list[str], described("Event types that set it off.")]
    cites: Cites
    after_due: Annotated[AfterDue, described("Whether contacting goes on after the window (DEC-3).")]


class ParameterValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value and since when it applies."""

    value: Annotated[
        Any, described("The value: number, decimal string, boolean, text or list; see the parameter's unit.")
    ]
    valid_from: Annotated[Day | None, described("First day it applies; null: from the beginning.")]
    cites: Cites
    source: Annotated[str, described("The text it is taken from; `none`: a default of ours.")]
    verified_on: Annotated[Day, described("Day somebody last held it against that text.")]
    note: Annotated[str | None, described("What else to know.")]


class PluginParameter(msgspec.Struct, frozen=True, kw_only=True):
    """A dated parameter of the law."""

    id: Annotated[str, described("Id of the parameter within the plugin.")]
    title: Title
    unit: Annotated[str, described("What the value counts, such as `working_days`.")]
    stricter: Annotated[Direction, described("Direction in which a tenant may move it; `none`: not at all.")]
    most: Annotated[int, described("Greatest value a tenant may set, in its unit; more makes no sense.")]
    values: Annotated[list[ParameterValue], described("All values, the oldest first.")]
    own: Annotated[Any, described("This tenant's own value; null: that of the law applies.")]


class PluginScript(msgspec.Struct, frozen=True, kw_only=True):
    """A script of the plugin."""

    id: Annotated[str, described("Id of the script.")]
    version: Annotated[int, described("Its version.")]
    title: Title
    purpose: Annotated[str, described("Kind of callback it is for.")]


class PluginCaseClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of cases (问题分类) its scripts open."""

    id: Annotated[str, described("Id of the class.")]
    title: Title
    severity: Annotated[int, described("1 minor … 4 most serious.")]
    solved_at: Annotated[str, described("Level of unit that solves it.")]
    solve_within_working_days: Annotated[
        int | None, described("Working days within which to solve it; null: see the minutes.")
    ]
    solve_within_minutes: Annotated[
        int | None,
        described("Minutes, around the clock, within which to solve it; null: see the working days."),
    ]
    kind: Annotated[
        CaseKind,
        described("A problem to solve, a suggestion to adopt or decline, or a plan of improvements."),
    ]
    second_callback: Annotated[
        bool, described("Whether the customer is called about it, once solved, before it is closed.")
    ]
    cites: Cites


class PluginDetail(PluginSummary, frozen=True, kw_only=True):
    """A plugin with all it supplies, and its settings in this tenant."""

    rule_list: Annotated[list[PluginRule], described("Its rules.")]
    parameters: Annotated[list[PluginParameter], described("Its parameters with every dated value.")]
    script_list: Annotated[list[PluginScript], described("Its scripts.")]
    case_classes: Annotated[list[PluginCaseClass], described("Its classes of cases.")]
    settings_schema: Annotated[Document, described("JSON Schema of its settings, for a form.")]
    default_settings: Annotated[Document, described("Its settings where nobody set any.")]
    current: Annotated[
        SettingsVersion | None, described("The last version of its settings here; null: never set.")
    ]


class SetPlugin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New settings of a plugin; whatever is left out falls back to its default."""

    enabled: Annotated[bool, Meta(description="Whether it is on (启用).", examples=[True])] = True
    settings: Annotated[
        dict[str, Any],
        Meta(
            description="Settings (设置) that differ from the defaults, by name, as `settings_schema` describes them.",
            examples=[{"optional_callbacks": ["lapse", "claim"]}],
        ),
    ] = {}
    parameters: Annotated[
        dict[str, Any],
        Meta(
            description="Parameters (参数) made stricter than the law, by id.",
            examples=[{}],
        ),
    ] = {}
    valid_from: Annotated[
        Day | None,
        Meta(
            description="Events from this day on follow it, in Asia/Shanghai; without it from today on, the first version "
            "for events of any day.",
            examples=["2026-04-01"],
        ),
    ] = None
    staff_no: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="Staff number (工号) of who decided so.",
                examples=["HO-0001"],
            ),
        ]
        | None
    ) = None


class RestoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when on an earlier version of settings holds again."""

    valid_from: Annotated[
        Day | None,
        Meta(
            description="Events from this day on follow it, in Asia/Shanghai; without it from today on.",
            examples=["2026-04-01"],
        ),
    ] = None
    staff_no: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="Staff number (工号) of who decided so.",
                examples=["HO-0001"],
            ),
        ]
        | None
    ) = None


class TryPlugin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a plugin to be looked at before they are made."""

    settings: Annotated[
        dict[str, Any],
        Meta(
            description="Settings (设置) that differ from the defaults, by name.",
            examples=[{"optional_callbacks": ["lapse", "claim"]}],
        ),
    ] = {}
    parameters: Annotated[
        dict[str, Any],
        Meta(description="Parameters (参数) made stricter than the law, by id.", examples=[{}]),
    ] = {}


class PluginConcern(msgspec.Struct, frozen=True, kw_only=True):
    """Something to see to."""

    code: Annotated[ConcernCode, described("What kind of thing it is.")]
    severity: Annotated[
        Literal["error", "warning"],
        described(
            "`error`: see to it before the plugin is switched on; `warning`: before its callbacks fall due."
        ),
    ]
    subject: Annotated[str, described("The script, parameter, channel, kind or rule it is about.")]
    message: Annotated[Text, described("What is the matter, in both languages.")]


class PluginPreflight(msgspec.Struct, frozen=True, kw_only=True):
    """What switching a plugin on would meet."""

    clear: Annotated[bool, described("Whether nothing stands against it.")]
    concerns: Annotated[list[PluginConcern], described("What to see to.")]
    contracts: Annotated[int, described("How many contracts were looked at.")]
    callbacks: Annotated[dict[str, int], described("How many callbacks it would make for them, by kind.")]
