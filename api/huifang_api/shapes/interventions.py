"""Stops and recalls as the API shows them: what people held back or took off the books, and why."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.obligations import ContactChannel, ObligationStatus
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import ContractNo, Day, Id, Instant, NextCursor, UnitCode, described

Why = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=500,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
        description="Why (原因); stands in the ledger, so no personal data in it.",
        examples=["话术中的免责提示有误"],
    ),
]
GivenName = Annotated[str, Meta(min_length=1, max_length=128, pattern=NO_NUL)]
StaffWhoDecides = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=NO_NUL,
        description="Staff number (工号) of who decides it.",
        examples=["HO-0001"],
    ),
]
_LiftedBy = Annotated[str | None, described("Who lifted it.")]
_LiftedAt = Annotated[Instant | None, described("When it was lifted, UTC; null: it stands.")]
_LiftReason = Annotated[str | None, described("Why it was lifted.")]


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is not given out or begun (暂停) until somebody lifts the stop; what is null is meant whole."""

    id: Id
    plugin: Annotated[str | None, described("Only the work of this plugin.")]
    script: Annotated[str | None, described("Only the work by this script of it.")]
    channel: Annotated[ContactChannel | None, described("Only the work by this channel.")]
    reason: Annotated[str, described("Why it was stopped.")]
    stopped_by: Annotated[str, described("Who stopped it.")]
    stopped_at: Annotated[Instant, described("When, UTC.")]
    lift_reason: _LiftReason
    lifted_by: _LiftedBy
    lifted_at: _LiftedAt


class StopPage(msgspec.Struct, frozen=True):
    """One page of stops."""

    items: Annotated[list[Stop], described("The stops of this page.")]
    next_cursor: NextCursor


class StopWork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to stop: everything of this tenant, unless it names a plugin, a script of it, or a channel."""

    plugin: Annotated[
        GivenName | None,
        Meta(description="Only the work of this plugin (插件).", examples=["shandong_life"]),
    ] = None
    script: Annotated[
        GivenName | None,
        Meta(
            description="Only the work by this script (话术) of the plugin.",
            examples=["shandong_life.new_contract"],
        ),
    ] = None
    channel: Annotated[
        ContactChannel | None,
        Meta(description="Only the work by this channel (回访渠道).", examples=["phone"]),
    ] = None
    reason: Why
    staff_no: StaffWhoDecides | None = None


class Lift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a stop or a recall is lifted."""

    reason: Why
    staff_no: StaffWhoDecides | None = None


class RecallFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which obligations were made wrongly; one criterion at least, and all that are given must hold.

    Only those still to be met are found: completed ones stay what they are.
    """

    plugin: Annotated[
        GivenName | None, Meta(description="Made by this plugin (插件).", examples=["shandong_life"])
    ] = None
    plugin_version: Annotated[
        GivenName | None, Meta(description="Made by this version (版本) of it.", examples=["0.1.0"])
    ] = None
    settings_version: Annotated[
        Annotated[int, Meta(ge=1, le=2**31 - 1)] | None,
        Meta(description="Made by this version of the plugin's settings (设置版本).", examples=[3]),
    ] = None
    rule: Annotated[GivenName | None, Meta(description="Made by this rule (规则).", examples=["lapse"])] = (
        None
    )
    kind: Annotated[GivenName | None, Meta(description="Of this kind (回访类型).", examples=["lapse"])] = None
    script: Annotated[
        GivenName | None,
        Meta(description="Asking for this script (话术).", examples=["shandong_life.lapse"]),
    ] = None
    unit: Annotated[
        GivenName | None, Meta(description="Of this unit (机构) or one below it.", examples=["SD"])
    ] = None
    contract_nos: Annotated[
        Annotated[tuple[GivenName, ...], Meta(min_length=1, max_length=1000)] | None,
        Meta(description="Of these contracts (合同号).", examples=[["TY370120260000123"]]),
    ] = None
    made_from: Annotated[
        Instant | None,
        Meta(description="Made at this instant (生成时间) or later.", examples=["2026-03-01T00:00:00+08:00"]),
    ] = None
    made_until: Annotated[
        Instant | None,
        Meta(description="Made before this instant (生成时间).", examples=["2026-03-02T00:00:00+08:00"]),
    ] = None


class RecallSample(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation that would be recalled."""

    id: Id
    kind: Annotated[str, described("Kind of callback.")]
    status: Annotated[ObligationStatus, described("Its status.")]
    contract_no: ContractNo
    unit: UnitCode
    due_on: Annotated[Day | None, described("Last day of its window; null while it waits.")]
    attempts: Annotated[int, described("Attempts made so far.")]


class RecallPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a recall would take off the books; nothing has changed."""

    count: Annotated[int, described("How many; name it as `expected` when you recall them.")]
    by_status: Annotated[dict[str, int], described("How many by status.")]
    sample: Annotated[list[RecallSample], described("The first of them.")]


class RecallWork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to take off the books (撤回)."""

    filter: Annotated[
        RecallFilter,
        Meta(description="The same filter (筛选) as previewed.", examples=[{"rule": "lapse"}]),
    ]
    expected: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="How many the preview counted (预计数量).", examples=[12])
    ]
    reason: Why
    staff_no: StaffWhoDecides | None = None


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """Obligations taken off the books together; they are not made again until the recall is lifted."""

    id: Id
    wanted: Annotated[RecallFilter, described("By which filter they were found.")]
    recalled: Annotated[int, described("How many were taken off.")]
    reason: Annotated[str, described("Why.")]
    recalled_by: Annotated[str, described("Who did it.")]
    recalled_at: Annotated[Instant, described("When, UTC.")]
    lift_reason: _LiftReason
    lifted_by: _LiftedBy
    lifted_at: _LiftedAt


class RecallPage(msgspec.Struct, frozen=True):
    """One page of recalls."""

    items: Annotated[list[Recall], described("The recalls of this page.")]
    next_cursor: NextCursor


def stop_path(id: UUID) -> str:
    """The address of a stop."""
    return f"/api/v1/stops/{id}"


def recall_path(id: UUID) -> str:
    """The address of a recall."""
    return f"/api/v1/recalls/{id}"
