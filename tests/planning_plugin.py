"""A plugin that declares plans, schedules and cases, for the tests of what makes them work; see the fixture `planning_plugin`.

What it is to fail on, by contract number, stands in `faults.json` beside it.
"""

import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from huifang_core.cases import CaseClass, CaseDraft
from huifang_core.contracts import Contract
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft, Retention, Rung
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Full, Membership, Plan, Share, Successes
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import Window

FAULTS = Path(__file__).with_name("faults.json")
PARAMETERS = """
draws.per_assessor:
  title: {zh-CN: 每位定损员成功回访数, en: successful callbacks per assessor}
  unit: contacts
  stricter: higher
  values:
    - {value: 2, cites: [HT-5], source: none, verified_on: 2026-01-01}
draws.share:
  title: {zh-CN: 抽取比例, en: share drawn}
  unit: share
  stricter: higher
  values:
    - {value: 0.3, cites: [CI-1], source: none, verified_on: 2026-01-01}
"""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings."""

    new_year: tuple[str, ...] = ("01-01",)


def _fault(contract: Contract) -> str:
    faults: dict[str, str] = json.loads(FAULTS.read_text())
    return faults.get(contract.contract_no, "none")


def _obligation(event: BusinessEvent, trace: Trace, kind: str) -> ObligationDraft:
    trace_event(event, trace)
    return ObligationDraft(
        kind=kind,
        occasion=event.event_id,
        title=text("回访", "callback"),
        ladder=(Rung("phone", 3),),
        script="planning.none",
        content=(),
        retention=Retention(5, ("REG-4",)),
        window=Window(event.time, event.time + timedelta(days=10)),
    )


def by_assessor(
    event: BusinessEvent, contract: Contract, history: tuple[BusinessEvent, ...], trace: Trace
) -> Membership | None:
    """Claims by assessor; those an agent reported are dropped (HT-5)."""
    match _fault(contract):
        case "raises":
            raise RuntimeError("no such assessor")
        case "unstorable":
            return Membership(group="a\0b")
        case "wrong type":
            return Membership(group=7)  # type: ignore[arg-type]
        case "sleeps":
            time.sleep(60)
        case "dies":
            os._exit(3)
    payload: Any = event.payload
    for earlier in history:
        reporter = getattr(earlier.payload, "reporter", None)
        if earlier.claim_no == event.claim_no and reporter is not None and reporter.role == "agent":
            trace.decision("reporter", "代理人报案，不抽取", "reported by an agent: dropped")
            return None
    return Membership(stratum=contract.unit, group=payload.assessor_no or "")


def by_unit(event: BusinessEvent, contract: Contract, parameters: ParametersAt) -> Membership | None:
    """Claims really paid, by unit (CI-1)."""
    payload: Any = event.payload
    return Membership(stratum=contract.unit) if payload.result == "paid" else None


def sampled(event: BusinessEvent, contract: Contract, trace: Trace) -> list[ObligationDraft]:
    """A callback for whoever was drawn."""
    payload: Any = event.payload
    if _fault(contract) == "no obligation":
        return []
    return [_obligation(event, trace, payload.plan.partition("/")[2])]


def reached(event: BusinessEvent, trace: Trace) -> list[ObligationDraft]:
    """A callback on each day a schedule names."""
    payload: Any = event.payload
    return [_obligation(event, trace, payload.schedule.partition("/")[2])]


def orphaned(event: BusinessEvent, contract: Contract, trace: Trace) -> list[ObligationDraft]:
    """A callback for every policy of a salesperson who left (LN-2)."""
    if _fault(contract) == "raises":
        raise RuntimeError("no successor")
    return [_obligation(event, trace, "orphan")]


def tip_off(event: BusinessEvent, contract: Contract, trace: Trace) -> list[CaseDraft]:
    """A case for every tip-off (TS-2)."""
    trace_event(event, trace)
    known: dict[str, Any] = {
        "case_class": "tip_off",
        "occasion": event.event_id,
        "subject": text("举报", "tip-off"),
    }
    match _fault(contract):
        case "unknown class":
            known["case_class"] = "no_such_class"
        case "wrong type":
            known["severity"] = 9
        case "unstorable":
            known["subject"] = text("a\0b", "a\0b")
        case "serious":
            known |= {"severity": 4, "level": "head_office", "due_by": event.time + timedelta(days=3)}
    return [CaseDraft(**known)]


def _rule(id: str, on: str, evaluate: Any) -> Rule:
    return Rule(id, title=text("规则", "rule"), events=(on,), cites=("GEN-4",), evaluate=evaluate)


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the manifest."""
    return Manifest("planning", "1.0", text("计划", "planning"), text("计划", "planning"), ("GEN",))


@hookimpl
def huifang_settings() -> type[Settings]:
    """Return the settings."""
    return Settings


@hookimpl
def huifang_parameters() -> str:
    """Return the parameters."""
    return PARAMETERS


@hookimpl
def huifang_rules() -> tuple[Rule, ...]:
    """Return the rules."""
    return (
        _rule("sampled", "sample.drawn", sampled),
        _rule("reached", "schedule.reached", reached),
        _rule("orphaned", "seller.departed", orphaned),
        _rule("tip_off", "tip_off.received", tip_off),
    )


@hookimpl
def huifang_plans() -> tuple[Plan, ...]:
    """Return a plan of each kind."""
    return (
        Plan(
            "assessment",
            title=text("定损服务", "loss-assessment service"),
            events=("claim.registered",),
            needs=("claim.reported",),
            cites=("HT-5",),
            select=by_assessor,
            size=Successes("draws.per_assessor"),
            period="month",
        ),
        Plan(
            "settled",
            title=text("已决赔案", "claims settled"),
            events=("claim.settled",),
            cites=("CI-1",),
            select=by_unit,
            size=Share("draws.share"),
            period="month",
        ),
        Plan(
            "orphans",
            title=text("孤儿保单年度检视", "yearly review of orphaned policies"),
            events=("seller.departed",),
            cites=("TS-3",),
            select=lambda: Membership(),
            size=Full(),
            period="year",
        ),
    )


@hookimpl
def huifang_schedules() -> tuple[Schedule, ...]:
    """Return a schedule of each kind of anchor."""
    title, cites = text("计划", "schedule"), ("HI-2",)
    return (
        Schedule(id="three_months", title=title, cites=cites, anchor="contract.effective_on", months=3),
        Schedule(
            id="every_half_year", title=title, cites=cites, anchor="contract.issued_on", months=6, every_months=6,
            lines=("health",), statuses=("in_force", "grace"),
        ),
        Schedule(id="before_expiry", title=title, cites=cites, anchor="contract.expires_on", days=-30),
        Schedule(id="cargo_expiry", title=title, cites=cites, anchor="contract.expires_on", days=-30, lines=("cargo",), late_days=20),
        Schedule(id="birthday", title=title, cites=cites, anchor="customer.birth_date", per="customer"),
        Schedule(id="new_year", title=title, cites=cites, anchor="calendar", dates=("01-01",), dates_setting="new_year", per="customer"),
    )  # fmt: skip


@hookimpl
def huifang_case_classes() -> tuple[CaseClass, ...]:
    """Return the class of cases that the rule opens."""
    return (CaseClass("tip_off", text("举报", "tip-off"), 3, "province", 5, ("TS-2",)),)
