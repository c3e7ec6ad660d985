"""scipy's L-BFGS-B, fed iteration by iteration. Knows nothing of pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import fmin_l_bfgs_b

from .config import TransferConfig

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], tuple[float, FloatArray]]
Mark = Callable[[int, FloatArray], None]

ALL_DONE = 'all iterations done'
NO_SMALLER_LOSS = 'no smaller loss can be found from here'


class StopSearch(Exception):
    """Raised by a callback to end the search; its text is the reason."""


def minimize_lbfgs(function: Function, x0: FloatArray, config: TransferConfig, mark: Mark) -> str:
    """Minimise `function` from `x0` and return why the search stopped.

    `function` returns the loss as a float and the gradient as a C-ordered float64 array of x's
    shape, (n,): scipy checks neither. `mark(iteration, x)` is called at the end of each of
    `config.iterations` iterations with the iterate, a copy; it, or `function`, may raise StopSearch,
    which passes through. An iteration is `config.evaluations_per_iteration` evaluations, or the few more that
    L-BFGS-B needs to end its own step.

    With `config.restart` each iteration is a fresh call that has forgotten the curvature, with scipy's
    own tolerances, as in Keras's example and the book. Otherwise it is one call without tolerances,
    which ends when the evaluations are spent; where its line search finds no smaller loss it goes on
    from there with fresh memory, until that does not help either.
    """
    if config.restart:
        return _restarted(function, x0, config, mark)
    return _continuous(function, x0, config, mark)


def _restarted(function: Function, x: FloatArray, config: TransferConfig, mark: Mark) -> str:
    for iteration in range(config.iterations):
        x, _, _ = fmin_l_bfgs_b(function, x, m=config.history,
                                maxfun=config.evaluations_per_iteration)
        mark(iteration, x.copy())
    return ALL_DONE


def _continuous(function: Function, x: FloatArray, config: TransferConfig, mark: Mark) -> str:
    marks = _IterationMarks(function, config, mark)
    loss = np.inf
    while True:
        before = loss
        x, loss, _ = fmin_l_bfgs_b(
            marks.function, x, m=config.history, factr=0.0, pgtol=0.0, callback=marks.step,
            maxfun=2 * marks.budget, maxiter=marks.budget)
        if marks.all_done:
            return ALL_DONE
        if not loss < before:
            marks.end(x)
            return NO_SMALLER_LOSS


class _IterationMarks:
    """Counts evaluations and marks an iteration when its share of them is spent."""

    def __init__(self, function: Function, config: TransferConfig, mark: Mark) -> None:
        self.budget = config.iterations * config.evaluations_per_iteration
        self.steps = 0
        self._function = function
        self._mark = mark
        self._per_iteration = config.evaluations_per_iteration
        self._iterations = config.iterations
        self._evaluations = 0
        self._marked = 0

    @property
    def all_done(self) -> bool:
        return self._marked == self._iterations

    def function(self, x: FloatArray) -> tuple[float, FloatArray]:
        self._evaluations += 1
        return self._function(x)

    def step(self, x: FloatArray) -> None:
        """scipy's callback: at the end of each L-BFGS-B step, with its live buffer."""
        self.steps += 1
        if self._evaluations >= (self._marked + 1) * self._per_iteration:
            self.end(x)
        if self.all_done:
            raise StopIteration

    def end(self, x: FloatArray) -> None:
        self._mark(self._marked, x.copy())
        self._marked += 1
