"""Business events as they come in: the CloudEvents envelope, the payload, and a contract or customer sent along."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from huifang_core.accounts import ABOUT_SOMEBODY, OF_PAYERS, named_in
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.events import FROM_OUTSIDE, WITHOUT_CONTRACT, AnyPayload, Payload

from huifang_tenants.intake.agreement import agree_in_contract, agree_in_customer, agree_in_payload
from huifang_tenants.intake.canonical import content_hash
from huifang_tenants.intake.problems import Unfit
from huifang_tenants.intake.records import Found, RecordReader
from huifang_tenants.intake.values import (
    Reader,
    code_text,
    instant,
    integer_reader,
    literal_reader,
    text_reader,
)

S = TypeVar("S", bound=msgspec.Struct)

_EXTENSION: Final = re.compile(r"[a-z0-9]{1,40}")
_JSON_CONTENT: Final = re.compile(r"application/json(?:\s*;.*)?", re.IGNORECASE)
_TOLERATED_FUTURE: Final = timedelta(days=1)


class IncomingEvent(msgspec.Struct, frozen=True):
    """A checked business event that has not met any tenant's data yet.

    `time` is UTC. `payload` is None only for a retraction that repeats none. `contract` and `customer` are what was
    sent along. `about` is the payer, certificate or office that an event of an office names instead of a contract. `content_hash` is SHA-256 over the checked content, the same whatever file format it came in and in
    whatever order or spelling its fields stood; it is unkeyed, so it must not be stored as it is (a birth date is soon
    guessed): key it first.
    """

    source: str
    event_id: str
    type: str
    time: datetime
    subject: str | None
    contract_no: str | None
    claim_no: str | None
    sequence: int | None
    corrects: str | None
    retracts: str | None
    payload: AnyPayload | None
    contract: Contract | None
    customer: Customer | None
    content_hash: bytes
    about: str | None = None


class Envelope(msgspec.Struct, frozen=True):
    """The parts of an event around its payload, as the rows hold them: attributes, and the fields of `data`."""

    attributes: Mapping[str, Any]
    data: Mapping[str, Any]
    names: Mapping[str, str] = {}
    """Columns in whose names problems of a payload field are reported."""


CONTRACTS: Final = RecordReader(Contract, agree_in_contract)
CUSTOMERS: Final = RecordReader(Customer, agree_in_customer)
PAYLOAD_READERS: Final[dict[str, RecordReader[Payload]]] = {
    kind: RecordReader(payload, agree_in_payload) for kind, payload in FROM_OUTSIDE.items()
}
DATA_BESIDES_PAYLOAD: Final = frozenset({"contract_no", "claim_no", "contract", "customer"})

_NAMES: Final = frozenset({"payer", "about", "office"})

_number: Final = text_reader(code_text, 1, 64, None)
_id: Final = text_reader(code_text, 1, 200, None)
_event_type: Final = literal_reader(tuple(FROM_OUTSIDE))

OWN_SOURCE: Final = "huifang"
"""The source of the events that the platform makes itself, such as draws; intake takes it from nobody else."""


def _version_1(value: object) -> str:
    if value != "1.0":
        raise Unfit(
            "specversion", '仅支持 CloudEvents 1.0,应为 "1.0"', 'only CloudEvents "1.0" is spoken here'
        )
    return "1.0"


def _source(value: object) -> str:
    source: str = _id(value)
    if source == OWN_SOURCE:
        raise Unfit(
            "reserved",
            f"{OWN_SOURCE} 为本系统自身事件的来源，请改用核心系统的名称",
            f"{OWN_SOURCE} is the source of the platform's own events; use the name of your system",
        )
    return source


def _json_content(value: object) -> str:
    if not isinstance(value, str) or not _JSON_CONTENT.fullmatch(value):
        raise Unfit("not_json", "data 应为 application/json", "data must be application/json")
    return value


def _no_binary(value: object) -> str:
    raise Unfit("not_json", "不支持 data_base64,请用 data", "data_base64 is not taken: send data as JSON")


ATTRIBUTES: Final[dict[str, Reader]] = {
    "id": _id,
    "source": _source,
    "type": _event_type,
    "time": instant,
    "subject": _id,
    "sequence": integer_reader(0, 2**53 - 1),
    "corrects": _id,
    "retracts": _id,
}
_CLOUDEVENTS: Final[dict[str, Reader]] = {
    "specversion": _version_1,
    "datacontenttype": _json_content,
    "dataschema": text_reader(code_text, 1, 2000, None),
    "data_base64": _no_binary,
}
_REQUIRED: Final = ("id", "source", "type", "time")


def cloudevent(values: Mapping[str, Any], found: Found) -> Envelope:
    """Take a CloudEvent apart; what is wrong with its frame goes to `found`."""
    attributes = {name: value for name, value in values.items() if name != "data"}
    if "specversion" not in attributes:
        found.missing("specversion")
    data = values.get("data")
    if data is not None and not isinstance(data, dict):
        found.error("data", "not_an_object", "data 应为对象", "data must be an object")
        data = None
    return Envelope(attributes, data or {}, {"type": "data.type"})


def check_event(envelope: Envelope, received_at: datetime, found: Found) -> IncomingEvent | None:
    """Check an event; None when there are errors, which are then in `found`."""
    attributes = _attributes(envelope.attributes, found)
    data = envelope.data
    contract_no, claim_no = _text_of(data, "contract_no", found), _text_of(data, "claim_no", found)
    contract = _sent_along(CONTRACTS, data, "contract", found)
    customer = _sent_along(CUSTOMERS, data, "customer", found)
    kind: str | None = attributes.get("type")
    payload: Payload | None = None
    about: str | None = None
    if kind is not None:
        payload = _payload(kind, envelope, attributes.get("retracts") is not None, found)
        about = _about(kind, payload, data, customer, found)
        contract_no = _contract_no(
            kind, contract_no, claim_no, contract, attributes.get("subject"), about, found
        )
    _agree(attributes, received_at, found)
    if found.refused:
        return None
    assert kind is not None
    time, sequence = attributes["time"], attributes.get("sequence")
    corrects, retracts = attributes.get("corrects"), attributes.get("retracts")
    content: tuple[object, ...] = (
        kind,
        time,
        contract_no,
        claim_no,
        sequence,
        corrects,
        retracts,
        payload,
        contract,
        customer,
    )
    about = about if contract_no is None else None
    if payload is None and about is not None:
        content = (*content, about)
    return IncomingEvent(
        source=attributes["source"],
        event_id=attributes["id"],
        type=kind,
        time=time,
        subject=attributes.get("subject"),
        contract_no=contract_no,
        claim_no=claim_no,
        sequence=sequence,
        corrects=corrects,
        retracts=retracts,
        payload=payload,  # type: ignore[arg-type]
        contract=contract,
        customer=customer,
        content_hash=content_hash(content),
        about=about,
    )


def _attributes(values: Mapping[str, Any], found: Found) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name, value in values.items():
        if value.__class__ is str:
            value = value.strip()
            if not value:
                continue
        elif value is None:
            continue
        read = ATTRIBUTES.get(name) or _CLOUDEVENTS.get(name)
        if read is None:
            _extension(name, found)
            continue
        try:
            attributes[name] = read(value)
        except Unfit as unfit:
            found.add(name, unfit, value, of_a_person=False, personal=False)
    failed = {problem.field for problem in found.problems}
    for name in _REQUIRED:
        if name not in attributes and name not in failed:
            found.missing(name)
    return attributes


def _extension(name: str, found: Found) -> None:
    """CloudEvents allows extensions anyone may add: the API takes and ignores them, a file is told so."""
    if not _EXTENSION.fullmatch(name):
        found.unknown(name)
    elif found.unknown_fields == "warning":
        found.warn(
            name,
            "extension_ignored",
            "未使用的 CloudEvents 扩展属性,已忽略",
            "a CloudEvents extension not used here; ignored",
        )


def _payload(kind: str, envelope: Envelope, is_retraction: bool, found: Found) -> Payload | None:
    reader = PAYLOAD_READERS[kind]
    data = envelope.data
    fields = {
        name: value
        for name, value in data.items()
        if name not in DATA_BESIDES_PAYLOAD or (name == "claim_no" and name in reader.fields)
    }
    if is_retraction and not (fields.keys() - {"claim_no", *(_NAMES & reader.fields.keys())}):
        return None
    if kind == "contract.changed":
        fields = _with_changes(fields, found)
    before = len(found.problems)
    payload = reader.read(fields, "", found)
    if envelope.names and len(found.problems) > before:
        found.problems[before:] = [
            msgspec.structs.replace(problem, field=envelope.names.get(problem.field, problem.field))
            for problem in found.problems[before:]
        ]
    return payload


def _with_changes(data: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """Gather the changed fields of a contract, which stand in `changes` or beside it, checked and as plain data."""
    given = data.get("changes")
    changes: dict[str, Any] = {}
    if isinstance(given, dict):
        changes |= {name: (f"changes.{name}", value) for name, value in given.items()}
    elif given not in (None, ""):
        found.error("changes", "not_an_object", "应为对象", "must be an object of contract fields")
    rest: dict[str, Any] = {}
    for name, value in data.items():
        if name == "kind":
            rest[name] = value
        elif name in CONTRACTS.fields:
            changes[name] = (name, value)
        elif name != "changes":
            found.unknown(name)
    rest["changes"] = _checked_changes(changes, found)
    return rest


def _checked_changes(changes: Mapping[str, tuple[str, Any]], found: Found) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    read: dict[str, Any] = {}
    for name, (at, value) in changes.items():
        if name == "contract_no" or name not in CONTRACTS.fields:
            found.unknown(at)
        elif value is None:
            # In `changes` null takes a value away; beside it, like everywhere else, it is no value.
            if at != name and CONTRACTS.fields[name].nullable:
                plain[name] = None
            elif at != name:
                found.missing(at)
        else:
            fields = CONTRACTS.read_fields({name: value}, at.removesuffix(name), found)
            read |= fields
            for key, checked in fields.items():
                plain[key] = _plain(checked)
    agree_in_contract(read, "", found)
    return plain


def _plain(value: Any) -> Any:
    """JSON data of a checked value; members of an object that were not given are left out, as they don't change."""
    builtins = msgspec.to_builtins(value)
    if isinstance(builtins, dict):
        return {name: part for name, part in builtins.items() if part is not None}
    if isinstance(builtins, (list, tuple)):
        return [_plain(entry) if isinstance(entry, dict) else entry for entry in builtins]
    return builtins


