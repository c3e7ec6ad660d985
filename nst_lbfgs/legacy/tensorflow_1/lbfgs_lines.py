"""The lines that SciPy's L-BFGS-B printed on the way, when it was Fortran, for `disp` and `iprint`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Bounds = Sequence[tuple[float, float]] | None


@contextmanager
def printed_as_fortran(
    method: str, options: dict[str, Any], bounds: Bounds
) -> Iterator[tuple[IterationLines, dict[str, Any]]]:
    """Give what prints the lines, and the options that are left for SciPy's `minimize`.

    SciPy 1.15 and later print nothing and warn of `disp`. Other methods print themselves.
    """
    if method.upper() != 'L-BFGS-B':
        yield IterationLines(0, bounds), options
        return
    every = options.get('iprint', -1) if options.get('disp') is None else options['disp']
    kept = {name: value for name, value in options.items() if name not in ('disp', 'iprint')}
    yield IterationLines(int(every), bounds), kept


class IterationLines:
    """Prints loss and projected gradient at the start and after every so many iterations.

    every: iterations from line to line; nothing is printed for 0 and below.
    """

    def __init__(self, every: int, bounds: Bounds) -> None:
        self._every = every
        self._limits = None if bounds is None else np.asarray(bounds, dtype=float).T
        self._iteration = -1
        self._last: tuple[Array, float, Array] | None = None

    def watching(
        self, evaluate: Callable[[Array], tuple[Any, Array]]
    ) -> Callable[[Array], tuple[Any, Array]]:
        """Return an evaluation whose last values are known here."""

        def watched(x: Array) -> tuple[Any, Array]:
            loss, gradient = evaluate(x)
            self._last = x.copy(), float(loss), gradient
            if self._iteration < 0:
                self._count()
            return loss, gradient

        return watched

    def after_each(self, callback: Callable[[Array], Any] | None) -> Callable[[Array], None]:
        """Return what SciPy is to call after each iteration: a line, then the script's own."""

        def after(x: Array) -> None:
            self._count()
            if callback is not None:
                callback(x)

        return after

    def _count(self) -> None:
        self._iteration += 1
        if self._every > 0 and self._iteration % self._every == 0 and self._last is not None:
            x, loss, gradient = self._last
            slope = np.abs(self._projected(x, gradient)).max(initial=0.0)
            print(f'\nAt iterate{self._iteration:5d}    f= {_fortran(loss)}    |proj g|= {_fortran(slope)}')

    def _projected(self, x: Array, gradient: Array) -> Array:
        if self._limits is None:
            return gradient
        low, high = self._limits
        projected: Array = np.where(
            gradient < 0, np.maximum(x - high, gradient), np.minimum(x - low, gradient)
        )
        return projected


def _fortran(number: float) -> str:
    """Return a number in Fortran's format D12.5 with one digit before the point."""
    return f'{number:12.5E}'.replace('E', 'D')
