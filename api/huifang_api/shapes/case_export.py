"""A contract given to the author of a plugin, anonymised, as the API takes and shows it."""

from typing import Annotated

import msgspec

from huifang_api.shapes.fields import Document, GivenStaffNo, Reason, described


class ExportCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gives a contract to the author of a plugin, and why."""

    staff_no: GivenStaffNo
    reason: Reason


class AnonymisedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as a golden case: dates, amounts and codes kept, stand-ins for every name and number."""

    plugin: Annotated[str, described("The plugin it is a case of.")]
    case: Annotated[
        Document, described("The golden case; saved as a file, `huifang plugin replay` plays it.")
    ]
