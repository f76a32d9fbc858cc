"""The facts that conditions test and script texts quote, with what is known of each before any contract is seen."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

from huifang_core.cases import Decision
from huifang_core.conditions import FactKind, FactSpec, FactValue
from huifang_core.contracts import (
    Channel,
    Contract,
    Fee,
    Line,
    ProductClass,
    is_longer_than_one_year,
    is_new_type,
    shows_fee_items,
)
from huifang_core.customers import Customer, CustomerKind, Gender
from huifang_core.obligations import CalledParty, ContactChannel
from huifang_core.texts import text


def _spec(
    id: str, kind: FactKind, zh_cn: str, en: str, values: Iterable[str] = (), *, before_identity: bool = False
) -> FactSpec:
    return FactSpec(
        id=id, kind=kind, title=text(zh_cn, en), values=tuple(values), before_identity=before_identity
    )


FACTS: Mapping[str, FactSpec] = {
    spec.id: spec
    for spec in (
        _spec("insurer.name", "text", "公司名称", "name of the insurer", before_identity=True),
        _spec("caller.staff_no", "text", "回访员工号", "staff number of the caller", before_identity=True),
        _spec(
            "called.party",
            "code",
            "被访人身份",
            "part of whoever is called",
            get_args(CalledParty),
            before_identity=True,
        ),
        _spec("called.name", "text", "被访人姓名", "name of whoever is called", before_identity=True),
        _spec("customer.name", "text", "客户姓名", "customer's name", before_identity=True),
        _spec("customer.kind", "code", "客户类型", "kind of customer", get_args(CustomerKind)),
        _spec("customer.gender", "code", "性别", "gender", get_args(Gender), before_identity=True),
        _spec("customer.id_number", "text", "证件号码", "ID number"),
        _spec("customer.id_last4", "text", "证件号码后四位", "last four of the ID number"),
        _spec("customer.birth_date", "date", "出生日期", "date of birth"),
        _spec("contract.contract_no", "text", "保单号", "policy number"),
        _spec("contract.product_name", "text", "产品名称", "product"),
        _spec("contract.product_class", "code", "产品类型", "product class", get_args(ProductClass)),
        _spec("contract.new_type", "boolean", "新型产品", "new-type product"),
        _spec("contract.fee_items", "boolean", "须告知费用明细", "fees must be told"),
        _spec("contract.death_benefit", "boolean", "含身故给付", "benefit payable on death"),
        _spec("contract.longer_than_one_year", "boolean", "保险期间一年以上", "term longer than one year"),
        _spec("contract.channel", "code", "销售渠道", "sales channel", get_args(Channel)),
        _spec("contract.premium_mode", "code", "交费方式", "premium mode", ("single", "regular")),
        _spec("contract.premium_amount", "money", "每期保险费", "premium per period"),
        _spec("contract.premium_interval_months", "number", "交费间隔(月)", "months between premiums"),
        _spec("contract.premium_years", "number", "交费年限", "years of premium payment"),
        _spec("contract.fees", "text", "费用项目及标准", "fee items and rates"),
        _spec("contract.first_deduction", "money", "首期扣除费用", "deducted from the first payment"),
        _spec("contract.account_credit", "money", "进入账户金额", "credited to the account"),
        _spec("contract.effective_on", "date", "生效日", "effective date"),
        _spec("contract.expires_on", "date", "期满日", "date of expiry"),
        _spec("contract.delivered_on", "date", "签收日", "date of delivery"),
        _spec("contract.cooling_off_days", "number", "犹豫期天数", "days of the cooling-off period"),
        _spec("contract.cooling_off_end", "date", "犹豫期最后一日", "last day of the cooling-off period"),
        _spec("grace.end", "date", "宽限期最后一日", "last day of the grace period"),
        _spec("grace.unpaid", "money", "未交保险费", "unpaid premium"),
        _spec("lapse.on", "date", "失效日", "date of lapse"),
        _spec("surrender.on", "date", "退保日", "date of surrender"),
        _spec("claim.no", "text", "赔案号", "claim number"),
        _spec("claim.amount", "money", "赔付金额", "amount paid"),
        _spec("claim.paid_on", "date", "赔付日", "date of payment"),
        _spec("claim.result", "code", "赔案结论", "result of the claim", ("paid", "declined", "zero")),
        _spec("claim.reported_at", "text", "报案时间", "when the loss was reported"),
        _spec("claim.closed_on", "date", "结案日", "date the claim was closed"),
        _spec("claim.loss_region", "text", "出险地区", "place of loss"),
        _spec("claim.area", "code", "出险区域", "area of the loss", ("urban", "county")),
        _spec("claim.dual_agency", "boolean", "双代案件", "dual-agency case"),
        _spec("claim.surveyor_no", "text", "查勘员工号", "surveyor's staff number"),
        _spec("claim.assessor_no", "text", "定损员工号", "assessor's staff number"),
        _spec(
            "claim.reporter_role",
            "code",
            "报案人身份",
            "who reported the loss",
            ("insured", "driver", "other_party", "policyholder", "agent", "salesperson", "repair_shop"),
        ),
        _spec("contract.line", "code", "险种", "line of business", get_args(Line)),
        _spec("change.kind", "text", "保全项目", "kind of policy servicing"),
        _spec("change.on", "date", "保全日", "date of policy servicing"),
        _spec("seller.departed_on", "date", "销售人员离职日", "date the salesperson left"),
        _spec("occasion.on", "date", "当日日期", "the day it is about"),
        _spec("occasion.name", "text", "事由", "what the day is"),
        _spec("registration.certificate_no", "text", "登记证号", "registration certificate number"),
        _spec("registration.contribution_base", "money", "缴费基数", "contribution base"),
        _spec("registration.declared_base", "money", "申报基数", "declared base"),
        _spec("payment.amount", "money", "缴费金额", "amount paid"),
        _spec("payment.paid_on", "date", "缴费日", "date of payment"),
        _spec("payment.channel", "text", "缴费渠道", "payment channel"),
        _spec(
            "feedback.kind", "code", "反馈类型", "kind of feedback", ("suggestion", "problem", "complaint")
        ),
        _spec("feedback.received_on", "date", "收到反馈日", "date the feedback came in"),
        _spec("risk.kind", "text", "风险类型", "kind of risk"),
        _spec(
            "registration.base_differs",
            "boolean",
            "申报基数与核定不符",
            "the declared base is known to differ",
        ),
        _spec("contract.whole_of_life", "boolean", "终身保障", "cover for life"),
        _spec("case.number", "text", "问题件编号", "number of the case"),
        _spec("case.subject", "text", "问题件事由", "what the case is about"),
        _spec("case.answer", "text", "处理结果", "what came of the case"),
        _spec("case.decision", "code", "是否采纳", "what became of the suggestion", get_args(Decision)),
        _spec("case.solved_on", "date", "问题件解决日", "date the case was solved"),
        # No script says these: they are what an answer may correct (HI-1, CI-5).
        _spec("customer.phone", "text", "联系电话", "customer's phone"),
        _spec("customer.address", "text", "联系地址", "customer's address"),
        _spec("contact.channel", "code", "回访方式", "channel of the contact", get_args(ContactChannel)),
    )
}
"""Every fact by id. The sets of codes are finite, so that a script can be proven for all of them."""


def contract_facts(contract: Contract) -> dict[str, FactValue | None]:
    """Return the facts of a contract; what is not known is None."""
    premium = contract.premium
    return {
        "contract.contract_no": contract.contract_no,
        "contract.line": contract.line,
        "contract.product_name": contract.product_name,
        "contract.product_class": contract.product_class,
        "contract.new_type": is_new_type(contract),
        "contract.fee_items": shows_fee_items(contract),
        "contract.death_benefit": contract.death_benefit,
        "contract.longer_than_one_year": is_longer_than_one_year(contract),
        "contract.channel": contract.channel,
        "contract.premium_mode": premium.mode if premium else None,
        "contract.premium_amount": premium.amount if premium else None,
        "contract.premium_interval_months": premium.interval_months if premium else None,
        "contract.premium_years": premium.years if premium else None,
        "contract.fees": _fees_in_words(contract.fees),
        "contract.first_deduction": contract.first_deduction,
        "contract.account_credit": contract.account_credit,
        "contract.effective_on": contract.effective_on,
        "contract.expires_on": contract.expires_on,
        "contract.whole_of_life": contract.expires_on is None,
        "contract.delivered_on": contract.delivered_on,
        "contract.cooling_off_days": contract.cooling_off_days,
        "contract.cooling_off_end": _cooling_off_end(contract),
    }


def customer_facts(customer: Customer) -> dict[str, FactValue | None]:
    """Return the facts of a customer, personal data among them: for a contact, never for a rule."""
    number = customer.id_number
    return {
        "customer.name": customer.name,
        "customer.kind": customer.kind,
        "customer.gender": customer.gender,
        "customer.id_number": number,
        "customer.id_last4": number[-4:] if number else None,
        "customer.birth_date": customer.birth_date,
    }


def typed_facts(facts: Mapping[str, Any]) -> dict[str, FactValue | None]:
    """Return facts that come from JSON, such as those a rule put into its draft, typed as `FACTS` says.

    Raises KeyError on an unknown one.
    """
    return {name: _typed(FACTS[name].kind, value) for name, value in facts.items()}


def _typed(kind: FactKind, value: Any) -> FactValue | None:
    if value is None:
        return None
    match kind:
        case "date":
            return value if isinstance(value, date) else date.fromisoformat(value)
        case "money" | "number":
            # Some systems say of an amount only that there is one.
            return None if isinstance(value, bool) else Decimal(str(value))
        case "boolean":
            return value if isinstance(value, bool) else None
        case _:
            return str(value)


def _cooling_off_end(contract: Contract) -> date | None:
    if contract.delivered_on is None or contract.cooling_off_days is None:
        return None
    return contract.delivered_on + timedelta(contract.cooling_off_days)


def _fees_in_words(fees: tuple[Fee, ...]) -> str | None:
    if not fees:
        return None
    parts = []
    for fee in fees:
        words = fee.name
        if fee.rate is not None:
            words += f" {(fee.rate * 100).normalize():f}%"
        if fee.amount is not None:
            words += f" {fee.amount}元"
        parts.append(words)
    return ";".join(parts)
