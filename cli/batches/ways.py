"""Where the jobs of a batch run: here, in processes of this machine, or on a cluster."""

from __future__ import annotations

import argparse
from concurrent.futures import Future
from functools import partial
from typing import Protocol

from nst_lbfgs.errors import ConfigError

from ..runs.stopping import StopRequest
from .cluster import Cluster
from .here import Here
from .job import Job, Outcome
from .processes import Processes
from .progress import BatchProgress, JobLines


class Runner(Protocol):
    """What runs jobs."""

    @property
    def most(self) -> int:
        """How many jobs are taken at a time."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Take a job."""

    def stop(self, number: int) -> None:
        """Have the jobs at hand end after their evaluations; `number` is the signal's."""

    def running(self, submitted: int) -> int:
        """Return how many of the submitted jobs run."""

    def close(self) -> None:
        """Let go of whatever runs the jobs."""


def check_ways(args: argparse.Namespace) -> None:
    """Raise ConfigError for options that exclude each other."""
    if args.workers is not None and args.scheduler:
        raise ConfigError('Expected --workers or --scheduler. Received: both.')
    if args.transfer_files and not args.scheduler:
        raise ConfigError('Expected --transfer-files with --scheduler. Received: without.')


def runner_for(args: argparse.Namespace, request: StopRequest, progress: BatchProgress) -> Runner:
    """Return what runs the jobs, ready for them. Raises BackendError or ClusterError."""
    if args.scheduler:
        cluster = Cluster(args.scheduler, send_files=args.transfer_files, verbose=args.verbose)
        progress.message(cluster.first_line)
        return cluster
    if args.workers:
        return Processes(args.workers, request)
    return Here(request, partial(JobLines, progress=progress))
