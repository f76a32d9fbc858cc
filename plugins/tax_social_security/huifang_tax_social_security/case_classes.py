"""Classes of cases: who solves them, and how soon. A violation must be pursued (TS-4)."""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import Text, text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_tax_social_security", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, title: Text, severity: int, solved_at: Level) -> CaseClass:
    return case_class(id, title, severity, solved_at, parameters=_PARAMETERS)


CASE_CLASSES: tuple[CaseClass, ...] = (
    _class("violation", text("违纪违规行为", "violation"), 3, "city"),
    _class("officer_conduct", text("干部履职和服务问题", "conduct of officers"), 3, "city"),
    _class("service_refused", text("拒绝接受服务", "service refused"), 3, "city"),
    _class("tip_off", text("举报", "tip-off"), 3, "city"),
    _class("tip_off_forwarded", text("举报转办", "tip-off passed on"), 2, "county"),
    _class("base_difference", text("缴费基数差异", "difference of the contribution base"), 2, "county"),
    _class("exchange_check", text("信息交换检查", "check of information exchange"), 2, "city"),
    _class("office_risk", text("机构风险预警", "risk at an office"), 2, "city"),
    _class("yearly_summary", text("年终回访汇总", "yearly summary"), 2, "city"),
    _class("bank_account", text("代扣代缴账号更正", "withholding account to be put right"), 2, "county"),
    _class("tip_off_reward", text("举报奖励", "reward for a tip-off"), 1, "city"),
    _class("inquiry", text("咨询与建议", "question or suggestion"), 1, "county"),
    _class("contact_data", text("联系信息核查", "contact data to be checked"), 1, "county"),
)
"""All classes, the most serious first."""
