"""A search that can be left and taken up again, and that recovers from numbers that go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .config import TransferConfig
from .coordinates import Coordinates, PixelCoordinates
from .curvature import CurvatureCoordinates, CurvatureMemory, Pairs
from .errors import LineSearchError, NonFiniteLossError, SearchError
from .optimizers import Box, Done, Ending, FloatArray, Function, Mark, minimize_lbfgs


@dataclass(frozen=True)
class SearchState:
    """Where a search stands: all that it needs to go on from there.

    `iterate`, (n,), is exact, in the coordinates of the search, or in pixels if `bounded`. A search
    that keeps the curvature has the gradient there, (n,), and the pairs of its memory; otherwise
    these are empty.
    """

    done: Done
    bounded: bool
    iterate: FloatArray
    gradient: FloatArray
    pairs: Pairs


@dataclass(frozen=True)
class _Point:
    """An evaluation: w of the optimiser, z of the search, the loss and the gradient for z."""

    w: FloatArray
    z: FloatArray
    gradient: FloatArray
    loss: float


class Search:
    """Minimises `function` over pixels x from where `coordinates` start, or from `state` on.

    `function` and `mark` are as for `minimize_lbfgs`, over x. Where the loss stops being finite, or
    a line search fails, the search goes on from the best iterate: first with fresh memory, then
    with the pixels kept inside `box`, in pixel coordinates; `report` is told of each. If neither
    helps it gives up. With `config.bounds` the pixels are kept inside `box` throughout.

    With `config.restart` a search that goes on from a state is the same, bit for bit, as one that
    was never left. Otherwise L-BFGS-B begins anew with the old curvature built into its coordinates
    (`CurvatureCoordinates`): the direction and the length of its first step are the same; later
    ones differ. Inside bounds it begins with fresh memory, since a box is none in those coordinates.
    """

    def __init__(self, function: Function, coordinates: Coordinates, config: TransferConfig,
                 mark: Mark, *, box: Box, state: SearchState | None,
                 report: Callable[[str], None]) -> None:
        self._pixel_function = function
        self._config = config
        self._pixel_mark = mark
        self._box = box
        self._report = report
        self._bounded = state.bounded if state else config.bounds
        start = coordinates.start()
        if self._bounded:
            start = coordinates.picture(start)
            coordinates = PixelCoordinates(start)
        self._coordinates = coordinates
        self._state = state or _fresh(Done(), self._bounded, start)
        self._memory = CurvatureMemory(config.history, self._state.pairs)
        self._inner = self._inner_coordinates()
        self._evaluations = self._state.done.evaluations
        self._latest: _Point | None = None
        self._first: _Point | None = None
        self._best: _Point | None = None
        self._troubles = 0
        self._has_fallen = self._state.done.iterations > 0

    @property
    def state(self) -> SearchState:
        """Where the search stands: after the last step, or with restarts the last iteration."""
        return replace(self._state, pairs=self._memory.pairs())

    @property
    def x(self) -> FloatArray:
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
                self._finish_iteration(self._state.done.iterations, self._best.z)
                return Ending.CONVERGED
        return Ending.ALL_DONE

    @property
    def _all_done(self) -> bool:
        return self._state.done.iterations >= self._config.iterations

    def _descend(self) -> Ending | SearchError:
        """Run L-BFGS-B once; return how the search ended, or what keeps it from going on."""
        iterations = self._state.done.iterations
        try:
            ending = minimize_lbfgs(
                self._function, self._inner.start(), self._config, self._mark,
                done=self._state.done, box=self._box if self._bounded else None, step=self._step)
        except NonFiniteLossError as error:
            if self._state.done.iterations > iterations:
                self._troubles = 0
            if self._best is None:
                raise
            return error
        if ending is Ending.ALL_DONE:
            return ending
        assert self._first is not None and self._best is not None
        progress = self._best.loss < self._first.loss
        self._has_fallen |= progress
        if progress:
            self._troubles = 0
        elif ending is Ending.CONVERGED:
            return ending
        return LineSearchError(f'The line search failed at evaluation {self._evaluations}.')

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
        z, means = self._best.z, 'fresh memory'
        if self._troubles > 1:
            z, means = self._into_bounds(z), 'the pixels kept within bounds'
        self._report(f'{trouble} Going on from the best picture with {means}.')
        self._state = _fresh(Done(self._state.done.iterations, self._evaluations), self._bounded, z)
        self._memory.forget()
        self._inner = PixelCoordinates(z)
        self._latest = self._first = self._best = None
        self._mark_what_is_due(z)
        return True

    def _into_bounds(self, z: FloatArray) -> FloatArray:
        x = np.clip(self._coordinates.picture(z), self._box.lowest, self._box.highest)
        self._coordinates, self._bounded = PixelCoordinates(x), True
        return x

    def _mark_what_is_due(self, z: FloatArray) -> None:
        """Mark the iterations whose evaluations were spent without a step."""
        if self._config.restart:
            return
        spent = self._evaluations // self._config.evaluations_per_iteration
        while not self._all_done and self._state.done.iterations < spent:
            self._finish_iteration(self._state.done.iterations, z)

    def _inner_coordinates(self) -> Coordinates:
        state = self._state
        if state.pairs.steps:
            self._memory.add(state.iterate, state.gradient)
            return CurvatureCoordinates(state.iterate, state.gradient, state.pairs)
        return PixelCoordinates(state.iterate)

    def _function(self, w: FloatArray) -> tuple[float, FloatArray]:
        self._evaluations += 1
        w = w.copy()  # scipy's own may change
        z = self._inner.picture(w)
        loss, x_gradient = self._pixel_function(self._coordinates.picture(z))
        gradient = self._coordinates.gradient(x_gradient)
        self._latest = _Point(w, z, gradient, loss)
        self._first = self._first or self._latest
        if self._best is None or loss < self._best.loss:
            self._best = self._latest
        return loss, self._inner.gradient(gradient)

    def _point_at(self, w: FloatArray) -> _Point:
        if self._latest is None or not np.array_equal(self._latest.w, w):
            self._function(w)  # an iterate is nearly always the latest evaluation
        assert self._latest is not None
        return self._latest

    def _step(self, w: FloatArray) -> None:
        if self._config.restart:
            return
        point = self._point_at(w)
        self._state = replace(
            self._state, iterate=point.z, gradient=point.gradient,
            done=Done(self._state.done.iterations, self._evaluations))
        if not self._bounded:
            self._memory.add(point.z, point.gradient)

    def _mark(self, iteration: int, w: FloatArray) -> None:
        self._finish_iteration(iteration, self._inner.picture(w))

    def _finish_iteration(self, iteration: int, z: FloatArray) -> None:
        self._state = replace(self._state, iterate=z, done=Done(iteration + 1, self._evaluations))
        self._pixel_mark(iteration, self._coordinates.picture(z))


def _fresh(done: Done, bounded: bool, iterate: FloatArray) -> SearchState:
    return SearchState(done, bounded, iterate, np.empty(0), Pairs())
