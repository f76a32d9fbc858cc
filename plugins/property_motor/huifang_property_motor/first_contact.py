"""The first contacts (首次回访): within a month of underwriting, and within a week of a claim's closing (PC-1)."""

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, trace_event
from huifang_core.events import BusinessEvent, ClaimClosed
from huifang_core.obligations import CalledParty, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.trace import Trace
from huifang_core.windows import within_days, within_months

from huifang_property_motor.claims import claim_facts
from huifang_property_motor.drafts import TITLES, is_made, obligation
from huifang_property_motor.settings import Settings


def evaluate_underwriting(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand one callback per contract, within one month after underwriting is complete (承保完毕)."""
    day = trace_event(event, trace)
    if not (
        is_made("underwriting", settings, trace)
        and of_line(contract, settings.first_contact_lines, trace, cites="PC-1")
    ):
        return []
    issued_on = contract.issued_on or day
    trace.fact("contract.issued_on", issued_on, f"承保完毕日：{issued_on}", f"underwritten on {issued_on}")
    return [
        obligation(
            "underwriting",
            "issue",
            cites=("PC-1",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_months(issued_on, parameters["underwriting.within_months"], trace),
            call=_insured_or_contact(contract, customer, settings, trace),
            # A short cargo contract that has run its course was bought all the same: only one given up is past asking.
            void_on=tuple(v for v in contract_over(contract, issued_on) if v.type != "contract.ended"),
        )
    ]


def evaluate_closed(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand one callback per claim, within one week after it is closed (结案), whatever its result."""
    claim = event.payload
    assert isinstance(claim, ClaimClosed)
    trace_event(event, trace)
    if not (
        is_made("claim_closed", settings, trace)
        and of_line(contract, settings.first_contact_lines, trace, cites="PC-1")
    ):
        return []
    closed_on = claim.closed_on
    trace.fact("claim.closed_on", closed_on, f"结案日：{closed_on}", f"closed on {closed_on}")
    facts = claim_facts(claim.claim_no, history)
    facts["claim.closed_on"] = closed_on
    return [
        obligation(
            "claim_closed",
            claim.claim_no,
            cites=("PC-1",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_days(closed_on, parameters["claim_closed.within_days"], trace),
            call=_insured_or_contact(contract, customer, settings, trace),
            claim_no=claim.claim_no,
            facts=facts,
        )
    ]


def _insured_or_contact(
    contract: Contract, customer: Party, settings: Settings, trace: Trace
) -> tuple[CalledParty, ...]:
    """Return whom to call: the insured in person; of an organisation its contact, else its legal representative (PC-3)."""
    of_organisation: tuple[CalledParty, ...] = (
        ("contact", "legal_representative") if settings.legal_representative else ("contact",)
    )
    own = not contract.insured or contract.insured == (contract.policyholder,)
    if own and customer.kind == "individual":
        trace.fact(
            "insured.kind", "individual", "被保险人为自然人，回访本人（PC-3）", "the insured in person (PC-3)"
        )
        return ("insured",)
    if own:
        trace.fact(
            "insured.kind",
            "organisation",
            "被保险人为单位，回访保险事务负责人（PC-3）",
            "an organisation's contact for insurance (PC-3)",
        )
        return of_organisation
    trace.fact(
        "insured.kind",
        None,
        "被保险人另有其人，为单位的回访其保险事务负责人（PC-3）",
        "the insured is somebody else, of an organisation its contact (PC-3)",
    )
    return ("insured", *of_organisation)


UNDERWRITING = Rule(
    "underwriting",
    title=TITLES["underwriting"],
    events=("contract.issued",),
    cites=("PC-1", "PC-2", "PC-3", "PC-4", "PC-5", "PC-6", "DEC-7"),
    evaluate=evaluate_underwriting,
)

CLAIM_CLOSED = Rule(
    "claim_closed",
    title=TITLES["claim_closed"],
    events=("claim.closed",),
    cites=("PC-1", "PC-2", "PC-3", "PC-4", "PC-5", "PC-6", "DEC-7"),
    evaluate=evaluate_closed,
    needs=("claim.reported", "claim.assessed", "claim.settled"),
)
