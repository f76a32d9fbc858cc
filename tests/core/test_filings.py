"""LN-6: which filed version of a script may be used on which day, and for which content."""

from datetime import date

from huifang_core.filings import Filing, is_in_force, usable, version_for

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 6)


def filing(hash: str, on: date, *items: str, until: date | None = None) -> Filing:
    return Filing(hash, frozenset(items), on, until)


def test_ln_6_a_filing_counts_from_its_day_until_the_day_before_it_is_withdrawn():
    assert not is_in_force(filing("a", APRIL), MARCH)
    assert is_in_force(filing("a", APRIL), APRIL)
    withdrawn = filing("a", MARCH, until=MAY)
    assert is_in_force(withdrawn, date(2026, 5, 5))
    assert not is_in_force(withdrawn, MAY)


def test_ln_6_the_installed_version_comes_first_then_the_one_filed_last():
    filings = [filing("old", MARCH), filing("older", date(2026, 1, 5)), filing("new", APRIL)]
    assert [one.hash for one in usable(filings, "older", MAY)] == ["older", "new", "old"]
    assert [one.hash for one in usable(filings, None, MAY)] == ["new", "old", "older"]
    assert [one.hash for one in usable(filings, "new", MARCH)] == ["old", "older"]


def test_a_version_filed_with_two_authorities_stands_once():
    again = [filing("a", MARCH), filing("b", APRIL), filing("a", MAY)]
    assert [one.hash for one in usable(again, None, MAY)] == ["a", "b"]


def test_ln_6_a_version_is_used_only_where_it_covers_everything():
    versions = (filing("new", APRIL, "x", "y", "z"), filing("old", MARCH, "x"))
    assert version_for(versions, ("x", "z")) == "new"
    assert version_for(versions[1:], ("x",)) == "old"
    assert version_for(versions, ("x", "q")) is None
    assert version_for((), ()) is None
