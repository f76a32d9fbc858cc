"""Reading single values: text, codes, money, numbers, booleans, days and instants.

A value is the text of a cell or a JSON value; each reader returns what the kernel's structs hold and raises `Unfit`
otherwise. One spelling comes out whatever the file format was, so that equal contents have equal hashes.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from huifang_core.windows import SHANGHAI

from huifang_tenants.intake.problems import Unfit, listing

Reader = Callable[[Any], Any]

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2999
"""Days and instants outside these years are typing errors, or fillers such as 9999-12-31."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK: Final = re.compile(r"\r\n?")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_MONEY: Final = re.compile(r"([0-9]{1,50})(?:\.([0-9]{1,40}))?")
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(?:[Zz]|([+-][0-9]{2}:[0-9]{2}))?)?"
)
_BOOLEANS: Final = {"true": True, "false": False, "是": True, "否": False}
_CENT: Final = Decimal("0.01")
_MONEY_DIGITS: Final = 13
_RATE_DECIMALS: Final = 6
_BEYOND_ANY_FIELD: Final = 10**40


def plain_text(value: object) -> str:
    """Text without surrounding white space and with `\\n` for line breaks; other control characters are refused."""
    if value.__class__ is not str:
        raise _not_text(value)
    words: str = value.strip()
    if words.isprintable():
        return words
    if "\r" in words:
        words = _LINE_BREAK.sub("\n", words)
    if _CONTROL.search(words):
        raise Unfit("control_character", "含有控制字符,请删除", "has a control character in it: take it out")
    return words


def one_line(value: object) -> str:
    """Text as `plain_text`, but on one line and without tabs."""
    words = plain_text(value)
    if not words.isprintable() and ("\n" in words or "\t" in words):
        raise Unfit(
            "line_break", "含有换行或制表符,请删除", "has a line break or a tab in it: write it on one line"
        )
    return words


def code_text(value: object) -> str:
    """A code or number: one line, full-width letters and digits made plain (NFKC), zero-width characters dropped."""
    words = one_line(value)
    return words if words.isascii() else narrow(words)


