"""Letters: contacts by post."""

from piccolo.columns import JSON, UUID, BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.contacts import Contact


class Letter(Table, tablename="letter", db=ENGINE):
    """The letter of a contact by post (LN-4c)."""

    contact_id = ForeignKey(Contact, null=False, primary_key=True)
    batch_id = UUID(default=None)
    number = BigInt(default=None)
    prepared_at = Timestamptz(default=None)
    missing = JSON(default=None)
    printed_at = Timestamptz(null=True, default=None)
    posted_on = Date(null=True, default=None)
    posting_no = Text(null=True, default=None)
    reply_by = Timestamptz(null=True, default=None)
    returned_on = Date(null=True, default=None)
    return_reason = Text(null=True, default=None)
