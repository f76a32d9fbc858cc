"""How often something may be asked for: counted in Redis, over all processes, by windows of a minute.

A brake and no lock: what must not be passed is counted in the database. Where Redis can't be asked, everybody may.
"""

from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_WINDOW_SECONDS: Final = 60
_log = structlog.get_logger("huifang.rates")


async def may(redis: Redis, what: str, who: str, at_most: int) -> bool:
    """Count one more `what` of `who` (no personal data) and tell whether that is within `at_most` a minute."""
    key = f"huifang:rate:{what}:{who}"
    try:
        async with redis.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, _WINDOW_SECONDS, nx=True)
            count, _ = await pipe.execute()
    except (RedisError, OSError):
        _log.warning("rate_not_counted", what=what)
        return True
    return int(count) <= at_most
