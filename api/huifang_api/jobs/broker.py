"""The way of a job through Redis: two lanes, so that urgent work never waits behind bulk work."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import in_progress_key_prefix
from huifang_tenants.outbox import Job, SentJob
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

FUNCTION: Final = "job"
"""The one function that arq knows; it looks up the handler by the job's kind."""

Lane = Literal["urgent", "ordinary"]
LANES: Final[tuple[Lane, ...]] = ("urgent", "ordinary")

_RETRIES: Final = 8
_encoder = msgspec.json.Encoder(enc_hook=str)


def redis_settings(url: str) -> RedisSettings:
    """How arq reaches Redis; short outages are sat out."""
    plain = RedisSettings.from_dsn(url)
    password = urlsplit(url).password
    return dataclasses.replace(
        plain,
        # arq takes them from the URL as they stand there.
        username=unquote(plain.username) if plain.username else None,
        password=unquote(password) if password else None,
        unix_socket_path=unquote(plain.unix_socket_path) if plain.unix_socket_path else None,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), _RETRIES),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, BusyLoadingError],
        conn_retries=_RETRIES,
    )


def cell_of(database_url: str) -> str:
    """A short name of the database, so that cells can share a Redis."""
    parts = urlsplit(database_url)
    place = f"{parts.netloc.rpartition('@')[2]}{parts.path}?{parts.query}"
    return hashlib.sha256(place.encode()).hexdigest()[:8]


class Broker:
    """The lanes of one cell in Redis. Ids of jobs in it are `<id>.<try>`."""

    def __init__(self, redis: ArqRedis, cell: str) -> None:
        self.redis = redis
        self._cell = cell

    def queue(self, lane: Lane) -> str:
        """The name of a lane's queue."""
        return f"huifang:{self._cell}:{lane}"

    async def depths(self) -> dict[Lane, int]:
        """How many jobs wait or run in each lane."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for lane in LANES:
                pipe.zcard(self.queue(lane))
            return dict(zip(LANES, await pipe.execute(), strict=True))

    async def send(self, job: Job) -> None:
        """Put a job into its lane."""
        await self.redis.enqueue_job(
            FUNCTION,
            str(job.id),
            str(job.tenant_id),
            job.kind,
            job.payload,
            job.urgency,
            job.tries,
            _job_id=_place(job.id, job.tries),
            _queue_name=self.queue(_lane(job.urgency)),
        )

    async def waiting(self, jobs: Sequence[SentJob]) -> list[tuple[UUID, int]]:
        """Which of these wait in a lane and were not begun, as (id, try)."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for job in jobs:
                pipe.zscore(self.queue(_lane(job.urgency)), _place(job.id, job.tries))
                pipe.exists(in_progress_key_prefix + _place(job.id, job.tries))
            answers = await pipe.execute()
        return [
            (job.id, job.tries)
            for job, queued, begun in zip(jobs, answers[::2], answers[1::2], strict=True)
            if queued is not None and not begun
        ]


async def connect(url: str) -> ArqRedis:
    """Connect to Redis, with JSON in the place of arq's pickles. Raises RedisError or OSError."""
    return await create_pool(redis_settings(url), job_serializer=_encode, job_deserializer=_decode)


def _encode(value: dict[str, Any]) -> bytes:
    return _encoder.encode(value)


def _decode(value: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(value)
    return decoded


def _place(job_id: UUID, tries: int) -> str:
    return f"{job_id}.{tries}"


def _lane(urgency: int) -> Lane:
    return "urgent" if urgency > 0 else "ordinary"
