"""One contract of a tenant as a golden case that gives nobody away: dates, amounts and codes stay, names and numbers are replaced.

Rules never see names, ID numbers or addresses, so a subject holds none. What is left that could name somebody are numbers (of contracts,
claims, people, units, events) and free text. Numbers become stand-ins, the same number always the same one, so that who sold to
himself still did; free text is left out. A date of birth keeps its year, a region its city. What can't be told to be harmless is
replaced: a new field of an event is, unless it is named here.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from huifang_core.derive import Desired, SettingsVersion, Subject
from huifang_core.events import PAYLOADS, BusinessEvent
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import AnnouncedDay

_KEPT: Final = frozenset({"schedule", "period", "plan", "plugin", "case_class", "type"})
"""Text fields of events that hold names of the plugin's own making, and no one's number."""
_CODED: Final = frozenset({"contract.changed", "callback.completed", "risk.flagged"})
"""Types of events whose `kind` is a code of the core system's, and is kept."""
_DROPPED: Final = frozenset(
    {"text", "reason", "name", "phone", "payee", "bank_account", "about", "outcome", "reference", "channel"}
)
"""Free text, and what is personal."""
_REGIONS: Final = frozenset({"region", "loss_region"})
_CONTRACT_TEXTS: Final = frozenset({"product_code", "product_name", "fees"})
_NAMES: Final = frozenset({"insurer_name"})
"""Settings that name the tenant."""
_PREFIXES: Final[Mapping[str, str]] = {
    "contract_no": "C", "claim_no": "K", "unit": "U", "office": "U", "policyholder": "P", "insured": "P", "beneficiaries": "P",
    "payer": "P",
}  # fmt: skip
"""What stand-ins begin with, by field; those of people who work for the insurer, and all else, begin with S."""


class StandIns:
    """Stand-ins for numbers: the same for the same number, whatever field it stands in."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def of(self, value: str, prefix: str) -> str:
        """Return the stand-in for a number; one met before keeps the one it has."""
        if value not in self._known:
            self._counts[prefix] = self._counts.get(prefix, 0) + 1
            self._known[value] = f"{prefix}-{self._counts[prefix]}"
        return self._known[value]


def anonymised(
    subject: Subject,
    plugin: str,
    settings: SettingsVersion,
    desired: Iterable[Desired] = (),
    announced: Mapping[int, Iterable[AnnouncedDay]] | None = None,
) -> dict[str, Any]:
    """Return a document of the golden cases' format with one case: what is given, and what was derived of it by `plugin`.

    `settings` are the tenant's own of that plugin. Expected is what the tenant's installation made of it, by kind and window, for an
    author to hold the next release against.
    """
    stand_ins = StandIns()
    number = subject.contract.contract_no
    for own, prefix in ((number, "C"), (subject.contract.policyholder, "P"), (subject.contract.unit, "U")):
        stand_ins.of(own, prefix)
    events = sorted(subject.events, key=lambda event: (event.time, event.received_at))
    for event in events:
        stand_ins.of(event.event_id, "e")
    mine = [one for one in desired if one.plugin == plugin]
    given = {
        "contract": _contract(msgspec.to_builtins(subject.contract), stand_ins),
        "policyholder": _party(subject),
        "unit": _without_empty(
            {**msgspec.to_builtins(subject.unit), "code": stand_ins.of(subject.unit.code, "U")}
        ),
        "settings": {name: value for name, value in settings.settings.items() if name not in _NAMES},
        "parameters": dict(settings.parameters),
        "announced": {
            str(year): {
                f"{kind}s": [day.day.isoformat() for day in days if day.kind == kind]
                for kind in ("holiday", "workday")
            }
            for year, days in (announced or {}).items()
        },
        "events": [_event(event, stand_ins) for event in events],
    }
    case = {
        "name": "a contract of a tenant, anonymised",
        "cites": sorted({cite for one in mine for cite in one.cites}) or ["none"],
        "given": _without_empty(given),
        "expect": sorted(
            (_expected(one) for one in mine), key=lambda found: (found["kind"], found.get("due_by", ""))
        ),
    }
    return {"huifang_cases": 1, "plugin": plugin, "cases": [case]}


def _contract(fields: dict[str, Any], stand_ins: StandIns) -> dict[str, Any]:
    """A contract, or changes of one."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if name in _CONTRACT_TEXTS:
            continue
        if name in _REGIONS:
            found[name] = _city(value)
        elif name in _PREFIXES or name == "seller_no":
            found[name] = _replaced(name, value, stand_ins)
        else:
            found[name] = value
    return _without_empty(found)


