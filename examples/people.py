"""Fictitious people and organisations: names, identity numbers, phones, addresses.

Every identity number is built from a running index, so a million people stay apart without a set of
the numbers already given out. Nobody here is real; a number may by chance belong to someone, so never
dial one and never look one up.
"""

from datetime import date, timedelta
from random import Random

from world import COUNTY_NAMES, Record


def words(text: str) -> list[str]:
    """What stands between the blanks."""
    return text.split()


SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
MALE_NAMES = words(
    "伟 强 磊 军 洋 勇 杰 涛 明 超 平 刚 建国 建华 志强 志刚 国强 海涛 文博 俊杰 浩然 子轩 宇航 立新 振华 "
    "少华 德胜 永康 家豪 鹏飞 晓东 春生 金山 玉柱 长江 学文 承志 启明"
)
FEMALE_NAMES = words(
    "芳 娜 敏 静 丽 艳 娟 霞 秀英 桂英 玉兰 秀兰 桂兰 婷婷 雪梅 海燕 晓燕 丽华 春梅 文静 雨桐 欣怡 思雨 佳怡 "
    "梦洁 淑珍 红梅 凤英 建红 莉 慧 倩 琳 云 晶 月娥 美玲"
)
COMPANY_STEMS = words("泉润 海岱 沂蒙 渤远 云鼎 鸿泰 瑞丰 恒信 华晟 博源 金谷 绿野 蓝湾 齐盛 鲁汇 东升")
COMPANY_TRADES = words(
    "食品有限公司 机械制造有限公司 物流有限公司 纺织有限公司 信息技术有限公司 建材有限公司"
)
ROADS = words("泰岳路 松风街 望海路 文昌街 新泉路 凤凰大街 桃源路 青禾街")
ESTATES = words("锦绣苑 阳光花园 和顺里 翠湖居 书香名邸 福泰家园")

# Chinese mobile networks' prefixes; staff numbers use others, so that a customer's number equals a
# seller's only where a story says so.
CUSTOMER_PREFIXES = words("130 131 132 133 135 136 137 138 150 151 152 153 155 156 157 158 176 177 182 187")

# Codes of places in use since the resident ID began, by what common gazetteers accept: some list the
# districts from 1983 on only, so that older people carry a prefix listed without a first year.
OLDER_PLACES = words("370100 370200 370300 370400 110101 110105 120101 310101")
PLACES_SINCE_1983 = words(
    "370102 370103 370104 370105 370202 370203 370211 370302 370402 370602 370611 370702 370724 370725 370811"
)

ADULT_FIRST, ADULT_DAYS = date(1960, 1, 1), 16_070
CHILD_FIRST, CHILD_DAYS = date(2010, 1, 1), 5_400


def resident_check_character(seventeen: str) -> str:
    """The last character of a resident ID: ISO 7064 MOD 11-2 over the first seventeen (GB 11643)."""
    weighted = sum(int(digit) * pow(2, 17 - position, 11) for position, digit in enumerate(seventeen))
    return "10X98765432"[weighted % 11]


def resident_id(place: str, born: date, order: int) -> str:
    """An 18-character resident ID; `order` is the three-digit number, odd for men."""
    body = f"{place}{born:%Y%m%d}{order:03d}"
    return body + resident_check_character(body)


def organisation_check_character(eight: str) -> str:
    """The ninth character of an organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = (11 - sum(int(char, 36) * weight for char, weight in zip(eight, weights, strict=True)) % 11) % 11
    return "X" if rest == 10 else str(rest)


def uscc(place: str, index: int) -> str:
    """A unified social credit code (GB 32100) of an enterprise registered in `place`."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    eight = f"MA{index % 1_000_000:06d}"
    body = f"91{place}{eight}{organisation_check_character(eight)}"
    total = sum(alphabet.index(char) * pow(3, position, 31) for position, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def mobile(index: int, seed: int) -> str:
    """A mobile number that no other index has."""
    prefix = CUSTOMER_PREFIXES[index % len(CUSTOMER_PREFIXES)]
    tail = (index // len(CUSTOMER_PREFIXES) * 48_271 + seed) % 100_000_000
    return f"{prefix}{tail:08d}"


def address(rng: Random, county: str) -> str:
    """A postal address in `county`; road and estate are invented."""
    return (
        f"{COUNTY_NAMES[county]}{rng.choice(ROADS)}{rng.randrange(1, 280)}号{rng.choice(ESTATES)}"
        f"{rng.randrange(1, 30)}号楼{rng.randrange(1, 5)}单元{rng.randrange(1, 18)}0{rng.randrange(1, 5)}室"
    )


def person_name(rng: Random, gender: str, surname: str = "") -> str:
    """A common Chinese name; the surnames at the head of the list are the more frequent ones."""
    position = int(len(SURNAMES) * rng.random() ** 2)
    return (surname or SURNAMES[position]) + rng.choice(MALE_NAMES if gender == "male" else FEMALE_NAMES)


def birth_and_order(index: int, seed: int, *, child: bool, gender: str) -> tuple[date, int]:
    """Birth date and order number of the index-th adult or child: no two indexes share both."""
    first, days = (CHILD_FIRST, CHILD_DAYS) if child else (ADULT_FIRST, ADULT_DAYS)
    born = first + timedelta(days=(index * 7_919 + seed) % days)
    order = (index // days + born.day * 13) % 499 * 2 + (1 if gender == "male" else 2)
    return born, order


def person(
    rng: Random,
    index: int,
    seed: int,
    customer_no: str,
    county: str,
    *,
    child: bool = False,
    surname: str = "",
) -> Record:
    """One individual customer living in `county`; children have no phone of their own."""
    gender = rng.choice(("male", "female"))
    born, order = birth_and_order(index, seed, child=child, gender=gender)
    place = rng.choice(OLDER_PLACES if born.year < 1983 else PLACES_SINCE_1983)
    return {
        "customer_no": customer_no,
        "kind": "individual",
        "name": person_name(rng, gender, surname),
        "id_type": "resident_id",
        "id_number": resident_id(place, born, order),
        "birth_date": born,
        "gender": gender,
        "phones": [] if child else [mobile(index, seed)],
        "emails": [f"{customer_no.lower()}@example.com"] if not child and rng.random() < 0.3 else [],
        "address": address(rng, county),
        "region": county,
    }


def organisation(rng: Random, index: int, seed: int, customer_no: str, county: str) -> Record:
    """One organisation with the contact for its insurance matters and its legal representative."""
    area_code = {"3701": "0531", "3706": "0535", "3707": "0536", "3713": "0539", "3702": "0532"}[county[:4]]
    return {
        "customer_no": customer_no,
        "kind": "organisation",
        "name": f"山东{rng.choice(COMPANY_STEMS)}{rng.choice(COMPANY_TRADES)}",
        "id_type": "uscc",
        "id_number": uscc(county, index + seed),
        "phones": [f"{area_code}-{8_000_0000 + index % 1_000_0000}"],
        "emails": [f"insurance.{customer_no.lower()}@example.cn"],
        "address": address(rng, county),
        "region": county,
        "contact": {"name": person_name(rng, "female"), "phone": mobile(index, seed)},
        "legal_representative": {
            "name": person_name(rng, "male"),
            "phone": mobile(index + 500_000_000, seed),
        },
    }
