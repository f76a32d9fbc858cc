"""Running reports: a plugin's definition, a period and a unit in, figures with what each means out.

Plugins never query: a definition names figures and dimensions out of closed sets, and the store counts them. The
kernel's own report, `core`/`organisation_readiness`, is counted the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from huifang_core.catalogue import PluginEntry
from huifang_core.reports import CaseCount, CaseTable, Count, ObligationTable, Ratio, Report
from huifang_core.texts import text
from huifang_core.windows import end_of_day, start_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.readiness_report import CORE, READINESS, readiness_table
from huifang_tenants.services.report_tables import (
    Code,
    CodeLabels,
    Column,
    ReportInfo,
    ReportResult,
    Row,
    Table,
    Value,
    dimension_column,
    same,
    share,
)
from huifang_tenants.stores.reporting import case_facts, labels, obligation_facts
from huifang_tenants.stores.reporting.counting import Dimension, Figure, Selection

_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


def available_reports(entries: Iterable[PluginEntry]) -> tuple[ReportInfo, ...]:
    """Return the reports of these plugins, the kernel's own first."""
    declared = (
        ReportInfo(entry.manifest.id, report.id, report.title, report.cites)
        for entry in entries
        for report in entry.reports
    )
    return (READINESS, *declared)


async def run_report(
    scope: Scope,
    plugin_entry: PluginEntry | None,
    report_id: str,
    period_first: date,
    period_last: date,
    unit: str | None = None,
    now: datetime | None = None,
) -> ReportResult:
    """Run a report over the days `period_first` to `period_last`, both included, in Asia/Shanghai.

    Without `plugin_entry`, one of the kernel's own. `unit` restricts it to a unit and those below it; `now` is the
    instant by which things are overdue, the scope's business time if not given. Works in a read-only scope. Refuses
    `not_found` (report, unit) and `report.period_invalid`.
    """
    if not _FIRST_DAY <= period_first <= period_last <= _LAST_DAY:
        raise Refused("report.period_invalid", first=period_first.isoformat(), last=period_last.isoformat())
    names = await labels.unit_names(scope)
    if unit is not None and unit not in names:
        raise Refused("not_found", kind="unit")
    now = now or scope.now
    selection = Selection(
        plugin=plugin_entry.manifest.id if plugin_entry else None,
        opens=start_of_day(period_first),
        closes=end_of_day(period_last),
        unit=unit,
        now=now,
    )
    title, cites = READINESS.title, READINESS.cites
    tables: tuple[Table, ...]
    if plugin_entry is None:
        if report_id != READINESS.id:
            raise Refused("not_found", kind="report")
        tables = (await readiness_table(scope, selection, CodeLabels(names)),)
    else:
        report = _report(plugin_entry, report_id)
        title, cites = report.title, report.cites
        known = CodeLabels(names, {found.id: found.title for found in plugin_entry.case_classes})
        tables = tuple([await _table(scope, table, selection, known) for table in report.tables])
    return ReportResult(
        plugin=plugin_entry.manifest.id if plugin_entry else CORE,
        plugin_version=plugin_entry.manifest.version if plugin_entry else None,
        id=report_id,
        title=title,
        cites=cites,
        insurer=scope.tenant.settings.get("insurer_name") or scope.tenant.name,
        period_first=period_first,
        period_last=period_last,
        unit=Code(unit, same(names[unit])) if unit is not None else None,
        generated_at=now,
        tables=tables,
    )


def _report(entry: PluginEntry, report_id: str) -> Report:
    report = next((found for found in entry.reports if found.id == report_id), None)
    if report is None:
        raise Refused("not_found", kind="report")
    return report


async def _table(
    scope: Scope, table: ObligationTable | CaseTable, selection: Selection, known: CodeLabels
) -> Table:
    figures = _figures(table)
    dimensions: Mapping[str, Dimension]
    meanings: Mapping[str, Figure]
    match table:
        case ObligationTable():
            counted = await obligation_facts.count_obligations(scope, table.by, figures, selection)
            dimensions, meanings = obligation_facts.DIMENSIONS, obligation_facts.FIGURES
        case CaseTable():
            counted = await case_facts.count_cases(scope, table.by, figures, selection)
            dimensions, meanings = case_facts.DIMENSIONS, case_facts.FIGURES
    if "kind" in table.by:
        place = table.by.index("kind")
        kinds = sorted({row.codes[place] or "" for row in counted.rows})
        known.learn("kind", await labels.kind_titles(scope, kinds, selection))

    def values(counts: Sequence[int]) -> tuple[Value, ...]:
        of = dict(zip(figures, counts, strict=True))
        return tuple(
            share(of[measure.over], of[measure.under]) if isinstance(measure, Ratio) else of[measure.figure]
            for measure in table.measures
        )

    return Table(
        id=table.id,
        title=table.title,
        dimensions=tuple(dimension_column(name, dimensions[name]) for name in table.by),
        measures=tuple(_measure(measure, meanings) for measure in table.measures),
        rows=tuple(
            Row(
                tuple(known.of(name, code) for name, code in zip(table.by, row.codes, strict=True)),
                values(row.counts),
            )
            for row in counted.rows
        ),
        totals=values(counted.totals),
    )


def _figures(table: ObligationTable | CaseTable) -> list[Any]:
    """Every figure the measures of a table need, once."""
    found: list[str] = []
    for measure in table.measures:
        found += [measure.over, measure.under] if isinstance(measure, Ratio) else [measure.figure]
    return list(dict.fromkeys(found))


def _measure(measure: Count | Ratio | CaseCount, meanings: Mapping[str, Figure]) -> Column:
    match measure:
        case Ratio(over=over, under=under):
            above, below = meanings[over].meaning, meanings[under].meaning
            meaning = text(
                f"占比,分子:{above.zh_cn};分母:{below.zh_cn}",
                f"a share; above: {above.en}; below: {below.en}",
            )
            return Column(measure.id, measure.title, meaning, "ratio")
        case Count(figure=name) | CaseCount(figure=name):
            return Column(measure.id, measure.title, meanings[name].meaning, "count", adds_up=True)
