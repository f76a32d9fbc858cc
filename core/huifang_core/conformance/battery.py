"""The battery: a wide range of contracts and events, made without chance, that a plugin's rules and plans are run over.

Each event type a rule looks at is tried with an ordinary contract of every line, then with one thing changed at a time: known and
unknown, this kind and that. So every condition a rule can have on a single fact is met on both sides, and what follows from
several at once in part.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import msgspec

from huifang_core.cases import CaseDraft
from huifang_core.contracts import Channel, Contract, ContractStatus, Line, Premium, ProductClass
from huifang_core.customers import Party
from huifang_core.events import PAYLOADS, BusinessEvent, Reporter
from huifang_core.obligations import Category, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Membership, Plan
from huifang_core.registry import Plugin
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace, TraceStep
from huifang_core.workdays import WorkingCalendar

NOON = datetime(2026, 1, 28, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai, with Spring Festival, make-up weekends and a month that has no 30th ahead."""

_DAY = date(2026, 1, 28)


class Sample(msgspec.Struct, frozen=True):
    """What a rule or plan is given: an event, what is known of its contract, and the events before and after."""

    event: BusinessEvent
    contract: Contract
    customer: Party
    unit: UnitView
    history: tuple[BusinessEvent, ...]


class Run(msgspec.Struct, frozen=True):
    """One rule or plan run over one sample, twice: what came of it, its trace, and what it did that it must not."""

    owner: str
    sample: Sample
    drafts: tuple[ObligationDraft | CaseDraft, ...] = ()
    membership: Membership | None = None
    steps: tuple[TraceStep, ...] = ()
    used: frozenset[str] = frozenset()
    error: str | None = None
    differs: bool = False
    changed_input: bool = False


class Battery(msgspec.Struct, frozen=True):
    """All runs of a plugin's rules and plans."""

    runs: tuple[Run, ...]

    @property
    def drafts(self) -> Iterator[tuple[str, ObligationDraft | CaseDraft]]:
        """Every draft with the rule that made it."""
        return ((run.owner, draft) for run in self.runs for draft in run.drafts)

    @property
    def drafts_named(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """What drafts name: the rule, and the kind of thing with its name."""
        for owner, draft in self.drafts:
            if isinstance(draft, CaseDraft):
                yield owner, ("case class", draft.case_class)
                continue
            yield owner, ("script", draft.script)
            yield from ((owner, ("content item", item)) for item in draft.content)
            yield from ((owner, ("fact", fact)) for fact in draft.facts)

    @property
    def categories(self) -> dict[str, set[Category]]:
        """The categories of the contacts that each script is used for."""
        found: dict[str, set[Category]] = {}
        for _, draft in self.drafts:
            if isinstance(draft, ObligationDraft):
                found.setdefault(draft.script, set()).add(draft.category)
        return found

    @property
    def demanded(self) -> dict[str, dict[str, None]]:
        """The content items that drafts demand of each script, in their order."""
        found: dict[str, dict[str, None]] = {}
        for _, draft in self.drafts:
            if isinstance(draft, ObligationDraft):
                found.setdefault(draft.script, {}).update(dict.fromkeys(draft.content))
        return found


def run_battery(plugin: Plugin) -> Battery:
    """Run every rule and plan of a plugin over the samples of its event types, as it comes and with everything switched on."""
    usual, full = plugin.settings_type(), everything_on(plugin.settings_type)
    variants = [usual] if usual == full else [usual, full]
    calendar = WorkingCalendar()
    runs: list[Run] = []
    owners: tuple[Rule | Plan, ...] = (*plugin.rules, *plugin.plans)
    for owner in owners:
        for sample in samples(sorted(owner.events), sorted(owner.needs), plugin):
            runs += (_run(plugin, owner, sample, settings, calendar) for settings in variants)
    return Battery(tuple(runs))


def everything_on(settings_type: type[Any]) -> Any:
    """Return settings with every switch on and every list of choices complete; all else as by default."""
    chosen: dict[str, Any] = {}
    for field in msgspec.structs.fields(settings_type):
        described = msgspec.inspect.type_info(field.type)
        while isinstance(described, msgspec.inspect.Metadata):
            described = described.type
        match described:
            case msgspec.inspect.BoolType():
                chosen[field.name] = True
            case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.LiteralType(values=codes)):
                chosen[field.name] = tuple(codes)
            case _:
                pass
    return settings_type(**chosen)


