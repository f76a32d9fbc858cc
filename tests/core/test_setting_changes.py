"""What a tenant chose under an earlier release still holds under the present one (GEN-4)."""

from typing import Any

import msgspec
import pytest
from huifang_core.derive import Derivation
from huifang_core.setting_changes import SettingChange, upgraded

CHANGES = (
    SettingChange("phone_days", "call_days"),
    SettingChange("call_days", "days", {"few": 3, "many": 10}),
    SettingChange("greeting"),
)


@pytest.mark.parametrize(
    ("chosen", "read"),
    [
        ({}, {}),
        ({"phone_days": "few"}, {"days": 3}),
        ({"call_days": "some"}, {"days": "some"}),
        ({"call_days": 5}, {"days": 5}),
        ({"greeting": "hello", "other": 1}, {"other": 1}),
        ({"days": 7, "call_days": "few"}, {"days": 7}),
    ],
)
def test_settings_are_read_as_the_present_release_has_them(
    chosen: dict[str, Any], read: dict[str, Any]
) -> None:
    before = dict(chosen)
    assert upgraded(chosen, CHANGES) == read
    assert chosen == before


class Renamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings after a release that renamed `reminders`."""

    with_reminders: bool = True


def test_a_rule_reads_what_was_chosen_before_and_what_it_made_stays(build: Any) -> None:
    """GEN-4: neither does the rule fail on the old name, nor does the release alone change the input it is known by."""
    chosen = [build.settings(settings={"reminders": False})]
    issued = build.event("e1", "contract.issued")

    def under(**release: Any) -> Derivation:
        made: Derivation = build.derive(issued, plugins=[build.Plugin(**release)], settings=chosen)
        return made

    changes = (SettingChange("reminders", "with_reminders"),)
    old, new = under(), under(version="2", settings_type=Renamed, setting_changes=changes)
    assert new.failures == ()
    assert [one.input_hash for one in new.desired] == [one.input_hash for one in old.desired]
    assert old.desired
    assert under(version="2", settings_type=Renamed).failures
