"""Progress on standard error: one line that is updated on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from nst_lbfgs.errors import one_line

if TYPE_CHECKING:
    from nst_lbfgs.progress import IterationLosses


class ProgressLines:
    """Shows iteration, loss and time left of `iterations` times `per_iteration` evaluations.

    `done` of the iterations are finished already. A terminal that is gone, or a log on a full disk, does
    not end a run.
    """

    def __init__(
        self, iterations: int, per_iteration: int, stream: TextIO | None = None, *, done: int = 0
    ) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._iterations = iterations
        self._per_iteration = per_iteration
        self._done = done / iterations
        self._started = time.monotonic()

    def evaluation(self, count: int, loss: float) -> None:
        """Update the line on a terminal; `count` is the evaluations so far, 0 while at a smaller size."""
        if not count:
            self.update(f'  at a smaller size, loss {loss:.4e}')
            return
        total = self._iterations * self._per_iteration
        iteration = min((count - 1) // self._per_iteration, self._iterations - 1)
        self.update(
            f'  iteration {iteration}, evaluation {count} of about {total}, '
            f'loss {loss:.4e}, {self._left(count / total)} left'
        )

    def iteration(self, losses: IterationLosses, saved: str | None) -> None:
        """Print one line for a finished iteration."""
        done = (losses.iteration + 1) / self._iterations
        self.message(
            f'Iteration {losses.iteration} of {self._iterations}: loss {losses.loss:.4e} '
            f'(content {losses.content_loss:.3e}, style {losses.style_loss:.3e}, total variation '
            f'{losses.total_variation_loss:.3e}), {losses.seconds:.1f} s, {self._left(done)} left'
            + (f', {saved}' if saved else '')
        )

    def update(self, text: str) -> None:
        """Show a line on a terminal in place of the last one that was shown so."""
        if self._terminal:
            self._print(f'\r\x1b[K{one_line(text)}')

    def message(self, text: str) -> None:
        """Print a line of its own."""
        clear = '\r\x1b[K' if self._terminal else ''
        self._print(f'{clear}{one_line(text)}\n')

    def _print(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            pass

    def _left(self, done: float) -> str:
        elapsed = time.monotonic() - self._started
        since = max(done - self._done, 1e-9)
        return duration(max(0.0, elapsed * (1 - done) / since))


def duration(seconds: float) -> str:
    """Return seconds as 1:05 or 2:01:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{rest:02}' if hours else f'{minutes}:{rest:02}'
