"""Plans: what is drawn from a population, as a sample of claims, instead of following from one event (CI-1, HT-5, TS-3).

A plan says which events make a population and how many of it to draw; the kernel does the drawing (`sampling`), so that anyone
can repeat it from the seed. Each member drawn comes back to the plugin's rules as a `sample.drawn` event.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.events import BusinessEvent
from huifang_core.parameters import ParametersAt
from huifang_core.rules import RuleError, UnitView, checked_arguments
from huifang_core.texts import Text
from huifang_core.trace import Trace
from huifang_core.workdays import WorkingCalendar

Period = Literal["month", "quarter", "year"]
"""How long a population is gathered before it is drawn from, by calendar time in Asia/Shanghai."""


class Full(Struct, frozen=True, tag="full"):
    """Everybody in the population."""


class Share(Struct, frozen=True, tag="share"):
    """A random share of every stratum, rounded up; `parameter` names the plugin's parameter that holds it, between 0 and 1."""

    parameter: str


class Number(Struct, frozen=True, tag="number"):
    """So many of every stratum, or all of one that is smaller; `parameter` names the plugin's parameter that holds the number."""

    parameter: str


class Successes(Struct, frozen=True, tag="successes"):
    """So many of every group that are drawn and come to a successful contact (HT-5).

    A member that comes to nothing is replaced by the next of its group, with the reason on record, until the group is used up;
    `parameter` names the plugin's parameter that holds the number.
    """

    parameter: str


Size = Full | Share | Number | Successes


class Membership(Struct, frozen=True):
    """That an event belongs to a population: the stratum a share is taken of, and the group successes are counted in."""

    stratum: str = ""
    group: str = ""


Select = Callable[..., Membership | None]


class Plan:
    """A plan of a plugin: whose events make its population in each `period`, and how many of it are drawn.

    `select` names, as keyword arguments, those of the arguments of a rule (`rules.ARGUMENTS`) that it needs; it is told one event
    of the population's kinds at a time, and returns its membership, or None where it doesn't belong there, with the reason in the
    trace. It is pure. With `needs`, `history` holds those events of the contract. `replace`: whether a member that comes to nothing
    is replaced by the next one where the size is no number of successes. Raises `RuleError` where it is no plan.
    """

    def __init__(
        self,
        id: str,
        *,
        title: Text,
        events: Iterable[str],
        cites: Iterable[str],
        select: Select,
        size: Size,
        period: Period,
        needs: Iterable[str] = (),
        replace: bool = False,
    ) -> None:
        self.id = id
        self.title = title
        self.events = frozenset(events)
        self.cites = tuple(cites)
        self.select = select
        self.size: Size = size
        self.period: Period = period
        self.needs = frozenset(needs)
        self.replace = replace or isinstance(size, Successes)
        if isinstance(cites, str):
            raise RuleError(id, "cites no requirement; give a tuple of requirement ids")
        self._wanted = checked_arguments(id, "select", select, self.events | self.needs, self.cites)

    def __repr__(self) -> str:
        return f"Plan({self.id!r})"

    def member(
        self,
        *,
        event: BusinessEvent,
        contract: Contract,
        customer: Party,
        unit: UnitView,
        parameters: ParametersAt,
        settings: Any,
        calendar: WorkingCalendar,
        history: tuple[BusinessEvent, ...],
        trace: Trace,
    ) -> Membership | None:
        """Return the membership of one event, None where it has none. Raises what `select` raises, and `RuleError`."""
        offered = {
            "event": event,
            "contract": contract,
            "customer": customer,
            "unit": unit,
            "parameters": parameters,
            "settings": settings,
            "calendar": calendar,
            "history": history,
            "trace": trace,
        }
        found = self.select(**{name: offered[name] for name in self._wanted})
        if found is not None and not isinstance(found, Membership):
            raise RuleError(self.id, f"returned {type(found).__name__}, not Membership or None")
        return found
