"""How notices speak of deadlines."""

from datetime import datetime, time, timedelta

from huifang_core.windows import SHANGHAI


def deadline_in_words(due_by: datetime) -> str:
    """A deadline as people write it, in Asia/Shanghai: one at midnight is 24:00 of the day that ends then (GEN-5)."""
    local = due_by.astimezone(SHANGHAI)
    if local.time() == time():
        return f"{(local - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
