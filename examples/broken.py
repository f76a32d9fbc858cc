"""The same files with faults put in on purpose, and a list of each fault made while making it.

Rows are taken from the clean export and spoilt one field at a time, so that what is not in the list is right.
"""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Table = list[list[str]]

# Stories whose rows the broken files are made of.
PLACES = (1, 2, 5, 8, 9, 12, 13, 14, 17, 21, 22, 24, 25, 36, 37, 40, 61, 62, 64, 65, 67, 83, 92)
NOWHERE = "TY379920269999999"

HEAD = """# What is broken here

Written by `examples/generate.py` as it broke the rows; lines count from 1, the header included. Rows that are not
listed are right. Kinds: `invalid` (a value that is not of its field), `malformed` (the row or line as a whole),
`unknown_reference` (names something that is nowhere), `duplicate` (the same id and the same content once more),
`conflict` (the same id with other content), `warning` (may be taken in, but worth telling), `fine` (looks
odd and is allowed).

A row that names a refused row (a contract of a refused customer, an event of a refused contract) finds it only if the
clean export was taken in before. Rows keep the ids they have there.

| file | line | field | kind | why |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Fault:
    """A value to write into the row whose first column is `key`."""

    key: str
    field: str
    value: str | Callable[[str], str]
    why: str
    kind: str = "invalid"


@dataclass
class Report:
    """The faults made so far: file, line, field, kind, why."""

    lines: list[tuple[str, int, str, str, str]] = field(default_factory=list)

    def add(self, file: str, line: int, name: str, kind: str, why: str) -> None:
        self.lines.append((file, line, name, kind, why))

    def text(self) -> str:
        rows = (
            f"| {file} | {line} | {name} | {kind} | {why} |\n"
            for file, line, name, kind, why in sorted(self.lines)
        )
        return HEAD + "".join(rows)


def read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.reader(source))


def write(path: Path, table: Table, encoding: str = "utf-8") -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))


def row_of(table: Table, key: str) -> int:
    return next(number for number, row in enumerate(table) if row[0] == key)


def spoil(report: Report, file: str, table: Table, faults: tuple[Fault, ...]) -> None:
    """Write the faults into the table. Keys are looked up first, since a fault may wipe one out."""
    rows = [row_of(table, fault.key) for fault in faults]
    for number, fault in zip(rows, faults, strict=True):
        column = table[0].index(fault.field)
        old = table[number][column]
        table[number][column] = fault.value if isinstance(fault.value, str) else fault.value(old)
        report.add(file, number + 1, fault.field, fault.kind, fault.why)


def recount(report: Report, file: str, table: Table, key: str, extra: int) -> None:
    """Give a row more columns than the header, or fewer."""
    number = row_of(table, key)
    table[number] = table[number] + ["x"] * extra if extra > 0 else table[number][:extra]
    report.add(
        file,
        number + 1,
        "(row)",
        "malformed",
        f"{len(table[number])} columns where the header has {len(table[0])}",
    )


def other_last(number: str) -> str:
    """The number with another last digit, which its check can't accept."""
    return number[:-1] + ("3" if number[-1] != "3" else "4")


def select(clean: Path, numbers: dict[int, str]) -> dict[str, Table]:
    """The rows of the clean files that belong to the chosen contracts."""
    chosen = set(numbers.values())
    contracts = read(clean / "contracts.csv")
    header = contracts[0]
    kept = [row for row in contracts[1:] if row[0] in chosen]
    parties = ("policyholder", "insured", "beneficiaries")
    people = {number for row in kept for name in parties for number in row[header.index(name)].split(";")}
    tables = {"contracts.csv": [header, *kept]}
    customers = read(clean / "customers.csv")
    tables["customers.csv"] = [customers[0], *(row for row in customers[1:] if row[0] in people)]
    for name in ("events.csv", "callbacks.csv"):
        rows = read(clean / name)
        column = rows[0].index("contract_no")
        tables[name] = [rows[0], *(row for row in rows[1:] if row[column] in chosen)]
    tables["control_totals.csv"] = read(clean / "control_totals.csv")[:9]
    whole = ("units.csv", "staff.csv", "trainings.csv", "callback_policies.csv", "callback_departments.csv")
    return tables | {name: read(clean / name) for name in whole}


