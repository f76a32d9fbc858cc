"""Writing a script as YAML that people read and `load_script` takes."""

from typing import Any

import msgspec
import yaml

from huifang_core.scripts.model import Script
from huifang_core.scripts.outline import reading_order


def write_script(script: Script) -> str:
    """Return the script as YAML, its steps in reading order; read again it is the same version, with the same hash."""
    data: dict[str, Any] = msgspec.to_builtins(script)
    order = {id: place for place, id in enumerate(reading_order(script))}
    steps = sorted(data.pop("steps").items(), key=lambda entry: (order.get(entry[0], len(order)), entry[0]))
    return yaml.safe_dump(
        {**data, "steps": dict(steps)},
        allow_unicode=True,
        sort_keys=False,
        width=120,
        default_flow_style=False,
    )
