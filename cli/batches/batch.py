"""A batch, from its arguments to its exit code."""

from __future__ import annotations

import argparse
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

from nst_lbfgs.errors import ClusterError, OutputError, StyleTransferError, one_line
from nst_lbfgs.files import write_whole
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.sources import resolve_weights

from ..options import given_settings
from ..runs.cell import Cell
from ..runs.command_line import CommandLine
from ..runs.lock import run_lock
from ..runs.outputs import Outputs
from ..runs.series import Series
from ..runs.stopping import SAME_SIGNAL_SECONDS, Stopping, StopRequest
from ..signals import end_at_once, heard
from .digests import Digests
from .job import Job, Outcome
from .jobs import jobs_of
from .names import OWN
from .page_inputs import inputs_shown
from .planning import check_workers, remembered_sizes, work_of
from .progress import BatchProgress
from .running import cell_of, checkpoint_of
from .sheet import BatchSheet, side_of_thumbnails
from .ways import Runner, check_ways, runner_for

LOOK_SECONDS = 1.0
_NOT_HERE = 'Its result is not in {}, where all workers should write, or its pictures have changed meanwhile.'


def run_batch(args: argparse.Namespace) -> int:
    """Check what can be checked at once, then run every job that is not done; return the exit code.

    Raises StyleTransferError, at the end if a job failed.
    """
    check_ways(args)
    Stopping(max_seconds=args.max_seconds, min_improvement=args.min_improvement)
    jobs = jobs_of(args, _command_line(args))
    for name in {job.config.transfer.computation.weights for job in jobs if not job.problem} - {'imagenet'}:
        if not args.jobs:
            resolve_weights(name)
    outputs = Outputs(Path(args.out) / OWN, '.png', RunConfig())
    outputs.make_folder()
    with run_lock(outputs.lock):
        return Batch(jobs, outputs, args).run()


