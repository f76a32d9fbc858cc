"""Work that can not be taken, given out, agreed on, recalled or begun as asked."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
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
    "state.conflict": Entry(
        409,
        text("状态不允许", "State conflict"),
        text("当前状态 {current} 不能变为 {wanted}。", "What is {current} can't become {wanted}."),
        text("重新读取后再决定。", "Read it again and decide anew."),
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
}
