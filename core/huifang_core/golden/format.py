"""The format of golden cases, and how it is read.

    huifang_cases: 1                    # marks a YAML file as one of golden cases
    plugin: shandong_life
    given:                              # what all cases of the file share
      contract: {line: life, effective_on: 2026-01-05}
      unit: {supervisor: shandong}
    cases:
      - name: National Day lies between
        cites: [SD-7a]
        given:                          # laid over the shared part: mappings are merged, all else is replaced
          events:
            - {type: grace.entered, at: 2026-09-01, data: {grace_end: 2026-10-31, unpaid: true}}
        expect:                         # one entry per obligation, `[]` where none may come of it
          - kind: grace_period
            due_from: 2026-09-01 00:00
            due_by: 2026-10-12 24:00
            counted: {2026-10: 12 13 14 15 16 19 20 21 22 23 26 27 28 29 30}

Instants are in Asia/Shanghai, `24:00` is the end of a day, and a day alone means noon. What is left out of an expectation
is not looked at, but for `status` (open), `born_late`, `provisional` and `voided_by`, which are then expected to be unset.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import msgspec

from huifang_core.scripts.errors import ScriptError
from huifang_core.scripts.strict_yaml import read_yaml
from huifang_core.windows import SHANGHAI

HEADER = "huifang_cases"
"""Key that marks a YAML file as one of golden cases; its value is the version of the format."""

Instant = str
DaysByMonth = dict[str, str | int]


class GoldenError(ValueError):
    """Golden cases can't be used; `reason` says what to put right."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GivenEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business event; `id` is `e1`, `e2` … by place and `received_at` the time it happened, unless given."""

    type: str
    at: Instant
    data: dict[str, Any] = {}
    id: str | None = None
    received_at: Instant | None = None
    sequence: int | None = None
    corrects: str | None = None
    retracts: str | None = None
    claim_no: str | None = None


class AnnouncedYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calendar of a year that this release doesn't know yet."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one contract.

    `parameters` are the tenant's own, stricter values. `now` is when the obligations are made: by default when the
    last event came in.
    """

    events: tuple[GivenEvent, ...] = ()
    contract: dict[str, Any] = {}
    policyholder: dict[str, Any] = {}
    unit: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    announced: dict[str, AnnouncedYear] = {}
    now: Instant | None = None
    cut_over: Instant | None = None


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An obligation that must come of it.

    `counted` lists by month the working days counted by hand, those of make-up weekends marked `m`, and `skipped` the
    weekdays left out. `applies` are all content items that apply, in any order; `trace` are words its trace must hold in
    either language.
    """

    kind: str
    occasion: str | None = None
    status: str = "open"
    due_from: Instant | None = None
    due_by: Instant | None = None
    born_late: str | None = None
    provisional: bool = False
    voided_by: str | None = None
    counted: DaysByMonth | None = None
    skipped: DaysByMonth | None = None
    opens_on: str | None = None
    alarm_on: date | None = None
    channels: tuple[str, ...] | None = None
    call: tuple[str, ...] | None = None
    script: str | None = None
    priority: int | None = None
    retention_years: int | None = None
    applies: tuple[str, ...] | None = None
    facts: dict[str, str] | None = None
    trace: tuple[str, ...] = ()


class ExpectedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case (问题件) that must be opened by a rule."""

    case_class: str
    occasion: str | None = None
    severity: int | None = None
    level: str | None = None
    due_by: Instant | None = None
    trace: tuple[str, ...] = ()


class ExpectedMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan must make of an event: a member of this stratum and group, or `excluded` with these words in its trace."""

    plan: str
    event: str
    stratum: str = ""
    group: str = ""
    excluded: str | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case.

    `because` says by rule which words its decision to demand nothing must hold, in either language. `opens` are all cases that rules
    open. `members` say what plans make of the events; a plan that no entry names is not asked, and one that is named has no other
    members.
    """

    name: str
    cites: tuple[str, ...]
    given: Given
    expect: tuple[Expected, ...]
    because: dict[str, str] = {}
    opens: tuple[ExpectedCase, ...] = ()
    members: tuple[ExpectedMember, ...] = ()
    note: str | None = None


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of one file, each with the shared part laid under its own."""

    huifang_cases: Literal[1]
    plugin: str
    cases: tuple[Case, ...]


def read_cases(yaml_text: str) -> CaseFile:
    """Return the cases in the file. Raises GoldenError naming what is wrong, and in which case."""
    try:
        raw = read_yaml(yaml_text)
    except ScriptError as error:
        raise GoldenError(f"not YAML: {error}") from error
    if not isinstance(raw, dict):
        raise GoldenError("golden cases are a mapping with huifang_cases, plugin and cases")
    shared = raw.pop("given", {})
    cases = raw.get("cases")
    if not isinstance(shared, dict) or not isinstance(cases, list):
        raise GoldenError("`given` is a mapping, `cases` a list")
    read = []
    for number, case in enumerate(cases, 1):
        if not isinstance(case, dict) or not isinstance(case.get("given", {}), dict):
            raise GoldenError(f"case {number} is no mapping with `given` and `expect`")
        own = {**case, "given": merged(shared, case.get("given", {}))}
        try:
            read.append(msgspec.convert(own, Case))
        except msgspec.ValidationError as error:
            raise GoldenError(f"case {number} ({case.get('name', 'without a name')}): {error}") from error
    try:
        found = msgspec.convert({**raw, "cases": ()}, CaseFile)
    except msgspec.ValidationError as error:
        raise GoldenError(str(error)) from error
    return msgspec.structs.replace(found, cases=tuple(read))


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `over` on `under`: mappings are merged, everything else is replaced."""
    result = dict(under)
    for key, value in over.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def instant_of(written: Instant) -> datetime:
    """Return the instant written as `2026-10-12 09:30`, `2026-10-12 24:00` or, for noon, `2026-10-12`."""
    day, _, clock = written.partition(" ")
    try:
        if clock == "24:00":
            return datetime.combine(date.fromisoformat(day) + timedelta(1), time(), SHANGHAI)
        if not clock and "T" not in day:
            return datetime.combine(date.fromisoformat(day), time(12), SHANGHAI)
        read = datetime.fromisoformat(written)
    except ValueError as error:
        raise GoldenError(f"not an instant: {written}") from error
    return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)


def days_of(by_month: DaysByMonth) -> tuple[tuple[date, bool], ...]:
    """Return the days written as `{2026-10: 9 10m 12}` with whether each is marked as a make-up weekend."""
    days = []
    for month, numbers in by_month.items():
        for number in str(numbers).split():
            try:
                day = date.fromisoformat(f"{month}-{int(number.rstrip('m')):02d}")
            except ValueError as error:
                raise GoldenError(f"no such day: {number} in {month}") from error
            days.append((day, number.endswith("m")))
    return tuple(days)