def samples(events: Sequence[str], needs: Sequence[str], plugin: Plugin) -> Iterator[Sample]:
    """Yield what a rule of these event types and needs is tried with."""
    for kind in events:
        payloads = list(_payloads(kind, plugin))
        others = tuple(_event(need, payload) for need in needs for payload in _first(need, plugin))
        for line in get_args(Line):
            yield from _varied(kind, payloads, line, others)


def _varied(
    kind: str, payloads: Sequence[Any], line: Line, others: tuple[BusinessEvent, ...]
) -> Iterator[Sample]:
    usual = _contract(line)
    person, unit = Party("P-1", "individual", date(1990, 5, 20), "female", "370100"), UnitView("U-1", "city")
    # The same again and again, as of a customer of whom much is known.
    many = tuple(
        msgspec.structs.replace(event, event_id=f"{event.event_id}-{n}") for event in others for n in range(5)
    )
    for payload in payloads:
        for history in ((), others, many) if others else ((),):
            yield Sample(_event(kind, payload), usual, person, unit, history)
    first = _event(kind, payloads[0])
    for changes in _CONTRACT_CHANGES:
        yield Sample(first, msgspec.structs.replace(usual, **changes), person, unit, others)
    yield Sample(first, usual, Party("P-2", "organisation"), unit, others)
    for bureau in ("shandong", "qingdao", "liaoning", "dalian", "jiangsu"):
        yield Sample(first, usual, person, UnitView("U-1", "county", bureau), others)


_CONTRACT_CHANGES: tuple[Mapping[str, Any], ...] = (
    *({"product_class": value} for value in (None, *get_args(ProductClass))),
    *({"channel": value} for value in (None, *get_args(Channel))),
    *({"status": value} for value in get_args(ContractStatus)),
    *({"accumulating": value} for value in (None, True, False)),
    *({"death_benefit": value} for value in (None, True, False)),
    *({"premium": value} for value in (None, Premium(), Premium("single", Decimal("10000.00")))),
    *({"cooling_off_days": value} for value in (None, 0, 10, 15)),
    {"group": True},
    {"effective_on": None},
    {"issued_on": None},
    {"delivered_on": _DAY - timedelta(2)},
    {"delivered_on": _DAY - timedelta(2), "cooling_off_days": None},
    {"expires_on": None},
    # One year exactly, and a day more.
    {"effective_on": date(2025, 3, 1), "expires_on": date(2026, 2, 28)},
    {"effective_on": date(2025, 3, 1), "expires_on": date(2026, 3, 1)},
    {"seller_no": None},
    {"policyholder": "S-1"},
    {"insured": ()},
    {"region": None},
    {"region": "210200"},
)


def _contract(line: Line) -> Contract:
    return Contract(
        contract_no="C-1",
        line=line,
        unit="U-1",
        policyholder="P-1",
        product_class="participating",
        channel="agent",
        seller_no="S-1",
        insured=("P-1",),
        effective_on=_DAY - timedelta(10),
        expires_on=date(2046, 1, 18),
        premium=Premium("regular", Decimal("1200.00"), 12, 20),
        cooling_off_days=15,
        issued_on=_DAY - timedelta(10),
        region="370100",
        version=3,
    )


def _event(kind: str, payload: Any) -> BusinessEvent:
    return BusinessEvent(
        source="battery",
        event_id=f"e-{kind}",
        type=kind,
        time=NOON,
        received_at=NOON,
        payload=payload,
        contract_no="C-1",
        claim_no=getattr(payload, "claim_no", None) or ("K-1" if kind == "sample.drawn" else None),
    )


def _first(kind: str, plugin: Plugin) -> list[Any]:
    return list(_payloads(kind, plugin))[:1]


def _payloads(kind: str, plugin: Plugin) -> Iterator[Any]:
    """Yield payloads of an event type: everything stated, then each field otherwise or not at all."""
    payload_type = PAYLOADS[kind]
    full = {
        field.name: _values(kind, field.name, field.type, plugin)
        for field in msgspec.structs.fields(payload_type)
    }
    usual = {name: values[0] for name, values in full.items()}
    yield payload_type(**usual)
    for name, values in full.items():
        for value in values[1:]:
            yield payload_type(**{**usual, name: value})


