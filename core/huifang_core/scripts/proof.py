"""Which steps can be reached without covering a point, under which facts: the proof behind the checker.

For each step the proof keeps the set of fact assignments (bits of one integer, `space`) under which the step is
reached with the point still open, and spreads these sets over the graph until nothing is added. That is the exact
complement of the must-analysis "covered on every path", needs no list of paths, and takes circles as they come.

Only facts that can make a difference are told apart: a condition whose step leads to the same place played or
skipped, as far as the point and the goals go, decides nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from huifang_core.conditions import Condition, FactSpec, FactValue, definitely_false
from huifang_core.scripts.findings import PathStep
from huifang_core.scripts.graph import Graph, Node
from huifang_core.scripts.space import Space, spaces


class Question(Struct, frozen=True):
    """Can one of `goals` be reached without covering any of `points`?

    `untold` also follows the answer "cannot be told". `conditions` are told apart besides those on the way.
    """

    graph: Graph
    goals: frozenset[str]
    points: frozenset[str] = frozenset()
    untold: bool = True
    conditions: tuple[Condition, ...] = ()

    def open_ways(self, node: Node) -> Iterator[tuple[str, str | None]]:
        """Return the steps that playing this one leads to with the points still open, each with its answer."""
        for edge in node.play:
            if not self.points & edge.covers and (self.untold or not edge.untold):
                yield edge.target, edge.answer


class Witness(Struct, frozen=True):
    """That a goal can be reached: after how many steps at least, and facts under which it is."""

    goal: str
    depth: int
    facts: dict[str, FactValue | None]


Wanted = Callable[[Space], Mapping[str, int]]
"""For each goal the assignments that count."""


def everything(goals: frozenset[str]) -> Wanted:
    """Let every assignment count at every goal."""
    return lambda space: dict.fromkeys(goals, space.full)


def witnesses(question: Question, specs: Mapping[str, FactSpec], wanted: Wanted) -> list[Witness]:
    """Return for each goal that can be reached the shortest proof of it, shortest first.

    Raises TooManyCombinations.
    """
    useful = _useful(question)
    if question.graph.start not in useful:
        return []
    found: dict[str, Witness] = {}
    for space in spaces((*_deciding(question, useful), *question.conditions), specs):
        for witness in _spread(question, useful, space, wanted(space)):
            known = found.get(witness.goal)
            if known is None or witness.depth < known.depth:
                found[witness.goal] = witness
    return sorted(found.values(), key=lambda witness: witness.depth)


def shortest_path(question: Question, witness: Witness) -> tuple[PathStep, ...]:
    """Return the shortest way to the witness's goal under its facts, all others unknown."""
    came: dict[str, tuple[str, PathStep] | None] = {question.graph.start: None}
    queue = deque([question.graph.start])
    while queue and witness.goal not in came:
        at = queue.popleft()
        for target, step in _concrete_ways(question, question.graph.nodes[at], witness.facts):
            if target not in came:
                came[target] = (at, step)
                queue.append(target)
    path = [PathStep(witness.goal)]
    link = came.get(witness.goal)
    while link is not None:
        path.append(link[1])
        link = came[link[0]]
    return tuple(reversed(path))


def _concrete_ways(
    question: Question, node: Node, facts: Mapping[str, FactValue | None]
) -> Iterator[tuple[str, PathStep]]:
    if node.skip is not None and definitely_false(node.when, facts):
        yield node.skip, PathStep(node.id, skipped=True)
        return
    for target, answer in question.open_ways(node):
        yield target, PathStep(node.id, answer)


def _useful(question: Question) -> frozenset[str]:
    """Return the steps from which some goal can be reached with the point still open, whatever the facts."""
    before: dict[str, list[str]] = {}
    for node in question.graph.nodes.values():
        for target, _ in question.open_ways(node):
            before.setdefault(target, []).append(node.id)
        if node.skip is not None:
            before.setdefault(node.skip, []).append(node.id)
    useful = set(question.goals)
    queue = list(question.goals)
    while queue:
        for source in before.get(queue.pop(), ()):
            if source not in useful:
                useful.add(source)
                queue.append(source)
    return frozenset(useful)


