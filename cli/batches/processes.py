"""Jobs in several processes of this machine."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from nst_lbfgs.child_process import python_command, started
from nst_lbfgs.machine.threads import available_cores

from ..runs.stopping import StopRequest
from .job import Job, Outcome

MODULE = f'{__package__}.worker'
MOST_DEATHS = 3  # of its workers, until a job is given up
HAS_SESSIONS = hasattr(os, 'setsid')


class Processes:
    """Workers, each a process, with the cores of this machine divided among them.

    A worker that dies is replaced, and its job goes on in the new one from its checkpoint. They are in
    sessions of their own: a Ctrl-C reaches this process alone, which passes it on once.
    """

    def __init__(self, workers: int, request: StopRequest) -> None:
        self.most = workers
        self._request = request
        self._closing = ExitStack()
        self._threads = max(1, available_cores() // workers)
        self._pool = ThreadPoolExecutor(workers)
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers = [_Worker(self._threads) for _ in range(workers)]
        for worker in self._workers:
            self._closing.callback(worker.end)
            self._idle.put(worker)

    def submit(self, job: Job) -> Future[Outcome]:
        """Give a job to a worker that has none."""
        return self._pool.submit(self._run, job)

    def stop(self, number: int) -> None:
        """Have the workers stop that run; one that is still being started ends without a word."""
        for worker in self._workers:
            worker.signal(signal.SIGTERM)

    def running(self, submitted: int) -> int:
        """Return how many of the submitted jobs run."""
        return min(submitted, self.most)

    def close(self) -> None:
        """End the workers."""
        self._closing.close()
        self._pool.shutdown()

    def _run(self, job: Job) -> Outcome:
        worker = self._idle.get()
        try:
            for _ in range(MOST_DEATHS):
                if self._request.exit_code:
                    return Outcome(exit_code=self._request.exit_code)
                outcome = worker.run(job)
                if outcome is not None and (not outcome.exit_code or self._request.exit_code):
                    return outcome
            return Outcome(
                f'{MOST_DEATHS} processes that ran it have died, the last one {worker.how_it_ended()}.'
            )
        finally:
            self._idle.put(worker)


class _Worker:
    """A process that is started when there is a job for it, and again if it has died."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process: subprocess.Popen[Any] | None = None
        self._alive = ExitStack()

    def run(self, job: Job) -> Outcome | None:
        """Return the outcome of a job, or None if the process died of it."""
        try:
            process = self._started()
            pickle.dump(job, process.stdin)
            process.stdin.flush()
            outcome: Outcome = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self.end()
            return None
        return outcome

    def signal(self, number: int) -> None:
        """Send the process a signal, if it is there."""
        if self._process and self._process.poll() is None:
            with suppress(OSError, ValueError):
                self._process.send_signal(number)

    def end(self) -> None:
        """End the process, if there is one."""
        self._alive.close()

    def how_it_ended(self) -> str:
        """Return how the last process ended, for a sentence."""
        code = self._process.returncode if self._process else None
        if code is not None and code < 0:
            return f'by signal {-code}, as when memory runs out'
        return f'with exit code {code}'

    def _started(self) -> Any:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = self._alive.enter_context(
                started(
                    python_command(MODULE, str(self._threads)),
                    env=os.environ | _import_path(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=HAS_SESSIONS,
                )
            )
        return self._process


def _import_path() -> dict[str, str]:
    """Return what lets a child find the command line where it is no part of the package: in a checkout."""
    top = MODULE.split('.')[0]
    if top == 'nst_lbfgs':
        return {}
    found = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {'PYTHONPATH': os.pathsep.join(found)}
