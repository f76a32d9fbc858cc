"""Reports are data out of closed sets."""

from typing import get_args

import msgspec
import pytest
from huifang_core.reports import (
    OBLIGATION_FIGURES,
    Count,
    ObligationFigure,
    ObligationTable,
    Ratio,
    Report,
    counts,
)
from huifang_core.texts import text

NAME = text("及时率", "done in time")


def test_a_report_survives_being_stored_as_data() -> None:
    table = ObligationTable(
        "t", NAME, ("city", "month"), (Count("n", NAME, "due"), Ratio("r", NAME, "done_in_time", "due"))
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
