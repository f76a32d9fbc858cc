"""The kernel's own report: every unit with what SD-3 asks of it, held against the work due (SD-2, SD-3)."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import Text, text
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import CHANNELS_OF
from huifang_tenants.services.report_tables import (
    CodeLabels,
    Column,
    ReportInfo,
    Row,
    Table,
    Value,
    dimension_column,
    share,
)
from huifang_tenants.stores.reporting import obligation_facts
from huifang_tenants.stores.reporting.counting import Selection
from huifang_tenants.stores.reporting.readiness import UnitReadiness, unit_readiness

CORE: Final = "core"
"""The plugin id of the kernel's own reports."""

READINESS: Final = ReportInfo(
    CORE,
    "organisation_readiness",
    text("机构回访准备情况", "Readiness of the organisation"),
    ("SD-2", "SD-3", "DEC-2"),
)

_DIMENSIONS: Final = (
    *(dimension_column(name, obligation_facts.DIMENSIONS[name]) for name in ("province", "city")),
    Column("unit", text("机构", "Unit"), text("机构本身", "the unit itself"), "dimension"),
    Column("level", text("层级", "Level"), text("机构的层级", "the level of the unit"), "dimension"),
)
_COUNTS: Final = (
    (
        "policy_on_file",
        text("制度在册", "Policy on file"),
        text(
            "报表生成日有生效的书面回访制度(1 是,0 否)",
            "a written callback policy is in force on the day of the report (1 yes, 0 no)",
        ),
    ),
    (
        "callback_department",
        text("设有回访部门", "Callback department"),
        text(
            "报表生成日设有回访部门(1 是,0 否)",
            "there is a callback department on the day of the report (1 yes, 0 no)",
        ),
    ),
    (
        "department_missing",
        text("缺回访部门", "Department missing"),
        text(
            "地市级及以上机构未登记回访部门(SD-3)",
            "at city level or above, and no callback department is named (SD-3)",
        ),
    ),
    (
        "posts",
        text("回访岗位", "Posts"),
        text("回访部门设置的岗位数", "posts set up in the callback department"),
    ),
    (
        "workers",
        text("回访人员", "Callback staff"),
        text("本机构中角色可承办回访的人员", "staff of this unit whose roles take contacts"),
    ),
    (
        "posts_short",
        text("缺员", "Posts short of staff"),
        text("岗位数多出回访人员的部分", "posts beyond the callback staff there is"),
    ),
    (
        "trained",
        text("其中培训有效", "Trained"),
        text("报表生成日培训仍有效的回访人员", "callback staff trained as of the day of the report"),
    ),
)
_TRAINED_SHARE: Final = Column(
    "trained_share",
    text("培训有效率", "Trained share"),
    text("培训有效的占回访人员的比例", "trained callback staff over all callback staff"),
    "ratio",
)
_WORK: Final = (
    ("due", text("本机构应回访", "Due here"), obligation_facts.FIGURES["due"].meaning),
    (
        "work_in_reach",
        text("本机构及下级应回访", "Due here and below"),
        text(
            "本机构及其下级机构的应回访任务,逐级重复,不可相加",
            "due in this unit and those below it; counted at every level, so it does not add up",
        ),
    ),
    ("overdue", text("逾期未完成", "Overdue"), obligation_facts.FIGURES["overdue"].meaning),
    (
        "phone_below_province",
        text("待上收的电话回访", "Phone callbacks to be moved up"),
        obligation_facts.FIGURES["phone_below_province"].meaning,
    ),
)


def _counted(counts: tuple[tuple[str, Text, Text], ...]) -> tuple[Column, ...]:
    return tuple(
        Column(id, title, meaning, "count", adds_up=id != "work_in_reach") for id, title, meaning in counts
    )


_MEASURES: Final = (*_counted(_COUNTS), _TRAINED_SHARE, *_counted(_WORK))


async def readiness_table(scope: Scope, selection: Selection, known: CodeLabels) -> Table:
    """Each unit with what SD-3 asks of it, held against the work of all plugins due in the period."""
    units = await unit_readiness(scope, sorted(CHANNELS_OF), day_of(selection.now), selection.unit)
    counted = await obligation_facts.count_obligations(
        scope, ("unit",), ("due", "overdue", "phone_below_province"), selection
    )
    work = {row.codes[0]: row.counts for row in counted.rows}
    in_reach: dict[str, int] = {}
    for unit in units:
        due = work.get(unit.code, (0,))[0]
        for above in unit.path:
            in_reach[above] = in_reach.get(above, 0) + due
    figures = [_figures(unit, work.get(unit.code, (0, 0, 0)), in_reach) for unit in units]
    totals = {column.id: sum(found[column.id] for found in figures) for column in _MEASURES if column.adds_up}
    # Not a sum: all there is in the units asked for.
    totals["work_in_reach"] = totals["due"]
    return Table(
        id="units",
        title=text("各机构准备情况", "Readiness by unit"),
        dimensions=_DIMENSIONS,
        measures=_MEASURES,
        rows=tuple(
            Row(
                (
                    known.of("province", unit.province),
                    known.of("city", unit.city),
                    known.of("unit", unit.code),
                    known.of("level", unit.level),
                ),
                _values(found),
            )
            for unit, found in zip(units, figures, strict=True)
        ),
        totals=_values(totals),
    )


def _figures(unit: UnitReadiness, work: tuple[int, ...], in_reach: Mapping[str, int]) -> dict[str, int]:
    due, overdue, below_province = work
    return {
        "policy_on_file": int(unit.policy_on_file),
        "callback_department": int(unit.has_department),
        "department_missing": int(unit.level != "county" and not unit.has_department),
        "posts": unit.posts,
        "workers": unit.workers,
        "posts_short": max(unit.posts - unit.workers, 0),
        "trained": unit.trained,
        "due": due,
        "work_in_reach": in_reach[unit.code],
        "overdue": overdue,
        "phone_below_province": below_province,
    }


def _values(figures: Mapping[str, int]) -> tuple[Value, ...]:
    return tuple(
        share(figures["trained"], figures["workers"]) if column is _TRAINED_SHARE else figures[column.id]
        for column in _MEASURES
    )
