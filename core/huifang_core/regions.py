"""Regions by GB/T 2260 (行政区划代码): two digits for the province, two for the prefecture-level city, two for the county."""

from typing import Literal

RegionLevel = Literal["province", "city", "county"]

_WITHOUT_CITIES = frozenset({"11", "12", "31", "50", "71", "81", "82"})
"""Beijing, Tianjin, Shanghai, Chongqing, Taiwan, Hong Kong, Macao: one place each, whatever their third and fourth digits."""

_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460400", "620200"})
"""Dongguan, Zhongshan, Danzhou, Jiayuguan: cities that are divided no further."""

_UNDER_THE_PROVINCE = "90"
"""Third and fourth digit of counties that belong to no city (省直辖县级行政区划): each is a place of its own."""


def region_at(code: str, level: RegionLevel) -> str | None:
    """Return the code of the province, city or county that a six-digit code lies in; None where the code is not that exact."""
    province, city, county = code[:2], code[2:4], code[4:]
    if level == "province" or (level == "city" and province in _WITHOUT_CITIES):
        return province + "0000"
    if city == "00":
        return None
    if level == "county" or city == _UNDER_THE_PROVINCE:
        return code if county != "00" or code in _WITHOUT_COUNTIES else None
    return province + city + "00"
