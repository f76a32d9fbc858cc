"""Where a case goes: the level of its class, the nearest unit with somebody to work on it, and up where it is serious."""

from huifang_core.case_routing import destination, direction, next_above, solving_level
from huifang_core.units import Unit

UNITS = {
    unit.code: unit
    for unit in (
        Unit("HO", "总公司", "head_office"),
        Unit("SD", "山东", "province", "HO"),
        Unit("JN", "济南", "city", "SD"),
        Unit("LX", "历下", "county", "JN"),
        Unit("ZQ", "章丘", "county", "SD"),
        Unit("YT", "烟台", "city", "SD"),
    )
}
ALL = frozenset(UNITS)


def test_sd_2_a_case_goes_to_the_level_of_its_class() -> None:
    assert destination("LX", "city", ALL, UNITS) == "JN"
    assert destination("LX", "county", ALL, UNITS) == "LX"
    assert destination("LX", "province", ALL, UNITS) == "SD"


def test_where_there_is_no_such_level_the_next_one_up_solves_it() -> None:
    assert destination("ZQ", "city", ALL, UNITS) == "SD"
    assert destination("SD", "county", ALL, UNITS) == "SD"


def test_it_goes_up_to_the_nearest_unit_in_which_somebody_handles_cases() -> None:
    assert destination("LX", "county", {"SD", "HO"}, UNITS) == "SD"
    assert destination("LX", "county", frozenset(), UNITS) == "LX", "nobody anywhere: it stays and shows"
    assert destination("??", "county", ALL, UNITS) == "??"


def test_ci_4_the_most_serious_go_to_the_province_at_least() -> None:
    assert solving_level("county", 3) == "county"
    assert solving_level("county", 4) == "province"
    assert solving_level("head_office", 4) == "head_office"


def test_up_and_down_are_told_apart_from_sideways() -> None:
    assert direction("JN", "HO", UNITS) == "up"
    assert direction("SD", "LX", UNITS) == "down"
    assert direction("JN", "YT", UNITS) is None
    assert direction("JN", "JN", UNITS) is None
    assert (next_above("LX", UNITS), next_above("HO", UNITS)) == ("JN", None)
