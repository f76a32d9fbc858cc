"""Intake of customers, contracts and business events, and the obligations that follow from them."""

from huifang_tenants.services.intake.batch import (
    PARKED,
    Batch,
    ContractIn,
    CustomerIn,
    EventIn,
    RowResult,
    Taken,
)
from huifang_tenants.services.intake.service import IntakeBusy, take_in

__all__ = [
    "PARKED",
    "Batch",
    "ContractIn",
    "CustomerIn",
    "EventIn",
    "IntakeBusy",
    "RowResult",
    "Taken",
    "take_in",
]
