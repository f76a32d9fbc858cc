"""Evidence as it is sent and referred to; what is answered stands with the contacts."""

from typing import Annotated

import msgspec
from msgspec import Meta


class ReferToEvidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where evidence of a contact is kept by somebody else."""

    reference: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="Id or address of the original (录音编号等) in the other system, without personal data.",
            examples=["pbx:2026/03/10/000457"],
        ),
    ]
