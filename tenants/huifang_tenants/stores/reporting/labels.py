"""What the codes in a report's rows are called, in both languages."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from huifang_core.texts import Text, text

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reporting.counting import Selection

NOT_STATED: Final = text("(未注明)", "(not stated)")

CODES: Final[Mapping[str, Mapping[str, Text]]] = {
    "channel": {
        "phone": text("电话", "phone"),
        "on_site": text("上门", "on-site visit"),
        "letter": text("信函", "letter"),
        "sms": text("短信", "text message"),
        "email": text("电子邮件", "e-mail"),
        "online": text("在线问卷", "online questionnaire"),
    },
    "product_class": {
        "traditional": text("传统型", "traditional"),
        "participating": text("分红型", "participating"),
        "universal": text("万能型", "universal"),
        "unit_linked": text("投资连结型", "unit-linked"),
    },
    "sales_channel": {
        "agent": text("个人代理", "individual agents"),
        "bank": text("银行代理", "banks"),
        "broker": text("经纪", "brokers"),
        "telephone": text("电话销售", "telephone sales"),
        "online": text("互联网", "online"),
        "direct": text("公司直销", "direct"),
    },
    "severity": {
        "1": text("1 轻微", "1 minor"),
        "2": text("2 一般", "2 moderate"),
        "3": text("3 严重", "3 serious"),
        "4": text("4 最严重", "4 most serious"),
    },
    "role": {
        "seller": text("销售人员", "salesperson"),
        "surveyor": text("查勘员", "surveyor"),
        "assessor": text("定损员", "loss assessor"),
        "officer": text("经办人员", "officer"),
    },
    "level": {
        "head_office": text("总公司", "head office"),
        "province": text("省级", "province"),
        "city": text("地市级", "city"),
        "county": text("县级及以下", "county"),
    },
}
"""Labels of the dimensions whose codes are a closed set."""


async def unit_names(scope: Scope) -> dict[str, str]:
    """Return the names of all units by code."""
    return {row["code"]: row["name"] for row in await scope.connection.fetch("SELECT code, name FROM unit")}


async def kind_titles(scope: Scope, kinds: Iterable[str], selection: Selection) -> dict[str, Text]:
    """Return what each kind of callback is called, as the obligation of that kind due last in the period says."""
    rows = await scope.connection.fetch(
        "SELECT kind, coalesce("
        " (SELECT o.draft -> 'title' FROM obligation o WHERE o.kind = asked.kind AND o.due_by > $1 AND o.due_by <= $2"
        "  AND ($4::text IS NULL OR o.plugin = $4) ORDER BY o.due_by DESC, o.id DESC LIMIT 1),"
        " (SELECT o.draft -> 'title' FROM obligation o WHERE o.kind = asked.kind AND o.status = 'waiting'"
        "  AND ($4::text IS NULL OR o.plugin = $4) LIMIT 1)) AS title FROM unnest($3::text[]) AS asked(kind)",
        selection.opens,
        selection.closes,
        list(kinds),
        selection.plugin,
    )
    return {row["kind"]: msgspec.convert(row["title"], Text) for row in rows if row["title"] is not None}
