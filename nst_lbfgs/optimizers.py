"""scipy's L-BFGS-B, fed iteration by iteration. Knows nothing of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import fmin_l_bfgs_b

from .config import TransferConfig

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], tuple[float, FloatArray]]
Mark = Callable[[int, FloatArray], None]

FAILED = 2  # scipy's warnflag where the line search finds no smaller loss


class StopSearch(Exception):
    """Raised by a callback to end the search; its text is the reason."""


class Ending(Enum):
    """How a descent ended."""

    ALL_DONE = 'all iterations done'
    CONVERGED = 'no smaller loss can be found from here'
    LINE_SEARCH_FAILED = 'the line search failed'


@dataclass(frozen=True)
class Done:
    """How much of a search is behind it: whole iterations, and evaluations."""

    iterations: int = 0
    evaluations: int = 0


@dataclass(frozen=True)
class Box:
    """The lowest and the highest value of each coordinate, each (n,)."""

    lowest: FloatArray
    highest: FloatArray


def minimize_lbfgs(function: Function, x0: FloatArray, config: TransferConfig, mark: Mark, *,
                   done: Done = Done(), box: Box | None = None,
                   step: Callable[[FloatArray], None] | None = None) -> Ending:
    """Minimise `function` from `x0`, inside `box` if there is one; return how it ended.

    `function` returns the loss as a float and the gradient as a C-ordered float64 array of x's
    shape, (n,): scipy checks neither. `mark(iteration, x)` is called at the end of each iteration
    from `done.iterations` to `config.iterations` with the iterate, a copy; `step(x)` at the end
    of each step of L-BFGS-B, also with a copy. These, or `function`, may raise StopSearch, which
    passes through. An iteration is `config.evaluations_per_iteration` evaluations, or the few
    more that L-BFGS-B needs to end its own step.

    With `config.restart` each iteration is a fresh call that has forgotten the curvature, with
    scipy's own tolerances, as in Keras's example and the book. Otherwise it is one call without
    tolerances, which ends when the evaluations are spent.
    """
    descend = _restarted if config.restart else _continuous
    return descend(function, x0, config, mark, done, box, step or _no_step)


def _restarted(function: Function, x: FloatArray, config: TransferConfig, mark: Mark, done: Done,
               box: Box | None, step: Callable[[FloatArray], None]) -> Ending:
    for iteration in range(done.iterations, config.iterations):
        x, _, outcome = fmin_l_bfgs_b(
            function, x, m=config.history, maxfun=config.evaluations_per_iteration,
            bounds=_bounds(box), callback=lambda x: step(x.copy()))
        mark(iteration, x.copy())
        if outcome['warnflag'] == FAILED and iteration < config.iterations - 1:
            return Ending.LINE_SEARCH_FAILED
    return Ending.ALL_DONE


def _continuous(function: Function, x: FloatArray, config: TransferConfig, mark: Mark, done: Done,
                box: Box | None, step: Callable[[FloatArray], None]) -> Ending:
    marks = _IterationMarks(function, config, mark, done, step)
    budget = config.iterations * config.evaluations_per_iteration
    _, _, outcome = fmin_l_bfgs_b(
        marks.function, x, m=config.history, factr=0.0, pgtol=0.0, callback=marks.step,
        maxfun=2 * budget, maxiter=budget, bounds=_bounds(box))
    if marks.all_done:
        return Ending.ALL_DONE
    return Ending.LINE_SEARCH_FAILED if outcome['warnflag'] == FAILED else Ending.CONVERGED


def _bounds(box: Box | None) -> FloatArray | None:
    return None if box is None else np.column_stack((box.lowest, box.highest))


def _no_step(x: FloatArray) -> None:
    """Do nothing at the end of a step."""


class _IterationMarks:
    """Counts evaluations and marks an iteration when its share of them is spent."""

    def __init__(self, function: Function, config: TransferConfig, mark: Mark, done: Done,
                 step: Callable[[FloatArray], None]) -> None:
        self._function = function
        self._mark = mark
        self._step = step
        self._per_iteration = config.evaluations_per_iteration
        self._iterations = config.iterations
        self._evaluations = done.evaluations
        self._marked = done.iterations

    @property
    def all_done(self) -> bool:
        return self._marked >= self._iterations

    def function(self, x: FloatArray) -> tuple[float, FloatArray]:
        self._evaluations += 1
        return self._function(x)

    def step(self, x: FloatArray) -> None:
        """scipy's callback: at the end of each L-BFGS-B step, with its live buffer."""
        x = x.copy()
        self._step(x)
        if self._evaluations >= (self._marked + 1) * self._per_iteration:
            self._mark(self._marked, x)
            self._marked += 1
        if self.all_done:
            raise StopIteration
