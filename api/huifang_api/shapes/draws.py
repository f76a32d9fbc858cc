"""Draws (抽样) as the API shows them: from the commitment to a seed to what became of each member."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from huifang_core.sampling import AmountKind, Standing
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import ContractNo, Day, GivenStaffNo, Id, Instant, NextCursor, described
from huifang_api.shapes.obligations import ExplainingStep

DrawStatus = Literal["committed", "gathering", "closed", "drawn", "skipped"]
MemberStatus = Literal["reserve", "drawn", "left_out", "failed", "late"]
Change = Literal["came_late", "taken_back", "would_be_member", "would_be_left_out", "would_be_elsewhere"]

PlanId = Annotated[str, described("The plan (抽样方案), `plugin/plan`.")]
PeriodName = Annotated[str, described("The period: `2026-03`, `2026-Q1` or `2026`.")]


class DrawAmount(msgspec.Struct, frozen=True, kw_only=True):
    """How many are drawn."""

    kind: Annotated[
        AmountKind,
        described(
            "full: everybody; share, number: of every stratum; successes: until so many of every group succeed."
        ),
    ]
    value: Annotated[str | None, described("The share or number, a decimal string; null for full.")] = None


class AskedFor(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody had it drawn out of its time."""

    by: Annotated[str, described("Staff number, or the client or command.")]
    reason: Annotated[str, described("Why.")]
    leave_out_failed: Annotated[
        bool, described("Events that the plan failed on are left out, instead of holding the draw up.")
    ] = False


class DrawSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's draw in one period (抽样)."""

    id: Id
    plan: PlanId
    period: PeriodName
    first_day: Annotated[Day, described("First day of the period, in Asia/Shanghai.")]
    last_day: Annotated[Day, described("Last day of the period, included.")]
    status: Annotated[
        DrawStatus,
        described(
            "committed: its seed is committed to; gathering: its population is looked for; closed: the population is"
            " closed and its hash in the ledger; drawn: the seed is revealed; skipped: nothing was drawn, see `skipped`."
        ),
    ]
    replaces: Annotated[bool, described("Whether members that come to nothing are replaced.")]
    commitment: Annotated[str, described("SHA-256 over seed, plan and period, in hexadecimal (DEC-14).")]
    committed_at: Annotated[Instant, described("When the seed was committed to; business time, UTC.")]
    committed_late: Annotated[bool, described("Whether the period had begun by then.")]
    asked: Annotated[AskedFor | None, described("Who had it drawn out of its time, and why.")]
    amount: Annotated[DrawAmount | None, described("How many are drawn; null until its period is over.")]
    population_hash: Annotated[str | None, described("SHA-256 over the closed population, in hexadecimal.")]
    closed_at: Annotated[Instant | None, described("When the population was closed; business time, UTC.")]
    closed_early: Annotated[bool, described("Whether it was closed before the end of the period.")]
    seed: Annotated[str | None, described("The seed in hexadecimal, once it is revealed.")]
    drawn_at: Annotated[Instant | None, described("When it was drawn; business time, UTC.")]
    problem: Annotated[str | None, described("Why it could not be made yet; it is tried again.")]
    skipped: Annotated[
        str | None, described("Why nothing was drawn: `plugin_off`, or `plan_gone` with another release.")
    ]


class DrawCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many events the plan looked at, by what it made of them."""

    members: Annotated[int, described("Members of the population.")]
    drawn: Annotated[int, described("Members drawn, stand-ins included.")]
    substituted: Annotated[int, described("Stand-ins for members that came to nothing.")]
    left_out: Annotated[int, described("Events that the plan leaves out.")]
    failed: Annotated[int, described("Events that the plan failed on; they hold the draw up.")]
    late: Annotated[int, described("What came in after the closing and would have changed it.")]


class DrawPool(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn from together: a stratum (层), or a group (组) in which successes are counted."""

    pool: Annotated[str, described("Its name as the plan gives it.")]
    members: Annotated[int, described("Members it has.")]
    wanted: Annotated[int, described("How many are wanted.")]
    drawn: Annotated[int, described("How many were drawn so far.")]
    open: Annotated[int, described("Of those, how many may still succeed.")]
    successful: Annotated[int, described("How many have succeeded.")]
    ended: Annotated[int, described("How many came to nothing.")]
    shortfall: Annotated[int, described("How many it can't give: it is used up.")]


