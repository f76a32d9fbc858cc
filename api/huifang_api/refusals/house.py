"""What is asked for or set up wrongly, whatever it is about."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
    "not_found": Entry(
        404,
        text("没有该记录", "Not found"),
        text("没有这个{kind},或它不属于本租户。", "There is no such {kind}, or it is not this tenant's."),
        text("核对编号。", "Check the id."),
    ),
    "validation.failed": Entry(
        400,
        text("内容不符合要求", "Validation failed"),
        text(
            "请求有 {count} 处不符合要求,见 errors。", "The request has {count} fault(s), listed in `errors`."
        ),
        text(
            "逐项修改后重新提交;没有写入任何内容。",
            "Correct each of them and send it again; nothing was saved.",
        ),
    ),
    "import.file_unreadable": Entry(
        422,
        text("文件无法读取", "File unreadable"),
        text("无法读取该文件:{problem}。", "The file can't be read: {problem}."),
        text("按提示处理后重新上传。", "Correct it and send the file again."),
    ),
    "import.no_failed_rows": Entry(
        404,
        text("没有可下载的未导入行", "No failed rows"),
        text(
            "该导入没有保存未导入的行:全部已导入、无法读取、整批严格导入,或已过 30 天。",
            "No refused rows are kept of this import: all went in, none could be read, it was strict, or 30 days are over.",
        ),
        text(
            "问题清单仍可查看;请按清单更正原文件后重新发送。",
            "Its problems can still be read: correct the file itself by them and send it again.",
        ),
    ),
    "evidence.too_large": Entry(
        413,
        text("证据文件过大", "Evidence too large"),
        text("文件超过 {limit} 字节的上限。", "The file exceeds {limit} bytes."),
        text("压缩或分段后上传。", "Compress it, or upload it in parts."),
    ),
    "evidence.type_not_allowed": Entry(
        415,
        text("证据文件类型不支持", "Evidence of an unknown type"),
        text(
            "文件内容不是 {kind} 可用的类型(按文件头判断)。",
            "By its first bytes the file is none of the types taken for {kind}.",
        ),
        text("可用的类型:{accepted}。", "These are taken: {accepted}."),
    ),
    "evidence.type_contradicts": Entry(
        415,
        text("声明的类型与内容不符", "Declared type contradicts the content"),
        text("声明的内容类型与文件不符,文件是 {found}。", "The file is {found}, not what was declared."),
        text("按文件的实际类型声明。", "Declare what the file is."),
    ),
    "evidence.range_unsatisfiable": Entry(
        416,
        text("范围超出文件", "Range not satisfiable"),
        text(
            "请求的字节范围不在文件内(共 {size} 字节)。", "The file has {size} bytes; the range lies outside."
        ),
        text("核对 Range 标头。", "Check the `Range` header."),
    ),
    "draw.period_invalid": Entry(
        400,
        text("抽样期间无效", "Period invalid"),
        text(
            "{period} 不是该方案的期间({kind}),或尚未开始。",
            "{period} names no {kind}, which the plan draws by, or has not begun yet.",
        ),
        text(
            "按月写作 2026-03,按季 2026-Q1,按年 2026,且不晚于当前期间。",
            "Write a month as 2026-03, a quarter as 2026-Q1, a year as 2026, none later than the present one.",
        ),
    ),
    "report.period_invalid": Entry(
        400,
        text("统计期间无效", "Period invalid"),
        text(
            "期间 {first} 至 {last} 无效:末日不得早于首日,且须在 1990 年至 2199 年之间。",
            "From {first} to {last} is no period: it ends before it begins, or lies outside 1990 to 2199.",
        ),
        text("更正首日与末日。", "Correct its first and last day."),
    ),
    "report.period_open": Entry(
        409,
        text("统计期间尚未结束", "Period not over"),
        text(
            "期间至 {last} 尚未结束,不能签认。",
            "The period lasts until the end of {last} and can't be signed off before.",
        ),
        text("期间结束后再签认。", "Sign it off once it is over."),
    ),
    "evidence.hash_differs": Entry(
        409,
        text("文件与校验值不符", "Hash differs"),
        text(
            "收到的文件的 SHA-256 是 {received},与声明的不同。",
            "What arrived has the SHA-256 {received}, not the one declared.",
        ),
        text("重新上传。", "Upload it again."),
    ),
    "evidence.no_file": Entry(
        409,
        text("没有可读的文件", "No file to read"),
        text(
            "该证据是外部引用,或未保存(状态 {status})。",
            "This piece is a reference, or was not stored (status {status}).",
        ),
        text("引用指向的原件在原系统查看。", "Look where the reference points to."),
    ),
    "plugin.setting_invalid": Entry(
        400,
        text("设置值无效", "Setting not valid"),
        text("设置不符合插件的要求:{problem}。", "The settings are not what the plugin takes: {problem}."),
        text("按插件的 settings_schema 修改。", "Correct them by the plugin's `settings_schema`."),
    ),
    "plugin.setting_unknown": Entry(
        400,
        text("没有该设置项", "Setting unknown"),
        text("插件没有这些设置项:{settings}。", "The plugin has no such settings: {settings}."),
        text("可用的设置项见 context.known。", "See `context.known` for those it has."),
    ),
    "plugin.not_allowed": Entry(
        403,
        text("未获准使用该插件", "Plugin not allowed"),
        text("本租户未获准使用插件 {plugin}。", "This tenant may not use the plugin {plugin}."),
        text(
            "请联系运营方:huifang tenant plugins。",
            "Ask the administrator of the installation: `huifang tenant plugins`.",
        ),
    ),
    "plugin.parameter_refused": Entry(
        400,
        text("参数值不允许", "Parameter refused"),
        text(
            "参数 {parameter} 不能这样设置:{reason}。",
            "The parameter {parameter} can't be set like this: {reason}.",
        ),
        text("只能比法规更严格,不能更宽松。", "A tenant may be stricter than the law, never laxer."),
    ),
    "evidence.damaged": Entry(
        500,
        text("证据文件已损坏", "Evidence damaged"),
        text(
            "证据 {evidence} 的文件缺失或与保存时不同,已留痕。",
            "The file of {evidence} is missing or not what was stored; this is on record.",
        ),
        text("从备份恢复原件并查明原因。", "Restore it from a backup and find out why."),
    ),
    "evidence.store_unavailable": Entry(
        503,
        text("证据库暂不可用", "Evidence store unavailable"),
        text("对象存储暂时无法读写。", "The object store can't be read or written at the moment."),
        text("按 Retry-After 稍后重试。", "Try again after `Retry-After` seconds."),
    ),
}
