"""A process that runs jobs of a batch: they come by standard input, outcomes go by standard output."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from typing import BinaryIO

from ..runs.stopping import StopRequest
from ..runs.tensorflow import import_tensorflow_for_good
from ..signals import heard
from .job import Job
from .running import JobRunner

LOOK_SECONDS = 1.0


def work(jobs: BinaryIO, outcomes: BinaryIO, threads: int) -> None:
    """Run the jobs that come until there are no more, with so many threads within an operation."""
    request, runner = StopRequest(), JobRunner()
    threading.Thread(target=_stop_with_parent, args=(request, os.getppid()), daemon=True).start()
    with heard(lambda number: None, request.note):
        _work(jobs, outcomes, threads, runner, request)


def _work(jobs: BinaryIO, outcomes: BinaryIO, threads: int, runner: JobRunner, request: StopRequest) -> None:
    limited = False
    while True:
        try:
            job: Job = pickle.load(jobs)
        except EOFError:
            return
        if not limited and not job.config.transfer.computation.deterministic:
            _limit_threads(threads, verbose=job.options.verbose)
            limited = True
        outcome = runner.run(job, request)
        pickle.dump(outcome, outcomes)
        outcomes.flush()
        if request.number:  # whoever sent it meant this process
            return


def _limit_threads(threads: int, *, verbose: bool) -> None:
    import_tensorflow_for_good(verbose=verbose)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)


def _stop_with_parent(request: StopRequest, parent: int) -> None:
    """Ask for a stop once the process that started this one is gone: what is done so far is kept."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    request.note(signal.SIGTERM)


def _main() -> None:
    outcomes = os.fdopen(os.dup(1), 'wb')
    os.dup2(2, 1)  # whatever a library prints is no outcome
    work(sys.stdin.buffer, outcomes, int(sys.argv[1]))


if __name__ == '__main__':
    _main()
