"""Units know their level and bureau, staff their training."""

from datetime import date

import msgspec
import pytest
from huifang_core.units import (
    LEVELS,
    Staff,
    Unit,
    chain,
    is_active,
    is_trained,
    may_do_phone_work,
    supervisor_of,
    unit_at_level,
    unit_in_charge,
)

UNITS = {
    unit.code: unit
    for unit in (
        Unit("0", "总公司", "head_office"),
        Unit("37", "山东分公司", "province", "0", "370000", "shandong"),
        Unit("3701", "济南中支", "city", "37"),
        Unit("3702", "青岛分公司", "city", "37", "370200", "qingdao"),
        Unit("370211", "黄岛支公司", "county", "3702"),
        Unit("A", "甲", "city", "B"),
        Unit("B", "乙", "city", "A"),
        Unit("C", "丙", "city", "missing"),
    )
}


def test_dec_11_a_unit_belongs_to_the_nearest_bureau_above_it() -> None:
    assert supervisor_of("3701", UNITS) == "shandong"
    assert supervisor_of("370211", UNITS) == "qingdao", "Qingdao is not Shandong's"
    assert supervisor_of("0", UNITS) is None


def test_a_loop_or_a_missing_parent_ends_the_way_up() -> None:
    assert [unit.code for unit in chain("A", UNITS)] == ["A", "B"]
    assert [unit.code for unit in chain("C", UNITS)] == ["C"]
    assert chain("nowhere", UNITS) == []
    assert supervisor_of("A", UNITS) is None


def test_the_unit_of_a_level_is_found_on_the_way_to_head_office() -> None:
    assert unit_at_level("370211", "province", UNITS) == "37"
    assert unit_at_level("370211", "county", UNITS) == "370211"
    assert unit_at_level("37", "city", UNITS) is None


def test_sd_2_phone_work_belongs_to_the_province_or_above() -> None:
    assert [level for level in LEVELS if may_do_phone_work(level)] == ["head_office", "province"]


@pytest.mark.parametrize(
    ("until", "trained"), [(date(2026, 3, 2), True), (date(2026, 3, 1), False), (None, False)]
)
def test_sd_3_training_counts_through_its_last_day(until: date | None, trained: bool) -> None:
    assert is_trained(until, date(2026, 3, 2)) is trained


@pytest.mark.parametrize(
    ("until", "here"), [(None, True), (date(2026, 3, 2), True), (date(2026, 3, 1), False)]
)
def test_somebody_is_here_through_the_last_day(until: date | None, here: bool) -> None:
    assert is_active(until, date(2026, 3, 2)) is here


@pytest.mark.parametrize("code", ["", " a", "a ", "a\n", "a\x00b", "x" * 65])
def test_a_code_has_no_blank_around_it_and_no_line_break_behind(code: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"staff_no": code, "name": "王", "unit": "37"}, Staff)


@pytest.mark.parametrize("region", ["3701", "370100\n", "３７０１００", "37010a"])
def test_a_region_is_six_plain_digits(region: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"code": "37", "name": "山东", "level": "province", "region": region}, Unit)


def test_ms_2_the_unit_in_charge_of_a_place_is_the_nearest_one() -> None:
    there = (
        Unit("SD", "山东分公司", "province", region="370100"),
        Unit("JN", "济南中支", "city", region="370100"),
        Unit("LX", "历下支公司", "county", region="370102"),
        Unit("YT", "烟台中支", "city", region="370600"),
    )
    units = {unit.code: unit for unit in there}
    assert unit_in_charge("370102", units) == "LX"
    assert unit_in_charge("370112", units) == "JN", "no unit in that county"
    assert unit_in_charge("370611", units) == "YT"
    assert unit_in_charge("371302", units) == "SD", "no unit in that city"
    assert unit_in_charge("110101", units) is None
    assert unit_in_charge("370102", UNITS) == "37"
