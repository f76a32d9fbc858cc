"""How fast the worker looks, ticks and gives up."""

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """Times in seconds, wall time.

    A job that is sent and in nobody's hands goes back after `stale_after`; `beat` is how often hands are shown, so it must
    be well below. With both as they are, what a killed worker or a wiped Redis lost runs again within half a minute.
    """

    poll: float = 0.5
    """Between two looks into the outbox, where no notification comes first."""

    fetch: float = 0.02
    """Between two looks of arq into Redis."""

    beat: float = 5.0
    stale_after: float = 20.0

    tick: float = 30.0
    """A tenant's own upkeep is looked at every `tick` to twice `tick`, each tenant at a period of its own."""

    watch: float = 10.0
    """Between two looks whether every active tenant has its recurring jobs."""

    job: float = 300.0
    """How long a job may run."""

    grace: float = 5.0
    """How long running jobs may go on after a signal to stop: less than what a supervisor waits before it kills."""

    listen: float = 5.0
    """Between two looks which tenants' telephone systems are to be listened to."""

    recordings: tuple[float, ...] = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, *(3600.0,) * 24)
    """Until the recording of a call is asked for again, by how often it was; after the last it counts as missing. A day altogether."""

    forget: float = 3600.0
    """How long done jobs are kept."""
