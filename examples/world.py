"""The invented insurer 泰岳人寿: its units, its people and its products, and when the export was made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

# One row of any file before it is written: nested, with dates, Decimals, booleans and lists as they are.
Record = dict[str, Any]

CHINA = timezone(timedelta(hours=8))
CUT_OVER = date(2026, 9, 1)
# Early on the business day, so that no event lies ahead of a clock set to nine o'clock that morning.
AS_OF = datetime(2026, 10, 12, 8, 30, tzinfo=CHINA)

COUNTY_NAMES = {
    "370102": "山东省济南市历下区",
    "370124": "山东省济南市平阴县",
    "370602": "山东省烟台市芝罘区",
    "370681": "山东省龙口市",
    "370702": "山东省潍坊市潍城区",
    "370724": "山东省临朐县",
    "371302": "山东省临沂市兰山区",
    "371323": "山东省沂水县",
    "370202": "山东省青岛市市南区",
    "370211": "山东省青岛市黄岛区",
}

# Counties sold in, the larger markets repeated; the county units exist for six of them only.
MARKETS = (
    "370102",
    "370102",
    "370124",
    "370602",
    "370681",
    "370702",
    "370724",
    "371302",
    "371302",
    "371323",
    "370202",
)

UNIT_OF_COUNTY = {
    "370102": "SD-JN-LX",
    "370124": "SD-JN-PY",
    "370602": "SD-YT",
    "370681": "SD-YT-LK",
    "370702": "SD-WF",
    "370724": "SD-WF-LQ",
    "371302": "SD-LY-LS",
    "371323": "SD-LY-YS",
    "370202": "QD",
    "370211": "QD-HD",
}


def units() -> list[Record]:
    """Head office, the two branches and what is below them, parents first."""
    rows = (
        ("HO", "泰岳人寿保险股份有限公司", "head_office", "", "370100", "shandong"),
        ("SD", "泰岳人寿山东分公司", "province", "HO", "370000", "shandong"),
        ("QD", "泰岳人寿青岛分公司", "province", "HO", "370200", "qingdao"),
        ("QD-HD", "泰岳人寿青岛分公司黄岛支公司", "county", "QD", "370211", "qingdao"),
        ("SD-JN", "泰岳人寿济南中心支公司", "city", "SD", "370100", "shandong"),
        ("SD-JN-LX", "泰岳人寿历下支公司", "county", "SD-JN", "370102", "shandong"),
        ("SD-JN-PY", "泰岳人寿平阴支公司", "county", "SD-JN", "370124", "shandong"),
        ("SD-YT", "泰岳人寿烟台中心支公司", "city", "SD", "370600", "shandong"),
        ("SD-YT-LK", "泰岳人寿龙口支公司", "county", "SD-YT", "370681", "shandong"),
        ("SD-WF", "泰岳人寿潍坊中心支公司", "city", "SD", "370700", "shandong"),
        ("SD-WF-LQ", "泰岳人寿临朐支公司", "county", "SD-WF", "370724", "shandong"),
        ("SD-LY", "泰岳人寿临沂中心支公司", "city", "SD", "371300", "shandong"),
        ("SD-LY-LS", "泰岳人寿兰山支公司", "county", "SD-LY", "371302", "shandong"),
        ("SD-LY-YS", "泰岳人寿沂水支公司", "county", "SD-LY", "371323", "shandong"),
    )
    keys = ("code", "name", "level", "parent", "region", "supervisor")
    return [dict(zip(keys, row, strict=True)) for row in rows]


# staff_no, name, unit, roles, vendor, trained_until. A trained_until in the past: may not be given calls.
_STAFF = (
    ("S0001", "孟庆山", "HO", "tenant_admin", "", ""),
    ("S0002", "宋雅琴", "HO", "compliance_officer", "", "2027-06-30"),
    ("S0003", "贾文涛", "HO", "auditor", "", ""),
    ("S0101", "郝志远", "SD", "compliance_officer", "", "2027-06-30"),
    ("S0102", "路晓琳", "SD", "team_leader;caller", "", "2027-06-30"),
    ("S0103", "毕海燕", "SD", "caller", "", "2027-06-30"),
    ("S0104", "曲文静", "SD", "caller", "", "2027-03-31"),
    ("S0105", "栾佳怡", "SD", "caller", "", "2026-12-31"),
    ("S0106", "丛浩然", "SD", "caller", "", "2026-06-30"),
    ("S0107", "穆春梅", "SD", "case_handler", "", "2027-06-30"),
    ("S0108", "迟建华", "SD", "case_handler;caller", "", "2027-06-30"),
    ("S0109", "仲伟", "SD", "vendor_caller", "鲁声呼叫服务有限公司", "2026-12-31"),
    ("S0201", "隋玉兰", "SD-JN", "visitor", "", "2027-06-30"),
    ("S0202", "牟振华", "SD-YT", "visitor;case_handler", "", "2027-06-30"),
    ("S0203", "鞠丽华", "SD-YT", "caller", "", "2027-06-30"),
    ("S0204", "褚立新", "SD-WF", "visitor", "", "2027-06-30"),
    ("S0205", "庞红梅", "SD-LY", "visitor", "", "2027-06-30"),
    ("S0206", "臧永康", "SD-LY", "visitor;case_handler", "", "2026-12-31"),
    ("S0207", "宿明辉", "SD-YT", "visitor", "", ""),
    ("S0208", "鲍静怡", "SD-WF", "visitor", "", ""),
    ("S0301", "綦晓东", "QD", "team_leader;caller", "", "2027-06-30"),
    ("S0302", "矫淑珍", "QD", "caller", "", "2027-06-30"),
    ("S0303", "辛承志", "QD-HD", "visitor", "", "2027-06-30"),
    ("S1001", "尹志刚", "SD-JN-LX", "seller", "", ""),
    ("S1002", "卜雪梅", "SD-JN-LX", "seller", "", ""),
    ("S1003", "葛鹏飞", "SD-JN-PY", "seller", "", ""),
    ("S1004", "单晓燕", "SD-YT", "seller", "", ""),
    ("S1005", "柳德胜", "SD-YT-LK", "seller", "", ""),
    ("S1006", "冷秀英", "SD-WF", "seller", "", ""),
    ("S1007", "战国强", "SD-WF-LQ", "seller;visitor", "", "2027-06-30"),
    ("S1008", "苗海涛", "SD-LY-LS", "seller", "", ""),
    ("S1009", "耿桂兰", "SD-LY-YS", "seller", "", ""),
    ("S1010", "逄文博", "QD", "seller", "", ""),
    ("S1011", "展莉", "QD-HD", "seller", "", ""),
    ("S1101", "申倩", "SD-JN", "seller", "岱岳银行股份有限公司", ""),
    ("S1102", "晏少华", "SD-LY", "seller", "岱岳银行股份有限公司", ""),
    ("S1103", "官云", "QD", "seller", "岱岳银行股份有限公司", ""),
    ("S1201", "阎琳", "SD", "seller", "", ""),
    ("S1301", "柏金山", "SD", "seller", "中岱保险经纪有限公司", ""),
)

SELLERS_OF_UNIT = {
    "SD-JN-LX": ("S1001", "S1002"),
    "SD-JN-PY": ("S1003",),
    "SD-YT": ("S1004",),
    "SD-YT-LK": ("S1005",),
    "SD-WF": ("S1006",),
    "SD-WF-LQ": ("S1007",),
    "SD-LY-LS": ("S1008",),
    "SD-LY-YS": ("S1009",),
    "QD": ("S1010",),
    "QD-HD": ("S1011",),
}
SELLER_OF_CHANNEL = {"telephone": "S1201", "broker": "S1301"}
BANK_SELLERS = {"3701": "S1101", "3706": "S1101", "3707": "S1101", "3713": "S1102", "3702": "S1103"}
CALLERS = ("S0102", "S0103", "S0104", "S0105", "S0108")
VISITORS = {"3701": "S0201", "3706": "S0202", "3707": "S0204", "3713": "S0205", "3702": "S0303"}


def staff_phone(staff_no: str) -> str:
    """A member of staff's own mobile number, of a prefix no customer has."""
    return f"1890531{staff_no[1:]}"


