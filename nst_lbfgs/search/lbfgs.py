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
from .curvature import CurvatureMemory, dot
from .evaluations import Evaluations, Place, Point

FAILED = 2  # scipy's warnflag where the line search finds no smaller loss
RESTART_GRADIENT = 1e-5  # scipy's default pgtol, at which a fresh call ends


class StopSearch(Exception):
    """Raised by a callback to end the search; its text is the reason."""


class Ending(Enum):
    """How a descent ended."""

    ALL_DONE = 'all iterations done'
    CONVERGED = 'no smaller loss can be found from here'
    LINE_SEARCH_FAILED = 'the line search failed'


TIME_OVER, PLATEAU = 'of --max-seconds are over', 'of --min-improvement'
"""How the reasons end for which the command line stops a search that was to end so."""


@dataclass(frozen=True, eq=False)
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


class Descent:
    """A descent by L-BFGS-B, inside `box` if there is one, until the iterations of `config` are done.

    `marked` iterations are done already. At the end of each, `mark(iteration, place)` is called. An
    iteration is `config.evaluations_per_iteration` evaluations, or the few more that L-BFGS-B needs to
    end its own step. `mark` and `evaluations` may raise StopSearch, which passes through.

    `run` leaves the steps to scipy. With `config.lbfgs.restart` each iteration is a fresh call that has
    forgotten the curvature, with scipy's own tolerances, as in Keras's example and the book. Otherwise it
    is one call without tolerances, which ends when the evaluations are spent. Then `step` is called at the
    end of each step of L-BFGS-B, and `memory` follows its pairs.

    `go_on` takes the directions of the steps from `memory`, and their lengths from scipy. The first one
    has the length `first_length`, in the variables where the initial Hessian is the unit matrix. With
    `config.lbfgs.restart` the memory forgets after each iteration.

    `lowest` is the place with the smallest loss that the descent has found.

    L-BFGS-B may take a step to a larger loss (where its line search finds the interval too narrow)
    and call that convergence. Here, unless the gradient is 0, it is a failed line search; so is a
    fresh call that lowers the loss by nothing.
    """

    def __init__(
        self,
        evaluations: Evaluations,
        config: TransferConfig,
        mark: Callable[[int, Place], None],
        *,
        marked: int = 0,
        box: Box | None = None,
        step: Callable[[Point], None] | None = None,
        memory: CurvatureMemory | None = None,
        first_length: float = 1.0,
    ) -> None:
        self.lowest: Place | None = None
        self._first_loss: float | None = None
        self._evaluations = evaluations
        self._config = config
        self._mark = mark
        self._marked = marked
        self._box = box
        self._step = step
        self._memory = memory
        self._first_length = first_length
        self._latest: Point | None = None

    @property
    def has_fallen(self) -> bool:
        """Whether a smaller loss than the first was found."""
        return bool(self.lowest and self._first_loss is not None and self.lowest.loss < self._first_loss)

    def run(self, start: FloatArray) -> Ending:
        """Descend from `start`, (n,), by calls of scipy's, and return how it ended."""
        return self._restarted(start) if self._config.lbfgs.restart else self._continuous(start)

    def go_on(self, point: Point) -> Ending:
        """Go on from `point` with the curvature of `memory`: what L-BFGS-B would do, in pieces.

        scipy's L-BFGS-B cannot be given pairs, nor an initial inverse Hessian. So its direction is computed
        here, and each of its steps is a call of its own in one variable: how far to go along that
        direction. With one variable L-BFGS-B is its line search (Moré and Thuente), whose first trial has
        the length 1 here as there. With the unit matrix the same trials follow, up to rounding.
        """
        assert self._memory is not None
        self._latest = point
        self._begin(point)
        while not self._all_done:
            line = _Line(self._evaluate, point, self._memory.direction(point.gradient, self._first_length))
            _, _, outcome = fmin_l_bfgs_b(line.function, np.zeros(1), m=1, factr=0.0, pgtol=0.0, maxiter=1)
            if line.latest.loss >= point.loss or outcome['warnflag'] == FAILED:
                return self._early_ending(outcome, 0.0)
            point = line.latest
            del line  # with its direction and start, before the next are made
            self._end_step(point)
        return Ending.ALL_DONE

    @property
    def _all_done(self) -> bool:
        return self._marked >= self._config.iterations

    def _restarted(self, z: FloatArray) -> Ending:
        while not self._all_done:
            z, lowered, outcome = self._fresh_call(z)
            if outcome['warnflag'] == FAILED or not lowered:
                return self._early_ending(outcome, RESTART_GRADIENT)
            self._mark_iteration(self._place_at(z))
        return Ending.ALL_DONE

    def _fresh_call(self, start: FloatArray) -> tuple[FloatArray, bool, dict[str, Any]]:
        """Return where a call of scipy's leads, whether the loss is lower there, and how it ended."""
        losses: list[float] = []

        def loss_and_gradient(z: FloatArray) -> tuple[float, PictureArray]:
            point = self._evaluate(z)
            losses.append(point.loss)
            return point.loss, point.gradient

        z, loss, outcome = fmin_l_bfgs_b(
            loss_and_gradient,
            start,
            m=self._config.lbfgs.history,
            bounds=self._bounds(start.size),
            maxfun=self._config.evaluations_per_iteration,
        )
        return z, loss < losses[0], outcome

    def _continuous(self, z: FloatArray) -> Ending:
        budget = self._config.iterations * self._config.evaluations_per_iteration
        # With a gradient of its own scipy keeps fewer copies than with a function that returns both.
        _, _, outcome = fmin_l_bfgs_b(
            lambda z: self._evaluate(z).loss,
            z,
            fprime=lambda z: self._point_at(z).gradient,
            m=self._config.lbfgs.history,
            factr=0.0,
            pgtol=0.0,
            callback=self._scipys_step,
            maxfun=2 * budget,
            maxiter=budget,
            bounds=self._bounds(z.size),
        )
        return Ending.ALL_DONE if self._all_done else self._early_ending(outcome, 0.0)

    def _evaluate(self, x: FloatArray) -> Point:
        """Evaluate at `x`, an array of which scipy gives a copy away each time."""
        self._latest = None  # out of memory before another is made
        self._latest = self._evaluations.at(x)
        if self.lowest is None:
            self._begin(self._latest)
        elif self._latest.loss < self.lowest.loss:
            self.lowest = self._latest.place
        return self._latest

    def _begin(self, start: Point) -> None:
        self.lowest, self._first_loss = start.place, start.loss
        if self._memory is not None:
            self._memory.add(start.x, start.gradient)

    def _scipys_step(self, z: FloatArray) -> None:
        """scipy's callback at the end of each step of L-BFGS-B, which is given a copy of the iterate."""
        self._end_step(self._point_at(z))
        if self._all_done:
            raise StopIteration

    def _end_step(self, point: Point) -> None:
        if self._memory is not None:
            self._memory.add(point.x, point.gradient)
        if self._step:
            self._step(point)
        if self._evaluations.count >= (self._marked + 1) * self._config.evaluations_per_iteration:
            if self._memory is not None and self._config.lbfgs.restart:
                self._memory.forget()
                self._memory.add(point.x, point.gradient)
            self._mark_iteration(point.place)

    def _mark_iteration(self, place: Place) -> None:
        self._mark(self._marked, place)
        self._marked += 1

    def _point_at(self, z: FloatArray) -> Point:
        """Return the latest evaluation, at which scipy's iterates are, but for its copies of them."""
        if self._latest is None or not np.array_equal(self._latest.x, z):
            return self._evaluate(z.copy())
        return self._latest

    def _place_at(self, z: FloatArray) -> Place:
        """Return the place of `z`, where a call of scipy's has ended: nearly always the lowest."""
        if self.lowest is not None and np.array_equal(self.lowest.x, z):
            return self.lowest
        return self._point_at(z).place

    def _early_ending(self, outcome: dict[str, Any], tolerance: float) -> Ending:
        """Return how a call ended that should have gone on: with a gradient of 0, or not.

        As in L-BFGS-B that is the largest value of the gradient, which counts as 0 where it points out
        of the box.
        """
        if outcome['warnflag'] == FAILED or self._latest is None:
            return Ending.LINE_SEARCH_FAILED
        slope = self._latest.gradient
        if self._box is not None:
            slope = self._latest.x - self._box.clip(self._latest.x - slope)
        return Ending.CONVERGED if np.max(np.abs(slope)) <= tolerance else Ending.LINE_SEARCH_FAILED

    def _bounds(self, size: int) -> FloatArray | None:
        return None if self._box is None else np.column_stack(self._box.limits(size))


class _Line:
    """The loss along `direction` from `start`, which is not evaluated again."""

    def __init__(
        self, evaluate: Callable[[FloatArray], Point], start: Point, direction: PictureArray
    ) -> None:
        self.latest = start
        self._evaluate = evaluate
        self._start = start
        self._direction = direction

    def function(self, distance: FloatArray) -> tuple[float, FloatArray]:
        self.latest = self._start  # the trial before this one is out of memory
        if distance[0]:
            self.latest = self._evaluate(self._start.x + float(distance[0]) * self._direction)
        return self.latest.loss, np.array([dot(self.latest.gradient, self._direction)])
