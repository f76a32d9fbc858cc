"""Why a service refuses what it was asked to do."""

from typing import Final, Literal, get_args

from huifang_tenants.errors import TenantsError

RefusalCode = Literal[
    "case.assignee_unknown",
    "contact.not_in_progress",
    "contact.answer_refused",
    "contact.items_missing",
    "evidence.too_large",
    "import.file_unreadable",
    "not_found",
    "personal.key_destroyed",
    "queue.lease_expired",
    "queue.not_leased",
    "queue.nothing_leased",
    "staff.not_found",
    "staff.not_permitted",
    "staff.untrained",
    "state.conflict",
    "validation.failed",
]
"""Every reason; the API's problem catalogue holds the status and the texts of each, and a test that none is missing."""

REFUSAL_CODES: Final = frozenset(get_args(RefusalCode))


class Refused(TenantsError):
    """A use case can't be carried out; `code` says why and never changes, `fields` are the values that mattered.

    Fields are shown to the caller and logged: ids, codes and states, never personal data.
    """

    def __init__(self, code: RefusalCode, **fields: object) -> None:
        if code not in REFUSAL_CODES:
            raise ValueError(f"{code!r} is no refusal: add it to RefusalCode and to the API's catalogue")
        super().__init__(f"{code}: {fields}" if fields else code)
        self.code = code
        self.fields = fields
