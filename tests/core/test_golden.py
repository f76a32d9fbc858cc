"""Golden cases: how they are read, run and compared, and how pytest collects them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from huifang_core import registry
from huifang_core.cases import CaseDraft
from huifang_core.content import ContentItem
from huifang_core.golden import GoldenError, check_case, read_cases
from huifang_core.golden.format import days_of, instant_of, merged
from huifang_core.obligations import ObligationDraft, Retention, Rung
from huifang_core.parameters import load_parameters
from huifang_core.plans import Full, Membership, Plan
from huifang_core.plugin import EmptySettings
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.windows import within_working_days_after

pytest_plugins = ("pytester",)

PARAMETERS = """
days:
  title: {zh-CN: 天数, en: days}
  unit: working_days
  stricter: lower
  values:
    - {value: 3, cites: [X-1], source: none, verified_on: 2026-01-01}
"""

CASES = """
huifang_cases: 1
plugin: example
given:
  contract: {line: life}
cases:
  - name: over National Day
    cites: [X-1]
    given:
      events: [{type: contract.lapsed, at: 2026-09-30, data: {on: 2026-09-30}}]
    expect:
      - kind: lapse
        due_from: 2026-10-01 00:00
        due_by: 2026-10-10 24:00
        counted: {2026-10: 8 9 10m}
        skipped: {2026-10: 1 2 5 6 7}
        channels: [phone]
        retention_years: 5
        applies: [told]
        trace: [working day 3 after]
