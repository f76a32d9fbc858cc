"""Customers as the API shows them: masked, unless revealed with a reason."""

from datetime import date
from typing import Annotated, Any, ClassVar, Final, TypeAlias
from uuid import UUID

import msgspec
from huifang_core.contacts import Ending
from huifang_core.customers import CustomerKind, Gender, IdType, Need
from huifang_tenants.stores.reading.customers import PersonalField
from msgspec import UNSET, Meta, UnsetType

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import CreatedAt, Id, Instant, NextCursor, Reason, UpdatedAt, described
from huifang_api.shapes.queue import Restriction

MergeReason: TypeAlias = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=500,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
        description="How that was found; stands in the ledger, so no personal data in it.",
        examples=["客户出示护照与身份证,确认为同一人"],
    ),
]


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer (客户), personal data masked."""

    id: Id
    source: Annotated[str, described("The source system that sent the customer first.")]
    customer_no: Annotated[str, described("Customer number (客户号) in that system.")]
    known_as: Annotated[list[str], described("Every number any source knows the customer by (DEC-10).")]
    kind: Annotated[CustomerKind, described("Individual (个人) or organisation (单位).")]
    name: Annotated[str, described("Name, masked: 王**.")]
    id_type: Annotated[IdType | None, described("Type of the ID document (证件类型).")]
    id_number: Annotated[str | None, described("Number of the ID document, its last four characters only.")]
    gender: Annotated[Gender | None, described("Gender (性别).")]
    has_birth_date: Annotated[bool, described("Whether the birth date is on file.")]
    phones: Annotated[list[str], described("Phone numbers, masked: 138****8000, in the order of use.")]
    emails: Annotated[list[str], described("E-mail addresses, masked: z***@example.com.")]
    address: Annotated[str | None, described("Address, down to the district.")]
    region: Annotated[str | None, described("GB/T 2260 region code, six digits.")]
    has_contact: Annotated[bool, described("Whether a contact person (联系人) is on file.")]
    has_legal_representative: Annotated[
        bool, described("Whether a legal representative (法定代表人) is on file.")
    ]
    merged_into: Annotated[
        UUID | None, described("Id of the customer this record was merged into, being one person (DEC-10).")
    ]
    not_contactable: Annotated[
        Ending | None,
        described("Why the person is not called any more: has died, or can't answer; null: may be called."),
    ]
    revision: Annotated[int, described("Grows with every change.")]
    created_at: CreatedAt
    updated_at: UpdatedAt


class CustomerMerge(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was merged into another of the same person (DEC-10); unmerging it takes that back."""

    id: Annotated[UUID, described("Id of the record that was merged.")]
    into: Annotated[UUID, described("Id of the record it was merged into.")]
    source: Annotated[str, described("The source system that sent it first.")]
    customer_no: Annotated[str, described("Customer number (客户号) in that system.")]
    merged_at: Annotated[Instant, described("When, UTC.")]
    merged_by: Annotated[str, described("Staff number of who decided so, or the client that sent the data.")]
    reason: Annotated[
        str | None, described("Why somebody found both to be one; null: they had one ID number.")
    ]


class PersonNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note on the person's record: what came of a contact, or something the person needs, which revealing shows in words."""

    id: Id
    need: Annotated[
        Need | None, described("What the person needs (客户需求); null: the note is of another kind.")
    ]
    recorded_by: Annotated[str | None, described("Staff number of who noted a need.")]
    contact_id: Annotated[UUID | None, described("The contact (回访) it came of.")]
    created_at: CreatedAt
    withdrawn_at: Annotated[Instant | None, described("Since when it holds no more, UTC; null: it holds.")]


class CustomerDetail(Customer, frozen=True, kw_only=True):
    """A customer with what is on record of the whole person, whichever record it was entered for."""

    merges: Annotated[list[CustomerMerge], described("Records merged into this one, the first merge first.")]
    restrictions: Annotated[
        list[Restriction], described("What to respect when contacting the person (DEC-6).")
    ]
    notes: Annotated[list[PersonNote], described("Notes on the person's record, the oldest first.")]


