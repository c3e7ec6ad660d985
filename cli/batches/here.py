"""Jobs in this process, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from ..runs.progress import ProgressLines
from ..runs.stopping import StopRequest
from .job import Job, Outcome
from .running import JobRunner


class Here:
    """Runs each job as it is submitted."""

    most = 1
    """How many jobs are taken at a time."""

    def __init__(self, request: StopRequest, lines: Callable[..., ProgressLines]) -> None:
        self._request = request
        self._runner = JobRunner(lines)

    def submit(self, job: Job) -> Future[Outcome]:
        """Run a job, and return its outcome as a future that is there."""
        future: Future[Outcome] = Future()
        future.set_result(self._runner.run(job, self._request))
        return future

    def stop(self, number: int) -> None:
        """Do nothing: the job at hand sees the request by itself."""

    def running(self, submitted: int) -> int:
        """Return how many of the submitted jobs run."""
        return submitted

    def close(self) -> None:
        """Do nothing."""