def narrow(words: str) -> str:
    """NFKC without zero-width characters and surrounding white space."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", unicodedata.normalize("NFKC", words))).strip()


def digits_of(value: Any) -> str:
    """A JSON integer as text; of one that no field could hold, as many digits as show that."""
    # Python refuses to write out very long integers.
    return str(value) if abs(value) < _BEYOND_ANY_FIELD else str(_BEYOND_ANY_FIELD)


def text_reader(read: Callable[[object], str], shortest: int, longest: int, pattern: str | None) -> Reader:
    """A reader of text of `shortest` to `longest` characters that `pattern`, when there is one, finds itself in."""
    found = re.compile(pattern).search if pattern else None

    def checked(value: Any) -> str:
        words = read(value)
        if len(words) > longest:
            raise Unfit("too_long", f"最多{longest}个字符", f"at most {longest} characters")
        if len(words) < shortest:
            raise Unfit("too_short", f"至少{shortest}个字符", f"at least {shortest} characters")
        if found is not None and not found(words):
            raise Unfit("bad_form", "格式不正确", "does not have the form this field needs")
        return words

    return checked


def email_text(value: object) -> str:
    """An e-mail address: something, an @ and a domain, no spaces."""
    words = code_text(value)
    local, _, domain = words.partition("@")
    if not local or not domain or "@" in domain or " " in words or len(words) > 200:
        raise Unfit(
            "not_an_email",
            "不是电子邮箱地址,例如 name@example.com",
            "no e-mail address such as name@example.com",
        )
    return words


def literal_reader(codes: tuple[str, ...]) -> Reader:
    """A reader of one of `codes`, spelt exactly so."""
    known = {code: code for code in codes}

    def read(value: Any) -> str:
        found = known.get(value) if value.__class__ is str else None
        if found is None:
            found = known.get(code_text(value))
        if found is None:
            raise Unfit(
                "no_such_code",
                f"无此代码,可用:{listing(codes)}",
                f"no such code; use one of: {listing(codes)}",
            )
        return found

    return read


def money(value: object) -> Decimal:
    """Yuan: 0 or more, below ten million million, at most two decimals; always comes back with two."""
    if value.__class__ is int:
        value = digits_of(value)
    parts = _MONEY.fullmatch(_number_text(value, "1200.00"))
    if parts is None:
        raise _not_decimal(value, "not_money", "金额", "money", "1200.00")
    if parts[2] and len(parts[2]) > 2:
        raise Unfit("too_many_decimals", "金额最多两位小数", "money has at most two decimals")
    if len(parts[1].lstrip("0")) > _MONEY_DIGITS:
        raise Unfit("too_large", "金额过大,应小于10万亿元", "too large: less than 10 000 000 000 000 yuan")
    return Decimal(parts[0]).quantize(_CENT)


def rate(value: object) -> Decimal:
    """A share from 0 to 1 with at most six decimals, without trailing noughts."""
    if value.__class__ is int:
        value = digits_of(value)
    parts = _MONEY.fullmatch(_number_text(value, "0.035"))
    if parts is None:
        raise _not_decimal(value, "not_a_rate", "比率", "a rate", "0.035")
    decimals = (parts[2] or "").rstrip("0")
    if len(decimals) > _RATE_DECIMALS:
        raise Unfit("too_many_decimals", "比率最多六位小数", "a rate has at most six decimals")
    share = Decimal(f"{parts[1]}.{decimals or 0}")
    if share > 1:
        raise Unfit(
            "out_of_range", "比率应为0到1之间的小数,3.5%写作0.035", "a rate is 0 to 1: 3.5 % is 0.035"
        )
    return Decimal(f"{int(parts[1])}.{decimals}") if decimals else Decimal(int(parts[1]))


def money_or_boolean(value: object) -> Decimal | bool:
    """An amount in yuan, or just yes or no."""
    if value.__class__ is bool:
        return bool(value)
    if value.__class__ is str:
        answer = _BOOLEANS.get(code_text(value).casefold())
        if answer is not None:
            return answer
    return money(value)


def boolean(value: object) -> bool:
    """true or false, 是 or 否, in any case; 1 and 0 could be anything and are refused."""
    if value.__class__ is bool:
        return bool(value)
    answer = _BOOLEANS.get(code_text(value).casefold()) if value.__class__ is str else None
    if answer is None:
        raise Unfit("not_a_boolean", "应为 true、false、是或否", "write true or false (是 or 否)")
    return answer


def integer_reader(least: int, most: int) -> Reader:
    """A reader of whole numbers from `least` to `most`."""

    def read(value: Any) -> int:
        if value.__class__ is int:
            number: int = value
        else:
            digits = code_text(value) if value.__class__ is str else ""
            if not _INTEGER.fullmatch(digits):
                raise Unfit("not_an_integer", "应为整数,例如 12", "not a whole number such as 12")
            number = int(digits)
        if not least <= number <= most:
            raise Unfit("out_of_range", f"应为{least}到{most}", f"must be from {least} to {most}")
        return number

    return read


def day(value: object) -> date:
    """A day written YYYY-MM-DD, or a date cell of a spreadsheet."""
    if value.__class__ is str:
        word: str = value.strip()
        if not word.isascii():
            word = code_text(word)
        # fromisoformat takes 20260912 and 2026-W37-6, too.
        if len(word) == 10 and word[4] == "-" and word[7] == "-":
            try:
                return _sane(date.fromisoformat(word))
            except ValueError:
                raise Unfit("no_such_day", "没有这一天", "there is no such day") from None
    elif value.__class__ is date:
        return _sane(value)
    elif isinstance(value, datetime):
        if value.time() == time():
            return _sane(value.date())
        raise Unfit("not_a_date", "应为日期,不带时刻", "a day is wanted here, without a time of day")
    raise Unfit("not_a_date", "应为日期,格式 2026-09-30", "not a date such as 2026-09-30")


def instant(value: object) -> datetime:
    """An instant in UTC from RFC 3339; without an offset, and for a bare day its 00:00, Asia/Shanghai is meant."""
    if value.__class__ is str:
        parts = _INSTANT.fullmatch(value if value.isascii() else code_text(value))
        if parts is not None:
            written, clock, offset = parts.groups()
            try:
                if clock is None:
                    return datetime.combine(_sane(date.fromisoformat(written)), time(), SHANGHAI).astimezone(
                        UTC
                    )
                utc = offset is None and parts[0][-1] in "Zz"
                at = datetime.fromisoformat(f"{written}T{clock}{'+00:00' if utc else offset or ''}")
            except ValueError:
                raise Unfit(
                    "no_such_instant", "没有这个时刻", "there is no such day or time of day"
                ) from None
            _sane(at)
            return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    elif isinstance(value, datetime):
        _sane(value)
        return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    elif value.__class__ is date:
        return datetime.combine(_sane(value), time(), SHANGHAI).astimezone(UTC)
    raise Unfit(
        "not_an_instant",
        "应为时刻,格式 2026-09-30T08:30:00+08:00(无时区按北京时间)",
        "not an instant such as 2026-09-30T08:30:00+08:00 (Chinese time when it has no offset)",
    )


def _sane(when: date) -> date:
    if not EARLIEST_YEAR <= when.year <= LATEST_YEAR:
        raise Unfit(
            "year_out_of_range",
            f"年份应为{EARLIEST_YEAR}到{LATEST_YEAR};没有日期请留空",
            f"the year must be from {EARLIEST_YEAR} to {LATEST_YEAR}; leave it empty where there is no date",
        )
    return when


def _number_text(value: object, example: str) -> str:
    if value.__class__ is str:
        return value if value.isascii() else code_text(value)
    if value.__class__ is float:
        raise Unfit(
            "float",
            f'请写成字符串,例如 "{example}":浮点数不能精确表示小数',
            f'write it as a string such as "{example}": a floating-point number is not exact',
        )
    raise _not_text(value)


def _not_decimal(value: object, code: str, zh_cn: str, en: str, example: str) -> Unfit:
    word = code_text(value)
    if word.startswith("-") and _MONEY.fullmatch(word[1:]):
        return Unfit("negative", f"{zh_cn}不能小于0", f"{en} can't be less than 0")
    return Unfit(
        code,
        f"{zh_cn}应为十进制数,例如 {example},不带千分位、单位或指数",
        f"{en} is a decimal number such as {example}, without separators, unit or exponent",
    )


def _not_text(value: object) -> Unfit:
    if isinstance(value, (date, time)):
        return Unfit(
            "date_cell",
            "单元格为日期或时间格式,请改为文本格式",
            "the cell is formatted as a date or time: format it as text",
        )
    if value.__class__ is float:
        return Unfit(
            "number_precision",
            "数字写成了浮点数或超过15位,请改为文本",
            "a number with a fraction or more than 15 digits: write it as text",
        )
    return Unfit("not_text", "应为文本", "must be text (a JSON string)")
