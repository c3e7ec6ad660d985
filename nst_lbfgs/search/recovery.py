"""A search that can be left and taken up again, and that recovers from numbers that go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import FloatArray, PictureArray
from ..config import TransferConfig
from ..errors import LineSearchError, NonFiniteLossError, SearchError
from .coordinates import Coordinates, PixelCoordinates, SpectralCoordinates, first_step
from .curvature import CurvatureMemory, Pairs
from .lbfgs import Box, Done, Ending, Point, minimize_lbfgs

PictureFunction = Callable[[PictureArray], tuple[float, PictureArray]]
PictureMark = Callable[[int, PictureArray], None]


@dataclass(frozen=True)
class SearchState:
    """Where a search stands: all that it needs to go on from there.

    `iterate`, (n,), is exact, in the coordinates of the search, or in pixels if `bounded`. A search
    that keeps the curvature has the loss and the gradient there, (n,), and the pairs of its memory;
    otherwise the gradient is empty and there are no pairs.
    """

    done: Done
    bounded: bool
    iterate: FloatArray
    loss: float
    gradient: PictureArray
    pairs: Pairs


@dataclass(frozen=True)
class Lowest:
    """The lowest loss so far, and its coordinates, (n,)."""

    x: FloatArray
    loss: float


class Search:
    """Minimises `function` over pictures x from `start`, (n,), or from `state` on.

    `function` and `mark` are as for `minimize_lbfgs`, over x in any precision. Where the loss stops
    being finite, or a line search fails, the search goes on from the best iterate: first with fresh
    memory, then with the pixels kept inside `box`, in pixel coordinates; `report` is told of each. If
    neither helps it gives up. With `config.lbfgs.bounds` the pixels are kept inside `box` throughout.

    With `config.lbfgs.restart` a search that goes on from a state is the same, bit for bit, as one that
    was never left. Otherwise it has the same memory of the curvature and takes the same steps but
    for rounding, which grows slowly from one step to the next. Inside bounds it begins with fresh
    memory.
    """

    def __init__(
        self,
        function: PictureFunction,
        coordinates: Coordinates,
        start: PictureArray,
        config: TransferConfig,
        mark: PictureMark,
        *,
        box: Box,
        state: SearchState | None,
        report: Callable[[str], None],
    ) -> None:
        self._pixel_function = function
        self._config = config
        self._pixel_mark = mark
        self._box = box
        self._report = report
        self._bounded = state.bounded if state else config.lbfgs.bounds
        self._coordinates = PixelCoordinates() if self._bounded else coordinates
        self._state = state or fresh_state(Done(), self._bounded, self._coordinates.of(start))
        self._memory = CurvatureMemory(config.lbfgs.history, self._state.pairs)
        self._evaluations = self._state.done.evaluations
        self._first_loss: float | None = None
        self._best: Lowest | None = None
        self._troubles = 0
        self._has_fallen = self._state.done.iterations > 0

    @property
    def state(self) -> SearchState:
        """Where the search stands: after the last step, or with restarts the last iteration."""
        return replace(self._state, pairs=self._memory.pairs())

    @property
    def x(self) -> PictureArray:
        """The picture where the search stands."""
        return self._coordinates.picture(self._state.iterate)

    def run(self) -> Ending:
        """Search until all iterations are done or no smaller loss can be found.

        Raises NonFiniteLossError or LineSearchError if the search gives up, and what `function`
        and `mark` raise.
        """
        while not self._all_done:
            outcome = self._descend()
            if outcome is Ending.ALL_DONE:
                break
            if isinstance(outcome, Ending) or not self._recover(outcome):
                assert self._best is not None
                self._finish_iteration(self._state.done.iterations, self._best.x)
                return Ending.CONVERGED
        return Ending.ALL_DONE

    @property
    def _all_done(self) -> bool:
        return self._state.done.iterations >= self._config.iterations

    def _descend(self) -> Ending | SearchError:
        """Run L-BFGS-B once; return how the search ended, or what keeps it from going on."""
        iterations = self._state.done.iterations
        try:
            ending = self._minimize()
        except NonFiniteLossError as error:
            if self._state.done.iterations > iterations:
                self._troubles = 0
            if self._best is None:
                raise
            return error
        if ending is not Ending.LINE_SEARCH_FAILED:
            return ending
        assert self._best is not None and self._first_loss is not None
        if self._best.loss < self._first_loss:
            self._has_fallen = True
            self._troubles = 0
        return LineSearchError(f'The line search failed at evaluation {self._evaluations}.')

    def _minimize(self) -> Ending:
        # No name here holds the state: it changes while scipy runs, and the old one would stay in memory.
        known = None
        if self._state.pairs.steps and not self._bounded:
            known = Point(self._state.iterate, self._state.loss, self._state.gradient)
            self._best = Lowest(self._state.iterate, self._state.loss)
            self._first_loss = self._state.loss
        return minimize_lbfgs(
            self._function,
            self._state.iterate,
            self._config,
            self._finish_iteration,
            done=self._state.done,
            box=self._box if self._bounded else None,
            step=self._step,
            memory=None if self._bounded else self._memory,
            known=known,
        )

    def _recover(self, trouble: SearchError) -> bool:
        """Prepare to go on from the best iterate. Return whether there is any use in that.

        Raises `trouble` if nothing is left to try.
        """
        self._troubles += 1
        if self._troubles > 1 and self._bounded:
            if isinstance(trouble, LineSearchError) and self._has_fallen:
                return False
            raise trouble
        assert self._best is not None
        z, means = self._best.x, 'fresh memory'
        if self._troubles > 1:
            z, means = self._into_bounds(z), 'the pixels kept within bounds'
        self._report(f'{trouble} Going on from the best picture with {means}.')
        self._memory.forget()
        done = Done(self._state.done.iterations, self._evaluations)
        self._state = fresh_state(done, self._bounded, z)
        self._mark_what_is_due(z, trouble)
        self._best = self._first_loss = None
        return True

    def _into_bounds(self, z: FloatArray) -> FloatArray:
        x = self._box.clip(self._coordinates.picture(z).astype(np.float64))
        self._coordinates, self._bounded = PixelCoordinates(), True
        return x

    def _mark_what_is_due(self, z: FloatArray, trouble: SearchError) -> None:
        """Mark the iterations that ended in the trouble."""
        done = self._state.done.iterations
        if self._config.lbfgs.restart:
            due = done + isinstance(trouble, LineSearchError)
        else:
            due = self._evaluations // self._config.evaluations_per_iteration
        for iteration in range(done, min(due, self._config.iterations)):
            self._finish_iteration(iteration, z)

    def _function(self, z: FloatArray) -> tuple[float, PictureArray]:
        self._evaluations += 1
        loss, x_gradient = self._pixel_function(self._coordinates.picture(z))
        gradient = self._coordinates.gradient(x_gradient)
        if self._first_loss is None:
            self._first_loss = loss
        if self._best is None or loss < self._best.loss:
            self._best = Lowest(z, loss)
        return loss, gradient

    def _step(self, point: Point) -> None:
        self._state = replace(
            self._state,
            iterate=point.x,
            loss=point.loss,
            gradient=point.gradient,
            done=Done(self._state.done.iterations, self._evaluations),
        )

    def _finish_iteration(self, iteration: int, z: FloatArray) -> None:
        self._state = replace(self._state, iterate=z, done=Done(iteration + 1, self._evaluations))
        self._pixel_mark(iteration, self._coordinates.picture(z))


def coordinates_for(
    x0: PictureArray, shape: tuple[int, int, int], config: TransferConfig, box: Box
) -> Coordinates:
    """Return the coordinates that `config` asks for, around `x0`, (H * W * 3,)."""
    if config.lbfgs.coordinates == 'pixels':
        return PixelCoordinates()
    exponent = config.lbfgs.exponent_from(config.start.init)
    return SpectralCoordinates(x0, shape, exponent, first_step(box.highest - box.lowest, x0.size))


def fresh_state(done: Done, bounded: bool, iterate: FloatArray) -> SearchState:
    """Return a state without curvature."""
    return SearchState(done, bounded, iterate, np.inf, np.empty(0), Pairs())
