"""All rules of the plugin. Those that are mandatory go on after their time is up, the sample stops (DEC-3)."""

from huifang_core.rules import Rule

from huifang_property_motor.assessment import ASSESSMENT_SERVICE, OUT_OF_AREA
from huifang_property_motor.feedback import FEEDBACK
from huifang_property_motor.first_contact import CLAIM_CLOSED, UNDERWRITING
from huifang_property_motor.settled import LINES_SETTLED, MOTOR_SETTLED

RULES: tuple[Rule, ...] = (
    MOTOR_SETTLED,
    ASSESSMENT_SERVICE,
    OUT_OF_AREA,
    LINES_SETTLED,
    UNDERWRITING,
    CLAIM_CLOSED,
    FEEDBACK,
)