"""


def lapse(event, contract, parameters, calendar, trace) -> list[ObligationDraft]:
    if contract.line != "life":
        trace.decision("line", "不适用", "not in scope")
        return []
    window = within_working_days_after(event.payload.on, parameters["days"], calendar, trace)
    return [
        ObligationDraft(
            kind="lapse",
            occasion=event.payload.on.isoformat(),
            title=text("失效", "lapse"),
            ladder=(Rung("phone", 3),),
            script="lapse",
            content=("told",),
            retention=Retention(5, ("X-1",)),
            window=window,
        )
    ]


def plugin(**changes: Any) -> Any:
    rule = Rule(
        "lapse", title=text("失效", "lapse"), events=["contract.lapsed"], cites=["X-1"], evaluate=lapse
    )
    parts = {
        "id": "example",
        "version": "1",
        "rules": (rule,),
        "parameters": load_parameters(PARAMETERS),
        "settings_type": EmptySettings,
        "setting_changes": (),
        "content_items": (ContentItem("told", ("X-1",), text("告知", "told"), "tell"),),
        "plans": (),
        **changes,
    }
    return SimpleNamespace(**parts)


def problems(cases: str = CASES, old: str = "", new: str = "", **changes: Any) -> list[str]:
    assert old in cases
    (case,) = read_cases(cases.replace(old, new) if old else cases).cases
    return check_case(plugin(**changes), case)


def opens_a_case(event, trace) -> list[CaseDraft]:
    trace.decision("case", "立案", "opened by rule")
    return [CaseDraft("tip_off", event.event_id, text("举报", "tip-off"), trace.steps, severity=3)]


def everybody(event) -> Membership | None:
    return Membership(group="g") if event.event_id == "e1" else None


OPENING = Rule(
    "opens", title=text("立案", "opens"), events=["contract.lapsed"], cites=["X-1"], evaluate=opens_a_case
)
LAPSES = Plan(
    "lapses",
    title=text("抽样", "sample"),
    events=["contract.lapsed"],
    cites=["X-1"],
    select=everybody,
    size=Full(),
    period="month",
)


@pytest.mark.parametrize(
    ("opens", "says"),
    [
        ("[{case_class: tip_off, severity: 3, trace: [opened by rule]}]", None),
        ("[{case_class: tip_off, severity: 4}]", "case tip_off: severity is 3, expected 4"),
        ("[{case_class: complaint}]", "case complaint: expected, but none is opened"),
        ("[{case_class: tip_off, trace: [never said]}]", "the trace doesn't say 'never said'"),
        ("[]", "case tip_off (e1): not expected"),
    ],
)
def test_cases_that_rules_open_are_held_against_those_expected(opens: str, says: str | None) -> None:
    found = problems(
        CASES, "    expect:\n", f"    opens: {opens}\n    expect:\n", rules=(*plugin().rules, OPENING)
    )
    assert (found == []) if says is None else any(says in problem for problem in found)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ("[{plan: lapses, event: e1, group: g}]", None),
        ("[{plan: lapses, event: e1, group: h}]", "membership is ('', 'g'), expected ('', 'h')"),
        ("[{plan: lapses, event: e1, excluded: any}]", "expected None"),
        ("[{plan: lapses, event: e9}]", "event e1 is a member, which is not expected"),
    ],
)
def test_what_plans_make_of_events_is_held_against_what_was_expected(members: str, says: str | None) -> None:
    found = problems(CASES, "    expect:\n", f"    members: {members}\n    expect:\n", plans=(LAPSES,))
    assert (found == []) if says is None else any(says in problem for problem in found)


def test_a_case_that_names_a_plan_the_plugin_lacks_can_t_be_run() -> None:
    with pytest.raises(GoldenError, match="no plan nothing"):
        problems(CASES, "    expect:\n", "    members: [{plan: nothing, event: e1}]\n    expect:\n")


def test_a_case_that_comes_out_as_expected() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: lapse", "kind: claim", "claim: expected, but there is none"),
        ("2026-10-10 24:00", "2026-10-09 24:00", "due_by is 2026-10-11 00:00, expected 2026-10-09 24:00"),
        ("2026-10-01 00:00", "2026-10-02 00:00", "due_from is 2026-10-01 00:00"),
        ("8 9 10m", "8 9 10", "make-up days are 2026-10-10, expected none"),
        ("8 9 10m", "8 9 10m 12", "4 days are listed, 3 were counted"),
        ("8 9 10m", "7 8 9", "the last day counted is 2026-10-10, expected 2026-10-09"),
        ("1 2 5 6 7", "1 2 5 6", "skipped are"),
        ("[phone]", "[phone, letter]", "channels is ('phone',)"),
        ("retention_years: 5", "retention_years: 10", "retention_years is 5"),
        ("[told]", "[]", "unexpectedly apply ['told']"),
        ("working day 3", "working day 4", "the trace doesn't say 'working day 4 after'"),
        ("- kind: lapse", "- kind: lapse\n        status: voided", "status is open, expected voided"),
        ("- kind: lapse", "- kind: lapse\n        provisional: true", "provisional is False"),
        ("- kind: lapse", "- kind: lapse\n        facts: {lapse.on: x}", "fact lapse.on is None"),
    ],
)
def test_what_differs_is_said(old: str, new: str, says: str) -> None:
    assert any(says in problem for problem in problems(CASES, old, new)), problems(CASES, old, new)


def test_an_obligation_nobody_expected_is_named() -> None:
    cases = CASES[: CASES.index("    expect:")] + "    expect: []\n"
    assert problems(cases) == ["lapse (2026-09-30): not expected"]


def test_a_decision_not_to_demand_anything_is_held_against_its_words() -> None:
    cases = CASES[: CASES.index("    expect:")].replace("line: life", "line: motor") + "    expect: []\n"
    assert problems(cases + "    because: {lapse: 不适用}\n") == []
    assert problems(cases + "    because: {lapse: not in scope}\n") == []
    assert "doesn't say 'too short'" in problems(cases + "    because: {lapse: too short}\n")[0]


def test_a_result_that_depends_on_the_order_of_events_is_found() -> None:
    seen: list[str] = []

    def moody(event, contract, parameters, calendar, trace) -> list[ObligationDraft]:
        seen.append(event.event_id)
        (draft,) = lapse(event, contract, parameters, calendar, trace)
        return [draft] if len(seen) < 2 else []

    rule = Rule(
        "lapse", title=text("失效", "lapse"), events=["contract.lapsed"], cites=["X-1"], evaluate=moody
    )
    assert "give another result" in problems(rules=(rule,))[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("data: {on: 2026-09-30}", "data: {}", "event 1"),
        ("contract: {line: life}", "contract: {line: lunar}", "given"),
        ("at: 2026-09-30", "at: yesterday", "not an instant"),
        ("8 9 10m", "8 9 32", "no such day"),
        ("      events: [", "      parameters: {days: 9}\n      events: [", "laxer"),
        ("      events: [", "      parameters: {hours: 9}\n      events: [", "unknown"),
    ],
)
def test_a_case_that_cant_be_run_says_why(old: str, new: str, reason: str) -> None:
    with pytest.raises(GoldenError, match=reason):
        problems(CASES, old, new)


def test_a_rule_that_raises_and_items_that_dont_exist_are_named() -> None:
    def broken(event) -> list[ObligationDraft]:
        raise RuntimeError("no")

    rule = Rule(
        "lapse", title=text("失效", "lapse"), events=["contract.lapsed"], cites=["X-1"], evaluate=broken
    )
    with pytest.raises(GoldenError, match="rule lapse raised RuntimeError: no"):
        problems(rules=(rule,))
    with pytest.raises(GoldenError, match="unknown content items: told"):
        problems(content_items=())


@pytest.mark.parametrize(
    ("text_", "reason"),
    [
        ("- 1", "mapping"),
        ("huifang_cases: 1\nplugin: x\ncases: 3", "`cases` a list"),
        ("huifang_cases: 1\nplugin: x\ncases: [1]", "case 1"),
        ("huifang_cases: 1\nplugin: x\ncases: [{name: a}]", r"case 1 \(a\)"),
        ("huifang_cases: 2\nplugin: x\ncases: []", "huifang_cases"),
        ("huifang_cases: 1\ncases: []", "plugin"),
        ("huifang_cases: [", "not YAML"),
    ],
)
def test_a_file_that_cant_be_read_says_why(text_: str, reason: str) -> None:
    with pytest.raises(GoldenError, match=reason):
        read_cases(text_)


def test_instants_are_those_of_shanghai() -> None:
    assert instant_of("2026-10-12 24:00") == datetime(2026, 10, 12, 16, tzinfo=UTC)
    assert instant_of("2026-10-12 09:30") == datetime(2026, 10, 12, 1, 30, tzinfo=UTC)
    assert instant_of("2026-10-12") == datetime(2026, 10, 12, 4, tzinfo=UTC)
    assert instant_of("2026-10-12T09:30:00+00:00") == datetime(2026, 10, 12, 9, 30, tzinfo=UTC)


def test_days_are_written_by_month() -> None:
    assert days_of({"2026-02": "28m", "2026-03": 2}) == ((date(2026, 2, 28), True), (date(2026, 3, 2), False))


def test_what_a_case_gives_is_laid_over_the_shared_part() -> None:
    assert merged({"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"y": 3}, "b": [2]}) == {
        "a": {"x": 1, "y": 3},
        "b": [2],
    }


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example plugin as the only one installed."""
    monkeypatch.setattr(registry, "load_registry", lambda: registry.Registry([plugin()]))


