"""What a Dask worker does: one job after the other, whatever number of threads it has."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from nst_lbfgs import __version__

from ..runs.stopping import StopRequest
from .job import Job, Outcome, Parcel
from .running import JobRunner

LOOK_SECONDS = 2.0

_one_at_a_time = threading.Lock()
_runner = JobRunner()


def run_on_worker(job: Job | Parcel, version: str, stop: str) -> Outcome:
    """Run a job in this process, whose network stays in memory; the event named `stop` ends it early."""
    if version != __version__:
        return Outcome(f'The batch is of nst_lbfgs {version}. Expected the same of the worker: {__version__}')
    request = StopRequest()
    with _one_at_a_time, _stopped_by(stop, request):
        return _runner.run(job, request)


@contextmanager
def _stopped_by(name: str, request: StopRequest) -> Iterator[None]:
    """Ask for a stop once the event of the cluster is set, or the cluster is gone."""
    distributed: Any = import_module('distributed')
    event, over = distributed.Event(name, client=distributed.get_client()), threading.Event()
    if event.is_set():  # while the job was waiting for its turn
        request.note(signal.SIGTERM)

    def watch() -> None:
        while not over.wait(LOOK_SECONDS) and not request.number:
            try:
                wanted = event.is_set()
            except Exception:  # whatever keeps the scheduler from answering
                wanted = True
            if wanted:
                request.note(signal.SIGTERM)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
