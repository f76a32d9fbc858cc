"""Dated, cited parameters: the numbers a rule counts with, each with its source and the day it applies from.

A change of law is a new dated value, not an `if`. A tenant may set a parameter stricter than the law, never
laxer: each parameter says which direction is stricter (GEN-4).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

import msgspec
import yaml

from huifang_core.texts import Text
from huifang_core.trace import Trace, TraceStep, step

Value = int | Decimal | bool | str | tuple[str, ...]
Direction = Literal["lower", "higher", "none"]

MOST: Mapping[str, int] = {
    "minutes": 366 * 24 * 60,
    "hours": 366 * 24,
    "days": 3_660,
    "working_days": 2_500,
    "weeks": 520,
    "months": 120,
    "years": 100,
    "attempts": 100,
}
"""Greatest value that makes sense, by unit: waits of a year, deadlines of ten years, keeping for a century.

More is a slip of the keyboard: a date it leads to lies beyond the calendar, or takes minutes to count.
"""

MOST_OF_OTHER_UNITS = 1_000_000
"""Greatest value in a unit that `MOST` does not name."""


class ParameterError(ValueError):
    """A parameter file or an override is wrong; `parameter` names which, `reason` says what to fix."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"parameter {parameter}: {reason}")
        self.parameter, self.reason = parameter, reason


class DatedValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value and the first day it applies.

    `source` names the text it is taken from, or is "none" where the source states no value and it is a default
    of ours; `verified_on` is the day somebody last held it against that text.
    """

    value: Any
    cites: tuple[str, ...]
    source: str
    verified_on: date
    valid_from: date | None = msgspec.field(name="from", default=None)
    note: str | None = None

    def __post_init__(self) -> None:
        # What YAML has no kind for: shares are exact, and nothing a rule gets can be changed by it.
        if isinstance(self.value, float):
            msgspec.structs.force_setattr(self, "value", Decimal(str(self.value)))
        elif isinstance(self.value, list):
            msgspec.structs.force_setattr(self, "value", tuple(self.value))


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter with all its values, oldest first.

    `unit` says what the value counts (days, working_days, minutes, attempts …); `stricter` which direction a
    tenant may move it in, none meaning not at all; `most` the greatest value that makes sense, where that is another
    than its unit's.
    """

    title: Text
    unit: str
    values: tuple[DatedValue, ...]
    stricter: Direction = "none"
    most: int | None = None

    @property
    def greatest(self) -> int:
        """The greatest value that makes sense; more is refused, and never used."""
        return MOST.get(self.unit, MOST_OF_OTHER_UNITS) if self.most is None else self.most

    def exceeds(self, value: Any) -> bool:
        """Tell whether `value` is a number greater than makes sense."""
        return isinstance(value, int | Decimal) and value > self.greatest

    def at(self, day: date) -> DatedValue | None:
        """Return the value that applies on `day`, or None before the first."""
        found = None
        for dated in self.values:
            if dated.valid_from is None or dated.valid_from <= day:
                found = dated
        return found

    def laxer(self, value: Any, legal: Any) -> bool:
        """Tell whether a tenant's `value` is laxer than `legal`, or departs from what no tenant may change."""
        if value == legal:
            return False
        match self.stricter:
            case "lower":
                return bool(value > legal)
            case "higher":
                return bool(value < legal)
            case _:
                return True


class ParameterSet(msgspec.Struct, frozen=True):
    """All parameters of a plugin by id."""

    parameters: dict[str, Parameter]

    def check(self) -> None:
        """Raise `ParameterError` where values overlap, are out of order, cite nothing or can't be compared."""
        for name, parameter in self.parameters.items():
            if not parameter.values:
                raise ParameterError(name, "has no value")
            previous: date | None = None
            for at, dated in enumerate(parameter.values):
                if at and (
                    dated.valid_from is None or (previous is not None and dated.valid_from <= previous)
                ):
                    raise ParameterError(
                        name, f"value {at + 1} must start after value {at}; order them by `from`"
                    )
                if not dated.cites:
                    raise ParameterError(name, f"value {at + 1} cites no requirement")
                if not isinstance(dated.value, int | Decimal | str | tuple):
                    raise ParameterError(name, f"value {at + 1} is no number, boolean, text or list")
                if parameter.exceeds(dated.value):
                    raise ParameterError(
                        name, f"value {at + 1} is more than {parameter.greatest} {parameter.unit}"
                    )
                if type(dated.value) is not type(parameter.values[0].value):
                    raise ParameterError(name, f"value {at + 1} is of another kind than value 1")
                if isinstance(dated.value, str | tuple) and parameter.stricter != "none":
                    raise ParameterError(
                        name, "no text or list is stricter than another; leave `stricter` out"
                    )
                previous = dated.valid_from

    def check_override(self, name: str, value: Any, on: date) -> None:
        """Raise `ParameterError` unless `value` is as strict as, or stricter than, what applies on day `on`.

        A count of one or more can't become zero, nothing becomes negative, and nothing more than makes sense: such a
        value is no stricter, it is meaningless.
        """
        parameter = self.parameters.get(name)
        if parameter is None:
            raise ParameterError(name, f"unknown; known are {', '.join(sorted(self.parameters))}")
        legal = parameter.at(on)
        if legal is None:
            raise ParameterError(name, f"has no value on {on}")
        try:
            own = _as_kind_of(legal.value, value)
        except ValueError as error:
            raise ParameterError(name, str(error)) from error
        if own == legal.value:
            return
        if parameter.stricter == "none":
            raise ParameterError(name, "can't be changed by a tenant")
        if parameter.laxer(own, legal.value):
            raise ParameterError(
                name,
                f"{own} is laxer than {legal.value} ({legal.source}); give a value "
                f"{'below' if parameter.stricter == 'lower' else 'above'} it",
            )
        least = min(legal.value, 1) if isinstance(legal.value, int) else min(legal.value, Decimal(0))
        if own < least:
            raise ParameterError(name, f"{own} is too low; {least} is the lowest that makes sense")
        if parameter.exceeds(own):
            raise ParameterError(
                name, f"{own} is too high; {parameter.greatest} {parameter.unit} is the most that makes sense"
            )

    def changes_by(self, day: date) -> tuple[tuple[str, date | None, Any], ...]:
        """Return the changes of law in force on `day`: id, first day and value, where it is not the first value."""
        changed = []
        for name, parameter in self.parameters.items():
            if len(parameter.values) > 1:
                dated = parameter.at(day)
                if dated is not None and dated is not parameter.values[0]:
                    changed.append((name, dated.valid_from, dated.value))
        return tuple(changed)


