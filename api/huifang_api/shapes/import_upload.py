"""What a file that was sent came to."""

from typing import Annotated

from huifang_api.shapes.fields import described
from huifang_api.shapes.imports import Import, ImportProblem


class ImportReport(Import, frozen=True, kw_only=True):
    """A file that was taken in, row by row (导入结果)."""

    format: Annotated[
        str, described("What the content turned out to be: csv, ndjson, json, json_array or xlsx.")
    ]
    sheets: Annotated[
        list[str],
        described("Of a workbook, every sheet that holds rows; only one is read at a time, see `sheet`."),
    ]
    obligations_made: Annotated[int, described("Callbacks (回访任务) that came of it.")]
    obligations_changed: Annotated[int, described("Callbacks that were changed, voided or cancelled by it.")]
    problems: Annotated[list[ImportProblem], described("The first 100 problems, by line.")]
    more_problems: Annotated[
        bool, described("Whether there are more: `/imports/{id}/problems` lists them all.")
    ]
