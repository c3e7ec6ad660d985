"""What ends a search before its last iteration: signals, a deadline, a plateau."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.files import abandon_unfinished
from nst_lbfgs.search.lbfgs import StopSearch

if TYPE_CHECKING:
    from nst_lbfgs.progress import IterationLosses

SIGNALS = [getattr(signal, name) for name in ('SIGINT', 'SIGTERM', 'SIGHUP') if hasattr(signal, name)]
# Some programs signal a process and its group: it gets the signal twice. A person is slower than this.
SAME_SIGNAL_SECONDS = 0.1


class Stopping:
    """Decides after each evaluation and each iteration whether the search goes on.

    `max_seconds` counts from `begin` on; `min_improvement` is the share by which an iteration has to
    lower the loss. Raises ConfigError if one of them cannot be used.
    """

    def __init__(self, *, max_seconds: float | None = None, min_improvement: float | None = None) -> None:
        if max_seconds is not None and not max_seconds > 0:
            raise ConfigError(f'Expected --max-seconds above 0. Received: {max_seconds}')
        if min_improvement is not None and not 0 <= min_improvement < 1:
            raise ConfigError(
                f'Expected --min-improvement: a share, 0 or more and below 1. Received: {min_improvement}'
            )
        self._max_seconds = max_seconds
        self._min_improvement = min_improvement
        self._started = time.monotonic()
        self._signal: int | None = None
        self._loss: float | None = None

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal that ended the search, as shells have it; else 0."""
        return 128 + self._signal if self._signal else 0

    def begin(self, loss: float | None) -> None:
        """Start the clock; `loss` is that of the iteration before the first, if there was one."""
        self._started, self._loss = time.monotonic(), loss

    def after_evaluation(self) -> None:
        """Raise StopSearch if a signal has come or the time is up."""
        if self._signal:
            raise StopSearch(f'stopped by {signal.Signals(self._signal).name}')
        if self._max_seconds is not None and time.monotonic() - self._started >= self._max_seconds:
            raise StopSearch(f'the {self._max_seconds:g} seconds of --max-seconds are over')

    def after_iteration(self, losses: IterationLosses) -> None:
        """Raise StopSearch if the iteration has lowered the loss by too little."""
        before, self._loss = self._loss, losses.loss
        if before is None or self._min_improvement is None:
            return
        if not before - losses.loss >= self._min_improvement * before:
            raise StopSearch(
                f'iteration {losses.iteration} lowered the loss by less than the '
                f'{self._min_improvement:g} of --min-improvement'
            )

    @contextmanager
    def signals(self, tell: Callable[[str], None], abandon: Callable[[], None]) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and SIGHUP as a request to stop; a second one ends the process at once.

        Python runs signal handlers only between its own instructions, so never during an evaluation,
        which may take minutes. But the number of each signal is also written to a socket at once, and a
        thread that reads it there answers the first signal and ends the process at the second. A SIGHUP
        that is ignored, as under `nohup`, stays ignored. SIGINT is taken even if it is ignored: scripts
        ignore it for what they run in the background, where it can only have been sent on purpose.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        before = {number: signal.getsignal(number) for number in SIGNALS}
        taken = [
            number
            for number, handler in before.items()
            if handler is not None and (number == signal.SIGINT or handler != signal.SIG_IGN)
        ]
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in taken:
            signal.signal(number, self._note)
        listener = threading.Thread(target=self._listen, args=(reader, tell, abandon), daemon=True)
        listener.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number in taken:
                signal.signal(number, before[number])
            writer.close()
            listener.join()
            reader.close()

    def _note(self, number: int, frame: object = None) -> None:
        self._signal = self._signal or number

    def _listen(
        self, reader: socket.socket, tell: Callable[[str], None], abandon: Callable[[], None]
    ) -> None:
        first = None
        while received := reader.recv(1):
            if received[0] not in SIGNALS:
                continue
            if first is None:
                first = time.monotonic()
                self._note(received[0])
                tell('Stopping after this evaluation. A second signal ends the run at once.')
            elif time.monotonic() - first > SAME_SIGNAL_SECONDS:
                abandon_unfinished()
                abandon()
                sys.stderr.flush()
                os._exit(128 + received[0])
