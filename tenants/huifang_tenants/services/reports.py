"""Running reports: a plugin's definition, a period and a unit in, figures with what each means out.

Plugins never query: a definition names figures and dimensions out of closed sets, and the store counts them. The
kernel's own report, `core`/`organisation_readiness`, is counted the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from huifang_core.catalogue import PluginEntry
from huifang_core.derive import settings_on
from huifang_core.reports import (
    AnyTable,
    CaseCount,
    CaseTable,
    ContractCount,
    ContractRatio,
    ContractTable,
    Count,
    CustomerCount,
    CustomerRatio,
    CustomerTable,
    NoteCount,
    NoteTable,
    ObligationTable,
    Ratio,
    Report,
    Target,
)
from huifang_core.texts import text
from huifang_core.windows import end_of_day, start_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.ranking import ranked
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
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.stores.reporting import (
    case_facts,
    contract_facts,
    customer_facts,
    labels,
    note_facts,
    obligation_facts,
)
from huifang_tenants.stores.reporting.counting import Counted, Dimension, Figure, Selection
from huifang_tenants.tenant_settings import insurer_name

_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
_RATIOS = (Ratio, CustomerRatio, ContractRatio)


Measure = (
    Count
    | Ratio
    | Target
    | CaseCount
    | CustomerCount
    | CustomerRatio
    | ContractCount
    | ContractRatio
    | NoteCount
)


class _Aims(msgspec.Struct, frozen=True):
    """What targets are held against: the plugin's settings on the last day of the period, and the months it touches."""

    settings: Mapping[str, Any]
    months: int

    def of(self, target: Target) -> Decimal:
        """What is aimed at in the whole period."""
        return Decimal(self.settings.get(target.setting) or 0) * self.months


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
        consents=tuple(item.id for item in plugin_entry.content_items if item.kind == "consent")
        if plugin_entry
        else (),
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
        aims = await _aims(scope, plugin_entry, period_first, period_last)
        tables = tuple([await _table(scope, table, selection, known, aims) for table in report.tables])
    return ReportResult(
        plugin=plugin_entry.manifest.id if plugin_entry else CORE,
        plugin_version=plugin_entry.manifest.version if plugin_entry else None,
        id=report_id,
        title=title,
        cites=cites,
        insurer=insurer_name(scope.tenant),
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


async def _aims(scope: Scope, entry: PluginEntry, first: date, last: date) -> _Aims:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    chosen = settings_on(await load_settings(scope), entry.manifest.id, last)
    return _Aims(entry.settings_from(chosen.settings if chosen else {}), months)


async def _table(
    scope: Scope, table: AnyTable, selection: Selection, known: CodeLabels, aims: _Aims
) -> Table:
    figures = _figures(table)
    counted, dimensions, meanings = await _counted(scope, table, figures, selection)
    if "kind" in table.by:
        place = table.by.index("kind")
        kinds = sorted({row.codes[place] or "" for row in counted.rows})
        known.learn("kind", await labels.kind_titles(scope, kinds, selection))

    def values(counts: Sequence[int], rows: int) -> tuple[Value, ...]:
        of = dict(zip(figures, counts, strict=True))
        return tuple(_value(measure, of, aims, rows) for measure in table.measures)

    made = Table(
        id=table.id,
        title=table.title,
        dimensions=tuple(dimension_column(name, dimensions[name]) for name in table.by),
        measures=tuple(_measure(measure, meanings, aims) for measure in table.measures),
        rows=tuple(
            Row(
                tuple(known.of(name, code) for name, code in zip(table.by, row.codes, strict=True)),
                values(row.counts, 1),
            )
            for row in counted.rows
        ),
        totals=values(counted.totals, len(counted.rows)),
    )
    ranking = table.ranking if isinstance(table, ObligationTable) else None
    return made if ranking is None else ranked(made, ranking)


async def _counted(
    scope: Scope, table: AnyTable, figures: list[Any], selection: Selection
) -> tuple[Counted, Mapping[str, Dimension], Mapping[str, Figure]]:
    match table:
        case ObligationTable():
            counted = await obligation_facts.count_obligations(scope, table.by, figures, selection)
            return counted, obligation_facts.DIMENSIONS, obligation_facts.FIGURES
        case CaseTable():
            counted = await case_facts.count_cases(scope, table.by, figures, selection)
            return counted, case_facts.DIMENSIONS, case_facts.FIGURES
        case CustomerTable():
            counted = await customer_facts.count_customers(scope, table.by, figures, selection)
            return counted, customer_facts.DIMENSIONS, customer_facts.FIGURES
        case ContractTable():
            counted = await contract_facts.count_contracts(scope, table.by, figures, selection)
            return counted, contract_facts.DIMENSIONS, contract_facts.FIGURES
        case NoteTable():
            counted = await note_facts.count_notes(scope, table.by, figures, selection)
            return counted, note_facts.DIMENSIONS, note_facts.FIGURES


def _figures(table: AnyTable) -> list[Any]:
    """Every figure the measures of a table need, once."""
    found: list[str] = []
    for measure in table.measures:
        found += [measure.over, measure.under] if isinstance(measure, _RATIOS) else [measure.figure]
    return list(dict.fromkeys(found))


def _value(measure: Measure, of: Mapping[str, int], aims: _Aims, rows: int) -> Value:
    match measure:
        case (
            Ratio(over=over, under=under)
            | CustomerRatio(over=over, under=under)
            | ContractRatio(over=over, under=under)
        ):
            return share(of[over], of[under])
        case Target(figure=figure):
            return share(of[figure], aims.of(measure) * rows)
        case _:
            return of[measure.figure]


def _measure(measure: Measure, meanings: Mapping[str, Figure], aims: _Aims) -> Column:
    match measure:
        case (
            Ratio(over=over, under=under)
            | CustomerRatio(over=over, under=under)
            | ContractRatio(over=over, under=under)
        ):
            above, below = meanings[over].meaning, meanings[under].meaning
            meaning = text(
                f"占比,分子:{above.zh_cn};分母:{below.zh_cn}",
                f"a share; above: {above.en}; below: {below.en}",
            )
            return Column(measure.id, measure.title, meaning, "ratio")
        case Target(figure=figure):
            counted, aimed = meanings[figure].meaning, aims.of(measure)
            meaning = text(
                f"目标达成率,每行目标{aimed}件({aims.months}个月);已计:{counted.zh_cn}",
                f"a share of the target of {aimed} for each row ({aims.months} months); counted: {counted.en}",
            )
            return Column(measure.id, measure.title, meaning, "ratio")
        case _:
            return Column(measure.id, measure.title, meanings[measure.figure].meaning, "count", adds_up=True)
