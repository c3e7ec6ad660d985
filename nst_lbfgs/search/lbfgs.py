"""scipy's L-BFGS-B, fed iteration by iteration. Knows nothing of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from scipy.optimize import fmin_l_bfgs_b

from ..arrays import FloatArray, PictureArray
from ..config import TransferConfig
from .curvature import CurvatureMemory

Function = Callable[[FloatArray], tuple[float, PictureArray]]
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
    """The lowest and the highest value of each coordinate, each (k,), repeated along (n,)."""

    lowest: FloatArray
    highest: FloatArray

    def clip(self, x: FloatArray) -> FloatArray:
        """Return `x`, (n,), with what is outside moved to the nearest limit."""
        rows: FloatArray = np.clip(x.reshape(-1, len(self.lowest)), self.lowest, self.highest)
        return rows.reshape(-1)

    def limits(self, size: int) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest values, (size,) each."""
        times = size // len(self.lowest)
        return np.tile(self.lowest, times), np.tile(self.highest, times)


@dataclass(frozen=True)
class Point:
    """An evaluation: x and the gradient there, each (n,)."""

    x: FloatArray
    loss: float
    gradient: PictureArray


def minimize_lbfgs(
    function: Function,
    x0: FloatArray,
    config: TransferConfig,
    mark: Mark,
    *,
    done: Done = Done(),
    box: Box | None = None,
    step: Callable[[Point], None] | None = None,
    memory: CurvatureMemory | None = None,
    known: Point | None = None,
) -> Ending:
    """Minimise `function` from `x0`, inside `box` if there is one; return how it ended.

    `function` is given an array of its own each time, (n,), which it may keep. It returns the loss
    as a float and the gradient as a C-ordered array of that shape, in the precision that it has (scipy
    widens it): scipy checks neither.
    `mark(iteration, x)` is called at the end of each iteration from `done.iterations` to
    `config.iterations` with the iterate, a copy. It, or `function`, may raise StopSearch, which
    passes through. An iteration is `config.evaluations_per_iteration` evaluations, or the few more
    that L-BFGS-B needs to end its own step.

    With `config.lbfgs.restart` each iteration is a fresh call that has forgotten the curvature, with
    scipy's own tolerances, as in Keras's example and the book. Otherwise it is one call without
    tolerances, which ends when the evaluations are spent. Then `step` is called at the end of each
    step of L-BFGS-B, and `memory` follows its pairs. If there are pairs in it already and the loss
    and the gradient at `x0` are `known`, the search goes on where an earlier one was left, along
    lines (see `_along_lines`).

    L-BFGS-B may take a step to a larger loss (where its line search finds the interval too narrow)
    and call that convergence. Here, unless the gradient is 0, it is a failed line search; so is a
    fresh call that lowers the loss by nothing.
    """
    if config.lbfgs.restart:
        return _restarted(function, x0, config, mark, done, box)
    marks = _IterationMarks(function, config, mark, done, step, memory)
    if known is not None and memory:
        return _along_lines(marks, known, memory)
    return _continuous(marks, x0, config, box)


def _restarted(
    function: Function, x: FloatArray, config: TransferConfig, mark: Mark, done: Done, box: Box | None
) -> Ending:
    for iteration in range(done.iterations, config.iterations):
        watched = _FirstLoss(function)
        x, loss, outcome = fmin_l_bfgs_b(
            watched,
            x,
            m=config.lbfgs.history,
            bounds=_bounds(box, x.size),
            maxfun=config.evaluations_per_iteration,
        )
        if outcome['warnflag'] == FAILED or not loss < watched.loss:
            return _ending(outcome)
        mark(iteration, x.copy())
    return Ending.ALL_DONE


def _continuous(marks: _IterationMarks, x: FloatArray, config: TransferConfig, box: Box | None) -> Ending:
    budget = config.iterations * config.evaluations_per_iteration
    # With a gradient of its own scipy keeps fewer copies than with a function that returns both.
    _, _, outcome = fmin_l_bfgs_b(
        marks.loss,
        x,
        fprime=marks.gradient,
        m=config.lbfgs.history,
        factr=0.0,
        pgtol=0.0,
        callback=marks.step,
        maxfun=2 * budget,
        maxiter=budget,
        bounds=_bounds(box, x.size),
    )
    return marks.ending(outcome)


