"""Cases and work orders that can not be changed as asked."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
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
    "case.closed_by_solver": Entry(
        409,
        text("不能自行结案", "Closed by its solver"),
        text("问题件不能由解决人本人结案。", "A case can't be closed by whoever solved it."),
        text("由他人复核后结案。", "Let somebody else review and close it."),
    ),
}
