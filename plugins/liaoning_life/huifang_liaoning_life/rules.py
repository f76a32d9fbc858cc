"""All rules of the plugin. Each but the survey goes on after its time is up (DEC-3)."""

from huifang_core.rules import Rule

from huifang_liaoning_life.departed_seller import DEPARTED_SELLER
from huifang_liaoning_life.new_contract import NEW_CONTRACT
from huifang_liaoning_life.satisfaction import SATISFACTION
from huifang_liaoning_life.servicing import CLAIM, LAPSE, POLICY_SERVICING

RULES: tuple[Rule, ...] = (NEW_CONTRACT, DEPARTED_SELLER, POLICY_SERVICING, LAPSE, SATISFACTION, CLAIM)
