"""Proving that a script covers what the rules demand, for every contract (SD-5).

`check` takes every combination of the facts that conditions mention, unknown ones included, and every way through
the script, circles included, without listing either (see `proof`). A script with an error can't be published.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from huifang_core.conditions import Condition, FactSpec
from huifang_core.content import ContentItem
from huifang_core.obligations import MAY_RECOMMEND, Category
from huifang_core.scripts.findings import Finding, error, proven
from huifang_core.scripts.form import faults_of_condition, faults_of_step, missing_targets
from huifang_core.scripts.graph import IDENTITY, Graph, Node, cycles, declined, given, graph_of
from huifang_core.scripts.model import Act, Ask, End, Say, Script, recommending_steps
from huifang_core.scripts.placeholders import placeholders_of
from huifang_core.scripts.proof import Question, Witness, everything, shortest_path, witnesses
from huifang_core.scripts.space import Space, TooManyCombinations
from huifang_core.texts import LANGUAGES, Language, Text, text

Items = Mapping[str, ContentItem]
Specs = Mapping[str, FactSpec]


def check(
    script: Script,
    items: Sequence[ContentItem],
    fact_specs: Sequence[FactSpec],
    languages: Sequence[Language] = LANGUAGES,
    categories: Collection[Category] = (),
) -> list[Finding]:
    """Return everything wrong with the script, errors before warnings.

    `items` are the content items the script must cover where they apply, `categories` those of the contacts it is used for.
    Proofs about ways through the script follow only once all targets exist.
    """
    specs = {spec.id: spec for spec in fact_specs}
    demanded = {item.id: item for item in items}
    findings = list(missing_targets(script))
    whole = not findings
    findings += _repeated_items(items)
    findings += _unknown_consents(demanded)
    findings += _recommendations(script, categories)
    for item in demanded.values():
        if item.applies is not None:
            findings += faults_of_condition(item.applies, specs, item=item.id)
    for id_, step in script.steps.items():
        findings += faults_of_step(id_, step, demanded, specs, languages)
    if whole:
        alone = graph_of(script, identity_verified=False)
        bundled = graph_of(script, identity_verified=True)
        graphs = (alone,) if alone == bundled else (alone, bundled)
        findings += _unreachable(graphs, specs)
        for graph in graphs:
            findings += _dead_ends(graph, specs)
        findings += _identity(script, alone, specs)
        findings += _consents(script, graphs, demanded, specs)
        for item in demanded.values():
            findings += _coverage(graphs, item, specs)
    distinct = [finding for n, finding in enumerate(findings) if finding not in findings[:n]]
    return sorted(distinct, key=lambda finding: finding.severity != "error")


def _repeated_items(items: Sequence[ContentItem]) -> Iterator[Finding]:
    ids = [item.id for item in items]
    for id_ in dict.fromkeys(ids):
        if ids.count(id_) > 1:
            yield error(
                "repeated_item",
                text(f"内容项 {id_} 重复。", f"Item {id_} stands here twice."),
                text("保留一个。", "Keep one of them."),
                item=id_,
            )


def _unknown_consents(items: Items) -> Iterator[Finding]:
    for item in items.values():
        if item.consent is None:
            continue
        consent = items.get(item.consent)
        if consent is None or consent.kind != "consent":
            yield error(
                "unknown_consent",
                text(
                    f"内容项 {item.id} 须取得的同意 {item.consent} 不是要求的同意项。",
                    f"Item {item.id} needs {item.consent}, which is no consent that is demanded.",
                ),
                text("指明一个 consent 类内容项。", "Name an item of the kind `consent`."),
                item=item.id,
            )


def _recommendations(script: Script, categories: Collection[Category]) -> Iterator[Finding]:
    unasked = sorted(set(categories) - MAY_RECOMMEND)
    if not unasked:
        return
    for id_ in recommending_steps(script):
        yield error(
            "recommends_unasked",
            text(
                f"步骤 {id_} 推荐产品，而该话术用于 {'、'.join(unasked)} 类回访（SP-4）。",
                f"Step {id_} recommends a product in a script used for {', '.join(unasked)} contacts (SP-4).",
            ),
            text(
                "推荐只能放在销售或关怀类话术中；删去该步骤，或另做一份话术。",
                "Recommend in scripts for sales or care only: take the step out, or write a script of its own.",
            ),
            step=id_,
        )


def _unreachable(graphs: Sequence[Graph], specs: Specs) -> Iterator[Finding]:
    # Where every fact is unknown every step met is played: that reaches all but steps behind a skip alone.
    reached: set[str] = set()
    for graph in graphs:
        queue = [graph.start]
        while queue:
            at = queue.pop()
            if at not in reached:
                reached.add(at)
            queue += {edge.target for edge in graph.nodes[at].play} - reached
    for id_ in graphs[0].nodes:
        if id_ in reached:
            continue
        goal = frozenset({id_})
        try:
            found = any(witnesses(Question(graph, goal), specs, everything(goal)) for graph in graphs)
        except TooManyCombinations as much:
            yield _too_many(much, step=id_)
            continue
        if not found:
            yield error(
                "unreachable",
                text(f"步骤 {id_} 无法到达。", f"Step {id_} can't be reached."),
                text("把它接到某个答案之后，或删去。", "Let some answer lead to it, or take it out."),
                step=id_,
            )
        elif graphs[0].nodes[id_].result == "completed":
            reached.add(id_)
    if not reached & graphs[0].ends("completed"):
        yield error(
            "never_completes",
            text("没有可以到达的 completed 结束步骤。", "No end with the result `completed` can be reached."),
            text("让话术能够完成。", "Let the script be completed some way."),
        )


def _dead_ends(graph: Graph, specs: Specs) -> Iterator[Finding]:
    # Every step has a way on, so a script only fails to end where it can be caught in a circle.
    for circle in cycles(graph):
        conditions = tuple(
            node.when for node in (graph.nodes[id_] for id_ in sorted(circle)) if node.when is not None
        )
        question = Question(graph, circle, conditions=conditions)
        try:
            caught = witnesses(question, specs, partial(_caught, graph, circle))
        except TooManyCombinations as much:
            yield _too_many(much, step=min(circle))
            continue
        if caught:
            first = caught[0]
            yield proven(
                "dead_end",
                text(
                    f"从步骤 {first.goal} 起可能再也到不了结束。",
                    f"From step {first.goal} no end may be reached.",
                ),
                text(
                    "为循环加一个在任何情况下都能走的出口，缺资料无法告知时也一样。",
                    "Give the circle a way out that is open whatever the facts, also when something can't be told.",
                ),
                first.facts,
                shortest_path(question, first),
                step=first.goal,
            )


def _caught(graph: Graph, circle: frozenset[str], space: Space) -> dict[str, int]:
    """Return for each step of a circle the assignments under which no way leads out of it.

    A step that may not be told must have a way out both told and untold.
    """
    escaping = dict.fromkeys(circle, 0)
    grew = True
    while grew:
        grew = False
        for id_ in circle:
            now = _escapes(graph.nodes[id_], escaping, space)
            grew = grew or now != escaping[id_]
            escaping[id_] = now
    return {id_: space.full ^ escaped for id_, escaped in escaping.items()}


def _escapes(node: Node, escaping: Mapping[str, int], space: Space) -> int:
    told = untold = 0
    for edge in node.play:
        out = escaping.get(edge.target, space.full)
        told, untold = (told, untold | out) if edge.untold else (told | out, untold)
    played = told & untold if any(edge.untold for edge in node.play) else told
    if node.skip is None:
        return played
    possible = space.possible(node.when)
    return (possible & played) | ((space.full ^ possible) & escaping.get(node.skip, space.full))


def _identity(script: Script, graph: Graph, specs: Specs) -> Iterator[Finding]:
    guarded = frozenset(id_ for id_ in graph.nodes if _needs_identity(script, id_, specs))
    try:
        told = _before(graph, guarded, IDENTITY, specs)
    except TooManyCombinations as much:
        yield _too_many(much)
        return
    for question, witness in told:
        yield proven(
            "before_identity",
            text(
                f"核实身份之前就到了步骤 {witness.goal}。",
                f"Step {witness.goal} comes before identity is verified.",
            ),
            text(
                "把 identify 步骤放在前面，或把事实标为 before_identity。",
                "Put an `identify` step before it, or mark its facts `before_identity` (SD-6a).",
            ),
            witness.facts,
            shortest_path(question, witness),
            step=witness.goal,
        )


def _consents(script: Script, graphs: Sequence[Graph], items: Items, specs: Specs) -> Iterator[Finding]:
    asking: dict[str, set[str]] = {}
    for id_, step in script.steps.items():
        item = None if isinstance(step, Act | End) or step.covers is None else items.get(step.covers)
        if item is not None and item.consent is not None:
            asking.setdefault(item.consent, set()).add(id_)
    for consent, guarded in asking.items():
        for graph in graphs:
            try:
                asked = _before(graph, frozenset(guarded), given(consent), specs)
            except TooManyCombinations as much:
                yield _too_many(much, item=consent)
                break
            for question, witness in asked:
                yield proven(
                    "before_consent",
                    text(
                        f"未取得单独同意 {consent} 就到了步骤 {witness.goal}。",
                        f"Step {witness.goal} comes without the consent {consent}.",
                    ),
                    text(
                        "只在客户同意之后询问，不同意时跳过（REG-5）。",
                        "Ask it only after the consent was given, and pass over it otherwise (REG-5).",
                    ),
                    witness.facts,
                    shortest_path(question, witness),
                    step=witness.goal,
                )


def _before(
    graph: Graph, guarded: frozenset[str], point: str, specs: Specs
) -> list[tuple[Question, Witness]]:
    """Return the proofs that guarded steps can be reached before `point` is covered; raises TooManyCombinations."""
    # Only the first such step on each way is reported: what follows it adds nothing.
    cut = {
        id_: Node(id_, (), node.when, node.skip, node.result) if id_ in guarded else node
        for id_, node in graph.nodes.items()
    }
    conditions = {id_: cut[id_].when for id_ in guarded}
    question = Question(
        Graph(graph.start, cut),
        guarded,
        frozenset({point}),
        conditions=tuple(filter(None, conditions.values())),
    )
    found = witnesses(
        question, specs, lambda space: {id_: space.possible(when) for id_, when in conditions.items()}
    )
    return [(question, witness) for witness in found]


def _needs_identity(script: Script, id_: str, specs: Specs) -> bool:
    """Tell whether the step reveals facts or, unless identity is not needed at all, covers or completes."""
    step = script.steps[id_]
    if any(fact in specs and not specs[fact].before_identity for fact in placeholders_of(step)):
        return True
    if script.identity == "not_needed":
        return False
    match step:
        case End(result=result):
            return result == "completed"
        case Say(covers=covered) | Ask(covers=covered):
            return covered is not None
        case _:
            return False


def _coverage(graphs: Sequence[Graph], item: ContentItem, specs: Specs) -> Iterator[Finding]:
    conditions: tuple[Condition, ...] = () if item.applies is None else (item.applies,)
    # Where its consent is declined the item is not demanded any more.
    points = frozenset({item.id} if item.consent is None else {item.id, declined(item.consent)})
    for graph in graphs:
        ends = graph.ends("completed")
        question = Question(graph, ends, points, untold=False, conditions=conditions)
        try:
            missed = witnesses(question, specs, partial(_where_it_applies, item, ends))
        except TooManyCombinations as much:
            yield _too_many(much, item=item.id)
            return
        if missed:
            first = missed[0]
            yield proven(
                "not_covered",
                _missed(item, bundled=graph is not graphs[0]),
                text(
                    "在这条路径上加入涵盖该项的步骤，或放宽其 when。",
                    "Put a step that covers it on this path, or widen its `when`.",
                ),
                first.facts,
                shortest_path(question, first),
                step=first.goal,
                item=item.id,
            )
            return


def _where_it_applies(item: ContentItem, ends: frozenset[str], space: Space) -> dict[str, int]:
    return dict.fromkeys(ends, space.possible(item.applies))


def _missed(item: ContentItem, *, bundled: bool) -> Text:
    if bundled:
        return text(
            f"身份已在前一部分核实时，可以不经「{item.title.zh_cn}」而完成。",
            f"Where identity was verified earlier, the script can be completed without “{item.title.en}”.",
        )
    return text(
        f"可以不经「{item.title.zh_cn}」而完成。",
        f"The script can be completed without “{item.title.en}”.",
    )


def _too_many(much: TooManyCombinations, *, step: str | None = None, item: str | None = None) -> Finding:
    facts = ", ".join(much.facts)
    return error(
        "too_many_combinations",
        text(
            f"条件涉及的事实组合过多（{much.combinations}）：{facts}。",
            f"Too many combinations of facts to prove it ({much.combinations}): {facts}.",
        ),
        text("减少条件同时依赖的事实。", "Let fewer facts decide the same question."),
        step=step,
        item=item,
    )
