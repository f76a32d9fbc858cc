"""Checking one row: nested or flat values in, one of the kernel's structs or all that is wrong with the row out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, cast, overload

import msgspec
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.readiness import CallbackDepartment, CallbackPolicy, Training
from huifang_core.units import Staff, Unit
from huifang_core.windows import day_of

from huifang_tenants.intake.columns import RECORDS, Kind, enveloped, nested
from huifang_tenants.intake.events import IncomingEvent, check_event, cloudevent
from huifang_tenants.intake.problems import FieldProblem
from huifang_tenants.intake.records import Found

Record = Unit | Staff | Training | CallbackPolicy | CallbackDepartment | Customer | Contract | IncomingEvent
R = TypeVar("R", Unit, Staff, Training, CallbackPolicy, CallbackDepartment, Customer, Contract, IncomingEvent)

Form = Literal["cells", "object"]
"""How a row's values stand: `cells` of a table, text under flat column names, or a nested JSON `object`."""


class Checked(msgspec.Struct, Generic[R], frozen=True):
    """The outcome of a check: the struct, or None where `problems` holds an error. Warnings may stand beside a struct."""

    value: R | None
    problems: tuple[FieldProblem, ...] = ()


@overload
def check_row(
    kind: Literal["units"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[Unit]: ...
@overload
def check_row(
    kind: Literal["staff"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[Staff]: ...
@overload
def check_row(
    kind: Literal["trainings"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[Training]: ...
@overload
def check_row(
    kind: Literal["callback_policies"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[CallbackPolicy]: ...
@overload
def check_row(
    kind: Literal["callback_departments"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[CallbackDepartment]: ...
@overload
def check_row(
    kind: Literal["customers"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[Customer]: ...
@overload
def check_row(
    kind: Literal["contracts"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[Contract]: ...
@overload
def check_row(
    kind: Literal["events"],
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Checked[IncomingEvent]: ...
@overload
def check_row(
    kind: Kind,
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> (
    Checked[Unit]
    | Checked[Staff]
    | Checked[Training]
    | Checked[CallbackPolicy]
    | Checked[CallbackDepartment]
    | Checked[Customer]
    | Checked[Contract]
    | Checked[IncomingEvent]
): ...
def check_row(
    kind: Kind,
    values: Mapping[str, Any],
    *,
    received_at: datetime,
    strict_fields: bool,
    form: Form = "object",
) -> Any:
    """Check one row and build its struct, telling every problem of every field at once.

    `received_at` is the tenant's time, against which births and events lie in the future or not. With `strict_fields`,
    as in the API, an unknown field is an error, otherwise a warning. Nothing is raised for anything `values` may hold.
    """
    found = Found("error" if strict_fields else "warning", day_of(received_at))
    value: Any
    if kind == "events":
        envelope = enveloped(values, found) if form == "cells" else cloudevent(values, found)
        value = check_event(envelope, received_at, found)
    else:
        fields = nested(kind, values, found) if form == "cells" else values
        value = RECORDS[kind].read(fields, "", found)
        if found.refused:
            value = None
    return Checked(value, cast(tuple[FieldProblem, ...], tuple(found.problems)))
