"""Every problem the API can answer with: its stable code, its status, and what it says in both languages.

`refusals/` lists those of the services, this module the API's own and both together. `problems.py` answers with
them, `routes/reference.py` serves a page for each, and a test holds that every code of the services stands here. In the
texts `{name}` is one of the fields the problem was raised with.
"""

from collections.abc import Mapping
from typing import Final, Literal

from huifang_core.texts import Text, text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals import REFUSALS, Entry

ApiCode = Literal[
    "auth.client_revoked",
    "auth.expired_token",
    "auth.invalid_token",
    "auth.missing_token",
    "auth.person_missing",
    "auth.scope_missing",
    "auth.vendor_restricted",
    "batch.refused",
    "batch.too_long",
    "body.malformed",
    "body.too_large",
    "body.wrong_type",
    "cursor.invalid",
    "event.conflict",
    "hook.not_signed",
    "internal",
    "method.not_allowed",
    "request.refused",
    "request.unstorable",
    "route.not_found",
    "service.busy",
    "service.retry",
    "service.too_slow",
    "service.unavailable",
    "tenant.suspended",
    "tenant.unavailable",
    "upload.hash_differs",
    "upload.malformed",
]
ProblemCode = ApiCode | RefusalCode

_OF_THE_API: Final[Mapping[ApiCode, Entry]] = {
    # Who is asking.
    "auth.missing_token": Entry(
        401,
        text("缺少访问令牌", "Access token missing"),
        text("该请求没有携带访问令牌。", "The request carries no access token."),
        text(
            "先在 /oauth/token 换取令牌,再以 Authorization: Bearer <令牌> 发送。",
            "Get a token at /oauth/token and send it as `Authorization: Bearer <token>`.",
        ),
    ),
    "auth.invalid_token": Entry(
        401,
        text("访问令牌无效", "Access token invalid"),
        text(
            "令牌不是本系统签发的、已被改动,或不是给本接口用的。",
            "The token was not issued here, has been changed, or is not meant for this API.",
        ),
        text("在 /oauth/token 重新换取令牌。", "Get a new token at /oauth/token."),
    ),
    "auth.expired_token": Entry(
        401,
        text("访问令牌已过期", "Access token expired"),
        text("令牌的有效期(15 分钟)已过。", "The token has outlived its 15 minutes."),
        text(
            "在 /oauth/token 重新换取令牌;按 expires_in 提前更换。",
            "Get a new token at /oauth/token; renew ahead of time by `expires_in`.",
        ),
    ),
    "auth.client_revoked": Entry(
        401,
        text("客户端已停用", "Client revoked"),
        text(
            "签发该令牌所用的客户端已被停用。",
            "The client to which this token was issued has been revoked.",
        ),
        text("请租户管理员新建客户端。", "Ask the tenant's administrator for a new client."),
    ),
    "hook.not_signed": Entry(
        401,
        text("签名无效", "Signature invalid"),
        text(
            "请求没有有效的签名,或时间戳偏差过大。",
            "The request carries no signature that holds, or its time is too far off.",
        ),
        text(
            "核对密钥、签名方式与时钟,见 docs/sms.md。",
            "Check secret, way of signing and clock: docs/sms.md.",
        ),
    ),
    "auth.scope_missing": Entry(
        403,
        text("权限不足", "Scope missing"),
        text(
            "该操作需要权限 {scope},令牌没有。",
            "This operation needs the scope {scope}, which the token lacks.",
        ),
        text(
            "换取令牌时申请该权限;客户端本身没有的,由租户管理员授予。",
            "Ask for the scope when getting the token; the tenant's administrator grants it to the client.",
        ),
    ),
    "auth.vendor_restricted": Entry(
        403,
        text("外包方无此权限", "Not for vendors"),
        text(
            "外包方的客户端只能处理分派给本方人员的任务。",
            "A vendor's client works on what was given to the vendor's own people, and on nothing else.",
        ),
        text("由保险公司自己的客户端进行。", "Let a client of the insurer do it."),
    ),
    "auth.person_missing": Entry(
        400,
        text("未说明代表谁", "Person missing"),
        text(
            "外包方的客户端须以 On-Behalf-Of 标头写明代表的人员工号。",
            "A vendor's client has to name the staff number it acts for in the header `On-Behalf-Of`.",
        ),
        text("补充该标头后重试。", "Send it again with that header."),
    ),
    "tenant.suspended": Entry(
        403,
        text("租户已暂停", "Tenant suspended"),
        text("该租户已暂停服务。", "The tenant is suspended."),
        text("请联系运营方恢复服务。", "Ask the operator to activate the tenant again."),
    ),
    "tenant.unavailable": Entry(
        403,
        text("租户不可用", "Tenant unavailable"),
        text("该租户尚未开通完成或已注销。", "The tenant is not set up yet, or has been closed."),
        text("请联系运营方。", "Ask the operator."),
    ),
    # What is asked for.
    "route.not_found": Entry(
        404,
        text("没有该地址", "No such address"),
        text("接口没有这个地址。", "The API has nothing at this address."),
        text("见 /docs 的接口目录。", "See the reference at /docs."),
    ),
    "method.not_allowed": Entry(
        405,
        text("方法不适用", "Method not allowed"),
        text(
            "该地址不支持这个 HTTP 方法;Allow 标头列出可用的。",
            "Not with this method; the `Allow` header lists them.",
        ),
        text("改用 Allow 标头中的方法。", "Use one of the methods in `Allow`."),
    ),
    # How it is asked.
    "upload.hash_differs": Entry(
        409,
        text("文件与校验值不符", "Hash differs"),
        text(
            "收到的文件的 SHA-256 是 {received},与声明的不同。",
            "What arrived has the SHA-256 {received}, not the one declared.",
        ),
        text("重新上传。", "Upload it again."),
    ),
    "upload.malformed": Entry(
        400,
        text("上传的表单无法读取", "Upload malformed"),
        text(
            "请求体不是完整的 multipart/form-data,或其中不是恰好一个名为 file 的文件。",
            "The body is not complete multipart/form-data with exactly one part, called `file`.",
        ),
        text("检查表单,或直接以文件作为请求体。", "Check the form, or send the file itself as the body."),
    ),
    "batch.refused": Entry(
        400,
        text("批次未接收", "Batch refused"),
        text(
            "批次中有 {count} 处问题,按 strict 的要求整批未接收。",
            "The batch has {count} fault(s), and nothing of it was taken in, as `strict` asks.",
        ),
        text(
            "逐项修改后整批重发;不带 strict 时,正确的会先接收。",
            "Correct them and send the batch again; without `strict` the good ones go in.",
        ),
    ),
    "batch.too_long": Entry(
        413,
        text("批次过长", "Batch too long"),
        text(
            "一批最多 {limit} 条,收到 {count} 条。", "A batch has {limit} entries at most, this one {count}."
        ),
        text("分批发送。", "Send it in parts."),
    ),
    "body.malformed": Entry(
        400,
        text("请求体无法读取", "Body malformed"),
        text("请求体不是完整的 JSON(UTF-8)。", "The body is not complete JSON in UTF-8."),
        text("检查编码与截断。", "Check how it is encoded, and that nothing is cut off."),
    ),
    "body.too_large": Entry(
        413,
        text("请求体过大", "Body too large"),
        text("请求体超过该接口的上限。", "The body exceeds what this operation takes."),
        text("分批发送。", "Send it in parts."),
    ),
    "body.wrong_type": Entry(
        415,
        text("内容类型不支持", "Content type not supported"),
        text("该操作只接受 {accepted}。", "This operation takes {accepted} only."),
        text("设置 Content-Type 标头。", "Set the `Content-Type` header."),
    ),
    "cursor.invalid": Entry(
        400,
        text("游标无效", "Cursor invalid"),
        text(
            "cursor 不是本列表、本排序给出的 next_cursor。",
            "`cursor` is no `next_cursor` of this list in this order.",
        ),
        text(
            "原样传回 next_cursor,不要拼造,也不要用于别的列表。",
            "Pass `next_cursor` back as it is, to the same list and order.",
        ),
    ),
    "request.unstorable": Entry(
        400,
        text("内容无法保存", "Value can't be stored"),
        text(
            "某个值超出可保存的范围,或含有不允许的字符。",
            "A value is out of range or holds characters that can't be stored.",
        ),
        text("检查极大的数、极早或极晚的日期。", "Check very large numbers and very early or late dates."),
    ),
    "request.refused": Entry(
        400,
        text("请求无法处理", "Request refused"),
        text("请求不完整或不一致。", "The request is incomplete or contradicts itself."),
        text("见 /docs 的接口说明。", "See the reference at /docs."),
    ),
    # What stands against it.
    "event.conflict": Entry(
        409,
        text("事件内容冲突", "Event conflict"),
        text(
            "来源 {source} 的事件 {id} 已接收过,但内容不同。",
            "Event {id} of {source} came in before with other content.",
        ),
        text(
            "若为更正,请用新编号发送,并在 corrects 中注明原编号。",
            "Send a correction under a new id, with the old one in `corrects`.",
        ),
    ),
    # What is wrong on our side.
    "service.busy": Entry(
        503,
        text("系统繁忙", "Busy"),
        text("当前请求过多。", "Too many requests are being worked on."),
        text("按 Retry-After 稍后重试。", "Try again after `Retry-After` seconds."),
    ),
    "service.retry": Entry(
        503,
        text("请重试", "Try again"),
        text(
            "与同时进行的修改冲突,本次没有写入。", "The work collided with other changes; nothing was saved."
        ),
        text("原样重试。", "Send the same request again."),
    ),
    "service.too_slow": Entry(
        503,
        text("查询超时", "Too slow"),
        text("处理超过了时限,已中止。", "The work exceeded its time limit and was stopped."),
        text("缩小查询范围。", "Narrow the query down."),
    ),
    "service.unavailable": Entry(
        503,
        text("服务暂不可用", "Unavailable"),
        text("数据库暂时无法连接。", "The database can't be reached at the moment."),
        text("按 Retry-After 稍后重试。", "Try again after `Retry-After` seconds."),
    ),
    "internal": Entry(
        500,
        text("内部错误", "Internal error"),
        text("系统内部出错,已记录。", "Something went wrong here and has been logged."),
        text("反馈时请提供 request_id。", "Name the `request_id` when you report it."),
    ),
}

