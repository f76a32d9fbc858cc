"""Dated, cited parameters: the numbers a rule counts with, each with its source and the day it applies from.

A change of law is a new dated value, not an `if`. A tenant may set a parameter stricter than the law, never
laxer: each parameter says which direction is stricter (GEN-4).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from huifang_core.texts import Text
from huifang_core.trace import Trace

Value = int | Decimal | bool | str | tuple[str, ...]
Direction = Literal["lower", "higher", "none"]


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


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter with all its values, oldest first.

    `unit` says what the value counts (days, working_days, minutes, attempts …); `stricter` which direction a
    tenant may move it in, none meaning not at all.
    """

    title: Text
    unit: str
    values: tuple[DatedValue, ...]
    stricter: Direction = "none"

    def at(self, day: date) -> DatedValue | None:
        """Return the value that applies on `day`, or None before the first."""
        found = None
        for dated in self.values:
            if dated.valid_from is None or dated.valid_from <= day:
                found = dated
        return found


class ParameterSet(msgspec.Struct, frozen=True):
    """All parameters of a plugin by id."""

    parameters: dict[str, Parameter]

    def check(self) -> None:
        """Raise `ParameterError` where values overlap, are out of order or cite nothing."""
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
                previous = dated.valid_from

    def check_override(self, name: str, value: Any, on: date) -> None:
        """Raise `ParameterError` unless `value` is as strict as, or stricter than, what applies on day `on`."""
        parameter = self.parameters.get(name)
        if parameter is None:
            raise ParameterError(name, f"unknown; known are {', '.join(sorted(self.parameters))}")
        legal = parameter.at(on)
        if legal is None:
            raise ParameterError(name, f"has no value on {on}")
        if type(value) is not type(legal.value):
            raise ParameterError(name, f"must be of the same kind as {legal.value!r}")
        if value == legal.value:
            return
        if parameter.stricter == "none":
            raise ParameterError(name, "can't be changed by a tenant")
        if (value > legal.value) if parameter.stricter == "lower" else (value < legal.value):
            raise ParameterError(
                name,
                f"{value} is laxer than {legal.value} ({legal.source}); give a value "
                f"{'below' if parameter.stricter == 'lower' else 'above'} it",
            )


def load_parameters(yaml_text: str) -> ParameterSet:
    """Read a plugin's `parameters.yaml`; raise `ParameterError` naming what is wrong."""
    try:
        found = msgspec.yaml.decode(yaml_text.encode(), type=dict[str, Parameter])
    except msgspec.ValidationError as error:
        raise ParameterError("file", str(error)) from error
    loaded = ParameterSet(found)
    loaded.check()
    return loaded


class ParametersAt:
    """The parameters as they apply on one day to one tenant; what a rule reads lands in its trace."""

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
        value = self._overrides.get(name, legal.value)
        since = legal.valid_from.isoformat() if legal.valid_from else None
        zh = f"参数「{parameter.title.zh_cn}」= {value}({'、'.join(legal.cites)};{legal.source}"
        en = f"parameter {parameter.title.en} = {value} ({', '.join(legal.cites)}; {legal.source}"
        if since:
            zh, en = zh + f";自{since}起", en + f"; since {since}"
        if value != legal.value:
            zh, en = (
                zh + f";本机构从严,法定值{legal.value}",
                en + f"; the tenant's own, the rule says {legal.value}",
            )
        self._trace.parameter(
            name, zh + ")", en + ")", value=value, since=since, cites=legal.cites, legal=legal.value
        )
        self.used[name] = value
        return value
