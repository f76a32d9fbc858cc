"""Contacts in writing: a customer is written to, answers online, by e-mail or by text message, and nobody on our side takes part.

They go through the services of every contact (`services.contacts`): an answer that comes in writing is an answer like any other.
"""

from typing import Final

from huifang_tenants.stores.ledger import Actor
from huifang_tenants.written_channels import WrittenWay


def acting(channel: WrittenWay) -> Actor:
    """Return as whom the system acts where a customer answers by this channel."""
    return _ACTORS[channel]


_ACTORS: Final[dict[WrittenWay, Actor]] = {
    "online": Actor("channel:online"),
    "email": Actor("channel:email"),
    "sms": Actor("channel:sms"),
}
