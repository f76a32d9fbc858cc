"""The words that the written forms of a report share, and how its instants and periods are put."""

from datetime import datetime
from typing import Final

from huifang_core.texts import Language, Text, text
from huifang_core.windows import SHANGHAI
from huifang_tenants.services.report_tables import ReportResult

TOTAL: Final = text("合计", "Total")
ABOUT: Final = text("说明", "About")
REPORT: Final = text("报表", "Report")
INSURER: Final = text("单位", "Company")
PERIOD: Final = text("统计期间", "Period")
UNIT: Final = text("机构范围", "Units")
GENERATED: Final = text("生成时间", "Generated")
CITES: Final = text("依据", "Holds against")
DEFINITION: Final = text("定义", "Definition of the report")
TABLE: Final = text("表", "Table")
TABLE_ID: Final = text("表代码", "Table code")
COLUMN: Final = text("栏目", "Column")
MEANING: Final = text("口径", "Meaning")
ROW: Final = text("行", "Row")
DETAIL: Final = text("明细", "row")
FIGURE: Final = text("指标", "Figure")
FIGURE_ID: Final = text("指标代码", "Figure code")
VALUE: Final = text("数值", "Value")
FIRST_DAY: Final = text("期间首日", "First day")
LAST_DAY: Final = text("期间末日", "Last day")
WHOLE: Final = text("全部机构", "all units")


def code_heading(title: Text, language: Language) -> str:
    """The heading of the column with a dimension's codes, beside the one with their labels."""
    return f"{title.in_language(language)}{text('代码', ' code').in_language(language)}"


def moment(at: datetime) -> str:
    """An instant as people read it: Asia/Shanghai, to the second, with the offset said."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} (UTC+8)"


def unit_of(result: ReportResult, language: Language) -> str:
    """The units a report covers."""
    if result.unit is None:
        return WHOLE.in_language(language)
    below = text("及其下级机构", " and those below it").in_language(language)
    return f"{result.unit.label.in_language(language)} ({result.unit.code}){below}"


def definition_of(result: ReportResult) -> str:
    """Which definition a report was made by: plugin, its version, and the report's id."""
    version = f" {result.plugin_version}" if result.plugin_version else ""
    return f"{result.plugin}{version} / {result.id}"
