"""Contracts and customers as a core system sends them, and what became of one."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from huifang_core.contracts import Channel, ContractStatus, Line, ProductClass
from huifang_core.customers import CustomerKind, Gender, IdType
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.problems import ProblemFault
from huifang_api.shapes.fields import Day, described

Yuan = Annotated[str, Meta(pattern=r"^[0-9]{1,13}(\.[0-9]{1,2})?$")]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Region = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]

EXAMPLE_CONTRACT: dict[str, Any] = {
    "line": "life",
    "product_code": "TY01",
    "product_name": "泰岳金生两全保险(分红型)",
    "product_class": "participating",
    "accumulating": True,
    "death_benefit": True,
    "unit": "3701",
    "channel": "bank",
    "seller_no": "S1001",
    "policyholder": "K000123",
    "insured": ["K000123"],
    "effective_on": "2026-03-02",
    "premium": {"mode": "regular", "amount": "12000.00", "interval_months": 12, "years": 10},
    "fees": [{"name": "初始费用", "rate": "0.03"}],
    "first_deduction": "360.00",
    "account_credit": "11640.00",
    "cooling_off_days": 15,
    "issued_on": "2026-03-02",
    "delivered_on": "2026-03-06",
    "region": "370102",
    "version": 3,
}
EXAMPLE_CUSTOMER: dict[str, Any] = {
    "kind": "individual",
    "name": "王小明",
    "id_type": "resident_id",
    "id_number": "37010219900307851X",
    "birth_date": "1990-03-07",
    "gender": "male",
    "phones": ["13800138000"],
    "region": "370102",
}


class PremiumGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the premium (保费) is paid."""

    mode: Annotated[Literal["single", "regular"] | None, described("Once (趸交) or regularly (期交).")] = None
    amount: Annotated[Yuan | None, described("Premium per payment, yuan, a decimal string.")] = None
    interval_months: (
        Annotated[int, Meta(ge=1, le=120, description="Months between two payments (缴费间隔).")] | None
    ) = None
    years: Annotated[int, Meta(ge=1, le=120, description="Years of payment (缴费年期).")] | None = None


class FeeGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fee item (费用项目) of this very contract (SD-6h)."""

    name: Annotated[Name, described("What it is called, such as 初始费用.")]
    rate: Annotated[str | None, described("A share as a decimal string: 0.035 is 3.5 %.")] = None
    amount: Annotated[Yuan | None, described("Yuan, a decimal string.")] = None


class ContractGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract (合同, 保单) as the core system describes it; parties are customer numbers of the same source."""

    line: Annotated[Line, described("Line of business (险种).")]
    unit: Annotated[Code, described("Code of the unit (机构) in charge.")]
    policyholder: Annotated[Code, described("Customer number of the policyholder (投保人).")]
    contract_no: Annotated[Code | None, described("As in the address; may be left out.")] = None
    product_code: Annotated[Code | None, described("Product code (产品代码).")] = None
    product_name: Annotated[Name | None, described("Product name (产品名称).")] = None
    product_class: Annotated[
        ProductClass | None, described("Traditional (传统) or new-type (新型产品) class.")
    ] = None
    accumulating: Annotated[
        bool | None, described("Whether the dividends accumulate (累积生息), for participating products.")
    ] = None
    death_benefit: Annotated[bool | None, described("Whether a benefit is paid on death (含身故责任).")] = (
        None
    )
    group: Annotated[bool, described("Whether it is a group contract (团体).")] = False
    channel: Annotated[Channel | None, described("Sales channel (销售渠道).")] = None
    seller_no: Annotated[Code | None, described("Staff number of the salesperson (销售人员工号).")] = None
    insured: Annotated[list[Code], described("Customer numbers of the insured (被保险人).")] = []
    beneficiaries: Annotated[list[Code], described("Customer numbers of the beneficiaries (受益人).")] = []
    effective_on: Annotated[Day | None, described("First day of the term (生效日).")] = None
    expires_on: Annotated[
        Day | None, described("Last day of the term (满期日); without it, whole of life.")
    ] = None
    premium: Annotated[PremiumGiven | None, described("How the premium is paid (缴费).")] = None
    fees: Annotated[list[FeeGiven], described("Fee items (费用项目), for products that show them.")] = []
    first_deduction: Annotated[
        Yuan | None, described("Amount deducted from the first payment (首期扣费), yuan.")
    ] = None
    account_credit: Annotated[
        Yuan | None, described("Net amount credited to the account (进入账户金额), yuan.")
    ] = None
    cooling_off_days: (
        Annotated[int, Meta(ge=0, le=366, description="Calendar days of the cooling-off period (犹豫期).")]
        | None
    ) = None
    issued_on: Annotated[Day | None, described("Day it was issued (承保日).")] = None
    delivered_on: Annotated[
        Day | None, described("Day the customer signed for it (签收日): cooling-off runs from it (DEC-12).")
    ] = None
    region: Annotated[Region | None, described("Place of underwriting, GB/T 2260, six digits.")] = None
    status: Annotated[ContractStatus, described("Status (合同状态).")] = "in_force"
    version: Annotated[
        int,
        Meta(
            ge=0,
            le=2**53 - 1,
            description="Version in the source, growing: an older one never replaces a newer.",
        ),
    ] = 0


class PersonGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named person who speaks for an organisation."""

    name: Annotated[Name | None, described("Name (姓名).")] = None
    phone: Annotated[str | None, described("Phone number (电话).")] = None


class CustomerGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer (客户) as the core system describes one; kept encrypted. One person is known by ID document (DEC-10)."""

    kind: Annotated[CustomerKind, described("Individual (个人) or organisation (单位).")]
    name: Annotated[Name, described("Name (姓名, 名称).")]
    customer_no: Annotated[Code | None, described("As in the address; may be left out.")] = None
    id_type: Annotated[IdType | None, described("Type of the ID document (证件类型).")] = None
    id_number: Annotated[
        str | None, described("Number of the ID document (证件号码); its check digit must be right.")
    ] = None
    birth_date: Annotated[Day | None, described("Birth date (出生日期).")] = None
    gender: Annotated[Gender | None, described("Gender (性别).")] = None
    phones: Annotated[list[str], described("Phone numbers (电话), the first one to use first.")] = []
    emails: Annotated[list[str], described("E-mail addresses.")] = []
    address: Annotated[str | None, described("Address (地址).")] = None
    region: Annotated[Region | None, described("GB/T 2260 region code, six digits.")] = None
    contact: Annotated[PersonGiven | None, described("Contact person (联系人) of an organisation.")] = None
    legal_representative: Annotated[
        PersonGiven | None, described("Legal representative (法定代表人) of an organisation.")
    ] = None


class RecordTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a contract or customer that was sent."""

    status: Annotated[
        Literal["accepted", "unchanged"],
        described(
            "`accepted`: it is new or has changed. `unchanged`: it said nothing new, or something older."
        ),
    ]
    id: Annotated[UUID, described("Its id here.")]
    revision: Annotated[int, described("Grows with every change here; 1: it is new.")]
    code: Annotated[str | None, described("`stale_version`: a newer version is on file and stays.")]
    message: Annotated[str | None, described("The same in words, in the language of `Accept-Language`.")]
    warnings: Annotated[list[ProblemFault], described("What looks wrong but kept nothing out.")]
    obligations_made: Annotated[int, described("Callbacks (回访任务) that came of it.")]
    obligations_changed: Annotated[int, described("Callbacks that were changed by it.")]
