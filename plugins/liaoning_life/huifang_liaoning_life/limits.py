"""The limit on visits and letters: in principle at most a tenth of all callbacks (LN-5)."""

from huifang_core.limits import ChannelShare
from huifang_core.texts import text

VISITS_AND_LETTERS = ChannelShare(
    id="visits_and_letters",
    title=text("上门与信函回访占比", "share of visits and letters"),
    cites=("LN-5", "DEC-9"),
    channels=("on_site", "letter"),
    at_most="channel_share.at_most",
    warn_at="channel_share.warn_at",
    period="calendar_year",
    approved_by="team_leader",
)
"""By phone above all; past the tenth only with a supervisor's approval and reason, since the rule says "in principle" (原则上)."""