def _text_of(data: Mapping[str, Any], name: str, found: Found) -> str | None:
    value = data.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return str(_number(value))
    except Unfit as unfit:
        found.add(name, unfit, value, of_a_person=False, personal=False)
        return None


def _sent_along(reader: RecordReader[S], data: Mapping[str, Any], name: str, found: Found) -> S | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        found.error(name, "not_an_object", "应为对象", "must be an object")
        return None
    return reader.read(value, name + ".", found)


def _about(
    kind: str, payload: Payload | None, data: Mapping[str, Any], customer: Customer | None, found: Found
) -> str | None:
    """Whom or what an event of an office names: by its payload, of which a retraction may repeat the name alone, or the customer sent along."""
    if kind not in OF_PAYERS | ABOUT_SOMEBODY:
        return None
    number = named_in(payload)  # type: ignore[arg-type]
    if payload is None:
        for name in ("payer", "about", "office"):
            if number is None and name in PAYLOAD_READERS[kind].fields:
                number = _text_of(data, name, found)
    if number is None and customer is not None:
        number = customer.customer_no
    return number


def _contract_no(
    kind: str,
    given: str | None,
    claim_no: str | None,
    contract: Contract | None,
    subject: str | None,
    about: str | None,
    found: Found,
) -> str | None:
    """The contract an event speaks of: from its data, the contract sent along, or its subject; None where it names somebody instead."""
    of_claim = kind.startswith("claim.")
    number = given or (contract.contract_no if contract is not None else None)
    if contract is not None and number != contract.contract_no:
        found.error(
            "contract_no",
            "disagrees",
            "与随附合同的 contract_no 不一致",
            "does not agree with the contract sent along",
        )
    if kind in WITHOUT_CONTRACT or (number is None and subject in (None, about) and about is not None):
        return number
    if number is None and subject is not None and not of_claim:
        number = subject
    if subject is not None and number is not None and subject not in (number, claim_no, about):
        found.error(
            "subject",
            "disagrees",
            "应为保单号或赔案号,与 data 中的不一致",
            "must be the contract or claim number, and is neither of those in data",
        )
    faulty = any(
        p.field in ("contract_no", "payer") or p.field.startswith("contract.") for p in found.problems
    )
    if number is None and not faulty:
        found.missing("contract_no")
    return number


def _agree(attributes: Mapping[str, Any], received_at: datetime, found: Found) -> None:
    time = attributes.get("time")
    if time is not None and time > received_at + _TOLERATED_FUTURE:
        found.warn(
            "time", "in_future", "事件时间在将来,请核对", "lies more than a day in the future: check it"
        )
    if "corrects" in attributes and "retracts" in attributes:
        found.error(
            "retracts",
            "corrects_and_retracts",
            "corrects 与 retracts 只能填一个",
            "an event corrects another or retracts it, not both",
        )
    for name in ("corrects", "retracts"):
        if name in attributes and attributes[name] == attributes.get("id"):
            found.error(name, "itself", "不能指向事件自身", "can't be the event itself")
