"""How fresh the data of a contract is, and how asking the core system about it went (SD-4)."""

from typing import Annotated, Literal

import msgspec
from huifang_core.texts import Text
from huifang_tenants.services.look_up import MEANINGS
from huifang_tenants.stores.look_ups import Freshness, Outcome

from huifang_api.shapes.fields import ContractId, ContractNo, Instant, described


class ContractFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """How fresh the data of a contract is that is, or was, used."""

    contract_id: ContractId
    contract_no: ContractNo
    version: Annotated[int, described("Version in the source system.")]
    origin: Annotated[
        Literal["live", "cache", "import"],
        described(
            "`live`: looked up for this very use. `cache`: confirmed by an earlier look-up and unchanged since. `import`: as "
            "files and events brought it."
        ),
    ]
    as_of: Annotated[Instant, described("When the data was true, as far as is known, UTC.")]
    looked_up_at: Annotated[
        Instant | None, described("When the core system last gave or confirmed it, wall time, UTC.")
    ]
    look_up: Annotated[
        Outcome,
        described(
            "How the look-up for this use went: `confirmed`, `changed` (newer data was taken in), `older` (what is on file is "
            "newer), `fresh` (looked up a short while ago), `off`, `overtaken`; anything else is why there was no usable "
            "answer, and work went on with what is known."
        ),
    ]
    message: Annotated[Text, described("The same in words, in both languages.")]


def shown(found: Freshness) -> ContractFreshness:
    """Freshness as the API shows it."""
    return ContractFreshness(**msgspec.structs.asdict(found), message=MEANINGS[found.look_up])