def load_parameters(yaml_text: str) -> ParameterSet:
    """Read a plugin's `parameters.yaml`; raise `ParameterError` naming what is wrong."""
    try:
        found = msgspec.convert(yaml.load(yaml_text, _UniqueKeys), dict[str, Parameter])  # noqa: S506
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ParameterError("file", str(error)) from error
    loaded = ParameterSet(found)
    loaded.check()
    return loaded


class _UniqueKeys(yaml.CSafeLoader):
    """PyYAML's safe loader; it refuses a key that stands twice, which would lose a deadline without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key}` stands here twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def _as_kind_of(legal: Any, value: Any) -> Any:
    """Return `value`, which may come from JSON, as the kind that `legal` is; ValueError where it is of another."""
    if type(value) is type(legal):
        return value
    if isinstance(legal, Decimal) and isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    if isinstance(legal, tuple) and isinstance(value, list):
        return tuple(value)
    raise ValueError(f"must be of the same kind as {legal!r}")


class ParametersAt:
    """The parameters as they apply on one day to one tenant; what a rule reads lands in its trace.

    A tenant's own value that the law has overtaken since, that no tenant may set or that makes no sense gives way to the
    law's.
    """

    def __init__(
        self, parameters: ParameterSet, on: date, overrides: Mapping[str, Any], trace: Trace
    ) -> None:
        self._parameters = parameters.parameters
        self.on = on
        self._overrides = overrides
        self._trace = trace
        self.used: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return the value of `name`, and record it with its source; KeyError when it has none on this day."""
        if name in self.used:
            return self.used[name]
        parameter = self._parameters[name]
        legal = parameter.at(self.on)
        if legal is None:
            raise KeyError(f"{name} has no value on {self.on}")
        own = _as_kind_of(legal.value, self._overrides.get(name, legal.value))
        absurd = parameter.exceeds(own)
        value = legal.value if absurd or parameter.laxer(own, legal.value) else own
        self._trace.add(_step(name, parameter.title, legal, own, value, absurd))
        self.used[name] = value
        return value


@lru_cache(maxsize=4096, typed=True)
def _step(name: str, title: Text, legal: DatedValue, own: Any, value: Any, absurd: bool) -> TraceStep:
    # Kept, since every evaluation reads the same few values and writing the sentences costs more than all else.
    since = legal.valid_from.isoformat() if legal.valid_from else None
    ours = legal.source == "none"
    source_zh, source_en = (
        ("规定未明确，系统默认值", "our default, no source states it") if ours else (legal.source,) * 2
    )
    zh = f"参数「{title.zh_cn}」= {value}（{'、'.join(legal.cites)}；{source_zh}"
    en = f"parameter {title.en} = {value} ({', '.join(legal.cites)}; {source_en}"
    if since:
        zh, en = zh + f"；自{since}起", en + f"; since {since}"
    if value != legal.value:
        zh += f"；本机构从严，{'默认值' if ours else '规定值'}{legal.value}"
        en += f"; the tenant's own, the rule says {legal.value}"
    elif absurd:
        zh += f"；本机构设定值{own}超出合理范围，不予采用"
        en += f"; the tenant's own {own} is more than makes sense and not used"
    elif own != value:
        zh += f"；本机构设定值{own}不符合规定，不予采用"
        en += f"; the tenant's own {own} is laxer than the rule and not used"
    values = {"value": value, "since": since, "cites": legal.cites, "legal": legal.value}
    return step("parameter", name, zh + "）", en + ")", values)
