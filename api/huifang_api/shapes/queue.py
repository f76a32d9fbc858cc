"""The work queue as the API shows it: what is asked for, and what was claimed."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.obligations import CalledParty, ContactChannel
from huifang_core.texts import Text
from huifang_tenants.stores.wishes import Decision, RestrictionKind
from msgspec import Meta

from huifang_api.shapes.fields import ContractNo, GivenStaffNo, Instant, described
from huifang_api.shapes.obligations import Appointment


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants work."""

    staff_no: GivenStaffNo
    channel: Annotated[
        ContactChannel | None,
        Meta(
            description="Only work by this channel (回访渠道); without it, by any the person works in.",
            examples=["phone"],
        ),
    ] = None


class ClaimedObligation(msgspec.Struct, frozen=True, kw_only=True):
    """A callback (回访任务) that was claimed."""

    id: Annotated[UUID, described("Id of the obligation.")]
    kind: Annotated[str, described("Kind of callback, such as `new_contract` (新契约回访).")]
    title: Annotated[Text, described("What it is called, in both languages.")]
    due_from: Annotated[Instant, described("Start of its window, UTC.")]
    due_by: Annotated[Instant, described("End of its window, itself outside, UTC.")]
    overdue: Annotated[bool, described("Whether the window is over (DEC-2).")]
    priority: Annotated[int, described("Higher goes first.")]
    channel: Annotated[ContactChannel, described("Channel by which to make this contact.")]
    contract_no: ContractNo
    script: Annotated[str, described("Script (话术) that will lead through it.")]
    appointment: Annotated[
        Appointment | None,
        described(
            "The time agreed with the customer (HI-2). Without `at`, agree on one: this is what to contact the customer for. "
            "Null: none is to be agreed."
        ),
    ]
    reason: Annotated[
        list[str],
        described(
            "Why it is due, the first lines of its trace (GEN-3), in the language of `Accept-Language`."
        ),
    ]


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stands against contacting the customer. It is shown; a supervisor decides (DEC-6)."""

    id: Annotated[UUID, described("Its id.")]
    kind: Annotated[
        RestrictionKind,
        described(
            "`sales_refusal`: refused sales calls, which never blocks a mandatory callback; "
            "`own_wish`: the customer's own wish."
        ),
    ]
    valid_until: Annotated[Instant | None, described("Until when, UTC; null: until it is lifted.")]
    created_at: Annotated[Instant, described("When it was recorded, UTC.")]
    decision: Annotated[
        Decision | None,
        described("What a supervisor decided about mandatory callbacks; null: nothing, they go on (DEC-6)."),
    ]


class ClaimedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is to be contacted, masked."""

    id: Annotated[
        UUID,
        described(
            "Id of the customer; of the policyholder's record for somebody not on file, such as a driver."
        ),
    ]
    party: Annotated[CalledParty, described("Their part (被访人身份), as the rule names it.")]
    name: Annotated[str | None, described("Name, masked: 王**; null where only a number is known.")]
    phones: Annotated[
        list[str], described("Phone numbers, masked; `number_index` of a contact counts them from 0.")
    ]
    restrictions: Annotated[list[Restriction], described("What to respect when contacting.")]


class ClaimedWork(msgspec.Struct, frozen=True, kw_only=True):
    """Obligations leased together: one contact serves them all (DEC-5)."""

    lease_until: Annotated[
        Instant, described("Until when they are kept for this person, UTC; starting a contact renews it.")
    ]
    obligations: Annotated[list[ClaimedObligation], described("The obligations, the most pressing first.")]
    customer: Annotated[ClaimedCustomer, described("Whom to contact.")]


class ReturnRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who gives work back."""

    staff_no: GivenStaffNo


class Returned(msgspec.Struct, frozen=True):
    """What was given back."""

    returned: Annotated[int, described("How many obligations are free again.")]


class HeldByShare(msgspec.Struct, frozen=True, kw_only=True):
    """Work that waits since a share of channels is full (LN-5)."""

    plugin: Annotated[str, described("The plugin whose limit it is.")]
    limit: Annotated[str, described("Id of the limit.")]
    waiting: Annotated[int, described("How many callbacks wait for it.")]
    figure: Annotated[Decimal, described("The share as it stands, decimal.")]
    at_most: Annotated[Decimal, described("What it may come to, decimal.")]


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """Work that one thing keeps from being given out: the calling hours (呼出时段; the conflict is shown, REG-7), its script, a wish, a
    limit, that the person was rung often enough today or is not called any more, or a case that is not solved yet.
    """

    opens_at: Annotated[
        Instant | None, described("When calls may be made again, UTC; null: they may be now.")
    ]
    waiting: Annotated[int, described("How many callbacks could be claimed but for that.")]
    due_before_opening: Annotated[int, described("How many of them are due before calls may be made again.")]
    without_script: Annotated[
        int,
        described("How many callbacks could be claimed but that their script (话术) can't be played now."),
    ]
    overdue_without_script: Annotated[int, described("How many of those are overdue (DEC-2).")]
    script_not_filed: Annotated[
        int,
        described("How many of those wait for a version of their script to be filed (话术报备, LN-6)."),
    ]
    stopped: Annotated[
        int, described("How many callbacks could be claimed but that somebody stopped them (暂停).")
    ]
    overdue_stopped: Annotated[int, described("How many of those are overdue (DEC-2).")]
    not_given_out: Annotated[
        int, described("How many callbacks a team leader has to give to somebody first (分派, DEC-8).")
    ]
    overdue_not_given_out: Annotated[int, described("How many of those are overdue (DEC-2).")]
    not_wanted: Annotated[int, described("How many the person does not want (DEC-6).")]
    too_often: Annotated[
        int, described("How many the person has had enough of lately, by a frequency (CARE-2).")
    ]
    calls_used_up: Annotated[
        int, described("How many wait since the person was rung often enough today (`calls_a_day`).")
    ]
    free_at: Annotated[Instant | None, described("When those may be rung again, UTC; null: there are none.")]
    shares: Annotated[list[HeldByShare], described("What waits since a share of channels is full.")]
    waiting_for_case: Annotated[
        int, described("How many wait for a case to be solved: there is nothing to tell yet (PF-4).")
    ]
    not_contactable: Annotated[
        int, described("How many are owed to people who have died or can't answer any more.")
    ]
