"""Phone numbers as core systems write them: mobiles, landlines, short service numbers, foreign numbers."""

import re
from typing import Final

import phonenumbers

from huifang_tenants.intake.problems import Unfit
from huifang_tenants.intake.values import code_text, digits_of

_LONGEST: Final = 40
_MOBILE: Final = re.compile(r"(?:\+?86|0086)?1[3-9][0-9]{9}")
_LANDLINE: Final = re.compile(r"(?:(?:\+?86|0086)0?|0)(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
# 110, 12366, 95588, 400 and 800 numbers: libphonenumber calls most of them invalid.
_SERVICE: Final = re.compile(r"1[0-9]{2,4}|9[56][0-9]{3,7}|[48]00[0-9]{7}")
_EXTENSION: Final = re.compile(r"(?:转|分机|ext\.?|x|#|,)\s*[0-9]{1,6}$", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s().\-\u2010-\u2015]+")


def phone(value: object) -> str:
    """A phone number, kept as it is written; one that can exist but looks wrong is kept with a warning."""
    written = digits_of(value) if value.__class__ is int else code_text(value)
    if _MOBILE.fullmatch(written):
        return written
    if len(written) > _LONGEST:
        raise _no_phone()
    dialled = _SEPARATORS.sub("", _EXTENSION.sub("", written))
    if _MOBILE.fullmatch(dialled) or _LANDLINE.fullmatch(dialled) or _SERVICE.fullmatch(dialled):
        return written
    if not re.fullmatch(r"\+?[0-9]{3,20}", dialled):
        raise _no_phone()
    try:
        # 00 is how one dials abroad from China.
        number = phonenumbers.parse("+" + dialled[2:] if dialled.startswith("00") else dialled, "CN")
    except phonenumbers.NumberParseException:
        raise _no_phone() from None
    if phonenumbers.is_valid_number(number):
        return written
    if phonenumbers.is_possible_number(number):
        raise Unfit(
            "phone_doubtful",
            "该电话号码不在已知号段内,请核对",
            "no such number range is known: check the phone number",
            severity="warning",
            kept=written,
        )
    raise _no_phone()


def _no_phone() -> Unfit:
    return Unfit(
        "not_a_phone",
        "不是电话号码;固定电话请带区号,境外号码以+和国家代码开头",
        "no phone number; landlines need their area code, foreign numbers begin with + and the country code",
    )
