"""The worker: hands due jobs of the outbox to arq, runs them, and sees that nothing is lost on the way.

PostgreSQL alone knows what is due and done; Redis only carries ids to whoever is free.
"""

from huifang_api.jobs.pace import Pace
from huifang_api.jobs.worker import run_worker, work

__all__ = ["Pace", "run_worker", "work"]