class _Merging:
    """Steps that amount to the one step they can only lead to."""

    def __init__(self, question: Question, useful: frozenset[str]) -> None:
        self._question = question
        self._useful = useful
        self._stands_for = {id_: id_ for id_ in useful}

    def of(self, id_: str) -> str:
        while self._stands_for[id_] != id_:
            self._stands_for[id_] = self._stands_for[self._stands_for[id_]]
            id_ = self._stands_for[id_]
        return id_

    def ways(self, id_: str) -> tuple[set[str], set[str]]:
        """Return where playing and skipping lead; a step that leads back to itself adds nothing by that."""
        node = self._question.graph.nodes[id_]
        played = {self.of(target) for target, _ in self._question.open_ways(node) if target in self._useful}
        skipped = {self.of(node.skip)} if node.skip is not None and node.skip in self._useful else set()
        return played - {id_}, skipped - {id_}

    def merge(self, id_: str) -> bool:
        """Merge the step into the only one it leads to; tell whether it did."""
        if id_ in self._question.goals or self._stands_for[id_] != id_:
            return False
        played, skipped = self.ways(id_)
        conditional = self._question.graph.nodes[id_].skip is not None
        if len(played) != 1 or (conditional and played != skipped):
            return False
        self._stands_for[id_] = played.pop()
        return True


def _deciding(question: Question, useful: frozenset[str]) -> list[Condition]:
    """Return the conditions of steps that can make a difference to whether a goal is reached."""
    merging = _Merging(question, useful)
    order = _last_first(question, useful)
    while sum(merging.merge(id_) for id_ in order):
        pass
    conditions: list[Condition] = []
    start = merging.of(question.graph.start)
    seen, queue = {start}, [start]
    while queue:
        at = queue.pop()
        when = question.graph.nodes[at].when
        played, skipped = merging.ways(at)
        if when is not None and played != skipped:
            conditions.append(when)
        for target in (played | skipped) - seen:
            seen.add(target)
            queue.append(target)
    return conditions


def _last_first(question: Question, useful: frozenset[str]) -> list[str]:
    """Return the useful steps so that most stand after those they lead to."""
    order: list[str] = []
    seen = {question.graph.start}
    trail = [(question.graph.start, question.graph.nodes[question.graph.start].ways())]
    while trail:
        at, ways = trail[-1]
        target = next((way for way in ways if way in useful and way not in seen), None)
        if target is None:
            order.append(at)
            trail.pop()
        else:
            seen.add(target)
            trail.append((target, question.graph.nodes[target].ways()))
    return order


def _spread(
    question: Question, useful: frozenset[str], space: Space, wanted: Mapping[str, int]
) -> Iterator[Witness]:
    reached: dict[str, int] = {}
    awaited = {goal for goal, assignments in wanted.items() if assignments}
    front = {question.graph.start: space.full}
    depth = 0
    while front and awaited:
        following: dict[str, int] = {}
        for id_, arriving in front.items():
            known = reached.get(id_, 0)
            new = arriving & (space.full ^ known)
            if not new:
                continue
            reached[id_] = known | new
            counting = new & wanted.get(id_, 0)
            if counting and id_ in awaited:
                awaited.remove(id_)
                yield Witness(id_, depth, space.first(counting))
            for target, assignments in _onward(question, question.graph.nodes[id_], space, new):
                if assignments and target in useful:
                    following[target] = following.get(target, 0) | assignments
        front = following
        depth += 1


def _onward(question: Question, node: Node, space: Space, arriving: int) -> Iterator[tuple[str, int]]:
    played = arriving
    if node.skip is not None:
        played = arriving & space.possible(node.when)
        yield node.skip, arriving ^ played
    for target, _ in question.open_ways(node):
        yield target, played
