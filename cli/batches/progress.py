"""How a batch goes on: one line at a terminal, plain lines in a log, JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nst_lbfgs.errors import one_line

from ..runs.progress import ProgressLines, duration
from ..runs.streams import put

if TYPE_CHECKING:
    from nst_lbfgs.progress import IterationLosses

    from ..runs.cell import Cell


class BatchProgress:
    """Counts the jobs of a batch, and shows how many are done, running, failed, and the time left.

    `works` is how much work each of them is, in whatever unit, None where that is not known. With `as_json`
    each event is a line of JSON on standard output as well.
    """

    def __init__(self, works: Sequence[float | None], *, as_json: bool) -> None:
        self._works = _all_known(works)
        self._as_json = as_json
        self._terminal = sys.stderr.isatty()
        self._out = ProgressLines(1, 1)
        self._started = time.monotonic()
        self._state: dict[int, str] = {}
        self._made = 0.0
        self._part = 0.0
        self._detail = ''
        self._most_running = 1

    def message(self, text: str) -> None:
        """Print a line of its own."""
        self._out.message(text)
        self._refresh()

    def begin(self, done: Sequence[int]) -> None:
        """Tell how many jobs there are, and which are done already."""
        self._started = time.monotonic()
        self._state.update(dict.fromkeys(done, 'done'))
        if done:
            self.message(f'{len(done)} of {len(self._works)} done already')
        self._event('begin')

    def running(self, number: int, cell: Cell) -> None:
        """Tell that a job has been handed out."""
        self._state[number] = 'running'
        self._most_running = max(1, self._most_running)
        self._part, self._detail = 0.0, ''
        self._event('running', cell)
        self._refresh()

    def at_work(self, count: int) -> None:
        """Tell how many of the jobs that were handed out run."""
        self._most_running = count

    def within(self, share: float, detail: str) -> None:
        """Tell how far the one job is that runs, 0 to 1."""
        self._part, self._detail = share, detail
        self._refresh()

    def ended(self, number: int, cell: Cell, *, stopped: bool) -> None:
        """Tell what became of a job."""
        state = 'stopped' if stopped else 'failed' if cell.failure else 'done'
        self._state[number] = state
        self._made += 0.0 if cell.failure else self._works[number]
        self._part, self._detail = 0.0, ''
        self._event(state, cell)
        loss = cell.numbers.get('loss')
        what = f'{state}: {cell.failure}' if cell.failure else f'done, loss {loss:.4e}' if loss else state
        if cell.failure or not self._terminal:
            self.message(f'{cell.label}: {what} ({self._counts()})')
        self._refresh()

    def end(self) -> None:
        """Tell that all is over."""
        self._out.message(self._counts())
        self._event('end')
        self._terminal = False

    def _counts(self) -> str:
        done, failed = self._count('done'), self._count('failed')
        running = min(self._most_running, self._count('running'))
        left = self._left()
        return f'{done} of {len(self._works)} done, {running} running, {failed} failed' + (
            '' if left is None or not self._unfinished() else f', {duration(left)} left'
        )

    def _count(self, state: str) -> int:
        return sum(found == state for found in self._state.values())

    def _unfinished(self) -> int:
        return len(self._works) - self._count('done') - self._count('failed') - self._count('stopped')

    def _left(self) -> float | None:
        """Return the seconds that are left, if the pace is known by now."""
        now = sum(self._works[number] for number, state in self._state.items() if state == 'running')
        part = self._part * now if self._count('running') == 1 else 0.0
        made = self._made + part
        if not made:
            return None
        ended = sum(self._works[number] for number, state in self._state.items() if state not in ('running',))
        return (time.monotonic() - self._started) / made * max(0.0, sum(self._works) - ended - part)

    def _refresh(self) -> None:
        if self._terminal:
            self._out.update(f'  {self._counts()}{self._detail and f"; {self._detail}"}')

    def _event(self, event: str, cell: Cell | None = None) -> None:
        if not self._as_json:
            return
        left = self._left()
        told: dict[str, Any] = {
            'event': event,
            'total': len(self._works),
            'done': self._count('done'),
            'running': min(self._most_running, self._count('running')),
            'failed': self._count('failed'),
            'seconds': round(time.monotonic() - self._started, 1),
            'seconds_left': None if left is None else round(left, 1),
        }
        if cell is not None:
            told['job'] = cell.label
            told['picture'] = str(cell.outputs.picture)
            told['reason'] = cell.failure
        put(json.dumps(told))


class JobLines(ProgressLines):
    """Shows how the one job goes on that runs in this process, within the batch's own line."""

    def __init__(
        self, iterations: int, per_iteration: int, *, done: int = 0, progress: BatchProgress
    ) -> None:
        super().__init__(iterations, per_iteration, done=done)
        self._progress = progress

    def evaluation(self, count: int, loss: float) -> None:
        """Update the batch's line."""
        total = self._iterations * self._per_iteration
        self._progress.within(
            min(1.0, count / total), f'evaluation {count} of about {total}, loss {one_line(f"{loss:.4e}")}'
        )

    def iteration(self, losses: IterationLosses, saved: str | None) -> None:
        """Say nothing: the evaluations do."""

    def message(self, text: str) -> None:
        """Say nothing: it is in the record and on the page."""


def _all_known(works: Sequence[float | None]) -> list[float]:
    """Return the works with the mean of the others where one is not known."""
    known = [work for work in works if work is not None]
    mean = sum(known) / len(known) if known else 1.0
    return [mean if work is None else work for work in works]
