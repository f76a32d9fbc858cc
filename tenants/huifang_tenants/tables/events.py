"""Business events as they came in, and the totals they are held against."""

from piccolo.columns import JSON, UUID, BigInt, Bytea, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class Event(Table, tablename="event", db=ENGINE):
    """A business event, once only by source and id."""

    id = UUID(primary_key=True, default=None)
    source = Text(default=None)
    event_id = Text(default=None)
    type = Text(default=None)
    happened_at = Timestamptz(default=None)
    received_at = Timestamptz(default=None)
    contract_no = Text(null=True, default=None)
    claim_no = Text(null=True, default=None)
    sequence = BigInt(null=True, default=None)
    corrects = Text(null=True, default=None)
    retracts = Text(null=True, default=None)
    payload = JSON(null=True, default=None)
    personal_enc = Bytea(null=True, default=None)
    content_hash = Bytea(default=None)
    status = Text(default=None)
    park_reason = Text(null=True, default=None)
    park_detail = Text(null=True, default=None)
    import_id = UUID(null=True, default=None)


class ControlTotal(Table, tablename="control_total", db=ENGINE):
    """What the core system says it sent for one type and day."""

    source = Text(primary_key=True, default=None)
    type = Text(default=None)
    day = Date(default=None)
    announced = BigInt(default=None)
    taken = BigInt(null=True, default=None)
    event_id = ForeignKey(Event, null=False)
    updated_at = Timestamptz(default=None)
