"""What fields of one record must agree on: ID numbers with birth dates, dates with each other."""

from datetime import date
from typing import Any, Final

from huifang_core.windows import one_year_after

from huifang_tenants.intake.identity import check_identity
from huifang_tenants.intake.problems import Unfit
from huifang_tenants.intake.records import Found

EARLIEST_EVENT: Final = date(1990, 1, 1)
"""No contract whose events come in is older: an earlier day is a typing error."""


def agree_in_customer(fields: dict[str, Any], path: str, found: Found) -> None:
    """Check the ID number by its type, and birth date, gender and kind against it; the number gets its one spelling."""
    if "birth_date" in fields and fields["birth_date"] > found.today:
        found.error(path + "birth_date", "in_future", "出生日期在将来", "a birth date can't be in the future")
    id_type, number = fields.get("id_type"), fields.get("id_number")
    if id_type is None:
        if number is not None and not _faulty(found, path + "id_type"):
            found.error(
                path + "id_type",
                "missing",
                "有证件号码时必填证件类型",
                "missing: an ID number needs its ID type",
            )
        return
    if fields.get("kind") == "organisation" and id_type not in ("uscc", "other"):
        found.error(
            path + "id_type",
            "not_for_organisation",
            "机构客户的证件类型应为 uscc 或 other",
            "an organisation's ID type is uscc or other",
        )
    elif fields.get("kind") == "individual" and id_type == "uscc":
        found.warn(
            path + "id_type",
            "not_for_individual",
            "个人客户使用了统一社会信用代码,请核对",
            "a person with an organisation's credit code: check it",
        )
    if number is None:
        return
    try:
        identity = check_identity(id_type, number, found.today)
    except Unfit as unfit:
        found.add(path + "id_number", unfit, number, of_a_person=True, personal=True)
        return
    fields["id_number"] = identity.number
    if (
        identity.birth_date is not None
        and fields.get("birth_date", identity.birth_date) != identity.birth_date
    ):
        found.error(
            path + "birth_date",
            "disagrees_with_id",
            "与证件号码中的出生日期不一致",
            "does not agree with the birth date in the ID number",
        )
    if identity.gender is not None and fields.get("gender", "unknown") not in ("unknown", identity.gender):
        found.error(
            path + "gender",
            "disagrees_with_id",
            "与证件号码中的性别不一致",
            "does not agree with the gender in the ID number",
        )


def agree_in_contract(fields: dict[str, Any], path: str, found: Found) -> None:
    """Check the order of a contract's dates, and that what has to be told to the customer is there (SD-6d, SD-6h)."""
    effective_on, expires_on = fields.get("effective_on"), fields.get("expires_on")
    if effective_on is not None and expires_on is not None and expires_on < effective_on:
        found.error(
            path + "expires_on",
            "before_effective",
            "早于生效日;终身合同请留空",
            "is before effective_on; leave it empty for whole of life",
        )
    issued_on, delivered_on = fields.get("issued_on"), fields.get("delivered_on")
    if issued_on is not None and delivered_on is not None and delivered_on < issued_on:
        found.warn(
            path + "delivered_on", "before_issued", "早于签发日,请核对", "is before issued_on: check both"
        )
    if (
        # A change to a contract is checked here, too.
        "contract_no" in fields
        and fields.get("line") == "life"
        and not fields.get("group")
        and fields.get("cooling_off_days") is None
        and effective_on is not None
        and (expires_on is None or expires_on > one_year_after(effective_on))
        and not _faulty(found, path + "cooling_off_days")
    ):
        found.warn(
            path + "cooling_off_days",
            "not_stated",
            "未载明犹豫期天数;新单回访须告知客户,补传之前不能完成",
            "not stated: a new contract's callback tells it to the customer, and can't be completed before it comes in",
        )
    for number, fee in enumerate(fields.get("fees", ()), 1):
        if fee.rate is None and fee.amount is None:
            found.warn(
                f"{path}fees.{number}",
                "no_figure",
                "费用项目没有费率或金额",
                "a fee item with neither rate nor amount can't be told to the customer",
            )


def agree_in_training(fields: dict[str, Any], path: str, found: Found) -> None:
    """Check that a training was held before now, and that one that was passed counts until some day after it (SD-3)."""
    held_on, valid_until = fields.get("held_on"), fields.get("valid_until")
    if held_on is not None and held_on > found.today:
        found.error(
            path + "held_on",
            "in_future",
            "培训日期在将来,举办之后再登记",
            "a training is recorded once it has been held, not ahead of it",
        )
    if held_on is not None and valid_until is not None and valid_until < held_on:
        found.error(
            path + "valid_until",
            "before_held",
            "早于培训日期",
            "is before held_on: it would count for nothing",
        )
    if fields.get("passed") and valid_until is None and not _faulty(found, path + "valid_until"):
        found.error(
            path + "valid_until",
            "missing",
            "培训合格时必填有效期",
            "missing: a training that was passed counts until some day",
        )


def agree_in_policy(fields: dict[str, Any], path: str, found: Found) -> None:
    """Check that a callback policy was approved, and that it does not end before it begins (SD-3)."""
    approved_on, begins, ends = (
        fields.get(name) for name in ("approved_on", "in_force_from", "in_force_until")
    )
    if approved_on is not None and approved_on > found.today:
        found.error(
            path + "approved_on",
            "in_future",
            "批准日期在将来,批准之后再登记",
            "a policy is recorded once it has been approved, not ahead of it",
        )
    if begins is not None and ends is not None and ends < begins:
        found.error(
            path + "in_force_until",
            "before_in_force",
            "早于生效日期;长期有效请留空",
            "is before in_force_from; leave it empty where no end is set",
        )
    if approved_on is not None and begins is not None and begins < approved_on:
        found.warn(
            path + "in_force_from",
            "before_approved",
            "早于批准日期,请核对",
            "is before approved_on: check both",
        )


def _faulty(found: Found, at: str) -> bool:
    return any(problem.field == at for problem in found.problems)


def agree_in_payload(fields: dict[str, Any], path: str, found: Found) -> None:
    """Check that the days of an event can have happened, and in that order."""
    for name, value in fields.items():
        # An instant is a date to isinstance; its own day is near enough here.
        if isinstance(value, date) and value.year < EARLIEST_EVENT.year:
            found.error(
                path + name,
                "too_early",
                f"早于{EARLIEST_EVENT.year}年,请核对",
                f"is before {EARLIEST_EVENT.year}: check it",
            )
    due_on, grace_end = fields.get("due_on"), fields.get("grace_end")
    if due_on is not None and grace_end is not None and grace_end < due_on:
        found.error(
            path + "grace_end",
            "before_due",
            "宽限期末日早于应交日",
            "the grace period can't end before the premium was due",
        )