def _along_lines(marks: _IterationMarks, point: Point, memory: CurvatureMemory) -> Ending:
    """Go on from `point` with the curvature of `memory`: what L-BFGS-B would have done, in pieces.

    scipy's L-BFGS-B cannot be given pairs. So its direction is computed here, and each of its steps
    is a call of its own in one variable: how far to go along that direction. With one variable
    L-BFGS-B is its line search (Moré and Thuente), whose first trial has the length 1 here as there.
    The same trials follow, up to rounding.
    """
    marks.begin(point)
    while not marks.all_done:
        direction = memory.direction(point.gradient)
        line = _Line(marks, point, direction)
        _, _, outcome = fmin_l_bfgs_b(line.function, np.zeros(1), m=1, factr=0.0, pgtol=0.0, maxiter=1)
        if line.latest.loss >= point.loss or outcome['warnflag'] == FAILED:
            return marks.ending(outcome | {'warnflag': FAILED})
        point = line.latest
        try:
            marks.step(point.x)
        except StopIteration:
            break
    return Ending.ALL_DONE


class _Line:
    """The loss along `direction` from `point`, which is not evaluated again."""

    def __init__(self, marks: _IterationMarks, point: Point, direction: FloatArray) -> None:
        self.latest = point
        self._marks = marks
        self._start = point
        self._direction = direction

    def function(self, distance: FloatArray) -> tuple[float, FloatArray]:
        if not distance[0]:
            self.latest = self._start
        else:
            x = self._start.x + distance[0] * self._direction
            self.latest = self._marks.evaluate(x)
        return self.latest.loss, np.array([self.latest.gradient @ self._direction])


class _FirstLoss:
    """A function that keeps the first loss, the one at the start."""

    def __init__(self, function: Function) -> None:
        self.loss = np.nan
        self._function = function

    def __call__(self, x: FloatArray) -> tuple[float, PictureArray]:
        loss, gradient = self._function(x)
        if np.isnan(self.loss):
            self.loss = loss
        return loss, gradient


class _IterationMarks:
    """Counts evaluations and marks an iteration when its share of them is spent."""

    def __init__(
        self,
        function: Function,
        config: TransferConfig,
        mark: Mark,
        done: Done,
        step: Callable[[Point], None] | None,
        memory: CurvatureMemory | None,
    ) -> None:
        self._function = function
        self._mark = mark
        self._step = step
        self._memory = memory
        self._per_iteration = config.evaluations_per_iteration
        self._iterations = config.iterations
        self._evaluations = done.evaluations
        self._marked = done.iterations
        self._latest: Point | None = None
        self._begun = False

    @property
    def all_done(self) -> bool:
        return self._marked >= self._iterations

    def loss(self, x: FloatArray) -> float:
        """Evaluate at `x`, of which scipy gives away a copy each time."""
        return self.evaluate(x).loss

    def gradient(self, x: FloatArray) -> PictureArray:
        """Return the gradient at `x`, which scipy asks for after the loss there."""
        return self._point_at(x).gradient

    def evaluate(self, x: FloatArray) -> Point:
        """Evaluate at `x`, which is kept, and count it."""
        self._evaluations += 1
        self._latest = None  # out of memory before another is made
        self._latest = Point(x, *self._function(x))
        if not self._begun:
            self.begin(self._latest)
        return self._latest

    def begin(self, start: Point) -> None:
        """Note where the first step starts."""
        self._begun = True
        if self._memory is not None:
            self._memory.add(start.x, start.gradient)

    def step(self, x: FloatArray) -> None:
        """scipy's callback: at the end of each L-BFGS-B step, with its live buffer."""
        point = self._point_at(x)
        if self._memory is not None:
            self._memory.add(point.x, point.gradient)
        if self._step:
            self._step(point)
        if self._evaluations >= (self._marked + 1) * self._per_iteration:
            self._mark(self._marked, point.x.copy())
            self._marked += 1
        if self.all_done:
            raise StopIteration

    def ending(self, outcome: dict[str, Any]) -> Ending:
        """Return how the descent ended, from what scipy says of its call."""
        return Ending.ALL_DONE if self.all_done else _ending(outcome)

    def _point_at(self, x: FloatArray) -> Point:
        if self._latest is None or not np.array_equal(self._latest.x, x):
            return self.evaluate(x.copy())  # an iterate is nearly always the latest evaluation
        return self._latest


def _ending(outcome: dict[str, Any]) -> Ending:
    """Return how a call of scipy's ended that should have gone on: with a gradient of 0, or not."""
    if outcome['warnflag'] != FAILED and 'GRADIENT' in outcome['task']:
        return Ending.CONVERGED
    return Ending.LINE_SEARCH_FAILED


def _bounds(box: Box | None, size: int) -> FloatArray | None:
    return None if box is None else np.column_stack(box.limits(size))
