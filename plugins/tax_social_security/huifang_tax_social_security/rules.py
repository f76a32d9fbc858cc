"""All rules, schedules and plans of the plugin. Contacts go on after their time is up: they are the office's duty (DEC-3)."""

from huifang_core.plans import Plan
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule

from huifang_tax_social_security.draws import (
    EXCHANGE_CHECK,
    EXCHANGE_CHECK_PLAN,
    ROLL,
    SPOT_CHECK,
    SPOT_CHECK_PLAN,
    YEARLY_SUMMARY,
    YEARLY_SUMMARY_PLAN,
)
from huifang_tax_social_security.interviews import CAMPAIGN, CAMPAIGN_SCHEDULE, INTERVIEW, INTERVIEW_SCHEDULE
from huifang_tax_social_security.registrations import BASE_CHECK
from huifang_tax_social_security.risks import FORMAL_TALK, RISK_WARNING
from huifang_tax_social_security.tip_offs import TIP_OFF, TIP_OFF_DECIDED

RULES: tuple[Rule, ...] = (
    INTERVIEW,
    CAMPAIGN,
    SPOT_CHECK,
    YEARLY_SUMMARY,
    EXCHANGE_CHECK,
    BASE_CHECK,
    RISK_WARNING,
    FORMAL_TALK,
    TIP_OFF,
    TIP_OFF_DECIDED,
)
"""Every rule."""

SCHEDULES: tuple[Schedule, ...] = (INTERVIEW_SCHEDULE, CAMPAIGN_SCHEDULE, ROLL)
"""When rounds and campaigns begin, and who is on the roll."""

PLANS: tuple[Plan, ...] = (SPOT_CHECK_PLAN, YEARLY_SUMMARY_PLAN, EXCHANGE_CHECK_PLAN)
"""What is drawn from the roll."""
