"""Reports as a plugin declares them, and the kernel's own, over random books."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from huifang_core.cases import CaseClass
from huifang_core.catalogue import PluginEntry, catalogue_of
from huifang_core.plugin import Manifest
from huifang_core.registry import load_registry
from huifang_core.reports import CaseCount, CaseTable, Count, ObligationTable, Ratio, Report
from huifang_core.texts import LANGUAGES, text
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.report_tables import ReportResult, Table
from huifang_tenants.services.reports import available_reports, run_report
from huifang_tenants.stores.bulk import copy

from .books import Books, Contract, Obligation, new_id, random_books
from .conftest import NOW, UNITS, House
from .oracle import PATHS, Question, figures_of

FIRST, LAST = date(2025, 5, 20), date(2025, 8, 5)
OPENS, CLOSES = start_of_day(FIRST), end_of_day(LAST)

OVERVIEW = Report(
    "overview",
    text("总览", "Overview"),
    ("REG-2",),
    (
        ObligationTable(
            "by_branch",
            text("分机构", "By branch"),
            ("province", "kind", "month"),
            (
                Count("due", text("应回访", "due"), "due"),
                Ratio("success_rate", text("成功率", "share successful"), "successful", "due"),
                Ratio("voided_rate", text("占比", "share"), "voided_overdue", "done_late"),
            ),
        ),
        CaseTable(
            "problems",
            text("问题件", "Problems"),
            ("case_class", "severity"),
            (CaseCount("opened", text("新增", "opened"), "opened"),),
        ),
    ),
)
ENTRY = PluginEntry(
    manifest=Manifest("p", "1.2", text("插件", "Plugin"), text("插件", "Plugin"), ("REG",)),
    rules=(),
    parameters={},
    settings_schema={},
    default_settings={},
    content_items=(),
    scripts=(),
    case_classes=(CaseClass("kept", text("截留保费", "premium kept"), 4, "province", 1, ("none",)),),
    reports=(OVERVIEW,),
)


async def run(house: House, entry: PluginEntry | None = ENTRY, id: str = "overview") -> ReportResult:
    async with house.scope(read_only=True) as opened:
        return await run_report(opened, entry, id, FIRST, LAST)


async def test_a_report_says_what_each_figure_and_code_means(house: House) -> None:
    books = random_books(7, opens=OPENS, closes=CLOSES, now=NOW)
    async with house.scope() as opened:
        await books.save(opened)
    result = await run(house)
    assert (result.plugin, result.plugin_version, result.id) == ("p", "1.2", "overview")
    assert (result.generated_at, result.insurer, result.unit) == (NOW, "甲保险", None)
    table, cases = result.tables
    expected = figures_of(books, Question(OPENS, CLOSES, None, NOW))
    due = sum("due" in figures for _, figures in expected)
    successful = sum("successful" in figures for _, figures in expected)
    assert table.totals[0] == due
    assert table.totals[1] == (Decimal(successful) / due).quantize(Decimal("0.000001"))
    labels = {code.code: code.label for row in table.rows for code in row.dimensions}
    assert labels["SD"] == text("山东分公司", "山东分公司")
    assert labels["new_contract"] == text("回访new_contract", "callback new_contract")
    assert labels["2025-07"] == text("2025年7月", "2025-07")
    assert labels[None] == text("(未注明)", "(not stated)")
    assert {code.code: code.label.en for row in cases.rows for code in row.dimensions}[
        "kept"
    ] == "premium kept"
    for found in result.tables:
        for column in (*found.dimensions, *found.measures):
            assert all(column.title.in_language(language) for language in LANGUAGES)
            assert all(column.meaning.in_language(language) for language in LANGUAGES)
        assert all(len(row.values) == len(found.measures) for row in found.rows)


async def test_a_share_of_nothing_is_none(house: House) -> None:
    result = await run(house)
    assert [table.rows for table in result.tables] == [(), ()]
    assert result.tables[0].totals == (0, None, None)
    assert result.tables[1].totals == (0,)


async def test_a_unit_restricts_to_itself_and_those_below(house: House) -> None:
    books = random_books(8, opens=OPENS, closes=CLOSES, now=NOW)
    async with house.scope() as opened:
        await books.save(opened)
        parts = [
            (await run_report(opened, ENTRY, "overview", FIRST, LAST, unit)).tables[0].totals[0]
            for unit in ("SD", "LN", None)
        ]
        alone = figures_of(books, Question(OPENS, CLOSES, None, NOW))
    at_the_top = sum(dimensions["unit"] == "HO" and "due" in figures for dimensions, figures in alone)
    assert parts[0] + parts[1] + at_the_top == parts[2]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("moment", "month", "counts"),
    [
        (start_of_day(date(2025, 6, 1)), "2025-05", False),
        (start_of_day(date(2025, 6, 1)) + timedelta(microseconds=1), "2025-06", True),
        (end_of_day(date(2025, 6, 30)), "2025-06", True),
        (end_of_day(date(2025, 6, 30)) + timedelta(microseconds=1), "2025-07", False),
    ],
)
async def test_a_window_that_ends_at_midnight_belongs_to_the_day_that_ends(
    house: House, moment: datetime, month: str, counts: bool
) -> None:
    contract = Contract(new_id(), "P1", None, None)
    due = Obligation(new_id(), contract, "p", "SD", "new_contract", "open", moment, NOW, "phone")
    async with house.scope() as opened:
        await Books([due], []).save(opened)
        june = await run_report(opened, ENTRY, "overview", date(2025, 6, 1), date(2025, 6, 30))
        wide = await run_report(opened, ENTRY, "overview", date(2025, 1, 1), date(2025, 12, 31))
    assert june.tables[0].totals[0] == int(counts)
    assert wide.tables[0].rows[0].dimensions[2].code == month


async def test_what_cannot_be_asked_is_refused(house: House) -> None:
    async with house.scope(read_only=True) as opened:
        for arguments, code in (
            ((ENTRY, "nothing", FIRST, LAST), "not_found"),
            ((None, "overview", FIRST, LAST), "not_found"),
            ((ENTRY, "overview", FIRST, LAST, "XX"), "not_found"),
            ((ENTRY, "overview", LAST, FIRST), "report.period_invalid"),
            ((ENTRY, "overview", date(1, 1, 1), LAST), "report.period_invalid"),
            ((ENTRY, "overview", FIRST, date(9999, 12, 31)), "report.period_invalid"),
        ):
            with pytest.raises(Refused) as refused:
                await run_report(opened, *arguments)  # type: ignore[arg-type]
            assert refused.value.code == code


async def test_every_report_of_every_plugin_installed_runs(house: House) -> None:
    entries = tuple(catalogue_of(load_registry()).plugins.values())
    listed = available_reports(entries)
    assert listed[0].plugin == "core"
    by_id = {entry.manifest.id: entry for entry in entries}
    for info in listed:
        result = await run(house, by_id.get(info.plugin), info.id)
        assert (result.title, result.cites) == (info.title, info.cites)
        assert len({table.id for table in result.tables}) == len(result.tables)


async def test_units_are_held_against_what_is_asked_of_them(house: House) -> None:
    """SD-3: policy on file, department, trained staff against work due; SD-2: phone work to be moved up."""
    books = random_books(9, opens=OPENS, closes=CLOSES, now=NOW)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    people = [
        ("A", "SD", ["caller"], date(2025, 7, 15), date(2025, 7, 15)),
        ("B", "SD", ["team_leader", "caller"], date(2025, 7, 14), None),
        ("C", "SD-JN", ["visitor"], None, None),
        ("D", "SD-JN", ["auditor"], date(2030, 1, 1), None),
        ("E", "SD-JN", ["caller"], date(2030, 1, 1), date(2025, 7, 14)),
    ]
    async with house.scope() as opened:
        await books.save(opened)
        await copy(
            opened,
            "staff",
            ["id", "staff_no", "name_enc", "unit", "roles", "trained_until", "active_until", "updated_at"],
            [(new_id(), no, b"x", unit, roles, until, last, at) for no, unit, roles, until, last in people],
        )
        await opened.connection.execute("UPDATE unit SET policy_on_file = true WHERE code IN ('HO', 'SD')")
        await opened.connection.execute("UPDATE unit SET callback_department = '客服部' WHERE code = 'SD'")
        await opened.connection.execute("UPDATE unit SET callback_department = ' ' WHERE code = 'LN'")
        table = (await run_report(opened, None, "organisation_readiness", FIRST, LAST)).tables[0]
        shandong = (await run_report(opened, None, "organisation_readiness", FIRST, LAST, "SD")).tables[0]
    rows = readable(table)
    assert list(rows) == [unit.code for unit in UNITS if unit.code.startswith("HO")] + sorted(
        code for code in PATHS if code != "HO"
    )
    assert {code for code, row in rows.items() if row["policy_on_file"]} == {"HO", "SD"}
    assert {code for code, row in rows.items() if row["department_missing"]} == set(PATHS) - {
        "SD",
        "SD-JN-01",
    }
    assert (rows["SD"]["workers"], rows["SD"]["trained"]) == (2, 1)
    assert (rows["SD-JN"]["workers"], rows["SD-JN"]["trained"]) == (1, 0)
    work = [
        (dimensions["unit"], figures)
        for plugin in ("p", "other")
        for dimensions, figures in figures_of(books, Question(OPENS, CLOSES, None, NOW, plugin))
    ]
    for code, row in rows.items():
        for figure in ("due", "overdue", "phone_below_province"):
            assert row[figure] == sum(unit == code and figure in figures for unit, figures in work)
        below = {other for other, path in PATHS.items() if code in path}
        assert row["work_in_reach"] == sum(unit in below and "due" in figures for unit, figures in work)
    totals = dict(zip((column.id for column in table.measures), table.totals, strict=True))
    assert totals["due"] == totals["work_in_reach"] == rows["HO"]["work_in_reach"]
    assert set(readable(shandong)) == {"SD", "SD-JN", "SD-JN-01", "SD-YT"}
    assert (
        dict(zip((c.id for c in table.measures), shandong.totals, strict=True))["work_in_reach"]
        == (rows["SD"]["work_in_reach"])
    )


def readable(table: Table) -> dict[str, dict[str, object]]:
    """Rows by the code of their unit, values by column."""
    unit = [column.id for column in table.dimensions].index("unit")
    return {
        row.dimensions[unit].code or "": dict(zip((c.id for c in table.measures), row.values, strict=True))
        for row in table.rows
    }
