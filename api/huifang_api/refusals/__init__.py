"""What the services refuse for, as the API says it: status, and texts in both languages; one module for each subject.

`problem_catalogue.py` adds the API's own problems.
"""

from collections.abc import Mapping
from typing import Final

from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals import cases, contacts, customers, house, queue, staff
from huifang_api.refusals.entry import Entry

__all__ = ["REFUSALS", "Entry"]

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
    code: entry
    for subject in (staff, house, queue, contacts, cases, customers)
    for code, entry in subject.REFUSALS.items()
}
"""Every refusal by its code."""
