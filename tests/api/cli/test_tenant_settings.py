"""`huifang tenant settings`: shown, changed one by one, and refused by name."""

from collections.abc import Callable
from typing import Any

import pytest

Huifang = Callable[..., Any]


@pytest.fixture(scope="module")
def tenant(huifang: Huifang) -> str:
    assert huifang("tenant", "create", "settled", "--name", "设置测试").code == 0
    return "settled"


def test_settings_are_changed_one_by_one(huifang: Huifang, tenant: str) -> None:
    shown = huifang("tenant", "settings", tenant)
    assert "calling_hours.closes = 21:00:00" in shown.out.splitlines()
    changes = ("draws_wait_days=2", "calling_hours.opens=08:30", "insurer_name=泰岳人寿")
    changed = huifang("tenant", "settings", tenant, *changes)
    assert changed.code == 0, changed.err
    found = huifang("tenant", "settings", tenant, "--json").json()
    assert (found["draws_wait_days"], found["insurer_name"]) == (2, "泰岳人寿")
    assert found["calling_hours"] == {"opens": "08:30:00", "closes": "21:00:00"}
    huifang("tenant", "settings", tenant, "insurer_name=", "calling_hours.opens=")
    found = huifang("tenant", "settings", tenant, "--json").json()
    assert (found["draws_wait_days"], found["insurer_name"]) == (2, "")
    assert found["calling_hours"]["opens"] == "09:00:00"


@pytest.mark.parametrize(
    "change", ["colour=red", "draws_wait_days", "draws_wait_days=many", "draws_wait_days=99"]
)
def test_what_cannot_be_set_is_named_in_one_line(huifang: Huifang, tenant: str, change: str) -> None:
    before = huifang("tenant", "settings", tenant, "--json").json()
    refused = huifang("tenant", "settings", tenant, change)
    assert refused.code == 2
    assert change.partition("=")[0] in refused.err
    assert huifang("tenant", "settings", tenant, "--json").json() == before