class CustomerPage(msgspec.Struct, frozen=True):
    """One page of customers."""

    items: Annotated[list[Customer], described("The customers of this page.")]
    next_cursor: NextCursor


class MergeCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which record stands for both from now on, and how it was found that they are one person."""

    into: Annotated[
        UUID,
        Meta(
            description="Id of the record that stands for both.",
            examples=["01980000-0000-7000-8000-000000000001"],
        ),
    ]
    reason: MergeReason


class UnmergeCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it was found that the two are not one person."""

    reason: MergeReason


_SEARCHED_BY: Final = ("name", "phone", "id_number", "id_last4", "phone_last4", "customer_no")


class CustomerSearchRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exact values to find customers by (DEC-13): all of those given must hold, at least one must be given.

    They stand in the body, since addresses end up in logs. Spaces, width, case and punctuation make no difference.
    """

    SCHEMA_EXTRA: ClassVar[dict[str, Any]] = {"anyOf": [{"required": [name]} for name in _SEARCHED_BY]}

    name: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                pattern=NO_NUL,
                description="Full name (姓名, 名称).",
                examples=["王小明"],
            ),
        ]
        | UnsetType
    ) = UNSET
    phone: (
        Annotated[str, Meta(min_length=3, max_length=40, pattern=NO_NUL, description="Whole phone number.")]
        | UnsetType
    ) = UNSET
    id_number: (
        Annotated[
            str,
            Meta(min_length=1, max_length=64, pattern=NO_NUL, description="Whole number of the ID document."),
        ]
        | UnsetType
    ) = UNSET
    id_last4: (
        Annotated[
            str,
            Meta(pattern="^[0-9A-Za-z]{4}$", description="Last four characters of the ID document's number."),
        ]
        | UnsetType
    ) = UNSET
    phone_last4: (
        Annotated[
            str,
            Meta(
                pattern="^[0-9]{4}$",
                description="Last four digits of a phone number (电话后四位).",
                examples=["8000"],
            ),
        ]
        | UnsetType
    ) = UNSET
    customer_no: (
        Annotated[
            str,
            Meta(min_length=1, max_length=64, pattern=NO_NUL, description="Number in any source system."),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="How many customers to answer at most.")] = 20


class CustomersFound(msgspec.Struct, frozen=True):
    """What a search found."""

    items: Annotated[list[Customer], described("Customers that match, masked.")]
    more: Annotated[bool, described("Whether there are more than `limit`: search by something narrower.")]


class CustomerRevealRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which personal data to see, and why."""

    fields: Annotated[
        list[PersonalField],
        Meta(
            min_length=1,
            max_length=8,
            description="The fields to see; only what is needed.",
            examples=[["phones"]],
        ),
    ]
    reason: Reason


class RevealedPerson(msgspec.Struct, frozen=True):
    """A named person who speaks for a customer."""

    name: Annotated[str | None, described("Name.")]
    phone: Annotated[str | None, described("Phone number.")]


class RevealedCustomer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields asked for, unmasked; one that was not asked for, or is not on file, is left out."""

    name: Annotated[str | None, described("Full name (姓名, 名称).")] = None
    id_number: Annotated[str | None, described("Number of the ID document (证件号码).")] = None
    birth_date: Annotated[date | None, described("Birth date (出生日期).")] = None
    phones: Annotated[list[str], described("Phone numbers (电话).")] = []
    emails: Annotated[list[str], described("E-mail addresses.")] = []
    address: Annotated[str | None, described("Address (地址).")] = None
    contact: Annotated[RevealedPerson | None, described("Contact person (联系人).")] = None
    legal_representative: Annotated[
        RevealedPerson | None, described("Legal representative (法定代表人).")
    ] = None