def staff() -> list[Record]:
    """Everyone the core's personnel system exports."""
    return [
        {
            "staff_no": staff_no,
            "name": name,
            "unit": unit,
            "roles": roles.split(";"),
            "vendor": vendor,
            "phone": staff_phone(staff_no),
            "trained_until": date.fromisoformat(trained) if trained else None,
            "is_seller": "seller" in roles.split(";"),
        }
        for staff_no, name, unit, roles, vendor, trained in _STAFF
    ]


@dataclass(frozen=True)
class Product:
    """What the core's product table says; `years` 0 is for the whole of life."""

    code: str
    name: str
    line: str
    product_class: str
    years: int
    death_benefit: bool
    accumulating: bool = False
    group: bool = False
    single: bool = False
    pay_years: int = 0
    premium: tuple[int, int] = (1_000, 5_000)
    has_account: bool = False


WHOLE_LIFE = Product("TY1101", "泰岳福满堂终身寿险", "life", "traditional", 0, True, pay_years=20)
TERM_LIFE = Product(
    "TY1102", "泰岳安心定期寿险", "life", "traditional", 20, True, pay_years=20, premium=(600, 2_400)
)
PARTICIPATING = Product(
    "TY1201",
    "泰岳金泰两全保险（分红型）",
    "life",
    "participating",
    10,
    True,
    single=True,
    premium=(10_000, 200_000),
)
PARTICIPATING_REGULAR = Product(
    "TY1202",
    "泰岳金禧年金保险（分红型）",
    "life",
    "participating",
    15,
    False,
    pay_years=5,
    premium=(5_000, 50_000),
)
ACCUMULATING = Product(
    "TY1203",
    "泰岳盈瑞两全保险（累积式分红型）",
    "life",
    "participating",
    10,
    True,
    accumulating=True,
    single=True,
    premium=(10_000, 80_000),
    has_account=True,
)
UNIVERSAL = Product(
    "TY1301",
    "泰岳聚宝终身寿险（万能型）",
    "life",
    "universal",
    0,
    True,
    pay_years=10,
    premium=(6_000, 30_000),
    has_account=True,
)
UNIT_LINKED = Product(
    "TY1401",
    "泰岳领航终身寿险（投资连结型）",
    "life",
    "unit_linked",
    0,
    True,
    single=True,
    premium=(20_000, 300_000),
    has_account=True,
)
CRITICAL_ILLNESS = Product(
    "TY2101", "泰岳康佑重大疾病保险", "health", "traditional", 30, False, pay_years=20, premium=(2_000, 9_000)
)
MEDICAL_YEAR = Product(
    "TY2102", "泰岳百万医疗保险", "health", "traditional", 1, False, single=True, premium=(200, 1_500)
)
MEDICAL_SIX_YEARS = Product(
    "TY2103", "泰岳长享医疗保险", "health", "traditional", 6, False, pay_years=6, premium=(400, 2_000)
)
ACCIDENT_YEAR = Product(
    "TY3101", "泰岳出行意外伤害保险", "accident", "traditional", 1, True, single=True, premium=(60, 400)
)
GROUP_TERM = Product(
    "TY4101",
    "泰岳团体定期寿险",
    "life",
    "traditional",
    1,
    True,
    group=True,
    single=True,
    premium=(20_000, 90_000),
)
GROUP_ANNUITY = Product(
    "TY4102",
    "泰岳团体年金保险",
    "life",
    "traditional",
    10,
    False,
    group=True,
    single=True,
    premium=(100_000, 500_000),
)

# What ordinary customers buy, frequent products repeated.
SHELF = (
    *(WHOLE_LIFE,) * 5,
    *(TERM_LIFE,) * 3,
    *(PARTICIPATING,) * 3,
    *(PARTICIPATING_REGULAR,) * 3,
    ACCUMULATING,
    *(UNIVERSAL,) * 2,
    UNIT_LINKED,
    *(CRITICAL_ILLNESS,) * 4,
    *(MEDICAL_YEAR,) * 3,
    MEDICAL_SIX_YEARS,
    *(ACCIDENT_YEAR,) * 2,
    GROUP_TERM,
)
