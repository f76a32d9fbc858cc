"""Whatever is valid reads back equal, with the same hash, from every format."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import msgspec
import xlsxwriter
from huifang_core.contracts import Contract, Fee, Premium
from huifang_core.customers import ContactPerson, Customer
from huifang_core.events import FROM_OUTSIDE, Payload, Reporter
from huifang_tenants.intake import IncomingEvent, RawRow, check_row, content_hash, open_source
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

RECEIVED = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)

# As the kernel's patterns have it, and as a spreadsheet can hold it: no control characters, no space at the ends.
LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Pd", "Po", "Ps", "Zs"])
NAMES = st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
TEXTS = st.one_of(NAMES, st.tuples(NAMES, NAMES).map("\n".join))
CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,30}", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2026, 10, 12), timezones=st.just(UTC))  # noqa: DTZ001
MONEY = st.decimals(0, 9_999_999_999_999, places=2)
RATES = st.integers(0, 1_000_000).map(lambda millionths: (Decimal(millionths) / 1_000_000).normalize() + 0)
REGIONS = st.integers(0, 9999).map(lambda rest: f"37{rest:04d}")
PHONES = st.integers(3_000_000_000, 9_999_999_999).map(lambda rest: f"1{rest}")
EMAILS = st.tuples(CODES, CODES).map("@".join)
NOTHING = st.none()


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(NOTHING, strategy)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


PREMIUMS = st.builds(
    Premium,
    mode=st.sampled_from(["single", "regular"]),
    amount=optional(MONEY),
    interval_months=optional(st.integers(1, 120)),
    years=optional(st.integers(1, 120)),
)
FEES = st.builds(Fee, name=NAMES, rate=RATES, amount=optional(MONEY))


@st.composite
def contracts(draw: Any) -> Contract:
    effective_on = draw(optional(DAYS))
    return draw(
        st.builds(
            Contract,
            contract_no=CODES,
            unit=CODES,
            policyholder=CODES,
            product_name=optional(NAMES),
            accumulating=optional(st.booleans()),
            group=st.booleans(),
            insured=some(CODES),
            effective_on=st.just(effective_on),
            expires_on=NOTHING
            if effective_on is None
            else optional(st.dates(effective_on, date(2100, 1, 1))),
            premium=optional(PREMIUMS),
            fees=some(FEES),
            first_deduction=optional(MONEY),
            cooling_off_days=optional(st.integers(0, 366)),
            region=optional(REGIONS),
            version=st.integers(0, 2**53 - 1),
        )
    )


CONTACTS = st.builds(ContactPerson, name=NAMES, phone=optional(PHONES))


@st.composite
def customers(draw: Any) -> Customer:
    customer = draw(
        st.builds(
            Customer,
            customer_no=CODES,
            kind=st.just("individual"),
            name=NAMES,
            id_type=NOTHING,
            id_number=NOTHING,
            gender=optional(st.sampled_from(["male", "female", "unknown"])),
            birth_date=optional(st.dates(date(1900, 1, 1), date(2026, 10, 12))),
            phones=some(PHONES),
            emails=some(EMAILS),
            address=optional(TEXTS),
            region=optional(REGIONS),
            contact=optional(CONTACTS),
            legal_representative=optional(CONTACTS),
        )
    )
    if not draw(st.booleans()):
        return customer
    born, order = draw(st.dates(date(1900, 1, 1), date(2026, 10, 12))), draw(st.integers(0, 999))
    number = f"{draw(REGIONS)}{born:%Y%m%d}{order:03d}"
    return msgspec.structs.replace(
        customer,
        id_type="resident_id",
        id_number=number + ric.calc_check_digit(number + "0"),
        birth_date=born,
        gender="male" if order % 2 else "female",
    )


REPORTERS = st.builds(
    Reporter, role=optional(st.sampled_from(["driver", "agent"])), name=NAMES, phone=optional(PHONES)
)
OF_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "changes": st.fixed_dictionaries(
        {}, optional={"region": REGIONS, "group": st.booleans(), "premium": st.just({"amount": "12.50"})}
    ),
    "reporter": optional(REPORTERS),
    "loss_region": optional(REGIONS),
    "unpaid": st.one_of(NOTHING, st.booleans(), MONEY),
    "text": optional(TEXTS),
    "count": st.integers(0, 2**53 - 1),
    "dual_agency": st.booleans(),
    "due_on": st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    "grace_end": st.dates(date(2021, 1, 1), date(2030, 12, 31)),
}
"""Payload fields whose values their type alone does not tell."""


def payloads(payload: type[Payload]) -> st.SearchStrategy[Payload]:
    """Any payload of a type."""
    fields = {
        field.name: OF_FIELD[field.name] if field.name in OF_FIELD else of_type(field)
        for field in msgspec.structs.fields(payload)
    }
    return st.builds(payload, **fields)


def of_type(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    kinds = {field.type, *get_args(field.type)}
    if datetime in kinds:
        strategy: st.SearchStrategy[Any] = INSTANTS
    elif date in kinds:
        strategy = DAYS
    elif "Decimal" in str(field.type):
        strategy = MONEY
    elif bool in kinds:
        strategy = st.booleans()
    elif "Literal" in str(field.type):
        strategy = st.from_type(field.type).filter(lambda code: code is not None)
    else:
        strategy = CODES
    return strategy if field.required else optional(strategy)


EVENTS = st.fixed_dictionaries(
    {
        "id": CODES,
        "source": CODES,
        "time": INSTANTS,
        "sequence": optional(st.integers(0, 2**53 - 1)),
        "contract_no": CODES,
        "payload": st.sampled_from(list(FROM_OUTSIDE.values())).flatmap(payloads),
        "contract": optional(contracts()),
        "customer": optional(customers()),
    }
)


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nothing(part) for name, part in value.items() if part is not None}
    return [without_nothing(part) for part in value] if isinstance(value, (list, tuple)) else value


def flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested parts as dotted columns, lists as numbered ones, text as text."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        match value:
            case bool():
                cells[prefix + name] = "是" if value else "否"
            case dict():
                cells |= flat(value, f"{prefix}{name}.")
            case list() | tuple():
                cells |= flat({str(n): entry for n, entry in enumerate(value, 1)}, f"{prefix}{name}.")
            case _:
                cells[prefix + name] = str(value)
    return cells


def as_csv(cells: Mapping[str, str], encoding: str, separator: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows([list(cells), list(cells.values())])
    return buffer.getvalue().encode(encoding)


def as_xlsx(cells: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for column, (name, cell) in enumerate(cells.items()):
            sheet.write_string(0, column, name)
            sheet.write_string(1, column, cell)
    return buffer.getvalue()


def formats(record: dict[str, Any], cells: dict[str, str]) -> list[bytes]:
    line = json.dumps(record, ensure_ascii=False)
    return [
        as_csv(cells, "utf-8-sig", ","),
        as_csv(cells, "gb18030", ";"),
        as_xlsx(cells),
        line.encode(),
        json.dumps([dict(reversed(record.items()))], indent=1).encode(),
    ]


def read_back(content: bytes, kind: Any) -> Any:
    with open_source(io.BytesIO(content), kind=kind) as source:
        [row] = source.rows
    assert isinstance(row, RawRow), row
    checked = check_row(kind, row.values, received_at=RECEIVED, strict_fields=True, form=row.form)
    assert checked.problems == ()
    return checked.value


@settings(max_examples=60, deadline=None)
@given(contracts())
def test_a_contract_reads_back_equal_from_every_format(contract: Contract) -> None:
    record = without_nothing(msgspec.to_builtins(contract))
    for content in formats(record, flat(record)):
        found = read_back(content, "contracts")
        assert found == contract
        assert content_hash(found) == content_hash(contract)


@settings(max_examples=60, deadline=None)
@given(customers())
def test_a_customer_reads_back_equal_from_every_format(customer: Customer) -> None:
    record = without_nothing(msgspec.to_builtins(customer))
    for content in formats(record, flat(record)):
        found = read_back(content, "customers")
        assert found == customer
        assert content_hash(found) == content_hash(customer)


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_an_event_reads_back_equal_from_every_format(parts: dict[str, Any]) -> None:
    payload, contract = parts["payload"], parts["contract"]
    if contract is not None:
        contract = msgspec.structs.replace(contract, contract_no=parts["contract_no"])
    data = msgspec.to_builtins(payload)
    kind = data.pop("event_type")
    data |= {
        "contract_no": parts["contract_no"],
        "contract": msgspec.to_builtins(contract),
        "customer": msgspec.to_builtins(parts["customer"]),
    }
    frame = {"type": kind, **{name: parts[name] for name in ("id", "source", "sequence")}}
    frame |= {"time": parts["time"].isoformat()}
    record = without_nothing({"specversion": "1.0", **frame, "data": data})
    claim_no = data.get("claim_no")
    cells = flat(without_nothing(frame)) | flat(without_nothing({f"data.{k}": v for k, v in data.items()}))

    found = [read_back(content, "events") for content in formats(record, cells)]
    first: IncomingEvent = found[0]
    assert all(event == first for event in found)
    assert (first.type, first.time, first.payload) == (kind, parts["time"], payload)
    assert (first.contract, first.customer) == (contract, parts["customer"])
    assert (first.contract_no, first.claim_no) == (parts["contract_no"], claim_no)
