"""Tables and dates as the commands show them."""

from datetime import datetime, timedelta

from huifang_core.windows import day_of
from rich.console import Console

_LEAST_WIDTH = 120


def console() -> Console:
    """A console wide enough that no code or number is cut, also where the output is no terminal."""
    found = Console()
    return found if found.width >= _LEAST_WIDTH else Console(width=_LEAST_WIDTH)


def last_day(end: datetime | None) -> str:
    """The last day, in Asia/Shanghai, of a window that ends at 24:00; a dash where there is none."""
    return "—" if end is None else day_of(end - timedelta(microseconds=1)).isoformat()
