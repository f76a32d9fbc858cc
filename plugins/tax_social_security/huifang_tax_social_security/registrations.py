"""What a registration (登记) says on a day, and whether its contribution base is right (TS-4)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract, Line
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent, RegistrationChanged, RegistrationOpened, order
from huifang_core.offices import payer_in_scope
from huifang_core.rules import Rule, UnitView
from huifang_core.texts import text
from huifang_core.trace import Trace

from huifang_tax_social_security.settings import Settings

REGISTRATIONS = ("registration.opened", "registration.changed")
"""Event types that a registration is known by."""


_WITH_A_BASE: tuple[Line, ...] = ("social_security",)


class Registration(msgspec.Struct, frozen=True):
    """A registration as its events tell: `contribution_base` as the office determined it, `declared_base` as the payer declared it."""

    certificate_no: str | None = None
    contribution_base: Decimal | None = None
    declared_base: Decimal | None = None

    @property
    def base_differs(self) -> bool:
        """Whether both bases are known, and differ."""
        return None not in (self.contribution_base, self.declared_base) and (
            self.contribution_base != self.declared_base
        )

    @property
    def facts(self) -> dict[str, object]:
        """What a script may quote and compare."""
        return {
            "registration.certificate_no": self.certificate_no,
            "registration.contribution_base": self.contribution_base,
            "registration.declared_base": self.declared_base,
            "registration.base_differs": self.base_differs,
        }


def registration_at(event: BusinessEvent, history: Iterable[BusinessEvent]) -> Registration:
    """Return the registration as it stood with `event`; what a change leaves out stays as it was.

    Later changes are left out, so that nothing done before them is asked for anew.
    """
    known: dict[str, Any] = {}
    for told in sorted((event, *history), key=order):
        if order(told) > order(event):
            break
        if isinstance(told.payload, RegistrationOpened | RegistrationChanged):
            for field in Registration.__struct_fields__:
                value = getattr(told.payload, field)
                if value is not None:
                    known[field] = value
    return Registration(**known)


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    unit: UnitView,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[CaseDraft]:
    """Open a case where the payer declared less than the office determined: it may be under-reported, and must be looked into."""
    trace_event(event, trace)
    if not (
        payer_in_scope(contract, unit, settings, trace, cites="TS-4")
        and of_line(contract, _WITH_A_BASE, trace, cites="TS-4")
    ):
        return []
    found = registration_at(event, history)
    declared, determined = found.declared_base, found.contribution_base
    trace.fact(
        "registration.declared_base",
        declared,
        f"申报基数：{'未知' if declared is None else declared}",
        f"declared base: {'not known' if declared is None else declared}",
    )
    trace.fact(
        "registration.contribution_base",
        determined,
        f"核定缴费基数：{'未知' if determined is None else determined}",
        f"contribution base determined: {'not known' if determined is None else determined}",
    )
    if declared is None or determined is None:
        trace.decision(
            "base",
            "基数不全，无法比较，访谈时询问（TS-4）",
            "the bases can't be compared yet; interviews ask about them (TS-4)",
        )
        return []
    if declared >= determined:
        trace.decision(
            "base", "申报基数不低于核定基数，无须立案", "not less is declared than determined: no case"
        )
        return []
    trace.decision(
        "base",
        "申报基数低于核定基数，须核查是否少缴（TS-4）",
        "less is declared than determined: whether it is under-reported must be looked into (TS-4)",
    )
    return [
        CaseDraft(
            case_class="base_difference",
            occasion=f"{declared}/{determined}",
            subject=text(
                "申报基数低于核定缴费基数，请核查是否少缴、漏缴或瞒报",
                "the declared base is below the one determined: check whether it is under-reported, omitted or concealed",
            ),
        )
    ]


BASE_CHECK = Rule(
    "base_check",
    title=text("缴费基数核查", "check of the contribution base"),
    events=REGISTRATIONS,
    needs=REGISTRATIONS,
    cites=("TS-4",),
    evaluate=evaluate,
)
"""TS-4: whether the contribution base is right."""
