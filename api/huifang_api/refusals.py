"""What the services refuse for, as the API says it: status, and texts in both languages.

In the texts `{name}` is one of the fields the refusal was raised with. `problem_catalogue.py` adds the API's own problems.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from huifang_core.texts import Text, text
from huifang_tenants.services.errors import RefusalCode


class Entry(msgspec.Struct, frozen=True):
    """One kind of problem: HTTP status, a title that never changes, what happened, and what to do about it."""

    status: int
    title: Text
    detail: Text
    fix: Text


REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
    # Who is asking.
    "staff.not_active": Entry(
        403,
        text("人员已离岗", "Staff not active"),
        text(
            "工号 {staff_no} 的在岗截止日 {active_until} 已过。",
            "Staff {staff_no} worked here until {active_until}.",
        ),
        text(
            "由在岗人员操作;仍在岗的,更正其在岗截止日。",
            "Let somebody do it who is still here, or correct the person's last day.",
        ),
    ),
    "staff.outside_unit": Entry(
        403,
        text("不在管辖范围", "Staff of another unit"),
        text(
            "工号 {staff_no} 属于机构 {staff_unit},不是 {unit} 或其上级机构。",
            "Staff {staff_no} belongs to unit {staff_unit}, which is neither {unit} nor above it.",
        ),
        text("由本机构或上级机构的人员操作。", "Let somebody of that unit or one above it do it."),
    ),
    "staff.not_permitted": Entry(
        403,
        text("人员无此权限", "Staff not permitted"),
        text("工号 {staff_no} 的角色不能做此操作。", "The roles of staff {staff_no} don't allow this."),
        text("由具备相应角色的人员操作。", "Let someone with the role do it, or have the role granted."),
    ),
    "staff.untrained": Entry(
        403,
        text("人员未完成培训", "Staff untrained"),
        text(
            "工号 {staff_no} 没有今天仍有效的培训记录,不能分派回访(SD-3);最近一次有效期至:{trained_until}。",
            "Staff {staff_no} has no training on record that counts today and can't be given calls (SD-3); the last one "
            "counted until: {trained_until}.",
        ),
        text(
            "登记一次合格的培训后重试:POST /api/v1/trainings,或导入 trainings.csv;人事系统中的有效期随 staff.csv 更新。",
            "Record a training that was passed, then try again: `POST /api/v1/trainings`, or import `trainings.csv`; what "
            "the personnel system says comes in with `staff.csv`.",
        ),
    ),
    # What is asked for.
    "not_found": Entry(
        404,
        text("没有该记录", "Not found"),
        text("没有这个{kind},或它不属于本租户。", "There is no such {kind}, or it is not this tenant's."),
        text("核对编号。", "Check the id."),
    ),
    "staff.not_found": Entry(
        404,
        text("没有该人员", "No such staff"),
        text("没有工号为 {staff_no} 的人员。", "Nobody has the staff number {staff_no}."),
        text("核对工号,或先导入人员。", "Check the number, or import the staff first."),
    ),
    # How it is asked.
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
    "filing.in_the_future": Entry(
        400,
        text("报备日期在将来", "Filed in the future"),
        text("报备日期 {filed_on} 晚于今天。", "The day of the filing, {filed_on}, has not come yet."),
        text("材料递交之后再登记。", "Record it once it has been handed in."),
    ),
    "appointment.in_the_past": Entry(
        400,
        text("预约时间已过", "Time in the past"),
        text("预约时间 {at} 不在将来。", "The time {at} does not lie ahead."),
        text("与客户另约时间。", "Agree on a later one."),
    ),
    "appointment.outside_window": Entry(
        409,
        text("预约时间不在期限内", "Time outside the window"),
        text(
            "预约时间 {at} 不在该任务的期限内({due_from} 至 {due_by})。",
            "The time {at} does not lie in the window, from {due_from} to {due_by}.",
        ),
        text("在期限内另约时间。", "Agree on one within the window."),
    ),
    "appointment.outside_hours": Entry(
        409,
        text("预约时间不在可拨打时段", "Time outside calling hours"),
        text(
            "预约时间 {at} 不在本机构的可拨打时段({opens} 至 {closes})。",
            "The time {at} lies outside this tenant's calling hours, {opens} to {closes}.",
        ),
        text("在可拨打时段内另约时间。", "Agree on one within them."),
    ),
    "appointment.not_wanted": Entry(
        409,
        text("无须预约", "No appointment wanted"),
        text("该任务不要求事先约定时间。", "No time is agreed beforehand for this callback."),
        text("直接领取并回访。", "Claim it and contact the customer."),
    ),
    "appointment.none": Entry(
        409,
        text("没有预约", "No appointment"),
        text("该任务目前没有约定时间。", "No time is agreed for this callback now."),
        text("重新读取该任务。", "Read it again."),
    ),
    "assignment.not_assigned": Entry(
        409,
        text("没有已分派的任务", "Nothing assigned"),
        text(
            "工号 {staff_no} 没有可退回的已分派任务。",
            "Staff {staff_no} has been given nothing that could be given back.",
        ),
        text("已开始的回访请先结束。", "What is under way has to be finished first."),
    ),
    "recall.without_filter": Entry(
        400,
        text("撤回未限定范围", "Recall without a filter"),
        text("撤回至少须给出一项筛选条件。", "A recall needs at least one criterion."),
        text("限定插件、规则、机构或合同等。", "Name a plugin, a rule, a unit or contracts, for instance."),
    ),
    # What stands against it.
    "recall.count_differs": Entry(
        409,
        text("数量与预览不符", "Count differs"),
        text(
            "预览为 {expected} 项,现为 {found} 项。",
            "The preview counted {expected}, by now there are {found}.",
        ),
        text("重新预览后再撤回;没有撤回任何任务。", "Preview it again; nothing was recalled."),
    ),
    "recall.too_many": Entry(
        409,
        text("一次撤回过多", "Too many at once"),
        text("一次最多撤回 {limit} 项任务。", "One recall takes off {limit} obligations at most."),
        text("缩小范围,分次撤回。", "Narrow the filter down and recall them in parts."),
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
    "contract.incomplete": Entry(
        409,
        text("合同资料不全", "Contract incomplete"),
        text(
            "合同 {contract_no} 的资料尚不齐全:{reason}。",
            "The contract {contract_no} is not complete yet: {reason}.",
        ),
        text("补齐后重试。", "Send what is missing, then try again."),
    ),
    "state.conflict": Entry(
        409,
        text("状态不允许", "State conflict"),
        text("当前状态 {current} 不能变为 {wanted}。", "What is {current} can't become {wanted}."),
        text("重新读取后再决定。", "Read it again and decide anew."),
    ),
    "written.channel_not_set": Entry(
        409,
        text("渠道未设置", "Channel not set up"),
        text("本租户没有设置渠道 {channel}。", "The channel {channel} is not set up for this tenant."),
        text("请运营方用 huifang channel 设置。", "Have the operator set it up with `huifang channel`."),
    ),
    "written.customer_answers": Entry(
        409,
        text("由客户自行作答", "The customer answers"),
        text(
            "这是书面回访,由客户自己作答,不能代答。",
            "This contact is in writing: the customer answers it, and nobody else can.",
        ),
        text("等客户作答,或到期后以其他方式回访。", "Wait for the customer, or for the next channel's turn."),
    ),
    "written.impossible": Entry(
        409,
        text("不能书面回访", "Not possible in writing"),
        text(
            "该回访不能以书面方式进行({reason})。identity_unknown:没有登记可供客户填写核对的证件信息;script_spoken:话术只供口头使用。",
            "This callback can't be made in writing ({reason}). identity_unknown: nothing is on file by which the customer could "
            "prove who they are; script_spoken: the script is meant to be spoken only.",
        ),
        text(
            "补录证件信息,或改用电话、上门。", "Complete the ID document on file, or call or visit instead."
        ),
    ),
    "written.not_in_writing": Entry(
        409,
        text("尚未轮到书面回访", "Not in writing"),
        text(
            "该回访任务当前应以 {channel} 进行。", "This obligation is to be met by {channel} at this time."
        ),
        text("按当前渠道回访。", "Use that channel."),
    ),
    "obligation.closed": Entry(
        409,
        text("任务已了结", "Obligation closed"),
        text(
            "该任务的状态是 {status},没有需要再做的回访。",
            "The obligation is {status}: no contact is to be made for it any more.",
        ),
        text(
            "读取该任务,查看了结的原因。",
            "Read the obligation: `status_reason` says why, and the ledger what went before.",
        ),
    ),
    "customer.same_record": Entry(
        409,
        text("同一条客户记录", "Same record"),
        text("两者是同一条记录,无须合并。", "Both are one record; there is nothing to merge."),
        text("核对两个编号。", "Check the two ids."),
    ),
    "customer.kinds_differ": Entry(
        409,
        text("客户类型不同", "Kinds differ"),
        text(
            "个人与单位不可能是同一客户。",
            "One is an individual and the other an organisation: not one customer.",
        ),
        text("核对两个编号。", "Check the two ids."),
    ),
    "customer.merged_already": Entry(
        409,
        text("客户记录已合并", "Merged already"),
        text(
            "记录 {customer} 已并入 {into},不再单独存在。",
            "The record {customer} has been merged into {into} and does not stand for itself.",
        ),
        text("改用并入后的记录,或先撤销原合并。", "Use that record, or take the earlier merge back first."),
    ),
    "customer.not_merged": Entry(
        409,
        text("没有可撤销的合并", "Not merged"),
        text("该记录没有并入其他记录。", "The record has not been merged into another one."),
        text(
            "应撤销的是被并入的记录,见客户的 merges。",
            "Name the record that was merged; a customer's `merges` lists them.",
        ),
    ),
    "customer.identity_taken": Entry(
        409,
        text("证件号码已属他人", "ID number taken"),
        text(
            "该记录的证件号码现在属于另一客户,不能恢复为单独的记录。",
            "The ID number of the record has become another customer's, so it can't stand for itself again.",
        ),
        text("先更正证件号码有误的一方。", "Correct the ID number on the wrong one of them first."),
    ),
    "case.assignee_unknown": Entry(
        409,
        text("处理人不存在", "Assignee unknown"),
        text("没有工号为 {staff_no} 的处理人。", "Nobody has the staff number {staff_no}."),
        text("核对工号。", "Check the number."),
    ),
    "case.assignee_not_active": Entry(
        409,
        text("处理人已离岗", "Assignee not active"),
        text(
            "工号 {staff_no} 的在岗截止日 {active_until} 已过,不能再分派问题件。",
            "Staff {staff_no} worked here until {active_until} and can't be given a case.",
        ),
        text("分派给在岗人员。", "Give it to somebody who is still here."),
    ),
    "case.assignee_not_permitted": Entry(
        409,
        text("处理人角色不符", "Assignee of another role"),
        text("工号 {staff_no} 的角色不处理问题件。", "The roles of staff {staff_no} don't work on cases."),
        text(
            "分派给问题件处理人、组长或合规人员,或为其增加角色。",
            "Give it to a case handler, team leader or compliance officer, or have the role granted.",
        ),
    ),
    "case.assignee_outside_unit": Entry(
        409,
        text("处理人不在管辖范围", "Assignee of another unit"),
        text(
            "工号 {staff_no} 属于机构 {staff_unit},不是问题件所属机构 {unit} 或其上级机构。",
            "Staff {staff_no} belongs to unit {staff_unit}, which is neither the case's unit {unit} nor above it.",
        ),
        text("分派给本机构或上级机构的人员。", "Give it to somebody of that unit or one above it."),
    ),
    "case.class_unknown": Entry(
        400,
        text("没有这个问题分类", "No such class of cases"),
        text(
            "{field} 不是可用的问题分类;可用的有:{known}。",
            "`{field}` names no class of cases here; known: {known}.",
        ),
        text(
            "选用其中之一;插件的分类须同时写明 plugin,不属任何分类的用 other 且不写 plugin。",
            "Choose one of them. A plugin's class goes with `plugin`; what none of them is for is `other`, without `plugin`.",
        ),
    ),
    "case.unit_not_in_line": Entry(
        409,
        text("机构不在上下级关系中", "Unit neither above nor below"),
        text(
            "机构 {to} 不是 {unit} 的上级或下级。",
            "The unit {to} lies neither above nor below {unit}.",
        ),
        text(
            "先移交至共同的上级机构,再由其下派。",
            "Hand it up to the unit above both, which hands it down.",
        ),
    ),
    "case.overdue": Entry(
        409,
        text("问题件已逾期", "Case overdue"),
        text(
            "期限 {due_by} 已过,不能再暂停计时。", "It was due by {due_by}; its time can't stand still now."
        ),
        text("尽快解决;逾期如实记录。", "Solve it; that it was late stays on record."),
    ),
    "case.deadline_fixed": Entry(
        409,
        text("期限不能暂停", "Deadline fixed"),
        text(
            "期限 {due_by} 由规则给定,客户据此等待答复,不能暂停计时。",
            "Its deadline, {due_by}, comes from a rule: a customer waits for an answer until then, and it can't be paused.",
        ),
        text("在期限内答复,未决部分另开问题件。", "Answer by then, and open another case for what is left."),
    ),
    "gift.not_planned": Entry(
        409,
        text("未规定礼品上限", "No limit for gifts"),
        text(
            "已启用的插件都没有规定礼品价值上限,不能登记礼品。",
            "No plugin that is on says what gifts may be worth, so none may be given.",
        ),
        text("启用规定礼品上限的插件。", "Switch on a plugin that does."),
    ),
    "gift.too_much": Entry(
        409,
        text("超过礼品价值上限", "Worth too much"),
        text(
            "价值 {value} 元超过上限:单件 {each} 元,客户本年还可 {left} 元。",
            "At {value} yuan it is past the limit: {each} yuan each, and {left} left for this person this year.",
        ),
        text("改选价值更低的礼品。", "Choose one worth less."),
    ),
    "gift.not_wanted": Entry(
        409,
        text("客户不愿被打扰", "Not wanted"),
        text("客户要求不受打扰。", "The customer asked to be left alone."),
        text("尊重客户意愿。", "Respect the wish."),
    ),
    "gift.approved_by_requester": Entry(
        409,
        text("不能自行审批", "Approved by who asked"),
        text("礼品不能由申请人本人审批。", "A gift can't be approved by whoever asked for it."),
        text("由他人审批。", "Let somebody else approve it."),
    ),
    "case.callback_open": Entry(
        409,
        text("客户尚未回访", "Customer still to be called"),
        text(
            "该类问题件解决后须回访客户,回访完成前不能结案。",
            "Customers are called about such a case once it is solved, and this one has not been called yet.",
        ),
        text(
            "完成该回访;客户联系不上的,回访任务如实办结后即可结案。",
            "Make that callback. Where the customer can't be reached, the case can be closed once the callback has ended so.",
        ),
    ),
    "case.work_orders_open": Entry(
        409,
        text("工单未办结", "Work orders open"),
        text(
            "还有 {count} 张工单未答复或未验收。",
            "{count} work order(s) have not been answered, or the answer not accepted.",
        ),
        text("验收或撤销后再解决。", "Accept or cancel them first."),
    ),
    "case.undecided": Entry(
        409,
        text("建议尚未决定", "Suggestion undecided"),
        text(
            "建议须先决定采纳或不采纳,并写明理由。",
            "A suggestion is adopted or declined first, with the reason.",
        ),
        text("先记录决定。", "Record the decision, then solve it."),
    ),
    "case.not_a_suggestion": Entry(
        409,
        text("不是建议", "No suggestion"),
        text("该问题件的分类 {case_class} 不是建议。", "Its class, {case_class}, is none of suggestions."),
        text("需要时先改类。", "Put it into another class first, if it is one."),
    ),
    "case.not_a_plan": Entry(
        409,
        text("不是改进计划", "No plan of improvements"),
        text(
            "该问题件的分类 {case_class} 不是改进计划。", "Its class, {case_class}, is none of improvements."
        ),
        text("需要时先改类。", "Put it into another class first, if it is one."),
    ),
    "case.effect_missing": Entry(
        409,
        text("未记录成效", "Effect missing"),
        text(
            "改进计划结案前须记录成效。",
            "What a plan of improvements came to is put down before it is closed.",
        ),
        text("先记录成效。", "Record its effect, then close it."),
    ),
    "work_order.due_invalid": Entry(
        409,
        text("工单期限无效", "Due time invalid"),
        text(
            "工单期限须在将来,且不晚于十年。",
            "A work order is due in the future, within ten years.",
        ),
        text("更正 due_by。", "Correct `due_by`."),
    ),
    "case.pause_invalid": Entry(
        409,
        text("暂停时间无效", "Pause invalid"),
        text(
            "暂停须在将来结束,且最长 {days} 天。",
            "A pause ends in the future, and within {days} days.",
        ),
        text("更正 until。", "Correct `until`."),
    ),
    "contact.not_in_progress": Entry(
        409,
        text("回访已结束", "Contact not in progress"),
        text("该回访的状态是 {status},不能再记录。", "The contact is {status}; nothing can be added to it."),
        text("另开一次回访。", "Start another contact."),
    ),
    "contact.nothing_open": Entry(
        409,
        text("没有待办的回访", "Nothing open"),
        text(
            "该客户没有此人现在可以办理的回访任务。",
            "Nothing is open with this customer that this person could serve now.",
        ),
        text(
            "有诉求的,登记问题件。",
            "Open a case where the customer has something to say.",
        ),
    ),
    "contact.answer_refused": Entry(
        409,
        text("回答不符合话术", "Answer refused"),
        text("步骤 {step} 现在不能这样回答。", "Step {step} can't be answered like this now."),
        text("按返回的当前步骤与选项作答。", "Answer the current step with one of its choices."),
    ),
    "contact.channel_not_planned": Entry(
        409,
        text("不能用此渠道", "Channel not planned"),
        text("该任务不能通过 {channel} 完成。", "This can't be done by {channel}."),
        text("可用的渠道:{channels}。", "These channels are: {channels}."),
    ),
    "contact.items_missing": Entry(
        409,
        text("必问项目未完成", "Items missing"),
        text("还有必问项目没有完成:{items}。", "Required items have not been covered: {items}."),
        text("补问后再结束回访。", "Cover them before the contact is completed."),
    ),
    "contact.no_such_number": Entry(
        409,
        text("客户没有这个号码", "No such number"),
        text(
            "客户名下没有序号为 {number_index} 的号码。",
            "The customer has no number at place {number_index}.",
        ),
        text(
            "从客户的号码中选择;新号码先作变更。",
            "Choose one of the customer's; a new one needs a change first.",
        ),
    ),
    "contact.call_back_missing": Entry(
        409,
        text("缺少再次回访时间", "Call-back time missing"),
        text(
            "结果为约定再拨时须写明时间,且应在一年之内的将来。",
            "The outcome `call_back_at` needs the time that was agreed, in the future and within a year.",
        ),
        text("补充或更正 call_back_at。", "Give `call_back_at`, or correct it."),
    ),
    "contact.quiet_hours": Entry(
        409,
        text("不在可拨打时段", "Outside calling hours"),
        text(
            "当前不在本机构的可拨打时段内,{opens_at} 起可以拨打。",
            "Calls may be started from {opens_at} on, by this tenant's calling hours.",
        ),
        text(
            "届时再拨;强制性回访需要在此之前进行的,可调整可拨打时段。",
            "Dial then. Where a deadline can't wait, calling hours are a setting of the tenant.",
        ),
    ),
    "contact.person_busy": Entry(
        409,
        text("被访人正由他人联系", "Somebody else speaks with this person"),
        text(
            "另一名人员正在联系或即将联系同一被访人。",
            "Somebody else is calling the person to be called, or is about to.",
        ),
        text("稍后重试,或退回任务。", "Try again later, or give the work back."),
    ),
    "contact.calls_used_up": Entry(
        409,
        text("今日拨打次数已满", "Rung often enough today"),
        text(
            "今天已向此人拨打 {calls} 次,达到本机构的每日上限;{free_at} 起可再拨打。",
            "This person was rung {calls} times today, as often as this tenant allows; calls may go on from {free_at}.",
        ),
        text(
            "届时再拨;上限为机构设置 calls_a_day。",
            "Dial then. How often people are rung a day is the tenant's setting `calls_a_day`.",
        ),
    ),
    "contact.not_wanted": Entry(
        409,
        text("客户不愿被联系", "The person does not want it"),
        text(
            "此人有尚有效的免打扰登记,除强制性回访外不得联系;强制性回访是否进行由主管决定。",
            "A wish of this person stands: nobody contacts them but for mandatory callbacks, and of these a supervisor decides.",
        ),
        text(
            "退回任务;由主管决定或解除登记。",
            "Give the work back; a supervisor decides, or lifts what is on record.",
        ),
    ),
    "contact.too_often": Entry(
        409,
        text("联系过于频繁", "Contacted often enough"),
        text(
            "此人近期同类联系次数已达上限。",
            "This person has had as many contacts of this category lately as the limit allows.",
        ),
        text(
            "退回任务,期满后再联系。", "Give the work back; it is given out again when the time has passed."
        ),
    ),
    "contact.share_used_up": Entry(
        409,
        text("渠道占比已达上限", "Share of channels used up"),
        text(
            "限额 {limit} 当前占比 {figure},上限 {at_most};继续会超限。",
            "Limit {limit} stands at {figure} of at most {at_most}; this would pass it.",
        ),
        text(
            "由有权人员写明理由后批准:POST /api/v1/limits/{limit}/approvals,或改用其他渠道。",
            "Have it approved with a reason, `POST /api/v1/limits/{limit}/approvals`, or use another channel.",
        ),
    ),
    "contact.policyholder_changed": Entry(
        409,
        text("投保人已变更", "Policyholder changed"),
        text(
            "合同 {contracts} 在通话期间变更了投保人,本次回访不能作为与投保人完成的回访。",
            "During the call the contract(s) {contracts} changed hands: this was not completed with the policyholder.",
        ),
        text(
            "以 identity_failed 结束本次回访;任务转向新的投保人。",
            "End the contact with `identity_failed`; the callback stands for the new policyholder.",
        ),
    ),
    "contact.script_missing": Entry(
        409,
        text("话术不可用", "Script missing"),
        text(
            "插件 {plugin} 的话术 {script} 现在不可用({cause})。",
            "The script {script} of the plugin {plugin} can't be played now ({cause}).",
        ),
        text(
            "先领取其他任务;由管理员安装、修复或启用该插件后,任务会自动恢复派发。",
            "Claim other work. It is given out again once the plugin with this script is installed, sound and switched on.",
        ),
    ),
    "call.not_dialable": Entry(
        409,
        text("不能由电话系统拨打", "Not for the telephone system"),
        text(
            "电话系统拨不了这个{what}:不是可拨的号码。",
            "The telephone system can't ring this {what}: it is nothing that can be dialled.",
        ),
        text(
            "更正档案中的号码,或手工拨打并照常记录。",
            "Correct what is on file, or dial by hand and record it as usual.",
        ),
    ),
    "call.over": Entry(
        409,
        text("通话已结束", "Call over"),
        text(
            "本次回访的号码已经拨过,或已有回答记录。",
            "This contact's number was rung before, or answers are on record.",
        ),
        text(
            "记录本次回访结果;再次拨打另起一次回访。",
            "Record the outcome of this contact; another call is another contact.",
        ),
    ),
    "contact.script_not_filed": Entry(
        409,
        text("话术未报备", "Script not filed"),
        text(
            "插件 {plugin} 的话术 {script}(版本 {version})未登记为已报备,也没有仍适用的已报备版本,不能用于本次回访(LN-6)。",
            "The script {script} of the plugin {plugin} (version {version}) is not on record as filed, and no filed version covers "
            "what this callback must (LN-6).",
        ),
        text(
            "向监管机构书面报备后登记:POST /api/v1/scripts/filings;在此之前任务保留在队列中,不影响其他任务。",
            "File it in writing, then record that: `POST /api/v1/scripts/filings`. Until then the callback stays where it is, "
            "and other work goes on.",
        ),
    ),
    "contact.stopped": Entry(
        409,
        text("任务已暂停", "Work stopped"),
        text("该任务已被暂停:{reason}。", "This work was stopped: {reason}."),
        text(
            "先领取其他任务;解除暂停:POST /api/v1/stops/{stop}/lift。",
            "Claim other work. It goes on once the stop is lifted: `POST /api/v1/stops/{stop}/lift`.",
        ),
    ),
    "contact.signature_missing": Entry(
        409,
        text("缺少客户签名", "Signature missing"),
        text(
            "信函回访须有客户签名的回执才能录入答复(LN-4c),本次回访还没有。",
            "A letter's answers count only with the customer's signature (LN-4c), and no signed receipt is on file.",
        ),
        text(
            "先上传签收回执:POST /contacts/ID/evidence?kind=signed_receipt。",
            "First bring in the signed receipt: `POST /contacts/ID/evidence?kind=signed_receipt`.",
        ),
    ),
    "visit.by_seller": Entry(
        403,
        text("不能由销售人员上门", "Visit by the seller"),
        text(
            "工号 {staff_no} 是该保单的销售人员,可以陪同,但上门回访须由他人进行(DEC-7)。",
            "Staff {staff_no} sold the contract: coming along is fine, but somebody else makes the visit (DEC-7).",
        ),
        text("由其他上门回访人员进行。", "Let another visitor make it."),
    ),
    "visit.day_invalid": Entry(
        409,
        text("日期不符", "Day not possible"),
        text("{day} 已过,或在两个月以后。", "{day} is past, or more than two months ahead."),
        text("换一个日期。", "Choose another day."),
    ),
    "visit.time_invalid": Entry(
        409,
        text("时间不符", "Time not possible"),
        text(
            "上门时间早于安排时间,或还没有到。",
            "The visit would have been made before it was planned, or is to come.",
        ),
        text("核对时间。", "Check the time."),
    ),
    "visit.not_made": Entry(
        409,
        text("尚未登记上门", "Visit not made"),
        text("这次上门只是安排了,还没有登记实际上门。", "The visit was planned, but not recorded as made."),
        text(
            "先登记上门时间与人员:POST /visits/ID/made。",
            "Record first when and by whom: `POST /visits/ID/made`.",
        ),
    ),
    "letter.day_invalid": Entry(
        409,
        text("日期不符", "Day not possible"),
        text(
            "{day} 早于上一步,或还没有到。",
            "{day} is before what happened to the letter so far, or still to come.",
        ),
        text("核对日期。", "Check the day."),
    ),
    "letter.not_posted": Entry(
        409,
        text("信函尚未寄出", "Letter not posted"),
        text("没有寄出记录的信函不能退回。", "A letter that was not posted can't come back."),
        text("先登记寄出日期。", "Record first when it was posted."),
    ),
    "contact.outcome_contradicts": Entry(
        409,
        text("结果与记录矛盾", "Outcome contradicts the record"),
        text(
            "结果 {outcome} 与已记录的回答不符。", "The outcome {outcome} contradicts what has been recorded."
        ),
        text("核对结果,或更正回答。", "Check the outcome, or correct the answers."),
    ),
    "plugin.setting_invalid": Entry(
        400,
        text("设置值无效", "Setting not valid"),
        text("设置不符合插件的要求:{problem}。", "The settings are not what the plugin takes: {problem}."),
        text("按插件的 settings_schema 修改。", "Correct them by the plugin's `settings_schema`."),
    ),
    "case.closed_by_solver": Entry(
        409,
        text("不能自行结案", "Closed by its solver"),
        text("问题件不能由解决人本人结案。", "A case can't be closed by whoever solved it."),
        text("由他人复核后结案。", "Let somebody else review and close it."),
    ),
    "queue.nothing_leased": Entry(
        409,
        text("没有领取任务", "Nothing leased"),
        text("工号 {staff_no} 没有正在处理的回访任务。", "Staff {staff_no} holds no obligation now."),
        text("先领取任务。", "Claim the next one first."),
    ),
    "queue.not_assigned": Entry(
        409,
        text("任务未分派给本人", "Not assigned"),
        text("该任务由组长分派,未分派给此人。", "A team leader gives this work out, and not to this person."),
        text("由被分派人处理,或请组长改派。", "Let its assignee do it, or have it reassigned."),
    ),
    "queue.not_leased": Entry(
        409,
        text("任务不在本人名下", "Not leased"),
        text("该任务不由此人持有。", "The obligation is not held by this person."),
        text("先领取该任务。", "Claim it first."),
    ),
    "queue.lease_expired": Entry(
        409,
        text("领取已超时", "Lease expired"),
        text(
            "领取时限已过,任务已回到队列。", "The lease has run out and the obligation is back in the queue."
        ),
        text("重新领取。", "Claim it again."),
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
    "personal.key_destroyed": Entry(
        410,
        text("个人信息已销毁", "Personal data destroyed"),
        text(
            "该租户的密钥已销毁,个人信息不能再读取。",
            "The tenant's key is destroyed; its personal data is gone.",
        ),
        text("无法恢复。", "There is no way back."),
    ),
    # What is wrong on our side.
    "evidence.damaged": Entry(
        500,
        text("证据文件已损坏", "Evidence damaged"),
        text(
            "证据 {evidence} 的文件缺失或与保存时不同,已留痕。",
            "The file of {evidence} is missing or not what was stored; this is on record.",
        ),
        text("从备份恢复原件并查明原因。", "Restore it from a backup and find out why."),
    ),
    "telephone.unavailable": Entry(
        503,
        text("电话系统不可用", "Telephone system unavailable"),
        text("电话系统没有接受呼叫({failure})。", "The telephone system did not take the call ({failure})."),
        text(
            "稍后重试,或手工拨打并照常记录;由管理员核对电话系统的设置。",
            "Try again later, or dial by hand and record it as usual; an administrator checks the settings of the telephone system.",
        ),
    ),
    "evidence.store_unavailable": Entry(
        503,
        text("证据库暂不可用", "Evidence store unavailable"),
        text("对象存储暂时无法读写。", "The object store can't be read or written at the moment."),
        text("按 Retry-After 稍后重试。", "Try again after `Retry-After` seconds."),
    ),
}
"""By code."""
