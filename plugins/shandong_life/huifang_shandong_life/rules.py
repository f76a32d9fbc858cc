"""All rules of the plugin. Each goes on after its time is up: these callbacks are mandatory (DEC-3)."""

from huifang_core.rules import Rule

from huifang_shandong_life.grace import AFTER_GRACE_PERIOD, GRACE_PERIOD
from huifang_shandong_life.new_contract import NEW_CONTRACT
from huifang_shandong_life.second_callback import SECOND_CALLBACK
from huifang_shandong_life.servicing import CLAIM, LAPSE, SURRENDER

RULES: tuple[Rule, ...] = (
    NEW_CONTRACT,
    GRACE_PERIOD,
    AFTER_GRACE_PERIOD,
    LAPSE,
    SURRENDER,
    CLAIM,
    SECOND_CALLBACK,
)
