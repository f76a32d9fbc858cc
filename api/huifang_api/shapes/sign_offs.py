"""Reports signed off (报表签认) as the API shows them."""

from datetime import date
from typing import Annotated, Any

import msgspec
from huifang_tenants.services.sign_offs import Compared, Difference, SignOff
from huifang_tenants.stores.sign_offs import Cause, CauseKind
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.reports.shape import ReportCode, ReportDocument, Shown, code_of, document_of, shown
from huifang_api.shapes.fields import GivenStaffNo, Id, Instant, NextCursor, StaffNo, described


class SignReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed off, and by whom."""

    first: Annotated[
        date, Meta(description="First day of the period, in Asia/Shanghai.", examples=["2026-03-01"])
    ] = msgspec.field(name="from")
    last: Annotated[date, Meta(description="Last day of the period, included.", examples=["2026-03-31"])] = (
        msgspec.field(name="to")
    )
    unit: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="Code of a unit: only it and those below it.",
            ),
        ]
        | None
    ) = None
    staff_no: GivenStaffNo
    note: (
        Annotated[
            str,
            Meta(max_length=500, pattern=NO_NUL, description="What the signer adds; no personal data in it."),
        ]
        | None
    ) = None


class SignOffSummary(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody signed a report over a period (报表签认)."""

    id: Id
    plugin: Annotated[str, described("The plugin that declares the report; `core` for the product's own.")]
    plugin_version: Annotated[
        str | None, described("Version of the plugin whose definition was used; null for `core`.")
    ]
    report: Annotated[str, described("Id of the report within its plugin.")]
    period_first: Annotated[date, described("First day of the period, in Asia/Shanghai.")]
    period_last: Annotated[date, described("Last day of the period, included.")]
    unit: Annotated[str | None, described("The unit it is restricted to, with all below; null: all.")]
    as_of: Annotated[Instant, described("Business time at which the figures were counted, UTC.")]
    sha256: Annotated[
        str, described("SHA-256 over the figures as they are kept, hexadecimal; the ledger holds it, too.")
    ]
    signed_by: StaffNo
    signed_by_client: Annotated[str, described("The client through which it was signed.")]
    note: Annotated[str | None, described("What the signer added.")]
    signed_at: Annotated[Instant, described("When it was signed; wall time, UTC.")]


class SignOffPage(msgspec.Struct, frozen=True):
    """One page of sign-offs."""

    items: Annotated[list[SignOffSummary], described("The sign-offs of this page.")]
    next_cursor: NextCursor


class ReportDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is another one now."""

    table: Annotated[str, described("Id of the table.")]
    dimensions: Annotated[
        list[ReportCode], described("The row, in the order of the table's `dimensions`; empty: the total.")
    ]
    measure: Annotated[str, described("Id of the measure.")]
    signed: Shown
    present: Shown


class ReportCause(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came in after the report was signed and can have moved its figures."""

    kind: Annotated[
        CauseKind,
        described("What came in: a business event, a contact, evidence, an entry of a case, or settings."),
    ]
    id: Annotated[
        Id | None, described("Its id: that of the event, contact, evidence or case; null for settings.")
    ]
    what: Annotated[
        str,
        described(
            "Type of the event, outcome of the contact, kind of evidence, what was entered, or the plugin."
        ),
    ]
    at: Annotated[Instant, described("When it came in, UTC.")]
    contract_no: Annotated[str | None, described("A contract it concerns (合同号).")]
    reference: Annotated[
        str | None,
        described("Id of the event in its source, number of the case, or version of the settings."),
    ]


class SignOffDetail(SignOffSummary, frozen=True, kw_only=True):
    """A report as it was signed, as it is now, and what lies between."""

    intact: Annotated[bool, described("Whether the figures kept still have the hash they were signed with.")]
    signed: Annotated[ReportDocument, described("The figures signed.")]
    present: Annotated[
        ReportDocument | None,
        described(
            "The figures of now, as of the same instant, so that only facts make a difference; null where the report can't be run."
        ),
    ]
    differences: Annotated[list[ReportDifference], described("Every figure that is another one now.")]
    not_comparable: Annotated[
        list[str],
        described("Tables, and measures as `table/measure`, that only one of the two definitions has."),
    ]
    causes: Annotated[list[ReportCause], described("What came in since, oldest first; the first 200.")]
    causes_total: Annotated[int, described("How many there are in all.")]


def detail_of(compared: Compared) -> SignOffDetail:
    """A comparison as the API shows it."""
    return SignOffDetail(
        **_fields(compared.sign_off),
        intact=compared.intact,
        signed=document_of(compared.signed),
        present=document_of(compared.present) if compared.present is not None else None,
        differences=[_difference(found) for found in compared.differences],
        not_comparable=list(compared.not_comparable),
        causes=[_cause(found) for found in compared.causes],
        causes_total=compared.causes_total,
    )


def summary_of(found: SignOff) -> SignOffSummary:
    """A sign-off as the API shows it."""
    return SignOffSummary(**_fields(found))


def _fields(found: SignOff) -> dict[str, Any]:
    return msgspec.structs.asdict(found)


def _difference(found: Difference) -> ReportDifference:
    return ReportDifference(
        table=found.table,
        dimensions=[code_of(code) for code in found.dimensions],
        measure=found.measure,
        signed=shown(found.signed),
        present=shown(found.present),
    )


def _cause(found: Cause) -> ReportCause:
    return msgspec.convert(found, ReportCause, from_attributes=True)
