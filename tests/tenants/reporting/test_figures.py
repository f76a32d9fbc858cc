"""Every figure by every dimension, held against counting by hand (REG-2, DEC-1, DEC-2, SD-2)."""

from datetime import date
from typing import Any, get_args

import pytest
from huifang_core import reports
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.stores.reporting import (
    case_facts,
    contract_facts,
    customer_facts,
    note_facts,
    obligation_facts,
)
from huifang_tenants.stores.reporting.counting import Counted, Selection

from .books import CONSENT, random_books
from .conftest import NOW, House
from .oracle import Question, case_figures_of, figures_of

FIRST, LAST = date(2025, 5, 20), date(2025, 8, 5)
OPENS, CLOSES = start_of_day(FIRST), end_of_day(LAST)
FIGURES = get_args(reports.ObligationFigure)
CASE_FIGURES = get_args(reports.CaseFigure)
BY: tuple[tuple[reports.Dimension, ...], ...] = (
    (),
    ("unit",),
    ("province", "city"),
    ("channel", "kind"),
    ("product_class", "sales_channel", "month"),
    ("seller",),
)
CASE_BY: tuple[tuple[reports.CaseDimension, ...], ...] = (
    (),
    ("case_class", "severity"),
    ("unit",),
    ("month",),
)


def test_every_name_a_report_may_use_is_known_and_explained() -> None:
    assert set(obligation_facts.FIGURES) == set(FIGURES)
    assert set(obligation_facts.DIMENSIONS) == set(get_args(reports.Dimension))
    assert set(case_facts.FIGURES) == set(CASE_FIGURES)
    assert set(case_facts.DIMENSIONS) == set(get_args(reports.CaseDimension))
    assert set(customer_facts.FIGURES) == set(get_args(reports.CustomerFigure))
    assert set(customer_facts.DIMENSIONS) == set(get_args(reports.CustomerDimension))
    assert set(contract_facts.FIGURES) == set(get_args(reports.ContractFigure))
    assert set(contract_facts.DIMENSIONS) == set(get_args(reports.ContractDimension))
    assert set(note_facts.FIGURES) == set(get_args(reports.NoteFigure))
    assert set(note_facts.DIMENSIONS) == set(get_args(reports.NoteDimension))
    views = (obligation_facts, case_facts, customer_facts, contract_facts, note_facts)
    for known in (figure for view in views for figure in view.FIGURES.values()):
        assert known.meaning.zh_cn
        assert known.meaning.en


@pytest.mark.parametrize("seed", range(1, 7))
async def test_figures_are_those_counted_by_hand(house: House, seed: int) -> None:
    books = random_books(seed, opens=OPENS, closes=CLOSES, now=NOW)
    async with house.scope() as opened:
        await books.save(opened)
    for unit in (None, "SD", "SD-JN", "LN-SY"):
        question = Question(OPENS, CLOSES, unit, NOW)
        selection = Selection("p", OPENS, CLOSES, unit, NOW, (CONSENT,))
        expected, expected_cases = figures_of(books, question), case_figures_of(books, question)
        async with house.scope(read_only=True) as opened:
            for by in BY:
                counted = await obligation_facts.count_obligations(opened, by, FIGURES, selection)
                assert_same(counted, expected, by, FIGURES)
            for figure in FIGURES:
                alone = await obligation_facts.count_obligations(opened, ("unit",), [figure], selection)
                assert_same(alone, expected, ("unit",), [figure])
            for case_by in CASE_BY:
                cases = await case_facts.count_cases(opened, case_by, CASE_FIGURES, selection)
                assert_same(cases, expected_cases, case_by, CASE_FIGURES)


async def test_nothing_gives_no_rows_and_totals_of_zero(house: House) -> None:
    selection = Selection("p", OPENS, CLOSES, None, NOW, (CONSENT,))
    async with house.scope(read_only=True) as opened:
        for by in BY:
            counted = await obligation_facts.count_obligations(opened, by, FIGURES, selection)
            assert counted == Counted((), (0,) * len(FIGURES))
        assert (await case_facts.count_cases(opened, ("unit",), ["opened"], selection)) == Counted((), (0,))


async def test_all_plugins_together_are_the_sum_of_each(house: House) -> None:
    books = random_books(4, opens=OPENS, closes=CLOSES, now=NOW)
    async with house.scope() as opened:
        await books.save(opened)
        totals = [
            (
                await obligation_facts.count_obligations(
                    opened, (), FIGURES, Selection(plugin, OPENS, CLOSES, None, NOW, (CONSENT,))
                )
            ).totals
            for plugin in ("p", "other", None)
        ]
    assert [a + b for a, b in zip(totals[0], totals[1], strict=True)] == list(totals[2])


def assert_same(counted: Counted, expected: Any, by: Any, figures: Any) -> None:
    """Rows and totals are the expected ones, and the rows add up to the totals."""
    rows: dict[tuple[str | None, ...], list[int]] = {}
    totals = [0] * len(figures)
    for dimensions, found in expected:
        row = rows.setdefault(tuple(dimensions[name] for name in by), [0] * len(figures))
        for n, figure in enumerate(figures):
            row[n] += figure in found
            totals[n] += figure in found
    wanted = {codes: tuple(row) for codes, row in rows.items() if any(row)} if by else {}
    assert {row.codes: row.counts for row in counted.rows} == wanted
    assert counted.totals == tuple(totals)
    assert len(counted.rows) == len(wanted)
    if counted.rows:
        assert tuple(map(sum, zip(*(row.counts for row in counted.rows), strict=True))) == counted.totals
