"""A plugin is told how a contact ended, and answers with data (GEN-3)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from huifang_core.cases import CaseDraft
from huifang_core.outcomes import ContactOutcome, NoticeDraft, OutcomePlugin, Reaction, react
from huifang_core.parameters import load_parameters
from huifang_core.rules import UnitView
from huifang_core.texts import text

PARAMETERS = load_parameters(
    "vain: {title: {zh-CN: 次, en: calls}, unit: attempts, stricter: lower,"
    " values: [{value: 3, cites: [X-1], source: a law, verified_on: 2026-01-01}]}"
)
CHECK = CaseDraft("contact_data", "vain", text("核对", "check"))
TELL = NoticeDraft("team_leader", text("请知悉", "be told"))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One setting."""

    on: bool = True


def read(settings: dict[str, Any]) -> Settings:
    return msgspec.convert(settings, Settings)


@pytest.fixture
def outcome(build: Any) -> ContactOutcome:
    return ContactOutcome(
        key="guide/new/issue", rule="new", kind="new_contract", category="mandatory", contract=build.contract(),
        unit=UnitView("3701", "city"), channel="phone", outcome="no_answer", ended_at=datetime(2026, 3, 2, 2, tzinfo=UTC),
        attempted=True, connected=False, right_party=False, completed=False, section_completed=False, affirmative=False, attempts=2,
    )  # fmt: skip


def after_vain_calls(
    outcome: ContactOutcome, parameters: Any, settings: Settings, trace: Any
) -> Sequence[Reaction]:
    if not settings.on or outcome.attempts < parameters["vain"]:
        return ()
    trace.decision("vain", "多次未接通", "several calls in vain")
    return (CHECK, TELL)


def test_what_a_plugin_answers_comes_apart_with_the_reason(outcome: ContactOutcome) -> None:
    plugin = OutcomePlugin(after_vain_calls, PARAMETERS, read)
    assert react(plugin, outcome, {}, {}).cases == ()
    third = msgspec.structs.replace(outcome, attempts=3)
    answered = react(plugin, third, {}, {})
    assert (answered.cases, answered.notices) == ((CHECK,), (TELL,))
    assert [step.kind for step in answered.steps] == ["parameter", "decision"]


def test_it_counts_with_a_tenants_own_settings_and_parameters(outcome: ContactOutcome) -> None:
    plugin = OutcomePlugin(after_vain_calls, PARAMETERS, read)
    assert react(plugin, outcome, {}, {"vain": 2}).cases == (CHECK,)
    assert react(plugin, outcome, {"on": False}, {"vain": 2}).cases == ()


@pytest.mark.parametrize(
    ("answer", "error"), [(["nonsense"], TypeError), ([CHECK, CHECK], ValueError), (None, None), ([], None)]
)
def test_an_answer_that_can_not_be_done_is_none(outcome: ContactOutcome, answer: Any, error: Any) -> None:
    plugin = OutcomePlugin(lambda **_: answer, PARAMETERS, read)
    if error is None:
        assert react(plugin, outcome, {}, {}).cases == ()
        return
    with pytest.raises(error):
        react(plugin, outcome, {}, {})
