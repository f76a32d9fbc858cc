"""The statements of conducting a contact that stand in services, as text: the bare app runs the same.

`contact_http` holds what the server was asked by both apps against each other, so that a text that differs shows.
"""

from typing import Final

CONTRACT_NUMBERS: Final = "SELECT contract_no FROM contract WHERE id = ANY($1)"
TIE_TO_CONTACT: Final = "UPDATE obligation SET lease_contact = $2, lease_until = $3 WHERE id = ANY($1)"
HOLDER: Final = "SELECT s.staff_no FROM contact t JOIN staff s ON s.id = t.staff_id WHERE t.id = $1"
IDENTITY_PASSED: Final = "UPDATE contact SET identity_passed = $2 WHERE id = $1"
CONCLUDE: Final = (
    "UPDATE contact SET status = 'concluded', outcome = $2, concluded_at = $3, call_back_at = $4,"
    " dialled_at = coalesce(dialled_at, $3), attempted = $5, connected = $6, right_party = $7, completed = $8,"
    " note_enc = $9, revision = revision + 1 WHERE id = $1"
)
COMPLETE: Final = (
    "UPDATE obligation SET status = 'completed', status_reason = NULL, completed_at = $2, completed_contact = $3,"
    " completed_channel = $4, closed_at = $2, updated_at = $2, attempts = attempts + 1"
    " WHERE id = $1 AND status = ANY($5)"
)
CONTRACT_MOVED_ON: Final = "UPDATE contract SET revision = revision + 1 WHERE id = $1"
EVIDENCE: Final = "SELECT kind FROM evidence WHERE contact_id = $1 AND status = 'stored'"
SECTION_SUCCESSFUL: Final = "UPDATE contact_section SET successful = $2 WHERE id = $1"
OBLIGATION_SUCCESSFUL: Final = (
    "UPDATE obligation SET successful = $3 WHERE id = $1 AND completed_contact = $2"
)
