"""What fields of one record must agree on: ID numbers with birth dates, dates with each other."""

from datetime import date
from typing import Any, Final

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
        if number is not None and not any(p.field == path + "id_type" for p in found.problems):
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
    """Check the order of a contract's dates and that each fee item has a figure."""
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
    for number, fee in enumerate(fields.get("fees", ()), 1):
        if fee.rate is None and fee.amount is None:
            found.warn(
                f"{path}fees.{number}",
                "no_figure",
                "费用项目没有费率或金额",
                "a fee item with neither rate nor amount can't be told to the customer",
            )


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