CATALOGUE: Final[Mapping[ProblemCode, Entry]] = dict((*_OF_THE_API.items(), *REFUSALS.items()))
"""By code."""


NOUNS: Final[Mapping[str, Text]] = {
    "alarm": text("预警", "alarm"),
    "callback_policy": text("回访制度", "callback policy"),
    "case": text("问题件", "case"),
    "case_class": text("问题分类", "class of cases"),
    "contact": text("回访记录", "contact"),
    "contract": text("合同", "contract"),
    "customer": text("客户", "customer"),
    "document": text("文件", "document"),
    "event": text("业务事件", "event"),
    "filing": text("话术报备", "filing"),
    "evidence": text("证据", "piece of evidence"),
    "gift": text("礼品", "gift"),
    "import": text("导入批次", "import"),
    "ledger_entry": text("留痕记录", "ledger entry"),
    "message": text("往来信息", "message"),
    "need": text("客户需求", "need"),
    "notice": text("通知", "notice"),
    "obligation": text("回访任务", "obligation"),
    "plugin": text("插件", "plugin"),
    "problem": text("错误代码", "problem code"),
    "recall": text("撤回", "recall"),
    "report": text("报表", "report"),
    "script": text("话术", "script"),
    "script_version": text("话术版本", "script version"),
    "staff": text("人员", "member of staff"),
    "settings_version": text("设置版本", "version of the settings"),
    "stop": text("暂停", "stop"),
    "training": text("培训记录", "training"),
    "unit": text("机构", "unit"),
    "work_order": text("工单", "work order"),
}
"""What the field `kind` of a problem is called."""
