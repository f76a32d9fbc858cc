"""All rules and plans of the plugin."""

from huifang_core.plans import Plan
from huifang_core.rules import Rule

from huifang_payer_feedback.feedback import REPLY
from huifang_payer_feedback.payments import PAYMENT
from huifang_payer_feedback.satisfaction import SATISFACTION, SATISFACTION_PLAN
from huifang_payer_feedback.second_callback import SECOND_CALLBACK

RULES: tuple[Rule, ...] = (PAYMENT, REPLY, SATISFACTION, SECOND_CALLBACK)
"""Callbacks after payments and answers to feedback go on past their time; surveys stop (DEC-3)."""

PLANS: tuple[Plan, ...] = (SATISFACTION_PLAN,)
"""Who is surveyed."""
