"""Jobs on a Dask cluster that is there already."""

from __future__ import annotations

import logging
import time
import uuid
import warnings
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from nst_lbfgs import __version__
from nst_lbfgs.errors import BackendError, ClusterError
from nst_lbfgs.pictures.plain import path_in_record

from ..runs.input_files import read_files
from .cluster_task import run_on_worker
from .job import Job, Outcome, Parcel

CONNECT_SECONDS = 30
COUNT_SECONDS = 5  # between two looks at how many workers there are
PARCELS_A_WORKER = 2  # so many pictures wait at the scheduler
MANY = 1_000_000


class Cluster:
    """Gives jobs to the workers of a scheduler; which worker, when, and what if one dies, is Dask's.

    With `send_files` pictures go to the workers, and results come back; else all see the same folders.
    Raises BackendError without Dask, ClusterError if the scheduler cannot be reached.
    """

    def __init__(self, address: str, *, send_files: bool, verbose: bool) -> None:
        try:
            distributed: Any = import_module('distributed')
        except ImportError as error:
            raise BackendError(
                f"--scheduler needs Dask: python -m pip install 'nst-lbfgs[cluster]'. ({error})"
            ) from error
        if not verbose:
            _silence()
        self._send_files = send_files
        self._address = address
        where = {'scheduler_file' if Path(address).is_file() else 'address': address}
        try:
            self._client: Any = distributed.Client(
                **where, timeout=CONNECT_SECONDS, name='nst-lbfgs', set_as_default=False
            )
        except Exception as error:  # a wrong address, no answer, another protocol, certificates
            raise ClusterError(f'Cannot reach a Dask scheduler at {address}: {error}') from error
        self._stop = f'nst-lbfgs-stop-{uuid.uuid4()}'
        self._event: Any = distributed.Event(self._stop, client=self._client)
        self._executor = self._client.get_executor(pure=False)
        self._workers, self._counted = 0, -float('inf')

    @property
    def first_line(self) -> str:
        """The scheduler, its workers and its dashboard, in a line."""
        return (
            f'Dask scheduler {self._client.scheduler.address}: {self._count()} workers; '
            f'dashboard {self._client.dashboard_link}'
        )

    @property
    def most(self) -> int:
        """How many jobs are taken at a time: all, so that a cluster can grow; parcels only a few."""
        return max(2, PARCELS_A_WORKER * self._count()) if self._send_files else MANY

    def submit(self, job: Job) -> Future[Outcome]:
        """Give a job to the cluster."""
        job = _from_anywhere(job)
        sent = _parcel(job) if self._send_files else job
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', UserWarning)  # a picture is large for Dask
            future: Future[Outcome] = self._executor.submit(run_on_worker, sent, __version__, self._stop)
        return future

    def stop(self, number: int) -> None:
        """Ask the workers to end the jobs at hand after their evaluations."""
        with suppress(Exception):  # the scheduler is gone: see _check_connection
            self._event.set()

    def running(self, submitted: int) -> int:
        """Return how many of the submitted jobs run, at the most. Raises ClusterError if all is lost."""
        self._check_connection()
        return min(submitted, self._count())

    def close(self) -> None:
        """Leave the cluster; the workers and the scheduler stay as they are."""
        with suppress(Exception):
            self._client.close(timeout=5)

    def _check_connection(self) -> None:
        """Raise ClusterError if the scheduler is gone: what it had been given is lost with it."""
        if self._client.status != 'running':
            raise ClusterError(
                f'The Dask scheduler at {self._address} is gone. The same command goes on with what is left.'
            )

    def _count(self) -> int:
        if time.monotonic() - self._counted > COUNT_SECONDS and self._client.status == 'running':
            self._counted = time.monotonic()
            with suppress(Exception):  # the scheduler is gone: see _check_connection
                self._workers = len(self._client.nthreads())
        return self._workers


def _silence() -> None:
    """Keep Dask's tracebacks of lost connections off the terminal: the batch says in a line what is lost."""
    for name in list(logging.root.manager.loggerDict):
        if name.split('.')[0] == 'distributed':
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _from_anywhere(job: Job) -> Job:
    """Return a job whose paths say where its files are whatever folder a worker is in."""
    return replace(
        job,
        content=Path(path_in_record(job.content)),
        styles=tuple(Path(path_in_record(style)) for style in job.styles),
        outputs=replace(job.outputs, prefix=job.outputs.prefix.absolute()),
    )


def _parcel(job: Job) -> Parcel:
    files = read_files(job.config, job.content, job.styles, max_pixels=job.options.max_pixels)
    try:
        checkpoint = job.outputs.checkpoint.read_bytes()
    except OSError:
        checkpoint = None
    return Parcel(job, files, checkpoint)