def break_customers(report: Report, table: Table) -> None:
    file = "customers.csv"
    spoil(
        report,
        file,
        table,
        (
            Fault(
                "C90000002", "id_number", other_last, "the last character does not fit the other seventeen"
            ),
            Fault("C90000005", "id_type", "identity_card", "no such code"),
            Fault("C90000008", "name", "", "missing"),
            Fault("C90000009", "birth_date", "1985-02-30", "no such day"),
            Fault("C90000012", "region", "3707", "four digits where a region has six"),
            Fault("C90000013", "gender", "X", "no such code; one of two faults in this row"),
            Fault("C90000013", "birth_date", "1979.8.x", "not a date; one of two faults in this row"),
            Fault(
                "C90000014",
                "id_number",
                lambda number: number[:-1],
                "seventeen characters where a resident ID has eighteen",
            ),
            Fault("C90000017", "emails", "nobody", "no e-mail address"),
            Fault(
                "C90000025", "id_number", other_last, "the last character does not fit the other seventeen"
            ),
        ),
    )
    recount(report, file, table, "C90000036", -1)
    recount(report, file, table, "C90000040", 2)


def break_contracts(report: Report, table: Table, numbers: dict[int, str]) -> None:
    file = "contracts.csv"
    spoil(
        report,
        file,
        table,
        (
            Fault(numbers[2], "premium.amount", "860.005", "money with three decimals"),
            Fault(numbers[5], "premium.amount", "一千二百", "letters where money is a decimal number"),
            Fault(numbers[8], "line", "lfie", "no such code"),
            Fault(numbers[9], "contract_no", "", "missing"),
            Fault(numbers[12], "effective_on", "2026-09-31", "no such day"),
            Fault(numbers[13], "death_benefit", "maybe", "neither true nor false"),
            Fault(numbers[14], "cooling_off_days", "fifteen", "not a number"),
            Fault(numbers[17], "product_class", "classic", "no such code; one of two faults in this row"),
            Fault(numbers[17], "channel", "market", "no such code; one of two faults in this row"),
            Fault(numbers[21], "policyholder", "C99999999", "no such customer", "unknown_reference"),
            Fault(numbers[22], "premium.interval_months", "0", "a premium every nought months"),
            Fault(numbers[37], "unit", "", "missing"),
            Fault(numbers[61], "issued_on", "30.9.2025 或以后", "not a date"),
        ),
    )
    recount(report, file, table, numbers[40], 1)
    report.add(file, 1, "(file)", "fine", "begins with a UTF-8 byte order mark, as spreadsheets write it")


