"""What an organisation must have before it calls anybody (SD-3): a written policy, a department, people who were trained."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec

from huifang_core.units import Code, Name


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A training (培训) one member of staff took part in; the same course on the same day is the same training.

    Passed, it counts until `valid_until`, that day included. `trainer` is a person or an institution.
    """

    staff_no: Code
    course: Name
    held_on: date
    passed: bool
    valid_until: date | None = None
    trainer: Name | None = None


class CallbackPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a unit's written callback policy (回访制度), with duties and process.

    In force from `in_force_from` to `in_force_until`, both included; without an end, until another version takes its place.
    """

    unit: Code
    title: Name
    version: Code
    approved_on: date
    in_force_from: date
    in_force_until: date | None = None


class CallbackDepartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The department of a unit that makes its callbacks (回访部门).

    `posts` are those set up for callbacks, filled or not; `head` is the staff number of whoever is responsible for the unit's
    callbacks (CI-5). `until` is the last day on which it exists; without it, it stands.
    """

    unit: Code
    name: Name
    posts: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    head: Code | None = None
    until: date | None = None


def policy_in_force(policies: Iterable[CallbackPolicy], on: date) -> CallbackPolicy | None:
    """Return the version that is in force on day `on`: of several, the one that came into force last."""
    standing = [
        policy
        for policy in policies
        if policy.in_force_from <= on and (policy.in_force_until is None or on <= policy.in_force_until)
    ]
    return max(standing, key=lambda policy: (policy.in_force_from, policy.approved_on), default=None)


def stands(department: CallbackDepartment | None, on: date) -> bool:
    """Tell whether there is a department on day `on`."""
    return department is not None and (department.until is None or on <= department.until)
