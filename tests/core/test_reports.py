"""Reports are data out of closed sets."""

from decimal import Decimal
from typing import get_args

import msgspec
import pytest
from huifang_core.reports import (
    OBLIGATION_FIGURES,
    Count,
    ObligationFigure,
    ObligationTable,
    Ranking,
    Ratio,
    Report,
    Target,
    Term,
    counts,
)
from huifang_core.texts import text

NAME = text("及时率", "done in time")


def test_a_report_survives_being_stored_as_data() -> None:
    table = ObligationTable(
        "t",
        NAME,
        ("city",),
        (Count("n", NAME, "due"), Ratio("r", NAME, "done_in_time", "due"), Target("a", NAME, "due", "aim")),
        Ranking((Term("r", Decimal(1)),)),
    )
    report = Report("timeliness", NAME, ("SD-4",), (table,))
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_a_figure_that_the_kernel_does_not_know_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value"):
        msgspec.convert(
            {"type": "count", "id": "n", "title": {"zh-CN": "数", "en": "n"}, "figure": "happiness"}, Count
        )


def test_every_figure_has_a_name_in_both_languages() -> None:
    """REG-2: what reports of several plugins count alike is called alike."""
    assert set(OBLIGATION_FIGURES) == set(get_args(ObligationFigure))
    assert [(count.id, count.title) for count in counts("due", "successful")] == [
        ("due", OBLIGATION_FIGURES["due"]),
        ("successful", OBLIGATION_FIGURES["successful"]),
    ]


@pytest.mark.parametrize(
    "weights",
    [(), ("0.5", "0.4"), ("1.5", "-0.5"), ("1", "0")],
)
def test_a_ranking_weighs_shares_that_add_up_to_one(weights: tuple[str, ...]) -> None:
    """CI-7: a formula that is none does not load."""
    with pytest.raises(ValueError, match="weights of a ranking"):
        Ranking(tuple(Term(f"m{n}", Decimal(weight)) for n, weight in enumerate(weights)))


def test_a_ranking_weighs_each_share_of_its_own_table_once() -> None:
    with pytest.raises(ValueError, match="only once"):
        Ranking((Term("r", Decimal("0.5")), Term("r", Decimal("0.5"))))
    of_a_count = Ranking((Term("n", Decimal(1)),))
    with pytest.raises(ValueError, match="must weigh shares of that table"):
        ObligationTable("t", NAME, ("unit",), (Count("n", NAME, "due"),), of_a_count)


def test_a_target_is_for_rows_of_one_dimension() -> None:
    """SP-3: a row without anything counted would have no target, so there is only one way to group."""
    with pytest.raises(ValueError, match="must be by one dimension"):
        ObligationTable("t", NAME, ("seller", "month"), (Target("a", NAME, "completed", "aim"),))