def break_events(report: Report, table: Table, numbers: dict[int, str]) -> None:
    file = "events.csv"
    again = list(table[row_of(table, f"{numbers[1]}-01")])
    other = list(table[row_of(table, f"{numbers[1]}-02")])
    other[table[0].index("delivered_on")] = "2026-09-27"
    spoil(
        report,
        file,
        table,
        (
            Fault(f"{numbers[2]}-02", "delivered_on", "2026-02-30", "no such day"),
            Fault(f"{numbers[5]}-01", "type", "contract.isued", "no such event type"),
            Fault(f"{numbers[8]}-01", "time", "昨天", "not an instant"),
            Fault(f"{numbers[9]}-02", "contract_no", NOWHERE, "no such contract", "unknown_reference"),
            Fault(f"{numbers[12]}-02", "delivered_on", "", "missing"),
            Fault(
                f"{numbers[13]}-02",
                "time",
                "2026-09-29T25:00:00+08:00",
                "no such hour; one of two faults in this row",
            ),
            Fault(
                f"{numbers[13]}-02",
                "delivered_on",
                "29/09/2026?",
                "not a date; one of two faults in this row",
            ),
            Fault(f"{numbers[14]}-01", "id", "", "missing"),
            Fault(f"{numbers[17]}-02", "sequence", "two", "not a number"),
            Fault(
                f"{numbers[22]}-01",
                "time",
                lambda instant: instant.removesuffix("+08:00"),
                "no offset: Chinese time",
                "fine",
            ),
            Fault(f"{numbers[24]}-03", "on", "", "missing"),
            Fault(f"{numbers[62]}-04", "amount", "叁佰元", "letters where money is a decimal number"),
            Fault(f"{numbers[67]}-04", "amount", "1234.567", "money with three decimals"),
            Fault(f"{numbers[83]}-03", "reporter.role", "neighbour", "no such code"),
            Fault(f"{numbers[83]}-05", "result", "rejected", "no such code"),
            Fault(f"{numbers[92]}-03", "corrects", f"{numbers[92]}-77", "no such event", "unknown_reference"),
        ),
    )
    recount(report, file, table, f"{numbers[21]}-01", -3)
    table.append(again)
    report.add(file, len(table), "id", "duplicate", f"the event {again[0]} once more, with the same content")
    table.append(other)
    report.add(file, len(table), "id", "conflict", f"the id {other[0]} again, with another delivered_on")


def break_small_files(report: Report, tables: dict[str, Table]) -> None:
    """Staff, old callbacks and control totals; the units are right, only in another encoding."""
    staff = tables["staff.csv"]
    staff[0].append("nickname")
    for row in staff[1:]:
        row.append("")
    report.add("staff.csv", 1, "nickname", "warning", "no such column")
    spoil(
        report,
        "staff.csv",
        staff,
        (
            Fault("S0104", "roles", "caller;phone_hero", "the second code does not exist"),
            Fault("S0201", "unit", "SD-XX", "no such unit", "unknown_reference"),
            Fault("S0205", "trained_until", "2027-06-31", "no such day"),
            Fault("S1004", "is_seller", "perhaps", "neither true nor false"),
        ),
    )
    report.add("units.csv", 1, "(file)", "fine", "the whole file is encoded in GB18030")
    calls = tables["callbacks.csv"]
    spoil(
        report,
        "callbacks.csv",
        calls,
        (
            Fault(calls[1][0], "channel", "pigeon", "no such code"),
            Fault(calls[2][0], "completed_at", "2026-02-30T10:00:00+08:00", "no such day"),
            Fault(calls[3][0], "contract_no", NOWHERE, "no such contract", "unknown_reference"),
            Fault(calls[4][0], "kind", "", "missing"),
        ),
    )
    totals = tables["control_totals.csv"]
    spoil(
        report,
        "control_totals.csv",
        totals,
        (
            Fault(totals[1][0], "count", "twelve", "not a number"),
            Fault(totals[2][0], "count", "-1", "less than nought"),
            Fault(totals[3][0], "day", "2026-09-00", "no such day"),
            Fault(totals[4][0], "of_type", "", "missing"),
        ),
    )


