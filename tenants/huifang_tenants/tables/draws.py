"""Draws from populations, and their members."""

from piccolo.columns import JSON, UUID, Boolean, Bytea, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.events import Event


class Draw(Table, tablename="draw", db=ENGINE):
    """A plan's draw in one period, from the commitment to its seed on."""

    id = UUID(primary_key=True, default=None)
    plugin = Text(default=None)
    plan = Text(default=None)
    period = Text(default=None)
    first_day = Date(default=None)
    last_day = Date(default=None)
    status = Text(default=None)
    replaces = Boolean(default=None)
    seed_enc = Bytea(default=None)
    commitment = Text(default=None)
    committed_at = Timestamptz(default=None)
    committed_late = Boolean(default=None)
    asked_at = Timestamptz(null=True, default=None)
    try_at = Timestamptz(null=True, default=None)
    population_hash = Text(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    closed_early = Boolean(default=False)
    seed = Text(null=True, default=None)
    drawn_at = Timestamptz(null=True, default=None)
    seen_until = Timestamptz(null=True, default=None)
    document = JSON(default="{}")


class DrawMember(Table, tablename="draw_member", db=ENGINE):
    """What a plan made of one event, and what became of it in the draw."""

    id = UUID(primary_key=True, default=None)
    draw_id = ForeignKey(Draw, null=False)
    member = Text(default=None)
    contract_no = Text(default=None)
    claim_no = Text(null=True, default=None)
    happened_at = Timestamptz(default=None)
    status = Text(default=None)
    stratum = Text(default="")
    group_name = Text(default="")
    pool = Text(null=True, default=None)
    rank = Integer(null=True, default=None)
    drawn_at = Timestamptz(null=True, default=None)
    substitutes = Text(null=True, default=None)
    reason = Text(null=True, default=None)
    trace = JSON(null=True, default=None)
    event_id = ForeignKey(Event, null=True)
    watched = Boolean(default=False)
    late = Text(null=True, default=None)
    late_at = Timestamptz(null=True, default=None)
