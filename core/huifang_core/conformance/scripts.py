"""Whether every script is proven against the content items that rules demand of it, and recommends where it may (SP-4)."""

from collections.abc import Iterator

from huifang_core.conformance.battery import Battery
from huifang_core.conformance.findings import Finding
from huifang_core.facts import FACTS
from huifang_core.registry import Plugin
from huifang_core.scripts import check, items_of
from huifang_core.texts import text


def check_scripts(plugin: Plugin, battery: Battery) -> Iterator[Finding]:
    """Yield what the checker finds, each script held against all items that any rule was seen to demand of it."""
    items = {item.id: item for item in plugin.content_items}
    demanded, categories = battery.demanded, battery.categories
    for script in plugin.scripts:
        wanted = [*demanded.get(script.id, ()), *sorted(items_of(script))]
        known = [items[id] for id in dict.fromkeys(wanted) if id in items]
        for finding in check(script, known, tuple(FACTS.values()), categories=categories.get(script.id, ())):
            yield Finding(
                check="scripts",
                severity=finding.severity,
                subject=f"{script.id}, step {finding.step}" if finding.step else script.id,
                message=finding.message,
                fix=finding.fix,
            )
        if script.id not in demanded:
            yield Finding(
                check="scripts",
                severity="warning",
                subject=script.id,
                message=text("未见任何规则使用此话术", "no rule was seen to use this script"),
                fix=text("删除，或在规则中引用。", "remove it, or name it in a rule."),
            )
