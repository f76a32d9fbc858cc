"""Putting the rows of a table in order by a declared formula, which stands with the result (CI-7)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from huifang_core.reports import Ranking
from huifang_core.texts import Text, text

from huifang_tenants.services.report_tables import Column, Row, Table, Value

_POINTS: Final = Decimal(100)
_TWO_DECIMALS: Final = Decimal("0.01")


def ranked(table: Table, ranking: Ranking) -> Table:
    """Return the table with score and rank beside each row, the best first.

    Rows with one score share a rank and the next ones are counted on from there; those without a score have none and stand
    last, in the order they came.
    """
    places = {column.id: place for place, column in enumerate(table.measures)}
    weights = [(places[term.measure], term.weight) for term in ranking.terms]
    scores = [_score(row.values, weights) for row in table.rows]
    known = sorted((score for score in scores if score is not None), reverse=True)
    rows = [
        (score, Row(row.dimensions, (*row.values, score, None if score is None else known.index(score) + 1)))
        for row, score in zip(table.rows, scores, strict=True)
    ]
    rows.sort(key=lambda found: (found[0] is None, -(found[0] or 0)))
    formula = _formula(table, ranking)
    return Table(
        id=table.id,
        title=table.title,
        dimensions=table.dimensions,
        measures=(
            *table.measures,
            Column("score", text("综合得分", "Score"), formula, "score"),
            Column(
                "rank",
                text("名次", "Rank"),
                text(
                    "按综合得分由高到低,同分同名次",
                    "by score, the highest first; the same score, the same rank",
                ),
                "rank",
            ),
        ),
        rows=tuple(row for _, row in rows),
        totals=(*table.totals, _score(table.totals, weights), None),
        formula=formula,
    )


def _score(values: tuple[Value, ...], weights: list[tuple[int, Decimal]]) -> Decimal | None:
    total = Decimal(0)
    for place, weight in weights:
        value = values[place]
        if value is None:
            return None
        total += weight * value
    return (total * _POINTS).quantize(_TWO_DECIMALS, ROUND_HALF_UP)


def _formula(table: Table, ranking: Ranking) -> Text:
    titles = {column.id: column.title for column in table.measures}
    zh = "+".join(f"{term.weight.normalize():f}×{titles[term.measure].zh_cn}" for term in ranking.terms)
    en = " + ".join(f"{term.weight.normalize():f} × {titles[term.measure].en}" for term in ranking.terms)
    return text(f"综合得分=100×({zh})", f"score = 100 × ({en})")
