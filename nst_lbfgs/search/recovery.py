"""A search that can be left and taken up again, and that recovers from numbers that go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..arrays import FloatArray, PictureArray
from ..config import TransferConfig
from ..errors import LineSearchError, NonFiniteLossError, SearchError
from .curvature import CurvatureMemory, Pairs
from .evaluations import Evaluation, Evaluations, Place, Point
from .initial_hessian import SpectralInverseHessian, first_step
from .lbfgs import Box, Descent, Ending
from .listener import Listener
from .state import Done, SearchState


class Search:
    """Minimises `function` over pictures x from `start`, (n,), or from `state` on.

    `function` evaluates a picture, (n,), in any precision. Where the loss stops being finite, or a line
    search fails, the search goes on from the lowest place: first with fresh memory, then with the pixels
    kept inside `box`, in pixel coordinates; the `listener` hears of each. If neither helps it gives up.
    With `config.lbfgs.bounds` the pixels are kept inside `box` throughout.

    With an `initial` inverse Hessian all steps are taken by `Descent.go_on`. So, and with
    `config.lbfgs.restart`, a search that goes on from a state is the same, bit for bit, as one that was never
    left, as long as no numbers go wrong. Otherwise it has the same memory of the curvature and takes the
    same steps but for rounding, which grows slowly from one step to the next. Inside bounds it begins with
    fresh memory.
    """

    def __init__(
        self,
        function: Callable[[PictureArray], Evaluation],
        start: PictureArray,
        config: TransferConfig,
        *,
        initial: SpectralInverseHessian | None,
        box: Box,
        state: SearchState | None,
        listener: Listener,
    ) -> None:
        bounded = state.bounded if state else config.lbfgs.bounds
        self._config = config
        self._box = box
        self._listener = listener
        self._state = state or SearchState(Done(), bounded, start.astype(np.float64))
        self._evaluations = Evaluations(
            function,
            listener.evaluated,
            count=self._state.done.evaluations,
            best=self._state.best or place_of(self._state),
        )
        self._initial = initial
        self._memory = CurvatureMemory(config.lbfgs.history, self._state.pairs, initial)
        self._first_length = first_step(box.highest - box.lowest, start.size)
        self._troubles = 0
        self._has_fallen = self._state.done.iterations > 0

    @property
    def evaluations(self) -> int:
        """How many evaluations there were so far, before the search was taken up again included."""
        return self._evaluations.count

    @property
    def best(self) -> Place | None:
        """The place with the smallest loss so far."""
        return self._evaluations.best

    @property
    def place(self) -> Place | None:
        """Where the search stands, if it has been evaluated there."""
        return place_of(self._state)

    @property
    def state(self) -> SearchState:
        """Where the search stands: after the last step, or with scipy's restarts the last iteration."""
        pairs = self._memory.pairs() if self._state.gradient.size else Pairs()
        return replace(self._state, pairs=pairs, best=self._evaluations.best_but(self._state.iterate))

    @property
    def x(self) -> PictureArray:
        """The picture where the search stands, (n,)."""
        return self._state.iterate

    def run(self) -> Ending:
        """Search until all iterations are done or no smaller loss can be found.

        Raises NonFiniteLossError or LineSearchError if the search gives up, and what the listener
        raises.
        """
        ending = self._search()
        if self.place is None:  # a checkpoint that does not know the loss there, and nothing was left to do
            self._state = replace(self._state, terms=self._evaluations.at(self._state.iterate).terms)
        return ending

    def _search(self) -> Ending:
        while self._state.done.iterations < self._config.iterations:
            descent = self._descent()
            outcome = self._run(descent)
            if outcome is Ending.ALL_DONE:
                break
            assert descent.lowest is not None
            if isinstance(outcome, Ending) or not self._recover(descent.lowest, outcome):
                self._finish_iteration(self._state.done.iterations, descent.lowest)
                return Ending.CONVERGED
        return Ending.ALL_DONE

    def _descent(self) -> Descent:
        return Descent(
            self._evaluations,
            self._config,
            self._finish_iteration,
            marked=self._state.done.iterations,
            box=self._box if self._state.bounded else None,
            step=self._step,
            memory=self._memory if self._remembers else None,
            first_length=self._first_length,
        )

    def _run(self, descent: Descent) -> Ending | SearchError:
        """Run a descent; return how it ended, or what keeps it from going on."""
        iterations = self._state.done.iterations
        try:
            ending = self._begun(descent)
        except NonFiniteLossError as error:
            if self._state.done.iterations > iterations:
                self._troubles = 0
            if descent.lowest is None:
                raise
            return error
        if ending is not Ending.LINE_SEARCH_FAILED:
            return ending
        if descent.has_fallen:
            self._has_fallen = True
            self._troubles = 0
        return LineSearchError(f'The line search failed at evaluation {self.evaluations}.')

    def _begun(self, descent: Descent) -> Ending:
        # No name here holds the state: it changes while scipy runs, and the old one would stay in memory.
        if self._remembers and (self._initial is not None or self._state.pairs.steps):
            return descent.go_on(self._known_point() or self._evaluations.at(self._state.iterate))
        return descent.run(self._state.iterate)

    @property
    def _remembers(self) -> bool:
        """Whether pairs are kept outside of scipy."""
        return not self._state.bounded and (self._initial is not None or not self._config.lbfgs.restart)

    def _known_point(self) -> Point | None:
        state = self._state
        if state.terms is None or not state.gradient.size:
            return None
        return Point(state.iterate, state.terms, state.gradient)

    def _recover(self, lowest: Place, trouble: SearchError) -> bool:
        """Prepare to go on from `lowest`. Return whether there is any use in that.

        Raises `trouble` if nothing is left to try.
        """
        self._troubles += 1
        if self._troubles > 1 and self._state.bounded:
            if isinstance(trouble, LineSearchError) and self._has_fallen:
                return False
            raise trouble
        means = 'fresh memory' if self._troubles == 1 else 'the pixels kept within bounds'
        self._listener.trouble(f'{trouble} Going on from the best picture with {means}.')
        self._memory.forget()
        done = Done(self._state.done.iterations, self.evaluations)
        if self._troubles > 1:
            self._state = SearchState(done, True, self._into_bounds(lowest))
        else:
            self._state = SearchState(done, self._state.bounded, lowest.x, lowest.terms)
        self._mark_what_is_due(trouble)
        return True

    def _into_bounds(self, place: Place) -> FloatArray:
        return self._box.clip(place.x.astype(np.float64))

    def _mark_what_is_due(self, trouble: SearchError) -> None:
        """Mark the iterations that ended in the trouble."""
        done = self._state.done.iterations
        if self._config.lbfgs.restart:
            due = done + isinstance(trouble, LineSearchError)
        else:
            due = self.evaluations // self._config.evaluations_per_iteration
        for iteration in range(done, min(due, self._config.iterations)):
            place = self.place or self._evaluations.at(self._state.iterate).place
            self._finish_iteration(iteration, place)

    def _step(self, point: Point) -> None:
        done = Done(self._state.done.iterations, self.evaluations)
        self._state = SearchState(done, self._state.bounded, point.x, point.terms, point.gradient)

    def _finish_iteration(self, iteration: int, place: Place) -> None:
        done = Done(iteration + 1, self.evaluations)
        known = place.x is self._state.iterate
        gradient = self._state.gradient if known else np.empty(0)
        self._state = SearchState(done, self._state.bounded, place.x, place.terms, gradient)
        self._listener.iteration_done(self, iteration, place)


def place_of(state: SearchState) -> Place | None:
    """Return where a search stands, if it has been evaluated there."""
    return Place(state.iterate, state.terms) if state.terms else None


def initial_hessian(shape: tuple[int, int, int], config: TransferConfig) -> SpectralInverseHessian | None:
    """Return the initial inverse Hessian that `config` asks for, for pictures of `shape`, (H, W, 3)."""
    if not config.lbfgs.spectral:
        return None
    return SpectralInverseHessian(shape, config.lbfgs.exponent_from(config.start))
