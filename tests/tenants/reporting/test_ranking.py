"""A ranking shows its formula and puts rows in the order of their scores (CI-7); a target is one for each row (SP-3)."""

from datetime import date
from decimal import Decimal

import msgspec
from huifang_core.derive import SettingsVersion
from huifang_core.reports import Count, ObligationTable, Ranking, Ratio, Report, Target, Term
from huifang_core.texts import text
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.services.ranking import ranked
from huifang_tenants.services.report_tables import Code, Column, Row, Table, Value, same
from huifang_tenants.services.reports import run_report
from huifang_tenants.stores.plugins import add_settings

from .books import random_books
from .conftest import NOW, House
from .oracle import Question, figures_of
from .test_run_report import ENTRY

FIRST, LAST = date(2025, 5, 20), date(2025, 8, 5)
RANKING = Ranking((Term("done", Decimal("0.75")), Term("pleased", Decimal("0.25"))))
NOTHING = text("—", "—")


def _table(**shares: tuple[Value, Value]) -> Table:
    columns = [Column(id, text(id, id), NOTHING, "ratio") for id in ("done", "pleased")]
    rows = tuple(Row((Code(unit, same(unit)),), values) for unit, values in shares.items())
    unit = Column("unit", NOTHING, NOTHING, "dimension")
    return Table("t", NOTHING, (unit,), tuple(columns), rows, (Decimal("0.5"), Decimal("0.5")))


def test_the_best_comes_first_and_the_formula_stands_with_it() -> None:
    """CI-7."""
    table = ranked(
        _table(
            A=(Decimal("0.4"), Decimal("0.8")),
            B=(Decimal("0.9"), None),
            C=(Decimal("0.8"), Decimal("0.4")),
            D=(Decimal("0.5"), Decimal("0.5")),
            E=(Decimal(0), Decimal(0)),
        ),
        RANKING,
    )
    # A: 0.75 × 40 + 0.25 × 80 = 50; C: 60 + 10 = 70; D: 37.5 + 12.5 = 50.
    assert [(row.dimensions[0].code, *row.values[2:]) for row in table.rows] == [
        ("C", Decimal("70.00"), 1),
        ("A", Decimal("50.00"), 2),
        ("D", Decimal("50.00"), 2),
        ("E", Decimal("0.00"), 4),
        ("B", None, None),
    ]
    assert table.totals[2:] == (Decimal("50.00"), None)
    assert table.formula == text(
        "综合得分=100×(0.75×done+0.25×pleased)", "score = 100 × (0.75 × done + 0.25 × pleased)"
    )
    assert [(column.id, column.kind) for column in table.measures[2:]] == [
        ("score", "score"),
        ("rank", "rank"),
    ]


async def test_a_report_of_a_plugin_is_ranked_and_held_against_its_target(house: House) -> None:
    """CI-7, SP-3: the target is the setting of the last day of the period, for each row and month touched."""
    measures = (
        Count("completed", text("完成", "completed"), "completed"),
        Ratio("rate", text("完成率", "share"), "completed", "due"),
        Target("target", text("达成率", "share of target"), "completed", "aim"),
    )
    by_seller = ObligationTable(
        "t", text("表", "Table"), ("seller",), measures, Ranking((Term("rate", Decimal(1)),))
    )
    report = Report("sellers", text("销售", "Sellers"), ("SP-3",), (by_seller,))
    entry = msgspec.structs.replace(ENTRY, reports=(report,), default_settings={"aim": 1})
    books = random_books(3, opens=start_of_day(FIRST), closes=end_of_day(LAST), now=NOW)
    async with house.scope() as opened:
        await books.save(opened)
        usual = await run_report(opened, entry, "sellers", FIRST, LAST)
        for version, aim, first_day in ((1, 5, None), (2, 2, date(2025, 8, 1)), (3, 9, date(2025, 8, 6))):
            settings = SettingsVersion("p", version, {"aim": aim}, {}, first_day)
            await add_settings(opened, settings, enabled=True, changed_by="test")
        set_by_tenant = await run_report(opened, entry, "sellers", FIRST, LAST)
    counted = figures_of(books, Question(start_of_day(FIRST), end_of_day(LAST), None, NOW))
    completed: dict[str | None, int] = {}
    for dimensions, figures in counted:
        seller = dimensions["seller"]
        completed[seller] = completed.get(seller, 0) + ("completed" in figures)
    for result, aim in ((usual, 1), (set_by_tenant, 2)):
        [table] = result.tables
        # May, June, July and August are touched.
        for row in table.rows:
            done = completed[row.dimensions[0].code]
            assert row.values[0] == done
            assert row.values[2] == (Decimal(done) / (4 * aim)).quantize(Decimal("0.000001"))
        assert table.totals[2] == (Decimal(sum(completed.values())) / (4 * aim * len(table.rows))).quantize(
            Decimal("0.000001")
        )
        assert [row.values[4] for row in table.rows] == sorted(
            (row.values[4] for row in table.rows), key=lambda rank: rank or 0
        )
        assert str(4 * aim) in table.measures[2].meaning.en


async def test_without_an_aim_there_is_no_share_of_it(house: House) -> None:
    """SP-3: a target of 0 is none."""
    measures = (Target("target", text("达成率", "share of target"), "completed", "aim"),)
    report = Report(
        "sellers",
        text("销售", "Sellers"),
        ("SP-3",),
        (ObligationTable("t", text("表", "Table"), ("seller",), measures),),
    )
    entry = msgspec.structs.replace(ENTRY, reports=(report,), default_settings={"aim": 0})
    async with house.scope() as opened:
        books = random_books(3, opens=start_of_day(FIRST), closes=end_of_day(LAST), now=NOW)
        await books.save(opened)
        [table] = (await run_report(opened, entry, "sellers", FIRST, LAST)).tables
    assert table.rows
    assert {row.values for row in table.rows} == {(None,)}