class Batch:
    """Jobs, what is there of them, and what runs them."""

    def __init__(self, jobs: Sequence[Job], outputs: Outputs, args: argparse.Namespace) -> None:
        digests = Digests().of
        side = side_of_thumbnails(len(jobs))
        self._jobs = jobs
        self._cells = [cell_of(job, digests, largest_side=side) for job in jobs]
        self._request = StopRequest()
        self._sizes = remembered_sizes()
        self._args = args
        self._asked: float | None = None
        self._reused = 0
        self._lost: ClusterError | None = None
        works = [work_of(job, self._sizes) for job in jobs]
        self._progress = BatchProgress(works, as_json=args.json_progress)
        title = _title(jobs)
        self._series = Series(
            self._cells,
            outputs,
            title,
            BatchSheet(jobs, self._cells, title),
            inputs_shown(jobs),
            args.report,
            self._progress.message,
            kind='batch',
        )
        self._series.check(overwrite=args.force)
        for job, cell in zip(jobs, self._cells, strict=True):
            if not cell.done and not checkpoint_of(job, digests):
                job.outputs.check_checkpoint(overwrite=args.force)

    def run(self) -> int:
        """Run what is not done. Raises StyleTransferError if a job failed."""
        left = self._not_done()
        if self._args.workers is not None:
            check_workers([self._jobs[number] for number in left], self._args.workers, self._sizes)
        self._progress.begin(sorted(set(range(len(self._jobs))).difference(left)))
        if left:
            runner = runner_for(self._args, self._request, self._progress)
            with heard(self._react, self._request.note):
                self._series.make(self._ended(runner))
        else:
            self._series.make(())
        self._progress.end()
        if self._lost:
            raise self._lost
        if self._request.exit_code:
            self._progress.message('Stopped. The same command goes on.')
            return self._request.exit_code
        if self._reused:
            self._progress.message(f'Gram matrices of styles were in memory already {self._reused} times.')
        self._series.conclude()
        return 0

    def _ended(self, runner: Runner) -> Iterator[Cell]:
        """Run the jobs and yield the cell of each that has ended, whatever became of it."""
        try:
            yield from self._run_all(runner)
        except ClusterError as error:  # once sheet, table and page say how far it came
            self._lost = error
        finally:
            runner.close()

    def _run_all(self, runner: Runner) -> Iterator[Cell]:
        waiting = deque(self._not_done())
        at_work: dict[Future[Outcome], int] = {}
        passed_on = False
        while waiting or at_work:
            for number in self._ready(waiting, set(at_work.values()), runner.most - len(at_work)):
                waiting.remove(number)
                self._progress.running(number, self._cells[number])
                at_work[self._submitted(runner, number)] = number
            if self._request.number:
                waiting.clear()
                if not passed_on:
                    runner.stop(self._request.number)
                    passed_on = True
            done, _ = wait(at_work, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            self._progress.at_work(runner.running(len(at_work) - len(done)))
            for future in done:
                yield self._taken(at_work.pop(future), future)

    def _not_done(self) -> list[int]:
        """Return the jobs to be made: also those that start from the result of one that is made again."""
        found: list[int] = []
        for number, (job, cell) in enumerate(zip(self._jobs, self._cells, strict=True)):
            if not cell.done or job.after in found:
                found.append(number)
        return found

    def _ready(self, waiting: Sequence[int], at_work: set[int], most: int) -> list[int]:
        """Return the jobs that can begin: those whose predecessor, if they have one, is over."""
        if self._request.number:
            return []
        unfinished = at_work.union(waiting)
        return [number for number in waiting if self._jobs[number].after not in unfinished][: max(0, most)]

    def _submitted(self, runner: Runner, number: int) -> Future[Outcome]:
        job = self._jobs[number]
        problem = job.problem
        if job.after is not None and not self._cells[job.after].done:
            problem = f'{self._cells[job.after].outputs.picture.name}, from which it starts, is not there.'
        try:
            if problem is None:
                return runner.submit(job)
        except StyleTransferError as error:
            problem = str(error)
        known: Future[Outcome] = Future()
        known.set_result(Outcome(problem))
        return known

    def _taken(self, number: int, future: Future[Outcome]) -> Cell:
        """Take a job's outcome, with the results that came with it, and see what there is."""
        cell, outcome = self._cells[number], _outcome_of(future)
        problem = outcome.problem or _written(cell.outputs, outcome.files)
        self._reused += outcome.reused
        cell.tried(problem)
        stopped = bool(outcome.exit_code) and not cell.done
        if not cell.done and not cell.failure:
            cell.failure = 'stopped' if stopped else _NOT_HERE.format(cell.outputs.prefix.parent)
        self._progress.ended(number, cell, stopped=stopped)
        return cell

    def _react(self, number: int) -> None:
        if self._asked is None:
            self._asked = time.monotonic()
            self._request.note(number)
            self._progress.message(
                'Stopping after the evaluations at hand. A second signal ends the batch at once.'
            )
        elif time.monotonic() - self._asked > SAME_SIGNAL_SECONDS:
            end_at_once(number)


def _written(outputs: Outputs, files: dict[str, bytes]) -> str | None:
    """Write what a job has left elsewhere; return what keeps it from being here."""
    try:
        for name, data in files.items():
            write_whole(outputs.prefix.with_name(name), data, overwrite=True)
        if files and outputs.checkpoint.name not in files:
            outputs.checkpoint.unlink(missing_ok=True)  # the job has come to its end
    except (OutputError, OSError) as error:
        return str(error)
    return None


def _outcome_of(future: Future[Outcome]) -> Outcome:
    if future.cancelled():
        return Outcome('It was cancelled.')
    error = future.exception()
    if error is None:
        return future.result()
    if not isinstance(error, Exception):  # KeyboardInterrupt, where no signals are heard
        raise error
    return Outcome(one_line(f'{type(error).__name__}: {error}'))  # Dask's: its workers died of the job


def _command_line(args: argparse.Namespace) -> CommandLine:
    """Return the command line as records and pictures keep it.

    A picture has it without what says where and how the batch runs: its bytes are the same on every way.
    """
    ways = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ('--workers', '--scheduler', '--out'):
        ways.add_argument(name)
    for name in ('--transfer-files', '--json-progress', '--keep-checkpoints', '--force', '--verbose'):
        ways.add_argument(name, f'--{name[2:].replace("-", "_")}', action='store_true')
    _, rest = ways.parse_known_args(args.command_line)
    whole = CommandLine.of_new_run(args.command_line, None, given_settings(args), in_metadata=args.metadata)
    plain = CommandLine.of_new_run(rest, None, (), in_metadata=args.metadata)
    return CommandLine(whole.text, plain.text, args.metadata, whole.given)


def _title(jobs: Sequence[Job]) -> str:
    contents = {job.content for job in jobs}
    styles = {job.styles for job in jobs}
    return f'{_number(len(contents), "picture")} in {_number(len(styles), "style")}'


def _number(count: int, what: str) -> str:
    return f'{count} {what}{"" if count == 1 else "s"}'
