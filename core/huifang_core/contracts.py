"""Contracts: insurance policies, or whatever a payer holds with an office."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from huifang_core.units import Code, Name, Region
from huifang_core.windows import one_year_after

Line = Literal[
    "life",
    "health",
    "accident",
    "motor",
    "property",
    "cargo",
    "liability",
    "critical_illness",
    "social_security",
    "tax",
]
ProductClass = Literal["traditional", "participating", "universal", "unit_linked"]
Channel = Literal["agent", "bank", "broker", "telephone", "online", "direct"]
ContractStatus = Literal[
    "in_force", "grace", "lapsed", "cancelled", "surrendered", "ended", "suspended", "pending"
]

Money = Annotated[
    Decimal,
    msgspec.Meta(description="Yuan, a decimal string with at most two decimals, for example 1200.00."),
]
Rate = Annotated[Decimal, msgspec.Meta(description="A share as a decimal string; 0.035 is 3.5 %.")]
Days = Annotated[int, msgspec.Meta(ge=0, le=366, description="Calendar days.")]


class Premium(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the premium is paid: once, or `amount` every `interval_months` for `years` years."""

    mode: Literal["single", "regular"] | None = None
    amount: Money | None = None
    interval_months: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None
    years: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fee item of this very contract (SD-6h): a name with a rate, an amount, or both."""

    name: Name
    rate: Rate | None = None
    amount: Money | None = None


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contract (合同, 保单) as the core system describes one; parties are customer numbers.

    `expires_on` empty means whole of life. `version` grows with every change of the contract.
    """

    contract_no: Code
    line: Line
    unit: Code
    policyholder: Code
    product_code: Code | None = None
    product_name: Name | None = None
    product_class: ProductClass | None = None
    accumulating: bool | None = None
    death_benefit: bool | None = None
    group: bool = False
    channel: Channel | None = None
    seller_no: Code | None = None
    insured: tuple[Code, ...] = ()
    beneficiaries: tuple[Code, ...] = ()
    effective_on: date | None = None
    expires_on: date | None = None
    premium: Premium | None = None
    fees: tuple[Fee, ...] = ()
    first_deduction: Money | None = None
    account_credit: Money | None = None
    cooling_off_days: Days | None = None
    issued_on: date | None = None
    delivered_on: date | None = None
    region: Region | None = None
    status: ContractStatus = "in_force"
    version: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0


_FIELD_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Contract)}


def check_changes(changes: Mapping[str, Any]) -> None:
    """Raise ValueError unless `changes` are fields of a contract, as plain data of the right kind."""
    for name, value in changes.items():
        if name not in _FIELD_TYPES or name == "contract_no":
            raise ValueError(f"`{name}` is no field of a contract that can change")
        try:
            msgspec.convert(value, _FIELD_TYPES[name])
        except msgspec.ValidationError as error:
            raise ValueError(f"`{name}`: {error}") from error


def amended(contract: Contract, changes: Mapping[str, Any]) -> Contract:
    """Return the contract with `changes` made, which `check_changes` has passed.

    Of an object, such as the premium, only the members named are new; a list is new as a whole.
    """
    fields = msgspec.to_builtins(contract)
    for name, value in changes.items():
        known = fields.get(name)
        fields[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return msgspec.convert(fields, Contract)


def is_longer_than_one_year(contract: Contract) -> bool | None:
    """Tell whether the term is more than one year; None when it can't be known.

    Exactly one year is not (SD-1). A one-year term is written with its last day or with the day after,
    depending on the core system; both are one year.
    """
    if contract.effective_on is None:
        return None
    return contract.expires_on is None or contract.expires_on > one_year_after(contract.effective_on)


def is_new_type(contract: Contract) -> bool | None:
    """Tell whether the product is new-type (新型产品): participating, universal or unit-linked."""
    return None if contract.product_class is None else contract.product_class != "traditional"


def shows_fee_items(contract: Contract) -> bool | None:
    """Tell whether fees and account credit must be told: universal, unit-linked, accumulating participating (SD-6h)."""
    match contract.product_class:
        case None:
            return None
        case "universal" | "unit_linked":
            return True
        case "participating":
            return contract.accumulating
        case _:
            return False