class DrawDetail(DrawSummary, frozen=True, kw_only=True):
    """A draw with its pools."""

    counts: Annotated[DrawCounts, described("What the plan made of the events.")]
    waiting: Annotated[
        int, described("Contracts that could not be looked at: their policyholder or unit had not come in.")
    ]
    amount_trace: Annotated[
        list[ExplainingStep], described("The parameter that says how many, with its source.")
    ]
    pools: Annotated[list[DrawPool], described("The pools by name.")]


class DrawPage(msgspec.Struct, frozen=True):
    """One page of draws."""

    items: Annotated[list[DrawSummary], described("The draws of this page.")]
    next_cursor: NextCursor


class DrawMember(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a plan looked at, and what became of it."""

    id: Id
    member: Annotated[str, described("Its name in the draw: source and id of the event it goes back to.")]
    contract_no: ContractNo
    claim_no: Annotated[str | None, described("Claim number (赔案号).")]
    happened_at: Annotated[Instant, described("When the event happened, UTC.")]
    status: Annotated[
        MemberStatus,
        described(
            "reserve: in the population, not drawn; drawn; left_out: the plan leaves it out; failed: the plan failed on it;"
            " late: it came in after the closing."
        ),
    ]
    stratum: Annotated[str, described("Stratum (层) a share is taken of.")]
    group: Annotated[str, described("Group (组) successes are counted in.")]
    pool: Annotated[str | None, described("What it was drawn from.")]
    rank: Annotated[int | None, described("Its place there, from 1.")]
    drawn_at: Annotated[Instant | None, described("When it was drawn; business time, UTC.")]
    standing: Annotated[
        Standing | None,
        described("Of one drawn: it may still succeed, it has, or it came to nothing."),
    ]
    ended: Annotated[str | None, described("Why it came to nothing.")]
    substitutes: Annotated[str | None, described("The member it stands in for.")]
    reason: Annotated[
        str | None, described("Why the one it stands in for came to nothing, or the error of the plan.")
    ]
    trace: Annotated[list[ExplainingStep], described("Why it was left out.")]
    event_id: Annotated[UUID | None, described("Id of the event that told the rules of it.")]
    late: Annotated[
        Change | None,
        described("What facts that came in after the closing would change; they change nothing."),
    ]
    late_at: Annotated[Instant | None, described("When that was noticed; business time, UTC.")]


class DrawMemberPage(msgspec.Struct, frozen=True):
    """One page of members."""

    items: Annotated[list[DrawMember], described("The members of this page.")]
    next_cursor: NextCursor


class AskForDraw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draw to be made at once: before its period is over, or of a period whose history was imported."""

    staff_no: GivenStaffNo
    plan: Annotated[
        str,
        Meta(
            min_length=3,
            max_length=129,
            pattern=NO_NUL,
            description="The plan (抽样方案), `plugin/plan`.",
            examples=["motor/assessment"],
        ),
    ]
    period: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?(?!\n)$",
            description="The period (抽样期间): `2026-03`, `2026-Q1` or `2026`, as the plan has it.",
            examples=["2026-03"],
        ),
    ]
    reason: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=500,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="Why it is drawn out of its time (原因); stands in the ledger, so no personal data in it.",
            examples=["上线前历史赔案补抽"],
        ),
    ]
    leave_out_failed: Annotated[
        bool,
        Meta(
            description="Leave out the events that the plan fails on, instead of waiting until it is mended.",
            examples=[False],
        ),
    ] = False
