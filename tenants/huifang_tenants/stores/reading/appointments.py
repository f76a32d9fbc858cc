"""Times agreed with customers (HI-2), as lists and claims show them."""

from typing import Final, Literal

from piccolo.querystring import QueryString

from huifang_tenants.tables.obligations import Obligation

AppointmentState = Literal["none", "agreed", "missed"]
"""Of an obligation whose time is agreed first: none is agreed now, one is, or none is and one before was missed."""

APPOINTMENT: Final = QueryString(
    "CASE WHEN ({} ->> 'appointment')::boolean THEN json_build_object('at', {}, 'through', {} ->> 'through',"
    " 'agreed_by', {} ->> 'agreed_by', 'agreed_at', {} ->> 'agreed_at', 'missed', coalesce({} -> 'missed', '[]')) END",
    Obligation.draft,
    Obligation.appointment_at,
    Obligation.appointment,
    Obligation.appointment,
    Obligation.appointment,
    Obligation.appointment,
    alias="appointment",
)
"""The time agreed and how; null where none is to be agreed."""


def in_state(state: AppointmentState) -> QueryString:
    """The condition that the time of an obligation is in this state."""
    agreed = Obligation.appointment_at
    match state:
        case "none":
            return QueryString("({} ->> 'appointment')::boolean AND {} IS NULL", Obligation.draft, agreed)
        case "agreed":
            return QueryString("{} IS NOT NULL", agreed)
        case "missed":
            return QueryString(
                "{} IS NULL AND json_array_length({} -> 'missed') > 0", agreed, Obligation.appointment
            )
