"""Problems of intake as faults of a request: where in the body they stand, and which of the API's kinds they are."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from huifang_tenants.intake import FieldProblem

from huifang_api.faults import Fault, FaultCode

_KINDS: Final[Mapping[str, FaultCode]] = {
    "missing": "missing",
    "unknown_field": "unknown",
    "not_an_object": "wrong_type",
    "not_a_list": "wrong_type",
    "not_text": "wrong_type",
    "not_an_integer": "wrong_type",
    "not_a_boolean": "wrong_type",
    "not_json": "wrong_type",
    "float": "wrong_type",
    "too_long": "wrong_length",
    "too_short": "wrong_length",
    "too_many_items": "wrong_length",
    "out_of_range": "out_of_range",
    "year_out_of_range": "out_of_range",
    "too_large": "out_of_range",
    "negative": "out_of_range",
    "too_many_decimals": "out_of_range",
    "no_such_code": "not_allowed",
    "not_a_date": "wrong_format",
    "no_such_day": "wrong_format",
    "not_an_instant": "wrong_format",
    "no_such_instant": "wrong_format",
    "not_an_email": "wrong_format",
    "not_a_region": "wrong_format",
    "no_such_region": "wrong_format",
    "control_character": "wrong_format",
    "line_break": "wrong_format",
    "bad_form": "wrong_format",
    "id_form": "wrong_format",
}
_OF_AN_EVENT: Final = frozenset(
    {
        "id", "source", "type", "time", "subject", "sequence", "corrects", "retracts", "specversion",
        "datacontenttype", "dataschema", "data_base64", "data",
    }
)  # fmt: skip


def faults_of(problems: Iterable[FieldProblem], value: Mapping[str, Any], pointer: str = "") -> list[Fault]:
    """The problems as faults, each with a JSON pointer into `value`, which itself stands at `pointer`."""
    return [
        Fault(
            "body",
            pointer + _pointer(value, problem.field),
            _KINDS.get(problem.code, "invalid"),
            problem.message,
        )
        for problem in problems
    ]


def event_faults(
    problems: Iterable[FieldProblem], event: Mapping[str, Any], pointer: str = ""
) -> list[Fault]:
    """The same for a CloudEvent: problems name the fields of its `data` without saying so."""
    data = event.get("data")
    inner = data if isinstance(data, dict) else {}
    faults: list[Fault] = []
    for problem in problems:
        first = problem.field.partition(".")[0]
        outside = first in _OF_AN_EVENT or (first in event and first not in inner)
        faults += faults_of(
            (problem,), event if outside else inner, pointer if outside else f"{pointer}/data"
        )
    return faults


def _pointer(value: Any, field: str) -> str:
    """`fees.1.rate` as `/fees/0/rate`: rows count from 1, pointers from 0."""
    parts: list[str] = []
    for part in field.split("."):
        if isinstance(value, list) and part.isdigit():
            number = int(part) - 1
            parts.append(str(number))
            value = value[number] if 0 <= number < len(value) else None
        elif part.startswith("("):
            # The row as a whole.
            continue
        else:
            parts.append(part.replace("~", "~0").replace("/", "~1"))
            value = value.get(part) if isinstance(value, dict) else None
    return "".join(f"/{part}" for part in parts)
