"""What was written and not answered in time: an attempt that reached nobody, and the ladder goes on (REG-3).

Where the customer began and did not finish, the contact is abandoned: what was completed stays completed.
"""

from typing import Final

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.concluding import Conclusion, abandon, conclude
from huifang_tenants.services.written import acting
from huifang_tenants.stores import contacts, messages
from huifang_tenants.written_channels import WrittenWay

UNANSWERED: Final = "contacts.unanswered"
"""Kind of the job that ends contacts in writing whose time for an answer is over."""

_AT_A_TIME: Final = 100
_BY: Final[dict[str, WrittenWay]] = {"online": "online", "email": "email", "sms": "sms"}


async def close_unanswered(scope: Scope) -> bool:
    """End contacts whose time for an answer is over; tell whether there may be more."""
    found = await messages.unanswered(scope, _AT_A_TIME)
    for id in found:
        contact = await contacts.load(scope, id, lock=True)
        if contact is None or contact.status != "in_progress":
            continue
        actor = acting(_BY[contact.channel])
        if any(section.state.answers for section in contact.sections):
            await abandon(scope, id, actor, "answer_not_finished")
        else:
            await conclude(scope, id, Conclusion("no_answer"), actor)
    return len(found) == _AT_A_TIME
