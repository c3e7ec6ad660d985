"""How far a transfer is: a bar on a terminal and in a notebook, one line at the end of it elsewhere.

tqdm draws the bar. Keras's own Progbar would show an iteration as 3.0000 and a loss of 1e8 with four
decimals, and after resuming its time left counts what an earlier run has done.
"""

from __future__ import annotations

import sys
import time
import warnings
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal

from .config import TransferConfig
from .errors import ConfigError, one_line
from .progress import TransferState
from .search.evaluations import Place
from .search.listener import Listener, Standing

Verbosity = Literal['auto', 0, 1, 2]
VERBOSITIES: tuple[Verbosity, ...] = ('auto', 0, 1, 2)
REFRESH_SECONDS = 0.1
BAR = '{desc}: {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left{postfix}'
# What is shown must not end a run: an output that is gone or full, closed, or cannot print a reason.
UNPRINTABLE = (OSError, ValueError)


class Display(Listener):
    """Follows a transfer, inside a `with` block, and shows nothing."""

    def ended(self, reason: str, loss: float, *, failed: bool) -> None:
        """Hear why the transfer has ended, with the loss of its picture, and whether it had to give up."""

    def close(self) -> None:
        """Leave the output as the transfer is left, by its end or by an exception."""

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Counting(Display):
    """Knows the iteration and the evaluation, those before a resumed state included."""

    def __init__(self, config: TransferConfig, state: TransferState | None) -> None:
        self.iterations = config.iterations
        self.finished = len(state.iterations) if state else 0
        self.evaluations = state.search.done.evaluations if state else 0

    @property
    def iteration(self) -> str:
        return f'Iteration {min(self.finished + 1, self.iterations)} of {self.iterations}'

    def standing(self, loss: float) -> str:
        return f'evaluation {self.evaluations}, loss {loss:.4e}'

    def evaluated(self, count: int, loss: float) -> None:
        self.evaluations = count

    def iteration_done(self, search: Standing, iteration: int, place: Place) -> None:
        self.finished = iteration + 1


class Line(_Counting):
    """Prints one line on standard output when the transfer has ended."""

    def __init__(self, config: TransferConfig, state: TransferState | None) -> None:
        super().__init__(config, state)
        self._started = time.perf_counter()

    def ended(self, reason: str, loss: float, *, failed: bool) -> None:
        seconds = time.perf_counter() - self._started
        with suppress(*UNPRINTABLE):
            print(f'{self.iteration}, {self.standing(loss)}, {seconds:.1f} s: {one_line(reason)}', flush=True)


class Bar(_Counting):
    """A bar on standard output that each evaluation moves.

    An iteration is always the same part of it, whether it takes a few evaluations more or less than
    `config.evaluations_per_iteration`.
    """

    def __init__(self, config: TransferConfig, state: TransferState | None) -> None:
        super().__init__(config, state)
        self._per_iteration = config.evaluations_per_iteration
        self._before = state.iterations[-1].evaluations if state and state.iterations else 0
        self._bar = _tqdm()(
            desc=self.iteration,
            total=self.iterations * self._per_iteration,
            initial=self._position(),
            file=sys.stdout,
            bar_format=BAR,
            dynamic_ncols=True,
            mininterval=REFRESH_SECONDS,
            miniters=0,  # the loss is news even where the bar does not move
        )

    def evaluated(self, count: int, loss: float) -> None:
        super().evaluated(count, loss)
        if count:
            self._show(self.iteration, self.standing(loss))
        else:
            self._show('At a smaller size', f'loss {loss:.4e}')

    def iteration_done(self, search: Standing, iteration: int, place: Place) -> None:
        super().iteration_done(search, iteration, place)
        self._before = search.evaluations

    def ended(self, reason: str, loss: float, *, failed: bool) -> None:
        """Fill the bar, unless the transfer has `failed`: a notebook then shows it in red."""
        if not failed:
            self._bar.n = self._bar.total
        self._show(self.iteration, f'{self.standing(loss)}, {one_line(reason)}')

    def close(self) -> None:
        with suppress(*UNPRINTABLE):
            self._bar.close()

    def _show(self, description: str, beside: str) -> None:
        with suppress(*UNPRINTABLE):
            self._bar.set_description_str(description, refresh=False)
            self._bar.set_postfix_str(beside, refresh=False)
            self._bar.update(max(0, self._position() - self._bar.n))

    def _position(self) -> int:
        within = min(max(self.evaluations - self._before, 0), self._per_iteration)
        return min(self.finished * self._per_iteration + within, self.iterations * self._per_iteration)


def check_verbosity(verbose: object) -> None:
    """Raise ConfigError unless `verbose` is one of VERBOSITIES."""
    if not isinstance(verbose, (int, str)) or verbose not in VERBOSITIES:
        raise ConfigError(f"Expected verbose: 'auto', 0, 1 or 2. Received: {verbose!r}")


def display_of(verbose: Verbosity, config: TransferConfig, state: TransferState | None) -> Display:
    """Return what shows a transfer that begins, or goes on from `state`, as Keras's `verbose` says it.

    0 is nothing, 1 a bar, 2 a line at the end; 'auto' is a bar where standard output is a terminal or a
    notebook's, else a line.
    """
    if not verbose or sys.stdout is None:  # as under pythonw
        return Display()
    if verbose == 1 or (verbose == 'auto' and _is_watched(sys.stdout)):
        with suppress(*UNPRINTABLE):
            return Bar(config, state)
    return Line(config, state)


def _is_watched(stream: Any) -> bool:
    """Return whether a stream is a terminal's or, by its type, of the kernel of a notebook."""
    try:
        return stream.isatty() or type(stream).__module__.partition('.')[0] == 'ipykernel'
    except ValueError:  # closed
        return False


def _tqdm() -> Any:
    """Return tqdm's bar for a notebook or a terminal.

    In a notebook without ipywidgets it is a bar of characters, which is as good: not worth tqdm's warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        from tqdm.auto import tqdm
    return tqdm
