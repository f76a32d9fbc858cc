"""Customers: policyholders, insured persons, beneficiaries; payers of an office."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from huifang_core.units import Code, Name, Region

CustomerKind = Literal["individual", "organisation"]
IdType = Literal["resident_id", "hk_mo_permit", "tw_permit", "foreigner_permit", "passport", "uscc", "other"]
Gender = Literal["male", "female", "unknown"]
Phone = Annotated[str, msgspec.Meta(min_length=3, max_length=40, pattern=r"^[^\x00]+$")]
Email = Annotated[str, msgspec.Meta(min_length=3, max_length=200, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class ContactPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named person who speaks for an organisation."""

    name: Name | None = None
    phone: Phone | None = None


class Customer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer (客户) as the core system describes one.

    One person is known by ID type and number, else by source and customer number (DEC-10).
    """

    customer_no: Code
    kind: CustomerKind
    name: Name
    id_type: IdType | None = None
    id_number: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    address: Address | None = None
    region: Region | None = None
    contact: ContactPerson | None = None
    legal_representative: ContactPerson | None = None


class Party(msgspec.Struct, frozen=True):
    """What a rule may know of a customer: no name, number or address, so none can reach a trace."""

    customer_id: str
    kind: CustomerKind
    birth_date: date | None = None
    gender: Gender | None = None
    region: Region | None = None


Need = Literal["protection", "retirement", "health", "education", "savings", "service", "other"]
"""What a customer needs, as it is kept in the profile (CARE-3)."""
