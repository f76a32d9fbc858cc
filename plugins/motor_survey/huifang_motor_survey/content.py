"""Content items (回访内容): what every completed callback has asked.

The script asks first whether the customer can talk now, and a no ends it, politely and for good (MS-4): nobody at the roadside is rung
again for the sake of the record. What is asked beyond these two points depends on the answer: who was not called at all is not asked
whether the surveyor has arrived.
"""

from huifang_core.content import ContentItem, item

ITEMS: tuple[ContentItem, ...] = (
    item("survey.may_talk", "consent", "客户现在方便通话", "the customer can talk now", "MS-4"),
    item(
        "survey.called_in_time",
        "ask",
        "查勘员是否在报案后10分钟内联系",
        "whether the surveyor called within 10 minutes",
        "MS-1",
        "MS-4",
        consent="survey.may_talk",
    ),
)

CONTENT: dict[str, tuple[str, ...]] = {"survey_timeliness": tuple(i.id for i in ITEMS)}
"""Ids of the items of the one script."""