def _party(subject: Subject) -> dict[str, Any]:
    party = subject.policyholder
    return _without_empty(
        {
            "customer_id": "P-1",
            "kind": party.kind,
            "birth_date": date(party.birth_date.year, 7, 1).isoformat() if party.birth_date else None,
            "gender": party.gender,
            "region": _city(party.region),
        }
    )


def _event(event: BusinessEvent, stand_ins: StandIns) -> dict[str, Any]:
    data = {} if event.payload is None else msgspec.to_builtins(event.payload)
    data.pop("event_type", None)
    found = {
        "type": event.type,
        "at": _instant(event.time),
        "id": stand_ins.of(event.event_id, "e"),
        "received_at": _instant(event.received_at),
        "sequence": event.sequence,
        "corrects": stand_ins.of(event.corrects, "e") if event.corrects else None,
        "retracts": stand_ins.of(event.retracts, "e") if event.retracts else None,
        "claim_no": stand_ins.of(event.claim_no, "K") if event.claim_no else None,
        "data": _payload(event.type, data, stand_ins),
    }
    return _without_empty(found)


def _payload(kind: str, data: Mapping[str, Any], stand_ins: StandIns) -> dict[str, Any]:
    found: dict[str, Any] = {}
    types = {field.name: field.type for field in msgspec.structs.fields(PAYLOADS[kind])}
    for name, value in data.items():
        if name in _DROPPED:
            continue
        if name == "subject":
            found[name] = "…"
        elif name == "changes":
            found[name] = _contract(value, stand_ins)
        elif name == "reporter":
            found[name] = _without_empty({"role": value.get("role")})
        elif name in _REGIONS:
            found[name] = _city(value)
        elif name in ("member", "substitutes"):
            found[name] = _member(value, stand_ins)
        elif (
            not isinstance(value, str)
            or name in _KEPT
            or (name == "kind" and kind in _CODED)
            or _closed(types[name])
        ):
            found[name] = value
        else:
            found[name] = _replaced(name, value, stand_ins)
    return _without_empty(found)


def _closed(annotation: Any) -> bool:
    """Whether a field's texts are of a closed set, days, instants or amounts: nothing anybody writes himself."""
    described = msgspec.inspect.type_info(annotation)
    options = described.types if isinstance(described, msgspec.inspect.UnionType) else (described,)
    # What carries more than a type is personal (`events.PERSONAL`), whatever its type.
    return not any(
        isinstance(option, msgspec.inspect.StrType | msgspec.inspect.Metadata) for option in options
    )


def _member(value: str, stand_ins: StandIns) -> str:
    """What names a member of a draw: a source, an event, and perhaps a contract."""
    source, _, rest = value.partition("/")
    event, _, contract = rest.partition("/")
    parts = ["golden", stand_ins.of(event, "e"), *([stand_ins.of(contract, "C")] if contract else [])]
    return "/".join(parts) if source else stand_ins.of(value, "e")


def _replaced(name: str, value: Any, stand_ins: StandIns) -> Any:
    prefix = _PREFIXES.get(name, "S")
    if isinstance(value, list | tuple):
        return [stand_ins.of(one, prefix) for one in value]
    return None if value is None else stand_ins.of(value, prefix)


def _expected(desired: Desired) -> dict[str, Any]:
    draft = desired.draft
    window = draft.window
    return _without_empty(
        {
            "kind": draft.kind,
            "status": "voided" if desired.voided else "open" if window else "waiting",
            "due_from": _instant(window.due_from) if window else None,
            "due_by": _instant(window.due_by) if window else None,
        }
    )


def _instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(sep=" ")


def _city(region: str | None) -> str | None:
    return None if region is None else f"{region[:4]}00"


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, {}, [], ())}
