"""Draws in a tenant: seeds committed to in advance, populations closed, members drawn and replaced (DEC-14)."""

from huifang_tenants.services.draws.asking import ask_for_draw
from huifang_tenants.services.draws.bundles import bundle_of
from huifang_tenants.services.draws.lateness import notice_late
from huifang_tenants.services.draws.seeds import commit_seeds, commit_to
from huifang_tenants.services.draws.work import DRAWS, LATE, draws_ended_before, next_draw_day, work_on_draws

__all__ = [
    "DRAWS",
    "LATE",
    "ask_for_draw",
    "bundle_of",
    "commit_seeds",
    "commit_to",
    "draws_ended_before",
    "next_draw_day",
    "notice_late",
    "work_on_draws",
]
