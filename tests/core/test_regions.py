"""Regions: which province, city and county a six-digit code lies in (HT-6)."""

import pytest
from huifang_core.regions import region_at


@pytest.mark.parametrize(
    ("code", "province", "city", "county"),
    [
        ("370102", "370000", "370100", "370102"),
        ("370100", "370000", "370100", None),
        ("370000", "370000", None, None),
        ("110101", "110000", "110000", "110101"),
        ("310000", "310000", "310000", None),
        # Chongqing's districts begin with 5001, its counties with 5002.
        ("500101", "500000", "500000", "500101"),
        ("500229", "500000", "500000", "500229"),
        # Xiantao and Qianjiang belong to no city; 429000 is none.
        ("429004", "420000", "429004", "429004"),
        ("429005", "420000", "429005", "429005"),
        ("429000", "420000", None, None),
        ("441900", "440000", "441900", "441900"),
        ("810000", "810000", "810000", None),
    ],
)
def test_a_code_lies_in_a_province_a_city_and_a_county(
    code: str, province: str, city: str | None, county: str | None
) -> None:
    assert region_at(code, "province") == province
    assert region_at(code, "city") == city
    assert region_at(code, "county") == county
