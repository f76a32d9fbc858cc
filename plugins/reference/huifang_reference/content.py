"""What contacts must raise with the customer: one point each.

Whether a point applies hangs on facts of contract and customer (`applies`), never on the script. `ask` items have an answer of their
own, `tell` items are said and acknowledged, a `consent` item is asked before those that name it, which are left out where it is declined.
"""

from huifang_core.conditions import FactIn
from huifang_core.content import ContentItem
from huifang_core.texts import text

WELCOME: tuple[ContentItem, ...] = (
    ContentItem("welcome.identity", ("REG-2",), text("核实身份", "identity is verified"), "ask"),
    ContentItem("welcome.cover", ("GEN-2",), text("了解保障范围", "cover is understood"), "ask"),
    ContentItem(
        "welcome.instalments",
        ("GEN-2",),
        text("每期保费和交费间隔", "premium per period and interval"),
        "tell",
        applies=FactIn("contract.premium_mode", ("regular",)),
    ),
)
COURTESY: tuple[ContentItem, ...] = (
    ContentItem("courtesy.well", ("GEN-2",), text("致意", "good wishes"), "tell"),
)
SURVEY: tuple[ContentItem, ...] = (
    ContentItem("survey.consent", ("REG-5",), text("同意受访", "consent to the questions"), "consent"),
    ContentItem(
        "survey.satisfied",
        ("GEN-2",),
        text("理赔服务是否满意", "satisfied with the claim"),
        "ask",
        consent="survey.consent",
    ),
)
SOLVED: tuple[ContentItem, ...] = (
    ContentItem("solved.identity", ("REG-2",), text("核实身份", "identity is verified"), "ask"),
    ContentItem("solved.answer", ("GEN-2",), text("告知处理结果", "what came of it"), "tell"),
    ContentItem("solved.enough", ("GEN-2",), text("问题是否解决", "whether that is enough"), "ask"),
)
ITEMS: tuple[ContentItem, ...] = (*WELCOME, *COURTESY, *SURVEY, *SOLVED)
"""All items of the plugin; ids are unique within it."""
