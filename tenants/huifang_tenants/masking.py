"""How personal data is shown to those who may not see all of it. A mask never tells the whole of anything."""

import re
from typing import Final

_COMPOUND_SURNAME: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|"
    "长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|"
    "南门|羊舌|微生|公户|公玉|公仪|梁丘|公仲|公上|公门|公山|公坚|左丘|公伯|西门|公祖|第五|公乘|贯丘|公皙|南荣|东里|东宫|仲长|子书|子桑|"
    "即墨|达奚|褚师"
)
_HAN_START: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
# One administrative name, from province down to district. Road and house words can't be part of one, and several
# cities have a district whose name begins with the word for city (市南区).
_DIVISION: Final = re.compile(
    r"市[南北中]区|[^省市区县旗路街道镇乡村号0-9\s]{1,9}(?:省|自治区|自治州|自治县|市|区|县|旗)"
)
_CHINESE_MOBILE: Final = re.compile(r"^(?:\+?86[ -]?)?(1[0-9]{2})[ -]?([0-9]{4})[ -]?([0-9]{4})$")


def mask_name(name: str) -> str:
    """The surname alone: 张三 → 张*, 王小明 → 王**, 欧阳娜娜 → 欧阳**, John Smith → J***; a single letter → *."""
    text = name.strip()
    if len(text) <= 1:
        return "*" * len(text)
    if not _HAN_START.match(text):
        return text[0] + "***"
    surname = 2 if len(text) > 2 and _COMPOUND_SURNAME.match(text) else 1
    return text[:surname] + "*" * min(len(text) - surname, 2)


def mask_id_number(number: str) -> str:
    """All but the last four characters; of fewer than eight, none are shown."""
    text = number.strip()
    return "*" * len(text) if len(text) < 8 else "*" * (len(text) - 4) + text[-4:]


def mask_account(number: str) -> str:
    """A bank account like an ID number: the last four characters, when there are eight or more."""
    return mask_id_number(number)


def mask_phone(number: str) -> str:
    """138****5678 for Chinese mobiles; of others the last four, or nothing when they have fewer than eight."""
    text = number.strip()
    if mobile := _CHINESE_MOBILE.match(text):
        return f"{mobile[1]}****{mobile[3]}"
    return "*" * len(text) if len(text) < 8 else "****" + text[-4:]


def mask_address(address: str) -> str:
    """Down to the district: 山东省济南市历下区经十路1号 → 山东省济南市历下区****; without one, `****`."""
    text = address.strip()
    if not text:
        return ""
    shown = _district(text)
    return (shown if len(shown) < len(text) else "") + "****"


def mask_email(address: str) -> str:
    """z***@example.com; without a local part and a domain, `***`."""
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain):
        return "***" if address.strip() else ""
    return f"{local[0] if len(local) > 1 else ''}***@{domain}"


def _district(address: str) -> str:
    """The leading part that ends with the last of at most three administrative names."""
    end = 0
    for _ in range(3):
        division = _DIVISION.match(address, end)
        if not division:
            break
        end = division.end()
    return address[:end]
