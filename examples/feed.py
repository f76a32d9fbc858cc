"""How records become rows and lines: the columns of each file, and their text."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from world import Record

COLUMNS: dict[str, tuple[str, ...]] = {
    "units.csv": ("code", "name", "level", "parent", "region", "supervisor"),
    "staff.csv": ("staff_no", "name", "unit", "roles", "vendor", "phone", "trained_until", "is_seller"),
    "trainings.csv": ("staff_no", "course", "held_on", "passed", "valid_until", "trainer"),
    "callback_policies.csv": ("unit", "title", "version", "approved_on", "in_force_from", "in_force_until"),
    "callback_departments.csv": ("unit", "name", "posts", "head", "until"),
    "customers.csv": (
        *("customer_no", "kind", "name", "id_type", "id_number", "birth_date", "gender", "phones", "emails"),
        *("address", "region", "contact.name", "contact.phone"),
        *("legal_representative.name", "legal_representative.phone"),
    ),
    "contracts.csv": (
        *(
            "contract_no",
            "line",
            "product_code",
            "product_name",
            "product_class",
            "accumulating",
            "death_benefit",
        ),
        *(
            "group",
            "unit",
            "channel",
            "seller_no",
            "policyholder",
            "insured",
            "beneficiaries",
            "effective_on",
        ),
        *("expires_on", "premium.mode", "premium.amount", "premium.interval_months", "premium.years"),
        *(f"fees.{number}.{part}" for number in (1, 2, 3, 4) for part in ("name", "rate", "amount")),
        *("first_deduction", "account_credit", "cooling_off_days", "issued_on", "delivered_on", "region"),
        *("status", "version"),
    ),
    "events.csv": (
        *("id", "source", "type", "time", "contract_no", "claim_no", "sequence", "corrects", "retracts"),
        *(
            "delivered_on",
            "kind",
            "on",
            "reason",
            "due_on",
            "paid_on",
            "amount",
            "grace_end",
            "unpaid",
            "seller_no",
        ),
        *(
            "reported_at",
            "reporter.role",
            "reporter.name",
            "reporter.phone",
            "loss_region",
            "area",
            "dual_agency",
        ),
        *("surveyor_no", "registered_at", "assessor_no", "assessed_at", "result", "payee", "closed_on"),
        *("text", "received_at", "channel", "beneficiaries", "premium.amount", "premium.interval_months"),
    ),
    "callbacks.csv": (
        *("id", "source", "type", "time", "contract_no", "kind", "completed_at", "channel", "outcome"),
        *("staff_no", "reference"),
    ),
    "control_totals.csv": ("id", "source", "type", "time", "day", "of_type", "count"),
}


def text(value: object, *, chinese: bool = False) -> str:
    """One value as a cell: money with two decimals as it is, lists of codes separated by semicolons."""
    match value:
        case None:
            return ""
        case bool():
            yes, no = ("是", "否") if chinese else ("true", "false")
            return yes if value else no
        case Decimal():
            return str(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case list():
            return ";".join(map(str, value))
        case _:
            return str(value)


def flatten(record: Mapping[str, Any]) -> Record:
    """Nested parts as dotted columns and lists of objects as numbered ones."""
    flat: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": part for key, part in value.items()}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, entry in enumerate(value, 1):
                flat |= {f"{name}.{number}.{key}": part for key, part in entry.items()}
        else:
            flat[name] = value
    return flat


def cells(file: str, record: Mapping[str, Any], *, chinese: bool = False) -> list[str]:
    """`record` as a row of `file`; a field the file has no column for is a mistake here, not a loss there."""
    flat = flatten(record)
    row = [text(flat.pop(column, None), chinese=chinese) for column in COLUMNS[file]]
    if flat:
        raise KeyError(f"{file} has no column for {', '.join(flat)}")
    return row


def _plain(value: object) -> object:
    match value:
        case bool() | int():
            return value
        case dict():
            return nested(value)
        case list():
            return [_plain(entry) for entry in value]
        case _:
            return text(value)


def nested(record: Mapping[str, Any]) -> Record:
    """`record` as JSON: dotted names nested, empty fields left out, money and dates as text."""
    tree: Record = {}
    for name, value in record.items():
        if value is None or value in ("", []):
            continue
        *parents, leaf = name.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = _plain(value)
    return tree


def line(record: Mapping[str, Any]) -> str:
    """One line of NDJSON."""
    return json.dumps(nested(record), ensure_ascii=False, separators=(",", ":")) + "\n"
