"""What the API reference says before it comes to the single operations."""

from collections.abc import Mapping
from typing import Final

DESCRIPTION: Final = """\
回访合规接口。Callback compliance for insurers, tax and social security offices.

**Authorization.** Register a client, then `POST /oauth/token` with `grant_type=client_credentials` and the scopes you
need; send the token as `Authorization: Bearer …`. A token lives 15 minutes and opens one tenant only. Each operation
names the scope it needs.

**Lists** answer `items` and `next_cursor`. Pass `next_cursor` back as `cursor` until it is null; rows written meanwhile
shift nothing. `limit` is 50 unless you say otherwise, 500 at most. Filters combine by *and*; an unknown parameter is a
fault, never ignored.

**Problems** are `application/problem+json` (RFC 9457) with a stable `code`; decide by that. `errors` lists every fault
of a request at once, each with a JSON pointer. Texts come in Chinese, or in English with `Accept-Language: en`. Every
code has a page under `/docs/problems/`.

**Times** are RFC 3339 instants in UTC; windows are half-open: `[due_from, due_by)`. Days are days in Asia/Shanghai.
Money is yuan as a decimal string.

**Personal data** is masked in every answer. The `reveal` operations show it, need `personal:reveal` and a reason, and
leave a row in the ledger. Never put personal data into an address: search by it in a body.

**Requests** may carry a `Request-Id`; the answer repeats it, or brings a fresh one. Name it when you report a problem.
"""

TAGS: Final[Mapping[str, str]] = {
    "Customers": "客户: policyholders, insured persons, payers.",
    "Contracts": "合同: insurance policies, or what a payer holds with an office.",
    "Events": "业务事件: what happened in the core system.",
    "Obligations": "回访任务: that a customer must be contacted, why, and by when.",
    "Queue": "任务队列: claiming the most pressing work, and giving it back.",
    "Contacts": "回访记录: what was done to meet obligations, with answers and evidence.",
    "Evidence": "证据: recordings and signed papers that prove a contact.",
    "Cases": "问题件: what a contact brought to light and somebody must solve.",
    "Organisation": "机构与人员: units and staff.",
    "Plugins": "插件: the rules that apply, their settings and parameters.",
    "Steering": "分派、暂停与撤回: giving work out, holding it back, and taking off what was made wrongly.",
    "Scripts": "话术: their versions, and what was filed with a regulator.",
    "Letters": "信函: callbacks by post, printed in batches and answered on paper.",
    "Visits": "上门回访: a visitor's round, the sheet for each door, and who really went.",
    "Draws": "抽样: samples that nobody can steer and anybody can repeat.",
    "Limits": "限额: shares of channels and frequencies as they stand, what was let pass, and the forecast of work.",
    "Reports": "报表: figures over callbacks and cases.",
    "Imports": "导入批次: files taken in, and what was wrong with them.",
    "Oversight": "预警、通知与留痕: alarms, notices and the ledger.",
    "Authorization": "OAuth 2: tokens, keys and metadata.",
    "Operation": "Whether the process lives and can work.",
}
"""The groups of operations, in reading order."""