def test_pytest_runs_golden_cases(pytester: pytest.Pytester, installed: None) -> None:
    cases = pytester.mkdir("cases")
    (cases / "lapse.yaml").write_text(CASES, "utf-8")
    (cases / "wrong.yaml").write_text(CASES.replace("8 9 10m", "8 9 12"), "utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["over National Day (X-1)", "*the last day counted is 2026-10-10*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_pytest_looks_at_no_other_yaml(pytester: pytest.Pytester, installed: None) -> None:
    (pytester.mkdir("cases") / "other.yaml").write_text("plugin: [unfinished", "utf-8")
    (pytester.mkdir("elsewhere") / "lapse.yaml").write_text(CASES, "utf-8")
    run(pytester).assert_outcomes()


def test_a_broken_file_is_an_error_of_collection(pytester: pytest.Pytester, installed: None) -> None:
    (pytester.mkdir("cases") / "broken.yaml").write_text("huifang_cases: 1\nplugin: x\ncases: 3\n", "utf-8")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*`cases` a list*"])


def test_a_plugin_that_is_not_installed_or_broken_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = registry.Registry([], [registry.Broken("example", "ImportError: no")])
    monkeypatch.setattr(registry, "load_registry", lambda: broken)
    cases = pytester.mkdir("cases")
    (cases / "a.yaml").write_text(CASES, "utf-8")
    (cases / "b.yaml").write_text(CASES.replace("plugin: example", "plugin: absent"), "utf-8")
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*plugin example can't be used: ImportError: no", "*absent*it is not installed"]
    )


def test_the_fixtures_derive(pytester: pytest.Pytester, installed: None) -> None:
    pytester.makepyfile(
        """
        def test_lapse(derive_case, huifang_registry):
            assert list(huifang_registry.plugins) == ["example"]
            lapsed = {"type": "contract.lapsed", "at": "2026-09-30", "data": {"on": "2026-09-30"}}
            (found,) = derive_case("example", contract={"line": "life"}, events=[lapsed])
            assert found.desired.draft.kind == "lapse"
            assert found.applies == ("told",)
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_the_kernel_is_not_imported_where_it_is_not_needed(pytester: pytest.Pytester) -> None:
    """An unrelated project pays for nothing but one small module."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_the_kernel():
            assert "huifang_core.testing" in sys.modules
            assert not {"huifang_core.derive", "huifang_core.registry", "holidays"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio")
