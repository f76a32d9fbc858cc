"""One spelling for each ID number, phone number and name, so that equal ones have equal blind indexes.

Every function is idempotent and total: what makes no sense is kept, only tidied, and found under the same words.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

_CHINESE_MOBILE: Final = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_EXTENSION: Final = re.compile(r"(?:转|分机|ext\.?|x|#|,|;).*", re.IGNORECASE | re.DOTALL)
_NOT_DIALLED: Final = re.compile(r"(?<!^)\+|[^0-9+]+")
_SPACES: Final = re.compile(r"\s+")
# The dot between the parts of a transcribed name is typed in many ways; U+00B7 is the standard one.
_NAME_DOTS: Final = str.maketrans(dict.fromkeys("•‧・∙⋅", "·"))
_PLAIN_HAN: Final = re.compile("[\u4e00-\u9fff]{1,40}")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


def normalise_id_number(value: str) -> str:
    """NFKC, upper case, letters and digits of any script only: `11010119900307123x` ends in X, brackets go."""
    if value.isascii() and value.isalnum():
        return value.upper()
    text = _nfkc(_without_invisible(_nfkc(value)).upper())
    # Once more at the end, here and below: what stood between two characters may have kept them from composing.
    return _nfkc("".join(character for character in text if character.isalnum()))


def normalise_phone(value: str) -> str:
    """E.164 where the number can be read (Chinese when it has no country code), else its bare digits.

    An extension is dropped: the switchboard is the number.

    >>> normalise_phone("138 0013-8000"), normalise_phone("(010) 6552 9988 转 801"), normalise_phone("95588")
    ('+8613800138000', '+861065529988', '95588')
    """
    # Nearly all of them are these: 36 µs saved.
    if mobile := _CHINESE_MOBILE.fullmatch(value):
        return "+86" + mobile[1]
    text = _without_invisible(_nfkc(value)).strip()
    dialled = _NOT_DIALLED.sub("", _EXTENSION.sub("", text))
    if mobile := _CHINESE_MOBILE.fullmatch(dialled):
        return "+86" + mobile[1]
    try:
        number = phonenumbers.parse(dialled, "CN")
    except phonenumbers.NumberParseException:
        return dialled if dialled.strip("+") else _nfkc(_SPACES.sub("", text))
    # A short code or a typing error has no E.164 form.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return dialled
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_name(value: str) -> str:
    """NFKC, case folded, one kind of middle dot; no spaces in a name with Han characters, else single ones."""
    if _PLAIN_HAN.fullmatch(value):
        return value
    text = _without_invisible(_nfkc(_nfkc(value).casefold())).translate(_NAME_DOTS)
    return _nfkc(_SPACES.sub("" if _HAN.search(text) else " ", text).strip())


def last_four(value: str) -> str:
    """The last four characters of a normalised ID or phone number, all of it when it is shorter."""
    return value[-4:]


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without_invisible(text: str) -> str:
    """Drop format characters (zero-width spaces, byte order marks) and controls that are not white space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cf", "Cc")
    )
