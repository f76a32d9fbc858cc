"""Content items (回访内容): what every completed callback has asked.

What is asked beyond it depends on the answer: who was not called at all is not asked whether the surveyor has arrived (MS-4).
"""

from huifang_core.content import ContentItem, item

ITEMS: tuple[ContentItem, ...] = (
    item(
        "survey.called_in_time",
        "ask",
        "查勘员是否在报案后10分钟内联系",
        "whether the surveyor called within 10 minutes",
        "MS-1",
        "MS-4",
    ),
)

CONTENT: dict[str, tuple[str, ...]] = {"survey_timeliness": tuple(i.id for i in ITEMS)}
"""Ids of the items of the one script."""
