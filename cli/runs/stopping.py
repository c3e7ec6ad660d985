"""What ends a search before its last iteration: signals, a deadline, a plateau."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.search.lbfgs import PLATEAU, TIME_OVER, StopSearch

from ..signals import end_at_once, heard

if TYPE_CHECKING:
    from nst_lbfgs.progress import IterationLosses

# Some programs signal a process and its group: it gets the signal twice. A person is slower than this.
SAME_SIGNAL_SECONDS = 0.1


@dataclass
class StopRequest:
    """A wish to stop, which may come in any thread: the number of a signal, once there is one."""

    number: int | None = None

    def note(self, number: int) -> None:
        """Take the wish; the first one stays."""
        self.number = self.number or number

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal, as shells have it; else 0."""
        return 128 + self.number if self.number else 0


class Stopping:
    """Decides after each evaluation and each iteration whether the search goes on.

    `max_seconds` counts from `began` on, a time of `time.monotonic`, or else from `begin`. `min_improvement`
    is the share by which an iteration has to lower the loss. `request` is that of many runs, of which whoever
    made it hears. Raises ConfigError if one of the limits cannot be used.
    """

    def __init__(
        self,
        *,
        max_seconds: float | None = None,
        began: float | None = None,
        min_improvement: float | None = None,
        request: StopRequest | None = None,
    ) -> None:
        if max_seconds is not None and not max_seconds > 0:
            raise ConfigError(f'Expected --max-seconds above 0. Received: {max_seconds}')
        if min_improvement is not None and not 0 <= min_improvement < 1:
            raise ConfigError(
                f'Expected --min-improvement: a share, 0 or more and below 1. Received: {min_improvement}'
            )
        self._max_seconds = max_seconds
        self._min_improvement = min_improvement
        self._began = began
        self._request = request or StopRequest()
        self._hears = request is None
        self._asked: float | None = None
        self._loss: float | None = None

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal that ended the search, as shells have it; else 0."""
        return self._request.exit_code

    def begin(self, loss: float | None) -> None:
        """Start the clock, unless it runs; `loss` is that of the iteration before the first, if any."""
        if self._began is None:
            self._began = time.monotonic()
        self._loss = loss

    def after_evaluation(self) -> None:
        """Raise StopSearch if a signal has come or the time is up."""
        if self._request.number:
            raise StopSearch(f'stopped by {signal.Signals(self._request.number).name}')
        if self._time_is_over():
            raise StopSearch(f'the {self._max_seconds:g} seconds {TIME_OVER}')

    def after_iteration(self, losses: IterationLosses) -> None:
        """Raise StopSearch if the iteration has lowered the loss by too little."""
        before, self._loss = self._loss, losses.loss
        if before is None or self._min_improvement is None:
            return
        if not before - losses.loss >= self._min_improvement * before:
            raise StopSearch(
                f'iteration {losses.iteration} lowered the loss by less than the '
                f'{self._min_improvement:g} {PLATEAU}'
            )

    def signals(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """Take Ctrl-C, SIGTERM and SIGHUP as a request to stop; a second one ends the process at once.

        `tell` is called with a line for the first, in another thread. Of many runs whoever made their
        request takes them.
        """
        if not self._hears:
            return nullcontext()
        return heard(partial(self._react, tell), self._request.note)

    def _time_is_over(self) -> bool:
        if self._max_seconds is None or self._began is None:
            return False
        return time.monotonic() - self._began >= self._max_seconds

    def _react(self, tell: Callable[[str], None], number: int) -> None:
        if self._asked is None:
            self._asked = time.monotonic()
            self._request.note(number)
            tell('Stopping after this evaluation. A second signal ends the run at once.')
        elif time.monotonic() - self._asked > SAME_SIGNAL_SECONDS:
            end_at_once(number)
