"""What a token may allow: one table, which the guard, the token endpoint and the API reference read."""

from collections.abc import Mapping
from typing import Final, Literal

from huifang_core.texts import Text, text

Scope = Literal[
    "alarms:read",
    "cases:read",
    "cases:write",
    "contacts:read",
    "contacts:write",
    "contracts:look_up",
    "contracts:read",
    "contracts:write",
    "customers:read",
    "customers:write",
    "draws:read",
    "draws:write",
    "events:read",
    "events:write",
    "evidence:read",
    "evidence:write",
    "imports:read",
    "imports:write",
    "ledger:read",
    "limits:read",
    "limits:write",
    "obligations:export",
    "obligations:read",
    "obligations:write",
    "organisation:read",
    "organisation:write",
    "papers:print",
    "personal:reveal",
    "plugins:read",
    "plugins:write",
    "reports:read",
    "reports:sign",
    "scripts:read",
    "scripts:write",
    "settings:read",
    "settings:write",
]

SCOPES: Final[Mapping[Scope, Text]] = {
    "alarms:read": text("查看预警与通知", "Read alarms and notices"),
    "cases:read": text("查看问题件", "Read cases (问题件)"),
    "cases:write": text("处理问题件", "Assign, comment on, solve and close cases"),
    "contacts:read": text("查看回访记录", "Read contacts with their answers"),
    "contacts:write": text("领取任务、记录回访", "Claim work and record contacts"),
    "contracts:look_up": text("向核心系统查询保单现况", "Ask the core system for a contract's present data"),
    "contracts:read": text("查看合同", "Read contracts"),
    "contracts:write": text("写入合同", "Write contracts"),
    "customers:read": text("查看与查找客户(个人信息已脱敏)", "Read and find customers, personal data masked"),
    "customers:write": text("写入客户", "Write customers"),
    "draws:read": text("查看抽样与其证明", "Read draws and their proofs"),
    "draws:write": text("提前或补做抽样", "Have draws made out of their time"),
    "events:read": text("查看业务事件", "Read business events"),
    "events:write": text("发送业务事件", "Send business events"),
    "evidence:read": text("查看证据", "Read evidence: recordings and scans"),
    "evidence:write": text("上传证据", "Upload evidence"),
    "imports:read": text("查看导入批次及其问题", "Read imports and their problems"),
    "imports:write": text("导入文件", "Import files"),
    "ledger:read": text("查看留痕", "Read the ledger: who did what and when"),
    "limits:read": text("查看限额与工作量预测", "Read limits, and the forecast of work"),
    "limits:write": text(
        "批准超出限额、对客户意愿作出决定", "Let limits be passed, and decide about wishes of customers"
    ),
    "obligations:export": text("导出匿名案例(须写明原因)", "Export a contract anonymised, giving a reason"),
    "obligations:read": text("查看回访任务及其依据", "Read obligations and why they exist"),
    "obligations:write": text("暂停、撤回、分派回访任务", "Stop, recall and give out obligations"),
    "organisation:read": text("查看机构与人员", "Read units and staff"),
    "organisation:write": text("维护机构与人员", "Write units and staff, record training"),
    "papers:print": text(
        "打印信函与上门回访单(含姓名、地址)", "Print letters and visitors' sheets, with names and addresses"
    ),
    "personal:reveal": text(
        "查看未脱敏的个人信息(须写明原因)", "See personal data unmasked, giving a reason"
    ),
    "plugins:read": text("查看插件与设置", "Read plugins and their settings"),
    "plugins:write": text("启停插件、修改设置", "Switch plugins on and off, change settings"),
    "reports:read": text("查看报表", "Read reports"),
    "reports:sign": text("签认报表", "Sign reports off"),
    "scripts:read": text("查看话术与报备", "Read scripts and their filings"),
    "scripts:write": text("登记话术报备", "Record that scripts were filed"),
    "settings:read": text("查看机构设置", "Read the tenant's settings"),
    "settings:write": text("修改机构设置", "Change the tenant's settings"),
}
"""What each scope allows."""
