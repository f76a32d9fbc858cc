"""A plugin that fails as it is told, by contract: installed for the hosts of one test module, see `unsound`."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from huifang_core.cases import CaseClass, CaseDraft
from huifang_core.contracts import Contract
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft, Retention, Rung
from huifang_core.outcomes import ContactOutcome
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.windows import Window

FAULTS = Path(__file__).with_name("faults.json")

time.sleep(float(json.loads(FAULTS.read_text()).get("seconds_to_load", 0)))


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the manifest."""
    return Manifest("unsound", "1.0", text("有误", "unsound"), text("有误", "unsound"), ("SD",))


def sound(event: BusinessEvent, **changes: Any) -> list[ObligationDraft]:
    known: dict[str, Any] = {
        "kind": "claim",
        "occasion": event.event_id,
        "title": text("回访", "callback"),
        "ladder": (Rung("phone", 3),),
        "script": "unsound.claim",
        "content": (),
        "retention": Retention(5, ("REG-4",)),
        "window": Window(event.time, event.time + timedelta(days=5)),
    }
    return [ObligationDraft(**{**known, **changes})]


def evaluate(event: BusinessEvent, contract: Contract) -> list[ObligationDraft]:
    fault = json.loads(FAULTS.read_text()).get(contract.contract_no, "none")
    match fault:
        case "raises":
            raise RuntimeError("division of policyholders by zero")
        case "exits":
            raise SystemExit(3)
        case "dies":
            os._exit(3)
        case "sleeps":
            time.sleep(60)
        case "hangs":
            while True:
                try:
                    time.sleep(60)
                except Exception:
                    continue
        case "wrong type":
            return sound(event, priority="high")
        case "unstorable":
            return sound(event, occasion="a\0b")
        case "out of range":
            return sound(event, priority=10**6)
    return sound(event)


@hookimpl
def huifang_rules() -> tuple[Rule, ...]:
    """Return the rule."""
    return (
        Rule(
            "claim",
            title=text("有误", "unsound"),
            events=("claim.closed",),
            cites=("SD-1",),
            evaluate=evaluate,
        ),
    )


@hookimpl
def huifang_case_classes() -> list[CaseClass]:
    """Return the one class."""
    return [CaseClass("known", text("已知", "known"), 2, "city", 5, ("SD",))]


@hookimpl
def huifang_on_outcome(outcome: ContactOutcome) -> list[Any]:
    """Answer as told for the contract."""
    case = CaseDraft("known", "c", text("核对", "check"))
    match json.loads(FAULTS.read_text()).get(outcome.contract.contract_no):
        case "raises":
            raise RuntimeError("no idea")
        case "exits":
            raise SystemExit(3)
        case "sleeps":
            time.sleep(60)
        case "dies":
            os._exit(3)
        case "wrong type":
            return ["case"]
        case "unknown class":
            return [CaseDraft("unknown", "c", text("核对", "check"))]
        case "unstorable":
            return [CaseDraft("known", "c", text("核\0对", "check"))]
    return [case]
