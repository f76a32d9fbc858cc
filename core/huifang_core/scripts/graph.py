"""A script as a bare graph: which step can follow which, by what answer, and what that answer covers."""

from collections.abc import Iterator

from msgspec import Struct

from huifang_core.conditions import Condition
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Act,
    End,
    Identify,
    PlayedStep,
    Result,
    Script,
    Step,
    choices_of,
)
from huifang_core.scripts.placeholders import placeholders_of

IDENTITY = "identity:verified"
"""What passing an identity check covers; the colon keeps it apart from the ids of items."""


def given(item: str) -> str:
    """Return what an affirmative answer to this item covers besides the item; the colon is no part of an item's id."""
    return f"{item}:given"


def declined(item: str) -> str:
    """Return what any other answer to this item covers besides the item."""
    return f"{item}:declined"


class Edge(Struct, frozen=True):
    """One way on: the answer taken (None where any will do) and what it covers.

    `untold` marks the answer "cannot be told", after which the section can't be completed any more (SD-6h).
    """

    target: str
    answer: str | None = None
    covers: frozenset[str] = frozenset()
    untold: bool = False


class Node(Struct, frozen=True):
    """A step: its ways on when it is played and, where `when` is set, the step after it when skipped."""

    id: str
    play: tuple[Edge, ...] = ()
    when: Condition | None = None
    skip: str | None = None
    result: Result | None = None

    def ways(self) -> Iterator[str]:
        """Return every step that can follow."""
        yield from (edge.target for edge in self.play)
        if self.skip is not None:
            yield self.skip


class Graph(Struct, frozen=True):
    """All steps of a script and where it starts."""

    start: str
    nodes: dict[str, Node]

    def ends(self, *results: Result) -> frozenset[str]:
        """Return the ends with one of these results."""
        return frozenset(node.id for node in self.nodes.values() if node.result in results)


def missing_ways(step: Step) -> tuple[str, ...]:
    """Return what in the step leads nowhere for want of a `next`: answers, skipping, "cannot be told"."""
    if isinstance(step, End | Act) or step.next is not None:
        return ()
    choices = choices_of(step)
    nowhere = [choice.code for choice in choices if choice.next is None]
    if not choices:
        nowhere.append("answer")
    if step.when is not None or step.identity:
        nowhere.append("skip")
    if placeholders_of(step):
        nowhere.append(CANNOT_BE_TOLD)
    return tuple(nowhere)


def graph_of(script: Script, *, identity_verified: bool) -> Graph:
    """Return the graph of a script without `missing_ways`.

    With `identity_verified` the steps of the section `identity` are passed over, as in a later section of one
    contact (DEC-5); the item that an identity check covers then counts as covered.
    """
    nodes = {id_: _node(id_, step, identity_verified) for id_, step in script.steps.items()}
    return Graph(script.start, nodes)


def _node(id_: str, step: Step, identity_verified: bool) -> Node:
    if isinstance(step, End):
        return Node(id_, result=step.result)
    if step.identity and identity_verified:
        covered = _covered(step) if isinstance(step, Identify) else frozenset()
        return Node(id_, (Edge(_target(step.next), None, covered),))
    skip = None if step.when is None else _target(step.next)
    ways = (Edge(step.next),) if isinstance(step, Act) else tuple(_edges(step))
    return Node(id_, ways, step.when, skip)


def _edges(step: PlayedStep) -> Iterator[Edge]:
    covered = _covered(step)
    choices = choices_of(step)
    for choice in choices:
        passed = isinstance(step, Identify) and choice.code == "passed"
        said = given if choice.affirmative else declined
        covers = covered | {said(item) for item in covered} | ({IDENTITY} if passed else set())
        yield Edge(_target(choice.next or step.next), choice.code, covers)
    if not choices:
        yield Edge(_target(step.next), None, covered)
    if placeholders_of(step):
        yield Edge(_target(step.next), CANNOT_BE_TOLD, untold=True)


def _covered(step: PlayedStep) -> frozenset[str]:
    return frozenset() if step.covers is None else frozenset({step.covers})


def _target(target: str | None) -> str:
    # The checker reports `missing_ways` and stops before it builds a graph.
    assert target is not None
    return target


def cycles(graph: Graph) -> list[frozenset[str]]:
    """Return the sets of steps that lead in circles, each as large as can be (Tarjan's algorithm)."""
    found: list[frozenset[str]] = []
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_: set[str] = set()
    for root in graph.nodes:
        if root in order:
            continue
        trail = [(root, graph.nodes[root].ways())]
        while trail:
            at, ways = trail[-1]
            if at not in order:
                order[at] = low[at] = len(order)
                stack.append(at)
                open_.add(at)
            target = next(ways, None)
            if target is None:
                trail.pop()
                if trail:
                    low[trail[-1][0]] = min(low[trail[-1][0]], low[at])
                if low[at] == order[at]:
                    found += _closed(graph, at, stack, open_)
            elif target not in order:
                trail.append((target, graph.nodes[target].ways()))
            elif target in open_:
                low[at] = min(low[at], order[target])
    return found


def _closed(graph: Graph, root: str, stack: list[str], open_: set[str]) -> list[frozenset[str]]:
    members = set()
    while root not in members:
        member = stack.pop()
        open_.discard(member)
        members.add(member)
    circular = len(members) > 1 or root in graph.nodes[root].ways()
    return [frozenset(members)] if circular else []
