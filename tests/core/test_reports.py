"""Reports are data out of closed sets."""

import msgspec
import pytest
from huifang_core.reports import Count, ObligationTable, Ratio, Report
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