def break_readiness(report: Report, tables: dict[str, Table]) -> None:
    """Trainings, callback policies and callback departments."""
    spoil(
        report,
        "trainings.csv",
        tables["trainings.csv"],
        (
            Fault("S0102", "passed", "perhaps", "neither true nor false"),
            Fault("S0103", "valid_until", "", "missing"),
            Fault("S0104", "held_on", "2026-02-30", "no such day"),
            Fault("S0107", "valid_until", "2026-01-01", "before the training was held"),
            Fault("S0108", "staff_no", "S9999", "no such person", "unknown_reference"),
            Fault("S0109", "course", "", "missing"),
        ),
    )
    spoil(
        report,
        "callback_policies.csv",
        tables["callback_policies.csv"],
        (
            Fault("SD", "approved_on", "去年", "not a date"),
            Fault("QD", "version", "", "missing"),
            Fault("SD-JN", "unit", "SD-XX", "no such unit", "unknown_reference"),
            Fault("SD-WF", "in_force_until", "2024-08-31", "before it came into force"),
            Fault("SD-LY", "approved_on", "2026-10-20", "in the future"),
        ),
    )
    spoil(
        report,
        "callback_departments.csv",
        tables["callback_departments.csv"],
        (
            Fault("SD", "posts", "0", "a department without a post"),
            Fault("QD", "head", "S9999", "no such person", "unknown_reference"),
            Fault("SD-JN", "name", "", "missing"),
            Fault("SD-YT", "until", "2026-06-31", "no such day"),
        ),
    )


def broken_stream(report: Report, clean: Path) -> str:
    """Lines of NDJSON, each with a fault of its own."""
    file = "events.ndjson"
    lines = (clean / file).read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    issued = next(
        event for event in events if event["type"] == "contract.issued" and "contract" not in event["data"]
    )
    delivered = next(event for event in events if event["type"] == "contract.delivered")
    embedded = next(event for event in events if "customer" in event["data"])
    customer = embedded["data"]["customer"]
    worse = customer | {"id_number": other_last(customer["id_number"])}
    bad_embedded = embedded | {"id": "broken-07", "data": embedded["data"] | {"customer": worse}}
    faulty = (
        (issued, "", "", ""),
        (
            '{"specversion":"1.0","id":"broken-02","type":"contract.iss',
            "(line)",
            "malformed",
            "breaks off: not JSON",
        ),
        ({**issued, "id": "broken-03", "specversion": "0.3"}, "specversion", "invalid", "not 1.0"),
        ({key: value for key, value in issued.items() if key != "source"}, "source", "invalid", "missing"),
        (
            {**delivered, "id": "broken-05", "data": delivered["data"] | {"colour": "red"}},
            "colour",
            "invalid",
            "no such field",
        ),
        (
            {**delivered, "id": "broken-06", "data": delivered["data"] | {"delivered_on": "soon"}},
            "delivered_on",
            "invalid",
            "not a date",
        ),
        (
            bad_embedded,
            "customer.id_number",
            "invalid",
            "the last character does not fit the other seventeen",
        ),
        ([issued["id"]], "(line)", "malformed", "a list where an event is an object"),
        (delivered, "", "", ""),
        (delivered, "id", "duplicate", "the line before once more"),
    )
    text = ""
    for number, (content, name, kind, why) in enumerate(faulty, 1):
        text += (
            content
            if isinstance(content, str)
            else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        )
        text += "\n"
        if kind:
            report.add(file, number, name, kind, why)
    return text


def write_broken(clean: Path, out: Path) -> None:
    """Write the broken files made of those in `clean`, and EXPECTED.md beside them."""
    out.mkdir(parents=True, exist_ok=True)
    stories = {int(row[0][-3:]): row[0] for row in read(clean / "contracts.csv")[1:] if row[0][10] == "9"}
    numbers = {place: stories[place] for place in PLACES}
    tables, report = select(clean, numbers), Report()
    break_customers(report, tables["customers.csv"])
    break_contracts(report, tables["contracts.csv"], numbers)
    break_events(report, tables["events.csv"], numbers)
    break_small_files(report, tables)
    break_readiness(report, tables)
    encodings = {"units.csv": "gb18030", "contracts.csv": "utf-8-sig"}
    for name, table in tables.items():
        write(out / name, table, encodings.get(name, "utf-8"))
    (out / "events.ndjson").write_text(broken_stream(report, clean), encoding="utf-8")
    (out / "EXPECTED.md").write_text(report.text(), encoding="utf-8")
