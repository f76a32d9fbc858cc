"""`huifang forecast`: a table, one JSON document, and one line where something is wrong."""

from collections.abc import Callable
from typing import Any

Huifang = Callable[..., Any]


def test_the_forecast_of_an_empty_tenant_is_empty(huifang: Huifang) -> None:
    assert huifang("tenant", "create", "ahead", "--name", "预测测试").code == 0
    shown = huifang("forecast", "--tenant", "ahead")
    assert shown.code == 0, shown.err
    assert "attempts" in shown.out
    assert "0 overdue" in shown.out
    found = huifang("forecast", "--tenant", "ahead", "--days", "2", "--by", "hour", "--json").json()
    assert (found["step"], found["loads"], found["totals"]) == ("hour", [], [])
    assert huifang("forecast", "--tenant", "ahead", "--days", "99").code == 2
    unknown = huifang("forecast", "--tenant", "ahead", "--unit", "NOWHERE")
    assert unknown.code == 1
    assert "not_found" in unknown.err
