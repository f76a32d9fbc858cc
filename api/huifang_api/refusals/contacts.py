"""Contacts that can not be begun, gone on with or ended as asked, whatever their channel."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
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
    "telephone.unavailable": Entry(
        503,
        text("电话系统不可用", "Telephone system unavailable"),
        text("电话系统没有接受呼叫({failure})。", "The telephone system did not take the call ({failure})."),
        text(
            "稍后重试,或手工拨打并照常记录;由管理员核对电话系统的设置。",
            "Try again later, or dial by hand and record it as usual; an administrator checks the settings of the telephone system.",
        ),
    ),
}
