"""Imports and their problems as the API shows them."""

from typing import Annotated, Literal

import msgspec
from huifang_core.texts import Text

from huifang_api.shapes.fields import Id, Instant, NextCursor, described

ImportStatus = Literal["running", "done", "refused", "failed"]
Severity = Literal["error", "warning"]


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One file, or one stream, taken in (导入批次)."""

    id: Id
    kind: Annotated[str, described("What it holds, such as `contracts` or `events`.")]
    file_name: Annotated[str, described("Name of the file.")]
    sha256: Annotated[str | None, described("SHA-256 of the file, hexadecimal.")]
    strict: Annotated[bool, described("One bad row refuses all of it.")]
    status: Annotated[ImportStatus, described("Status.")]
    rows: Annotated[int, described("Rows read.")]
    accepted: Annotated[int, described("Rows taken in.")]
    unchanged: Annotated[int, described("Rows that said nothing new.")]
    parked: Annotated[int, described("Rows that wait for something missing.")]
    refused: Annotated[int, described("Rows not taken in.")]
    warnings: Annotated[int, described("Warnings.")]
    started_by: Annotated[str, described("Who started it.")]
    started_at: Annotated[Instant, described("When it started, UTC.")]
    seen_at: Annotated[Instant, described("Its last sign of life, UTC: one that stays silent was cut off.")]
    finished_at: Annotated[Instant | None, described("When it ended, UTC.")]
    failed_rows: Annotated[
        int,
        described(
            "Refused rows that `/imports/{id}/failed-rows` hands back; those that could not be read are not among them."
        ),
    ]
    failed_rows_until: Annotated[
        Instant | None, described("When the refused rows are erased, UTC; null: none are kept.")
    ]


class ImportPage(msgspec.Struct, frozen=True):
    """One page of imports."""

    items: Annotated[list[Import], described("The imports of this page.")]
    next_cursor: NextCursor


class ImportProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field of one row."""

    line: Annotated[int, described("Line of the file; the header is line 1.")]
    position: Annotated[int, described("Counts the problems of one line.")]
    field: Annotated[str, described("Field, as the file's header calls it.")]
    code: Annotated[str, described("Stable code of the problem.")]
    severity: Annotated[Severity, described("An error keeps the row out, a warning does not.")]
    message: Annotated[Text, described("What is wrong, in both languages.")]


class ImportProblemPage(msgspec.Struct, frozen=True):
    """One page of problems."""

    items: Annotated[list[ImportProblem], described("The problems of this page, by line.")]
    next_cursor: NextCursor
