"""Trainings, callback policies and departments as rows of files: what they are told by, and what must agree (SD-3)."""

from datetime import date
from typing import Any

import pytest
from huifang_core.readiness import CallbackDepartment, CallbackPolicy, Training
from huifang_tenants.intake import detect_kind

TRAINING = {
    "staff_no": "S1",
    "course": "回访合规",
    "held_on": "2026-10-12",
    "passed": "是",
    "valid_until": "2027-09-30",
    "trainer": "省公司培训部",
}
POLICY = {
    "unit": "SD",
    "title": "客户回访管理办法",
    "version": "2026-1",
    "approved_on": "2026-01-15",
    "in_force_from": "2026-02-01",
}
DEPARTMENT = {"unit": "SD", "name": "回访中心", "posts": "8", "head": "S1"}


def test_rows_become_records(check: Any) -> None:
    assert check("trainings", TRAINING, form="cells").value == Training(
        "S1", "回访合规", date(2026, 10, 12), True, date(2027, 9, 30), "省公司培训部"
    )
    assert check("callback_policies", POLICY, form="cells").value == CallbackPolicy(
        "SD", "客户回访管理办法", "2026-1", date(2026, 1, 15), date(2026, 2, 1)
    )
    assert check("callback_departments", DEPARTMENT, form="cells").value == CallbackDepartment(
        "SD", "回访中心", 8, "S1"
    )


@pytest.mark.parametrize(
    ("kind", "row"),
    [("trainings", TRAINING), ("callback_policies", POLICY), ("callback_departments", DEPARTMENT)],
)
def test_columns_and_names_tell_the_kind(kind: str, row: dict[str, str]) -> None:
    assert detect_kind("upload", list(row)) == kind
    assert detect_kind(f"{kind}-2026.csv.gz", ["something"]) == kind


def test_a_file_of_staff_is_still_told_by_its_columns() -> None:
    columns = ["staff_no", "name", "unit", "roles", "vendor", "phone", "trained_until", "is_seller"]
    assert detect_kind("upload", columns) == "staff"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"held_on": "2026-10-13"}, {"held_on": "in_future"}),
        ({"valid_until": "2026-10-11"}, {"valid_until": "before_held"}),
        ({"valid_until": "2026-10-12"}, {}),
        ({"valid_until": ""}, {"valid_until": "missing"}),
        ({"valid_until": "soon"}, {"valid_until": "not_a_date"}),
        ({"valid_until": "", "passed": "否"}, {}),
        ({"passed": ""}, {"passed": "missing"}),
        ({"passed": "perhaps"}, {"passed": "not_a_boolean"}),
        ({"staff_no": "", "course": ""}, {"staff_no": "missing", "course": "missing"}),
    ],
)
def test_a_training_agrees_with_itself(told: Any, changes: dict[str, str], problems: dict[str, str]) -> None:
    assert told("trainings", {**TRAINING, **changes}, form="cells") == problems


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"approved_on": "2026-10-13", "in_force_from": "2026-11-01"}, {"approved_on": "in_future"}),
        ({"in_force_until": "2026-01-31"}, {"in_force_until": "before_in_force"}),
        ({"in_force_until": "2026-02-01"}, {}),
        ({"in_force_from": "2027-01-01"}, {}),
        ({"version": ""}, {"version": "missing"}),
    ],
)
def test_a_policy_agrees_with_itself(told: Any, changes: dict[str, str], problems: dict[str, str]) -> None:
    assert told("callback_policies", {**POLICY, **changes}, form="cells") == problems


def test_a_policy_in_force_before_its_approval_goes_in_with_a_warning(check: Any) -> None:
    checked = check("callback_policies", {**POLICY, "in_force_from": "2026-01-14"}, form="cells")
    assert [(p.field, p.code, p.severity) for p in checked.problems] == [
        ("in_force_from", "before_approved", "warning")
    ]
    assert checked.value is not None


@pytest.mark.parametrize("posts", ["0", "-1", "eight", "100001", "", "2.5"])
def test_a_department_has_posts(told: Any, posts: str) -> None:
    assert set(told("callback_departments", {**DEPARTMENT, "posts": posts}, form="cells")) == {"posts"}


def test_the_name_of_a_trainer_is_repeated_in_no_message(check: Any) -> None:
    checked = check("trainings", {**TRAINING, "trainer": "金丝雀\u0007", "passed": "金丝雀"}, form="cells")
    assert {p.field for p in checked.problems} == {"trainer", "passed"}
    assert "金丝雀" not in repr(checked.problems)