_BY_NAME: Mapping[str, tuple[Any, ...]] = {
    "claim_no": ("K-1",),
    "payer": ("P-1",),
    "seller_no": ("S-1", "S-2"),
    "surveyor_no": ("V-1", None),
    "assessor_no": ("A-1", None),
    "unpaid": (Decimal("1200.00"), True, False, None),
    "loss_region": ("370100", "210200", "370102", None),
    "certificate_no": ("CERT-1", None),
    "changes": ({},),
    "dual_agency": (False, True),
    "count": (1,),
    "rank": (1,),
    "member": ("battery/e-claim.registered",),
    "period": ("2026-01",),
    "number": (1,),
    "round": (1, 2),
}


def _values(kind: str, name: str, type_: Any, plugin: Plugin) -> tuple[Any, ...]:
    """The values a payload's field is tried with, the usual one first."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if kind == "schedule.reached" and name == "schedule":
        return tuple(f"{plugin.id}/{schedule.id}" for schedule in plugin.schedules) or ("other/schedule",)
    if kind == "sample.drawn" and name == "plan":
        return tuple(f"{plugin.id}/{plan.id}" for plan in plugin.plans) or ("other/plan",)
    if kind == "case.solved" and name == "plugin":
        return (plugin.id, "other")
    if name == "reporter":
        roles = get_args(
            get_args(dict(zip(Reporter.__struct_fields__, _hints(Reporter), strict=True))["role"])[0]
        )
        return (*(Reporter(role=role) for role in roles), Reporter(), None)
    return _of_type(type_)


def _hints(struct: type[msgspec.Struct]) -> list[Any]:
    return [field.type for field in msgspec.structs.fields(struct)]


def _of_type(type_: Any) -> tuple[Any, ...]:
    """Values of a type: all of a closed set, else one that is ordinary; None where it may be."""
    described = msgspec.inspect.type_info(type_)
    options = described.types if isinstance(described, msgspec.inspect.UnionType) else (described,)
    values: list[Any] = []
    for option in options:
        match option:
            case msgspec.inspect.LiteralType(values=codes):
                values += codes
            case msgspec.inspect.BoolType():
                values += [True, False]
            case msgspec.inspect.DateType():
                values.append(_DAY)
            case msgspec.inspect.DateTimeType():
                values.append(NOON)
            case msgspec.inspect.DecimalType():
                values.append(Decimal("1200.00"))
            case msgspec.inspect.IntType():
                values.append(1)
            case msgspec.inspect.StrType():
                values.append("X-1")
            case _:
                pass
    if any(isinstance(option, msgspec.inspect.NoneType) for option in options):
        values.append(None)
    return tuple(values) or (None,)


def _run(plugin: Plugin, owner: Rule | Plan, sample: Sample, settings: Any, calendar: WorkingCalendar) -> Run:
    before = msgspec.msgpack.encode((sample, settings), order="deterministic")
    first = _once(plugin, owner, sample, settings, calendar)
    second = _once(plugin, owner, sample, settings, calendar)
    after = msgspec.msgpack.encode((sample, settings), order="deterministic")
    return msgspec.structs.replace(
        first,
        differs=_bytes(first) != _bytes(second),
        changed_input=before != after,
    )


def _once(
    plugin: Plugin, owner: Rule | Plan, sample: Sample, settings: Any, calendar: WorkingCalendar
) -> Run:
    trace = Trace()
    parameters = ParametersAt(plugin.parameters, _DAY, {}, trace)
    given: dict[str, Any] = {
        "event": sample.event,
        "contract": sample.contract,
        "customer": sample.customer,
        "unit": sample.unit,
        "parameters": parameters,
        "settings": settings,
        "calendar": calendar,
        "history": sample.history,
        "trace": trace,
    }
    drafts: tuple[ObligationDraft | CaseDraft, ...] = ()
    membership, error = None, None
    try:
        if isinstance(owner, Rule):
            drafts = owner.apply(**given)
        else:
            membership = owner.member(**given)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}".replace("\n", " ")[:300]
    return Run(
        owner=f"{'rule' if isinstance(owner, Rule) else 'plan'} {owner.id}",
        sample=sample,
        drafts=drafts,
        membership=membership,
        steps=trace.steps,
        used=frozenset(parameters.used),
        error=error,
    )


def _bytes(run: Run) -> bytes:
    return msgspec.msgpack.encode((run.drafts, run.membership, run.steps, run.error), order="deterministic")
