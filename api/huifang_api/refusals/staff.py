"""Who may not do what is asked: staff who are unknown, away, untrained or of another unit."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
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
    "staff.not_found": Entry(
        404,
        text("没有该人员", "No such staff"),
        text("没有工号为 {staff_no} 的人员。", "Nobody has the staff number {staff_no}."),
        text("核对工号,或先导入人员。", "Check the number, or import the staff first."),
    ),
}
