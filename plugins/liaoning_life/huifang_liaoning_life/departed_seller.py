"""The callback about a policy whose salesperson has left (离司业务员保单), against what may have been left behind (LN-2)."""

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, counting_calendar, trace_event
from huifang_core.events import BusinessEvent, ContractChanged, SellerDeparted
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_liaoning_life.content import CONTENT
from huifang_liaoning_life.drafts import TITLES, obligation
from huifang_liaoning_life.scope import in_scope, is_set_up
from huifang_liaoning_life.settings import Settings


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback for each contract that the salesperson sold, counted from the day of leaving."""
    departure = event.payload
    assert isinstance(departure, SellerDeparted)
    day = trace_event(event, trace)
    if not (
        is_set_up("departed_seller", settings, trace)
        and in_scope(contract, customer, unit, settings, trace)
        and _was_the_seller(departure, event, contract, history, trace)
    ):
        return []
    window = within_working_days_after(
        departure.on,
        parameters["departed_seller.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
    )
    return [
        obligation(
            "departed_seller",
            departure.on.isoformat(),
            content=CONTENT["departed_seller"],
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            void_on=contract_over(contract, day),
            facts={"seller.departed_on": departure.on},
        )
    ]


def _was_the_seller(
    departure: SellerDeparted,
    event: BusinessEvent,
    contract: Contract,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> bool:
    """Tell whether the contract was the leaver's. That it was handed to a colleague afterwards doesn't make the callback pointless."""
    trace.fact(
        "seller.departed_on",
        departure.on,
        f"销售人员{departure.seller_no}于{departure.on}离职",
        f"salesperson {departure.seller_no} left on {departure.on}",
    )
    trace.fact(
        "contract.seller_no",
        contract.seller_no,
        f"保单销售人员：{contract.seller_no or '未登记'}",
        f"salesperson of the contract: {contract.seller_no or 'not on file'}",
    )
    if contract.seller_no == departure.seller_no:
        return True
    if any(_handed_over(other) and other.time >= event.time for other in history):
        trace.decision(
            "contract.seller_no",
            "保单在其离职后已移交他人，仍须回访（LN-2）",
            "the contract was handed over after that: called back all the same (LN-2)",
        )
        return True
    trace.decision(
        "contract.seller_no",
        "离职人员不是本保单的销售人员，无须回访（LN-2）",
        "whoever left is not this contract's salesperson: no callback (LN-2)",
    )
    return False


def _handed_over(event: BusinessEvent) -> bool:
    return isinstance(event.payload, ContractChanged) and "seller_no" in event.payload.changes


DEPARTED_SELLER = Rule(
    "departed_seller",
    title=TITLES["departed_seller"],
    events=("seller.departed",),
    cites=("LN-1", "LN-2", "LN-3", "DEC-11", "GEN-1", "GEN-5"),
    evaluate=evaluate,
    needs=("contract.changed",),
)
