"""ID numbers: their form, check digit and what they say of birth date and gender.

python-stdnum's resident ID check is not used whole: it takes births in 2099, refuses residence permits for Hong Kong,
Macao and Taiwan people (81, 82, 83) and foreigners' permanent residence cards (9…), and holds old numbers against years
in which today's gazetteer lists their county.
"""

import re
from datetime import date
from typing import Final, NamedTuple

from huifang_core.customers import Gender, IdType
from stdnum.cn import ric, uscc

from huifang_tenants.intake.problems import Unfit
from huifang_tenants.intake.values import narrow

PROVINCES: Final = frozenset(
    [
        *("11", "12", "13", "14", "15"),
        *("21", "22", "23"),
        *("31", "32", "33", "34", "35", "36", "37"),
        *("41", "42", "43", "44", "45", "46"),
        *("50", "51", "52", "53", "54"),
        *("61", "62", "63", "64", "65"),
        *("71", "81", "82"),
    ]
)
"""First two digits of a region code (GB/T 2260)."""

_LIKE_RESIDENT: Final = re.compile(r"[0-9]{17}[0-9X]")
_RESIDENCE_PERMIT: Final = frozenset({"81", "82", "83"})
_OLD_FOREIGNER: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_HK_MO: Final = re.compile(r"[HMC][0-9]{8}(?:[0-9]{2})?")
_TW: Final = re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?")
_PASSPORT: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}")
_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_SEPARATORS: Final = re.compile(r"[\s\-]+")
_EARLIEST_BIRTH: Final = date(1900, 1, 1)


class Identity(NamedTuple):
    """An ID number in its one spelling, and the birth date and gender it tells, if it tells any."""

    number: str
    birth_date: date | None = None
    gender: Gender | None = None


def check_identity(id_type: IdType, written: str, today: date) -> Identity:
    """Check an ID number of the given type.

    Raises `Unfit` when it can't be one; no message repeats any part of it.
    """
    if id_type == "other":
        return Identity(written)
    number = _SEPARATORS.sub("", written if written.isascii() else narrow(written)).upper()
    match id_type:
        case "resident_id":
            return _resident(number, today, PROVINCES | _RESIDENCE_PERMIT)
        case "uscc":
            return _organisation(number)
        case "foreigner_permit":
            if _OLD_FOREIGNER.fullmatch(number):
                return Identity(number)
            return _resident(number, today, None)
        case "hk_mo_permit":
            if _LIKE_RESIDENT.fullmatch(number):
                return _resident(number, today, frozenset({"81", "82"}))
            return _of_form(_HK_MO, number, "H、M或C加8位数字", "H, M or C and 8 digits")
        case "tw_permit":
            if _LIKE_RESIDENT.fullmatch(number):
                return _resident(number, today, frozenset({"83"}))
            return _of_form(_TW, number, "8位数字", "8 digits")
        case "passport":
            return _of_form(_PASSPORT, number, "5到20位字母和数字", "5 to 20 letters and digits")


def _of_form(pattern: re.Pattern[str], number: str, zh_cn: str, en: str) -> Identity:
    if not pattern.fullmatch(number):
        raise Unfit("id_form", f"该类证件号码应为{zh_cn}", f"a number of this ID type is {en}")
    return Identity(number)


def _resident(number: str, today: date, provinces: frozenset[str] | None) -> Identity:
    """Check an 18-character number; `provinces` None: a foreigner's, which begins with 9."""
    if len(number) != 18:
        raise Unfit(
            "id_length",
            f"应为18位,实为{len(number)}位",
            f"has {len(number)} characters where this ID type has 18",
        )
    if not _LIKE_RESIDENT.fullmatch(number):
        raise Unfit(
            "id_form",
            "应为17位数字加1位数字或X",
            "must be 17 digits and a last character that is a digit or X",
        )
    if number[-1] != ric.calc_check_digit(number):
        raise Unfit(
            "id_check_digit",
            "校验位与前17位不符,请核对",
            "the last character does not fit the other seventeen: check the number",
        )
    if not (number[0] == "9" if provinces is None else number[:2] in provinces):
        raise Unfit(
            "id_region",
            "地区代码与证件类型不符",
            "begins with no region this ID type is issued for: check the ID type",
        )
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or not _EARLIEST_BIRTH <= born <= today:
        raise Unfit(
            "id_birth_date",
            "号码中的出生日期不存在、早于1900年或在将来",
            "holds a birth date that does not exist, is before 1900 or in the future",
        )
    return Identity(number, born, "male" if int(number[16]) % 2 else "female")


def _organisation(number: str) -> Identity:
    # stdnum's own check wants eight digits in front and refuses village collectives (N2…) and others (A…, Y…).
    if not _USCC.fullmatch(number):
        raise Unfit(
            "id_form",
            "统一社会信用代码应为18位数字和大写字母(不含I、O、S、V、Z)",
            "a unified social credit code is 18 digits and capitals, without I, O, S, V and Z",
        )
    if number[-1] != uscc.calc_check_digit(number):
        raise Unfit(
            "id_check_digit",
            "统一社会信用代码校验位不符,请核对",
            "the check character of the credit code does not fit: check the number",
        )
    return Identity(number)
