"""Upkeep: what falls due in a tenant without anybody asking. All of it may run twice, at once or after a crash."""

from huifang_tenants.services.upkeep.at_risk import announce_at_risk
from huifang_tenants.services.upkeep.calendars import RECOUNT, announce_calendar, needs_recount, recount
from huifang_tenants.services.upkeep.deliveries import watch_deliveries
from huifang_tenants.services.upkeep.departed import fan_out
from huifang_tenants.services.upkeep.due import (
    AT_RISK,
    COUNTING,
    PARKED,
    STEPS,
    CountingStep,
    Step,
    after_import,
    due_now,
    settle,
)
from huifang_tenants.services.upkeep.failed_rows import erase_failed_rows
from huifang_tenants.services.upkeep.late_births import announce_late_births
from huifang_tenants.services.upkeep.late_cases import look_after_cases
from huifang_tenants.services.upkeep.leases import end_leases
from huifang_tenants.services.upkeep.overdue import escalate_overdue
from huifang_tenants.services.upkeep.parameters import watch_parameters
from huifang_tenants.services.upkeep.parked import RETRY, ask_retry, retry_parked, take_up_parked
from huifang_tenants.services.upkeep.refresh import refresh
from huifang_tenants.services.upkeep.sandbox import advance_clock
from huifang_tenants.services.upkeep.scripts import SCRIPTS, scripts_need_watching, watch_scripts
from huifang_tenants.services.upkeep.shares import SHARES, shares_need_watching, watch_shares
from huifang_tenants.services.upkeep.silent_imports import end_silent_imports
from huifang_tenants.services.upkeep.totals import count_totals

__all__ = [
    "AT_RISK",
    "COUNTING",
    "PARKED",
    "RECOUNT",
    "RETRY",
    "SCRIPTS",
    "SHARES",
    "STEPS",
    "CountingStep",
    "Step",
    "advance_clock",
    "after_import",
    "announce_at_risk",
    "announce_calendar",
    "announce_late_births",
    "ask_retry",
    "count_totals",
    "due_now",
    "end_leases",
    "end_silent_imports",
    "erase_failed_rows",
    "escalate_overdue",
    "fan_out",
    "look_after_cases",
    "needs_recount",
    "recount",
    "refresh",
    "retry_parked",
    "scripts_need_watching",
    "settle",
    "shares_need_watching",
    "take_up_parked",
    "watch_deliveries",
    "watch_parameters",
    "watch_scripts",
    "watch_shares",
]
